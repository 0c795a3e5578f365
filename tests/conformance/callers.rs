//! Rooms that call each other.

use serde_json::{Value, json};

use crate::{
    Host, cases,
    peer::{Format, Peer, get_json, http, room},
};

/// Runs a case in one room, which calls another one. Returns what it observed, and the name of the other.
async fn case(host: &Host, name: &str) -> (Value, String) {
    let (one, other) = (room(), room());
    (get_json(&host.rooms, &format!("/callers/{one}/case/{name}?room={other}")).await, other)
}

cases! {
    async fn a_room_calls_the_internal_routes_of_another(host: Host) {
        let (saw, other) = case(&host, "values").await;
        assert_eq!(saw, json!([other, "eight b.", other]));
        assert_eq!(http(&host.rooms, "GET", &format!("/callers/{other}/runs"), "").await.1, "2");
    }

    async fn a_message_handler_calls_another_room(host: Host) {
        let (one, other) = (room(), room());
        let mut ada = Peer::join(&host.rooms, &format!("/callers/{one}/websocket"), Format::Json).await;
        assert_eq!(ada.ask(json!({"type": "ask", "room": other})).await, json!({"type": "answer", "text": other}));
    }

    async fn the_errors_of_calls_are_those_of_a_stub_in_a_worker(host: Host) {
        let (saw, _) = case(&host, "errors").await;
        assert_eq!(saw, json!([
            {"error": "the room responded with 413 Payload Too Large: Payload Too Large"},
            {"error": "the room's name or id is not valid: a room's name has 1 to 1024 bytes, this one has 0"},
            {"error": "the room responded with 500 Internal Server Error: Internal Server Error"},
        ]));
    }

    async fn a_cycle_of_calls_does_not_deadlock(host: Host) {
        let (one, other) = (room(), room());
        let answer = http(&host.rooms, "GET", &format!("/callers/{one}/first?room={other}"), "").await;
        assert_eq!(answer, (200, format!("first second third {one}")));
        let answer = http(&host.rooms, "GET", &format!("/callers/{one}/first?room={one}"), "").await;
        assert_eq!(answer, (200, format!("first second third {one}")));
    }

    async fn a_room_calls_itself(host: Host) {
        let one = room();
        let saw = get_json(&host.rooms, &format!("/callers/{one}/case/self?room=x")).await;
        assert_eq!(saw, json!(one));
    }

    async fn fifty_calls_at_once_all_succeed(host: Host) {
        let (saw, other) = case(&host, "concurrent").await;
        assert_eq!(saw, json!(vec![other; 50]));
    }

    async fn a_whole_request_reaches_no_internal_route(host: Host) {
        let (saw, _) = case(&host, "fetch").await;
        assert_eq!(saw, json!([[200, "0"], [404, "Not Found"], "not a URI"]));
    }

    async fn rooms_that_the_application_does_not_have_are_an_error_with_what_to_write(host: Host) {
        let (saw, _) = case(&host, "unknown").await;
        let error = saw["error"].as_str().expect("an error");
        assert!(error.starts_with("no such namespace: "), "{error}");
        let place = if host.is_local { "`.internal_rooms::<Unknown>()`" } else { "`name = \"NO_SUCH_BINDING\"`" };
        assert!(error.contains(place), "{error}");
    }

    async fn a_room_opens_sessions_in_another_room(host: Host) {
        let (saw, other) = case(&host, "session").await;
        assert_eq!(saw, json!([
            [["json", other], ["msgpack", other]],
            "the connection failed: the room's name or id is not valid: a room's name has 1 to 1024 bytes, this one has 0",
            "the server refused the session with status 401: Unauthorized",
        ]));
    }

    async fn a_response_larger_than_32_mib_is_an_error(host: Host) {
        let (saw, _) = case(&host, "large").await;
        let error = saw["error"].as_str().expect("an error");
        assert!(error.contains("it is larger than 32 MiB"), "{error}");
    }

    async fn a_call_after_a_write_succeeds_and_both_rooms_keep_their_values(host: Host) {
        assert_eq!(case(&host, "stored").await.0, Value::Null);
    }
}

pub(crate) mod local {
    use serde_json::json;

    use super::case;
    use crate::cases;

    cases! {
        // On workerd, a panic ends the instance of the caller too.
        async fn a_panic_of_the_called_room_is_an_error_and_the_room_restarts(host: Host) {
            let (saw, other) = case(&host, "panic").await;
            assert_eq!(saw, json!([{"error": "the room failed: a handler of the room panicked"}, other]));
        }
    }
}
