//! Access to the chat's rooms: keys of private rooms, origins, and host names.

use crate::{
    Host, cases,
    peer::{Peer, UPGRADE, http, request, room},
};

/// Requests an upgrade and each of the room's routes; returns the statuses.
async fn statuses(host: &Host, room: &str, query: &str, headers: &[(&'static str, &str)]) -> [u16; 4] {
    let at = |path: &str| format!("/room/{room}{path}{query}");
    let json = [&[("content-type", "application/json")], headers].concat();
    [
        request(&host.chat, "GET", &at("/websocket"), &[&UPGRADE, headers].concat(), "").await.0,
        request(&host.chat, "GET", &at("/info"), headers, "").await.0,
        request(&host.chat, "GET", &at("/history"), headers, "").await.0,
        request(&host.chat, "POST", &at("/broadcast"), &json, r#"{"text":"tea"}"#).await.0,
    ]
}

const ACCEPTED: [u16; 4] = [101, 200, 200, 200];

cases! {
    async fn a_private_room_and_all_its_routes_require_the_key(host: Host) {
        let room = format!("private-{}", room());
        for (query, headers) in [
            ("", &[][..]), ("?key=", &[]), ("?key=wrong", &[]), ("?Key=demo", &[]), ("", &[("authorization", "Bearer wrong")]),
            ("", &[("authorization", "demo")]), ("", &[("authorization", "Basic demo")]), ("", &[("authorization", "Bearer")]),
        ] {
            assert_eq!(statuses(&host, &room, query, headers).await, [401; 4], "{query} {headers:?}");
        }
        for (query, headers) in [
            ("?key=demo", &[][..]), ("", &[("authorization", "Bearer demo")]), ("", &[("authorization", "bearer demo")]),
        ] {
            assert_eq!(statuses(&host, &room, query, headers).await, ACCEPTED, "{query} {headers:?}");
        }
    }

    async fn a_private_room_is_private_however_its_name_is_encoded(host: Host) {
        for encoded in ["%70rivate-", "private%2D", "%70%72%69%76%61%74%65%2d"] {
            assert_eq!(statuses(&host, &format!("{encoded}{}", room()), "", &[]).await, [401; 4], "{encoded}");
        }
    }

    async fn a_private_room_with_a_name_that_is_too_long_is_414(host: Host) {
        let longest = format!("private-{}", "a".repeat(1016));
        assert_eq!(statuses(&host, &longest, "", &[]).await, [401; 4]);
        for longer in [format!("{longest}a"), format!("{longest}%61"), format!("{longest}{}", "a".repeat(4000))] {
            assert_eq!(statuses(&host, &longer, "", &[]).await, [414; 4]);
            assert_eq!(statuses(&host, &longer, "?key=demo", &[]).await, [414; 4]);
        }
    }

    async fn the_key_is_checked_before_the_body(host: Host) {
        let path = format!("/room/private-{}/broadcast", room());
        for (kind, body) in [("application/json", "nonsense"), ("text/plain", r#"{"text":"tea"}"#)] {
            let answer = request(&host.chat, "POST", &path, &[("content-type", kind)], body).await;
            assert_eq!(answer, (401, "Unauthorized".into()), "{kind}");
        }
    }

    async fn a_page_of_another_origin_is_refused(host: Host) {
        let room = room();
        let (port, chat) = (host.chat.rsplit_once(':').unwrap().1, &host.chat);
        let prefixed = format!("http://{chat}.evil.example");
        let sibling = format!("http://localhost:{port}");
        for headers in [
            &[("origin", "https://evil.example")][..], &[("origin", "null")], &[("origin", &prefixed)],
            &[("origin", &sibling)], &[("origin", "http://127.0.0.1")], &[("origin", "http://127.0.0.1:1")], &[("origin", chat)],
            &[("origin", &format!("ws://{chat}"))], &[("sec-fetch-site", "cross-site")], &[("sec-fetch-site", "same-site")], &[("sec-fetch-site", "cross-site"), ("origin", &format!("http://{chat}"))],
        ] {
            assert_eq!(statuses(&host, &room, "", headers).await, [403; 4], "{headers:?}");
            let private = statuses(&host, &format!("private-{room}"), "?key=demo", headers).await;
            assert_eq!(private, [403; 4], "{headers:?}");
        }
    }

    async fn the_chats_own_origin_and_requests_without_an_origin_are_accepted(host: Host) {
        let room = room();
        let origin = format!("http://{}", host.chat);
        for headers in [
            &[][..], &[("origin", &*origin)], &[("origin", &origin), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
        ] {
            assert_eq!(statuses(&host, &room, "", headers).await, ACCEPTED, "{headers:?}");
        }
        let path = format!("/room/{room}/websocket");
        assert!(Peer::open(&host.chat, &path, &[("origin", &origin)]).await.is_ok());
    }

    async fn a_foreign_host_name_over_plain_http_is_refused(host: Host) {
        // wrangler's proxy replaces the host that the client asked for.
        if !host.is_local {
            return;
        }
        let room = room();
        let port = host.chat.rsplit_once(':').unwrap().1;
        for name in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[evil]", ""] {
            let (authority, origin) = (format!("{name}:{port}"), format!("http://{name}:{port}"));
            for headers in [&[("host", &*authority)][..], &[("host", &authority), ("origin", &origin)]] {
                assert_eq!(statuses(&host, &room, "", headers).await, [403; 4], "{headers:?}");
            }
        }
        for name in ["localhost", "LocalHost", "127.0.0.1", "[::1]"] {
            let (authority, origin) = (format!("{name}:{port}"), format!("http://{name}:{port}"));
            let headers = [("host", &*authority), ("origin", &origin)];
            assert_eq!(statuses(&host, &room, "", &headers).await, ACCEPTED, "{headers:?}");
        }
    }

    async fn a_refusal_leaves_no_session(host: Host) {
        let room = room();
        statuses(&host, &room, "", &[("origin", "https://evil.example")]).await;
        let info = http(&host.chat, "GET", &format!("/room/{room}/info"), "").await;
        assert_eq!(info, (200, r#"{"sessionCount":0,"sessions":[]}"#.into()));
    }
}
