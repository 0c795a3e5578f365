//! Routing: rooms by name, and the routes of a room.

use serde_json::json;

use crate::{
    Host, cases, events_room,
    peer::{Format, Peer, http, request, response, room},
};

async fn name(host: &Host, segment: &str) -> (u16, String) {
    http(&host.rooms, "GET", &format!("/events/{segment}/name"), "").await
}

/// Whether a broadcast in one room reaches the other.
async fn are_one(host: &Host, one: &str, other: &str) -> bool {
    let mut ada = events_room::join(host, one, Format::Json).await;
    let mut bob = events_room::join(host, other, Format::Json).await;
    let told = json!({"type": "told", "text": "hi"});
    bob.send(json!({"type": "tell", "text": "hi"})).await;
    assert_eq!(bob.message().await, told);
    let reached = bob.message().await["count"].clone();
    if reached == 1 {
        ada.receives_nothing().await;
        return false;
    }
    assert_eq!((ada.message().await, reached), (told, json!(2)));
    true
}

cases! {
    async fn unknown_paths_and_methods_are_404(host: Host) {
        for (method, path) in [
            ("GET", "/nope"), ("GET", "/room/a"), ("GET", "/room//info"), ("GET", "/room/a/info/more"),
            ("POST", "/room/a/info"), ("PUT", "/room/a/broadcast"), ("POST", "/"), ("GET", "/room"),
            ("GET", "/rooms/a/info"),
        ] {
            assert_eq!(http(&host.chat, method, path, "").await.0, 404, "{method} {path}");
        }
    }

    async fn the_name_of_a_room_is_percent_decoded(host: Host) {
        let unique = room();
        for (segment, decoded) in [
            ("plain", "plain"), ("two%20words", "two words"), ("a%2Fb", "a/b"), ("%C3%A4%E2%82%AC", "ä€"),
            ("%F0%9F%90%9D", "🐝"),
            ("a+b", "a+b"), ("100%25", "100%"), ("%3Fq%23f", "?q#f"), ("a;b=c", "a;b=c"), ("%22%3C%3E", "\"<>"),
            ("a.b", "a.b"),
        ] {
            assert_eq!(
                name(&host, &format!("{unique}{segment}")).await, (200, format!("{unique}{decoded}")), "{segment}",
            );
        }
    }

    async fn a_name_that_is_not_utf8_is_404(host: Host) {
        assert_eq!(name(&host, "%FF").await.0, 404);
    }

    async fn a_dot_segment_as_a_name_is_404(host: Host) {
        for segment in [".", "..", "%2e", "%2E%2e", ".%2e"] {
            assert_eq!(name(&host, segment).await.0, 404, "{segment}");
        }
    }

    async fn the_same_name_is_the_same_room_however_it_is_encoded(host: Host) {
        let room = room();
        assert!(are_one(&host, &format!("{room}a/b").replace('/', "%2F"), &format!("{room}%61%2fb")).await);
    }

    async fn different_names_are_different_rooms(host: Host) {
        let room = room();
        for (one, other) in [("a", "A"), ("a", "a%20"), ("a+b", "a%20b"), ("a%2Fb", "a"), ("%C3%A4", "a%CC%88")] {
            assert!(!are_one(&host, &format!("{room}{one}"), &format!("{room}{other}")).await, "{one} {other}");
        }
    }

    async fn rooms_of_two_classes_with_one_name_are_two_rooms(host: Host) {
        let room = room();
        let mut rules = Peer::join(&host.rooms, &format!("/rules/{room}/websocket"), Format::Json).await;
        let mut events = events_room::join(&host, &room, Format::Json).await;
        assert_eq!(events_room::count(&host, &room).await, 1);
        events.send(json!({"type": "tell", "text": "hi"})).await;
        assert_eq!(events.message().await["text"], "hi");
        assert_eq!(events.message().await["count"], 1);
        rules.receives_nothing().await;
        assert_eq!(rules.ask(json!({"type": "number", "value": 1})).await["value"], 1);
        events.receives_nothing().await;
    }

    async fn a_message_does_not_reach_another_room(host: Host) {
        let (one, other) = (room(), format!("{}%20%2F%C3%A4", room()));
        let mut ada = Peer::join(&host.chat, &format!("/room/{one}/websocket?name=Ada"), Format::Json).await;
        let mut bob = Peer::join(&host.chat, &format!("/room/{other}/websocket?name=Bob"), Format::Json).await;
        assert_eq!(bob.ask(json!({"type": "message", "text": "alone"})).await["text"], "alone");
        ada.receives_nothing().await;
    }

    async fn a_route_takes_its_path_parameters_and_refuses_others(host: Host) {
        let at = |path: &str| format!("/events/{}{path}", room());
        assert_eq!(http(&host.rooms, "GET", &at("/sum/200/100"), "").await, (200, "300".into()));
        for path in ["/sum/200/300", "/sum/200/x", "/sum/200/-1"] {
            let (status, reason) = http(&host.rooms, "GET", &at(path), "").await;
            assert_eq!(status, 400);
            assert!(reason.contains("`b`"), "{reason}");
        }
        assert_eq!(http(&host.rooms, "GET", &at("/sum/1"), "").await.0, 404);
    }

    async fn a_route_takes_query_and_body_and_answers_with_a_status(host: Host) {
        let at = |path: &str| format!("/events/{}{path}", room());
        assert_eq!(http(&host.rooms, "PUT", &at("/note?from=1&to=3"), "abcd").await, (200, "bc".into()));
        assert_eq!(http(&host.rooms, "PUT", &at("/note?from=1"), "abcd").await.0, 400);
        assert_eq!(http(&host.rooms, "PUT", &at("/note?from=3&to=9"), "abcd").await.0, 416);
        assert_eq!(http(&host.rooms, "DELETE", &at("/note"), "").await, (204, String::new()));
    }

    async fn a_name_of_1024_bytes_is_a_room_and_a_longer_one_is_414(host: Host) {
        for (letter, encoded) in [("a", "a"), ("ä", "%C3%A4"), ("🐝", "%F0%9F%90%9D")] {
            let count = 1024 / letter.len();
            let (longest, path) = (letter.repeat(count), format!("/routes/{}", encoded.repeat(count)));
            assert_eq!(http(&host.rooms, "GET", &format!("{path}/name"), "").await, (200, longest), "{letter}");
            for rest in ["a/name", "a/websocket", "a/nowhere", &format!("{encoded}/name")] {
                assert_eq!(http(&host.rooms, "GET", &format!("{path}{rest}"), "").await.0, 414, "{letter} {rest}");
            }
        }
    }

    async fn a_static_route_takes_precedence_over_a_parameter(host: Host) {
        for (path, answer) in [
            ("/x/list", "x/list"), ("/x/other", "x/{other}"), ("/x/LIST", "x/{LIST}"), ("/x/list/y", "x/{list}/y"),
            ("/z/list/y", "{z}/list/y"), ("/z/list/z", "{z}/{list}/{z}"), ("/x/%6Cist", "x/{list}"),
        ] {
            let found = http(&host.rooms, "GET", &format!("/routes/a{path}"), "").await;
            assert_eq!(found, (200, answer.to_owned()), "{path}");
        }
        assert_eq!(http(&host.rooms, "PUT", "/routes/a/x/list", "").await, (200, "put x/{list}".into()));
        for path in ["/x", "/x/", "/x//", "/x/list/", "//x/list", "/z/list"] {
            assert_eq!(http(&host.rooms, "GET", &format!("/routes/a{path}"), "").await.0, 404, "{path}");
        }
        for method in ["OPTIONS", "DELETE", "POST"] {
            assert_eq!(http(&host.rooms, method, "/routes/a/x/list", "").await.0, 404, "{method}");
        }
    }

    async fn a_head_request_is_answered_as_get_without_the_body(host: Host) {
        for (address, path) in [
            (&host.chat, "/"), (&host.chat, "/nope"), (&host.rooms, "/routes/a/x/list"), (&host.rooms, "/routes/a/nope"),
        ] {
            let get = response(address, "GET", path, &[], "").await;
            let head = response(address, "HEAD", path, &[], "").await;
            assert_eq!((head.status(), head.body().len()), (get.status(), 0), "{path}");
            assert_eq!(head.headers()["content-type"], get.headers()["content-type"], "{path}");
            assert_eq!(head.headers()["content-length"], get.body().len().to_string(), "{path}");
        }
    }

    async fn cors_headers_are_sent_to_allowed_origins_only(host: Host) {
        const ALLOWED: &str = "https://example.com";
        for (method, path, body, status) in [
            ("GET", "/page", "", 200), ("HEAD", "/page", "", 200), ("GET", "/nope", "", 404),
            ("GET", "/routes/a/x/list", "", 200), ("HEAD", "/routes/a/x/list", "", 200),
            ("POST", "/routes/a/body", "abc", 200), ("GET", "/routes/a/nope", "", 404), ("OPTIONS", "/routes/a/nope", "", 404),
            ("DELETE", "/routes/a/body", "x", 413), ("POST", "/events/a/fail", "", 500), ("GET", "/events/a/websocket", "", 400),
        ] {
            for (origin, echoed) in [(ALLOWED, Some(ALLOWED)), ("https://other.example", None), ("null", None)] {
                let answer = response(&host.rooms, method, path, &[("origin", origin)], body).await;
                let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap());
                assert_eq!(answer.status(), status, "{method} {path}");
                assert_eq!(header("access-control-allow-origin"), echoed, "{method} {path} {origin}");
                assert_eq!(header("access-control-allow-credentials"), echoed.map(|_| "true"), "{method} {path}");
                assert_eq!(header("access-control-expose-headers"), echoed.map(|_| "etag"), "{method} {path}");
                assert!(header("vary").is_some_and(|vary| vary.eq_ignore_ascii_case("origin")), "{method} {path}");
            }
        }
        for path in ["/page", "/nope", "/routes/a/x/list", "/events/a/websocket"] {
            for (origin, methods) in [(ALLOWED, Some("PUT, DELETE")), ("https://other.example", None)] {
                let headers = [("origin", origin), ("access-control-request-method", "PUT")];
                let answer = response(&host.rooms, "OPTIONS", path, &headers, "").await;
                let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap());
                assert_eq!((answer.status().as_u16(), answer.body().len()), (204, 0), "{path}");
                assert_eq!(header("access-control-allow-origin"), methods.map(|_| origin), "{path}");
                assert_eq!(header("access-control-allow-methods"), methods, "{path}");
                assert_eq!(header("access-control-allow-headers"), methods.map(|_| "content-type"), "{path}");
                assert_eq!(header("access-control-max-age"), methods.map(|_| "60"), "{path}");
            }
        }
        let peer = Peer::open(&host.rooms, "/events/a/websocket", &[("origin", ALLOWED)]).await.expect("an upgrade");
        assert!(!peer.headers.contains_key("access-control-allow-origin"));
        assert!(response(&host.chat, "GET", "/", &[("origin", ALLOWED)], "").await.headers().get("vary").is_none());
    }

    async fn a_room_may_have_head_and_options_routes(host: Host) {
        let head = response(&host.rooms, "HEAD", "/routes/a/match/final/7", &[], "").await;
        assert_eq!((head.status().as_u16(), head.body().len()), (202, 0));
        assert_eq!(head.headers()["content-length"], "head final 7".len().to_string());
        let options = http(&host.rooms, "OPTIONS", "/routes/a/match/final/7", "").await;
        assert_eq!(options, (200, "options final 7".into()));
    }

    async fn a_parameter_may_be_named_by_a_keyword(host: Host) {
        assert_eq!(http(&host.rooms, "GET", "/routes/a/match/final/7", "").await, (200, "final 7".into()));
        let (status, reason) = http(&host.rooms, "GET", "/routes/a/match/final/x", "").await;
        assert_eq!(status, 400);
        assert!(reason.contains("`type`"), "{reason}");
    }

    async fn a_json_body_requires_a_json_content_type(host: Host) {
        for (kind, status) in [
            ("application/json", 200), ("application/json; charset=utf-8", 200), ("application/ld+json", 200),
            ("text/plain", 415), ("text/plain;charset=UTF-8", 415), ("application/x-www-form-urlencoded", 415),
            ("multipart/form-data; boundary=x", 415), ("", 415), ("application/json, text/plain", 415),
        ] {
            let answer = request(&host.rooms, "POST", "/routes/a/json", &[("content-type", kind)], "5").await;
            assert_eq!(answer.0, status, "{kind}: {}", answer.1);
        }
        assert_eq!(request(&host.rooms, "POST", "/routes/a/json", &[], "5").await.0, 415);
        assert_eq!(http(&host.rooms, "POST", "/routes/a/json", "x").await.0, 400);
    }

    async fn a_route_that_fails_is_500_without_the_reason(host: Host) {
        let (status, body) = http(&host.rooms, "POST", &format!("/events/{}/fail", room()), "").await;
        assert_eq!(status, 500);
        assert!(!body.contains("secret"), "{body}");
    }
}
