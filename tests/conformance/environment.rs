//! The environment of rooms, the application's state, and work in the background.

use serde_json::json;

use crate::{
    Host, cases,
    peer::{Format, Peer, eventually, get_json, http, refused, room},
};

async fn join(host: &Host, room: &str) -> Peer {
    Peer::join(&host.rooms, &format!("/environment/{room}/websocket?key=open%20sesame"), Format::Json).await
}

async fn get(host: &Host, path: &str) -> (u16, String) {
    http(&host.rooms, "GET", &format!("/environment/{}{path}", room()), "").await
}

fn value(from: &str) -> serde_json::Value {
    json!({"type": "value", "from": from, "text": "hello"})
}

cases! {
    async fn a_room_reads_variables_and_secrets(host: Host) {
        assert_eq!(get(&host, "/var/GREETING").await, (200, "hello".into()));
        assert_eq!(get(&host, "/secret/ROOM_KEY").await, (200, "open sesame".into()));
    }

    async fn a_missing_variable_or_secret_is_named_with_the_place_to_write_it(host: Host) {
        let (status, text) = get(&host, "/var/NOTHING").await;
        assert_eq!(status, 404);
        assert!(text.starts_with("missing variable `NOTHING`; write `NOTHING = \"…\"` in `[vars]` of `wrangler.toml`"), "{text}");
        let (status, text) = get(&host, "/secret/NOTHING").await;
        assert_eq!(status, 404);
        assert!(text.starts_with("missing secret `NOTHING`; run `npx wrangler secret put NOTHING`"), "{text}");
        // Names of the objects that every JavaScript object inherits from.
        for name in ["toString", "constructor", "__proto__"] {
            assert_eq!(get(&host, &format!("/var/{name}")).await.0, 404, "{name}");
        }
    }

    async fn a_json_variable_is_read_as_its_type_and_its_error_has_no_value(host: Host) {
        assert_eq!(get(&host, "/json/ALLOWANCE").await, (200, "3".into()));
        let (status, text) = get(&host, "/json/ROOM_KEY").await;
        assert_eq!(status, 404);
        assert!(text.contains("`ROOM_KEY` is not valid: expected JSON of type") && !text.contains("sesame"), "{text}");
        assert_eq!(get(&host, "/json/NOTHING").await.0, 404);
    }

    async fn connect_checks_a_secret(host: Host) {
        let path = format!("/environment/{}/websocket", room());
        assert_eq!(refused(&host.rooms, &path, &[]).await.0, 401);
        assert_eq!(refused(&host.rooms, &format!("{path}?key="), &[]).await.0, 401);
        join(&host, &room()).await;
    }

    async fn messages_timers_and_constructors_have_the_environment(host: Host) {
        let name = room();
        let mut ada = join(&host, &name).await;
        assert_eq!(ada.ask(json!({"type": "var", "name": "GREETING"})).await, value("message"));
        assert_eq!(ada.ask(json!({"type": "later"})).await, value("timer"));
        assert_eq!(http(&host.rooms, "GET", &format!("/environment/{name}/construction"), "").await.1, "hello");
    }

    async fn the_apps_state_is_made_once_from_the_environment_and_shared(host: Host) {
        let name = room();
        let path = format!("/environment/{name}/state");
        let first = get_json(&host.rooms, &path).await;
        let second = get_json(&host.rooms, &path).await;
        assert_eq!(first[0], "hello");
        // Once per server on the local host, whose rooms share it with other cases, and once per object on workerd.
        let (first, second) = (first[1].as_u64().expect("a number"), second[1].as_u64().expect("a number"));
        if host.is_local {
            assert!(second > first, "{first} {second}");
        } else {
            assert_eq!((first, second), (1, 2));
        }
    }

    async fn background_work_outlives_its_handler(host: Host) {
        let mut ada = join(&host, &room()).await;
        ada.send(json!({"type": "background", "after": 300})).await;
        // The session is not held up.
        assert_eq!(ada.ask(json!({"type": "var", "name": "GREETING"})).await, value("message"));
        assert_eq!(ada.message().await, value("background"));
    }

    async fn a_room_runs_at_most_256_background_tasks(host: Host) {
        let name = room();
        let (status, body) = http(&host.rooms, "POST", &format!("/environment/{name}/fill"), "").await;
        assert_eq!((status, body.as_str()), (200, "[256,\"the room runs 256 background tasks already; wait until one of them has ended\"]"));
        let path = format!("/environment/{name}/running");
        eventually("the tasks end", async || get_json(&host.rooms, &path).await == 0).await;
    }
}
