//! Upgrades: which are accepted, and the format of the session.

use serde_json::json;

use crate::{
    cases, events_room,
    peer::{Format, Peer, http, refused, request, room},
};

async fn speaks(peer: &mut Peer, format: Format) {
    peer.format = format;
    assert_eq!(peer.ask(json!({"type": "message", "text": "hi"})).await["text"], "hi");
}

fn header<'p>(peer: &'p Peer, name: &str) -> Option<&'p str> {
    peer.headers.get(name).and_then(|value| value.to_str().ok())
}

const SUBPROTOCOL: &str = "sec-websocket-protocol";

cases! {
    async fn a_websocket_request_without_upgrade_is_400(host: Host) {
        assert_eq!(http(&host.chat, "GET", "/room/a/websocket", "").await, (400, "Expected websocket".into()));
    }

    async fn an_upgrade_to_something_else_is_400(host: Host) {
        let headers = [("connection", "Upgrade"), ("upgrade", "h2c")];
        let answer = request(&host.chat, "GET", "/room/a/websocket", &headers, "").await;
        assert_eq!(answer, (400, "Expected websocket".into()));
    }

    async fn a_handshake_that_breaks_rfc_6455_runs_no_handler(host: Host) {
        // wrangler's proxy makes a new handshake and checks the client's itself: the client's headers do not reach the
        // room.
        if host.hibernates {
            return;
        }
        let room = room();
        let mut witness = events_room::join(&host, &room, Format::Json).await;
        let path = events_room::socket(&room);
        let key = "dGhlIHNhbXBsZSBub25jZQ==";
        let (upgrade, connection) = (("upgrade", "websocket"), ("connection", "Upgrade"));
        let (version, good_key) = (("sec-websocket-version", "13"), ("sec-websocket-key", key));
        let cases: [(&[(&'static str, &str)], u16); 15] = [
            (&[upgrade, connection, version], 400),
            (&[upgrade, connection, good_key], 426),
            (&[upgrade, connection], 426),
            (&[upgrade, version, good_key], 400),
            (&[upgrade, ("connection", "keep-alive"), version, good_key], 400),
            (&[connection, version, good_key], 400),
            (&[("upgrade", "websockets"), connection, version, good_key], 400),
            (&[upgrade, connection, ("sec-websocket-version", "8"), good_key], 426),
            (&[upgrade, connection, ("sec-websocket-version", "13, 8"), good_key], 426),
            (&[upgrade, connection, version, version, good_key], 426),
            (&[upgrade, connection, version, ("sec-websocket-key", "")], 400),
            (&[upgrade, connection, version, ("sec-websocket-key", "AAAA")], 400),
            (&[upgrade, connection, version, ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=!")], 400),
            (&[upgrade, connection, version, ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZSBhbmQgbW9yZQ==")], 400),
            (&[upgrade, connection, version, good_key, good_key], 400),
        ];
        for (headers, expected) in cases {
            let (status, text) = request(&host.rooms, "GET", &path, headers, "").await;
            assert_eq!(status, expected, "{headers:?}: {text}");
        }
        witness.receives_nothing().await;
        assert_eq!(events_room::log(&host, &room).await, [""; 0]);
        events_room::wait_for_count(&host, &room, 1).await;
        let spelt: [&[(&'static str, &str)]; 2] = [
            &[("upgrade", "WebSocket"), ("connection", "keep-alive, upgrade"), version, good_key],
            &[("upgrade", "h2c, websocket"), ("connection", "Upgrade"), version, good_key],
        ];
        for headers in spelt {
            assert_eq!(request(&host.rooms, "GET", &path, headers, "").await.0, 101, "{headers:?}");
        }
    }

    async fn the_path_of_upgrades_is_404_for_other_methods(host: Host) {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"] {
            assert_eq!(http(&host.chat, method, "/room/a/websocket", "").await.0, 404, "{method}");
        }
    }

    async fn an_upgrade_by_another_method_is_refused_and_leaves_no_session(host: Host) {
        for method in ["POST", "PUT"] {
            let room = room();
            let headers = [("connection", "Upgrade"), ("upgrade", "websocket")];
            let (status, _) = request(&host.rooms, method, &events_room::socket(&room), &headers, "").await;
            // wrangler's proxy passes it on as a GET, and its 500 is the failure of the 101 that it gets.
            assert!(if host.hibernates { status >= 400 } else { status == 404 }, "{method}: {status}");
            events_room::wait_for_count(&host, &room, 0).await;
        }
    }

    async fn an_upgrade_at_another_path_is_404(host: Host) {
        for path in [
            "/websocket", "/room/a", "/room/a/", "/room/a/websockets", "/room/a/websocket/", "/room//websocket",
        ] {
            assert_eq!(refused(&host.chat, path, &[]).await.0, 404, "{path}");
        }
    }

    async fn the_default_format_is_json(host: Host) {
        let mut peer = Peer::open(&host.chat, &format!("/room/{}/websocket", room()), &[]).await.unwrap();
        assert_eq!(header(&peer, SUBPROTOCOL), None);
        speaks(&mut peer, Format::Json).await;
    }

    async fn the_query_chooses_the_format(host: Host) {
        for (name, format) in [
            ("json", Format::Json), ("msgpack", Format::MessagePack), ("buffer", Format::MessagePack),
        ] {
            let path = format!("/room/{}/websocket?format={name}", room());
            let mut peer = Peer::open(&host.chat, &path, &[]).await.unwrap();
            assert_eq!(header(&peer, SUBPROTOCOL), None);
            speaks(&mut peer, format).await;
        }
    }

    async fn an_unknown_format_is_400(host: Host) {
        for format in ["xml", "JSON", "", "json,msgpack", "%20json"] {
            let (status, reason) = refused(&host.chat, &format!("/room/a/websocket?format={format}"), &[]).await;
            assert_eq!(status, 400, "{format}");
            assert!(reason.contains("unknown format"), "{reason}");
        }
    }

    async fn the_first_known_subprotocol_is_chosen_and_echoed(host: Host) {
        for (offered, chosen, format) in [
            ("websocket-do.msgpack", "websocket-do.msgpack", Format::MessagePack),
            ("websocket-do.json", "websocket-do.json", Format::Json),
            ("chat, websocket-do.msgpack, websocket-do.json", "websocket-do.msgpack", Format::MessagePack),
            ("websocket-do.json,websocket-do.msgpack", "websocket-do.json", Format::Json),
        ] {
            let path = format!("/room/{}/websocket", room());
            let mut peer = Peer::open(&host.chat, &path, &[(SUBPROTOCOL, offered)]).await.unwrap();
            assert_eq!(header(&peer, SUBPROTOCOL), Some(chosen));
            speaks(&mut peer, format).await;
        }
    }

    async fn a_subprotocol_takes_precedence_over_the_query(host: Host) {
        for (query, offered, format) in [
            ("json", "websocket-do.msgpack", Format::MessagePack), ("msgpack", "websocket-do.json", Format::Json),
            ("xml", "websocket-do.json", Format::Json),
        ] {
            let path = format!("/room/{}/websocket?format={query}", room());
            let mut peer = Peer::open(&host.chat, &path, &[(SUBPROTOCOL, offered)]).await.unwrap();
            assert_eq!(header(&peer, SUBPROTOCOL), Some(offered));
            speaks(&mut peer, format).await;
        }
    }

    async fn an_unknown_subprotocol_is_ignored_and_not_echoed(host: Host) {
        for (query, format) in [("", Format::Json), ("?format=msgpack", Format::MessagePack)] {
            // A library may end the connection if its subprotocol is not echoed.
            let path = format!("/room/{}/websocket{query}", room());
            let mut peer = Peer::open_raw(&host.chat, &path, &[(SUBPROTOCOL, "chat, websocket-do.xml")]).await;
            assert_eq!(header(&peer, SUBPROTOCOL), None);
            speaks(&mut peer, format).await;
        }
    }

    async fn the_fixed_format_of_a_room_takes_precedence(host: Host) {
        for query in ["", "?format=json", "?format=xml"] {
            let path = format!("/msgpack-only/{}/websocket{query}", room());
            let mut peer = Peer::open(&host.rooms, &path, &[]).await.unwrap();
            peer.format = Format::MessagePack;
            assert_eq!(peer.ask(json!({"type": "who"})).await, json!({"type": "who", "name": "fixed"}));
        }
    }

    async fn connect_may_choose_format_tags_and_headers(host: Host) {
        let path = format!("{}?speak=1&tags=red,blue", events_room::socket(&room()));
        let mut peer = Peer::open(&host.rooms, &path, &[]).await.unwrap();
        assert_eq!(header(&peer, "x-room"), Some("events"));
        peer.format = Format::MessagePack;
        let session = peer.ask(json!({"type": "recall"})).await;
        assert_eq!((&session["format"], &session["tags"]), (&json!("msgpack"), &json!(["red", "blue"])));
    }

    async fn a_refusal_by_connect_is_the_answer_and_creates_no_session(host: Host) {
        let room = room();
        let answer = refused(&host.rooms, &format!("{}?do=refuse", events_room::socket(&room)), &[]).await;
        assert_eq!(answer, (418, "not today".into()));
        assert_eq!(events_room::count(&host, &room).await, 0);
    }

    async fn a_connect_that_fails_is_500_without_the_reason(host: Host) {
        let room = room();
        let (status, body) = refused(&host.rooms, &format!("{}?do=fail", events_room::socket(&room)), &[]).await;
        assert_eq!(status, 500);
        assert!(!body.contains("purpose"), "{body}");
        assert_eq!(events_room::count(&host, &room).await, 0);
        events_room::still_works(&mut events_room::join(&host, &room, Format::Json).await).await;
    }

    async fn a_connect_whose_data_does_not_fit_an_attachment_is_500(host: Host) {
        let room = room();
        assert_eq!(refused(&host.rooms, &format!("{}?do=large", events_room::socket(&room)), &[]).await.0, 500);
        assert_eq!(events_room::count(&host, &room).await, 0);
    }

    async fn more_or_longer_tags_than_fit_are_500(host: Host) {
        let room = room();
        let upgrade = |tags: &str| format!("{}?format=msgpack&tags={tags}", events_room::socket(&room));
        let _most = Peer::open(&host.rooms, &upgrade("a,b,c,d,e,f,g,h"), &[]).await.unwrap();
        let _longest = Peer::open(&host.rooms, &upgrade(&"%C3%A4".repeat(120)), &[]).await.unwrap();
        for tags in ["a,b,c,d,e,f,g,h,i", &"x".repeat(249), &"%C3%A4".repeat(125)] {
            assert_eq!(refused(&host.rooms, &upgrade(tags), &[]).await.0, 500, "{tags}");
        }
        assert_eq!(events_room::count(&host, &room).await, 2);
    }

    async fn a_tag_that_is_repeated_is_one_tag(host: Host) {
        let mut peer = events_room::join_tagged(&host, &room(), Format::Json, "red,blue,red").await;
        assert_eq!(peer.ask(json!({"type": "recall"})).await["tags"], json!(["red", "blue"]));
        peer.send(json!({"type": "tell", "text": "hi", "tag": "red"})).await;
        assert_eq!(peer.message().await["text"], "hi");
        assert_eq!(peer.message().await["count"], 1);
    }

    async fn a_connect_that_awaits_accepts(host: Host) {
        let path = format!("{}?do=wait", events_room::socket(&room()));
        events_room::still_works(&mut Peer::join(&host.rooms, &path, Format::Json).await).await;
    }

    async fn a_client_that_disconnects_while_connect_awaits_leaves_no_session(host: Host) {
        let room = room();
        let path = format!("{}?do=wait", events_room::socket(&room));
        let hasty = tokio::time::timeout(std::time::Duration::from_millis(10), Peer::open(&host.rooms, &path, &[]));
        assert!(hasty.await.is_err(), "`connect` did not wait");
        // A session that joins later is the only one in the end.
        let mut peer = Peer::join(&host.rooms, &path, Format::Json).await;
        events_room::wait_for_count(&host, &room, 1).await;
        events_room::still_works(&mut peer).await;
    }

    async fn a_handshake_that_fails_leaves_no_session(host: Host) {
        let whole = [
            ("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "8"),
            ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ];
        for headers in [&whole[..], &whole[..3]] {
            let room = room();
            let (status, _) = request(&host.rooms, "GET", &events_room::socket(&room), headers, "").await;
            // wrangler's proxy refuses with another status.
            assert_eq!(status, if host.is_local { 426 } else { 400 });
            events_room::wait_for_count(&host, &room, 0).await;
        }
    }

    async fn messages_of_the_open_handler_come_first(host: Host) {
        let path = format!("{}?greet=1", events_room::socket(&room()));
        let mut peer = Peer::join(&host.rooms, &path, Format::MessagePack).await;
        peer.send(json!({"type": "echo", "text": "second"})).await;
        assert_eq!(peer.message().await["text"], "hello");
        assert_eq!(peer.message().await["text"], "second");
    }
}
