//! Services of the platform in rooms, on workerd only: the local host has no databases, namespaces and queues of Cloudflare.

use serde_json::json;

use crate::{
    cases,
    peer::{Format, Peer, eventually, get_json, http, request, room},
};

cases! {
    async fn a_room_writes_to_a_d1_database_and_reads_it(host: Host) {
        let mut ada = Peer::join(&host.rooms, &format!("/services/{}/websocket", room()), Format::Json).await;
        for count in 1..=2 {
            let saw = ada.ask(json!({"type": "note", "text": "hello"})).await;
            assert_eq!(saw, json!({"type": "notes", "count": count}));
        }
    }

    async fn a_room_writes_to_a_kv_namespace_and_reads_it(host: Host) {
        let path = format!("/services/{0}/kv/{0}", room());
        assert_eq!(http(&host.rooms, "GET", &path, "").await.0, 404);
        assert_eq!(request(&host.rooms, "PUT", &path, &[], "value").await.0, 204);
        assert_eq!(http(&host.rooms, "GET", &path, "").await, (200, "value".into()));
    }

    async fn a_room_sends_to_a_queue_whose_consumer_runs_in_the_same_worker(host: Host) {
        let room = room();
        assert_eq!(http(&host.rooms, "POST", &format!("/services/{room}/job/{room}"), "").await.0, 204);
        let done = async || http(&host.rooms, "GET", &format!("/services/{room}/kv/{room}"), "").await == (200, "done".into());
        eventually("the job is done", done).await;
    }

    async fn a_room_has_the_objects_state_and_the_properties_of_requests(host: Host) {
        let saw = get_json(&host.rooms, &format!("/services/{}/platform", room())).await;
        assert_eq!(saw, json!({"id": 64, "cf": true, "alarm": null}));
    }
}
