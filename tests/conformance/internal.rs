//! Internal routes: no request from outside reaches them.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    Host, cases,
    peer::{UPGRADE, http, request, room},
};

/// Sends a request exactly as written; returns the status, if there is an answer.
async fn raw(address: &str, method: &str, target: &str, host: &str) -> Option<u16> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let length = if method == "POST" { "content-length: 0\r\n" } else { "" };
        let head = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{length}\r\n");
        stream.write_all(head.as_bytes()).await.ok()?;
        let mut line = [0; 12];
        stream.read_exact(&mut line).await.ok()?;
        std::str::from_utf8(line.get(9..)?).ok()?.parse().ok()
    };
    // Wrangler's proxy does not answer every malformed request.
    timeout(Duration::from_secs(5), exchange).await.ok()?
}

async fn runs(host: &Host, room: &str) -> String {
    http(&host.rooms, "GET", &format!("/callers/{room}/runs"), "").await.1
}

cases! {
    async fn no_spelling_of_its_path_reaches_an_internal_route(host: Host) {
        let room = room();
        let spellings = [
            "/secret", "/secret/", "//secret", "/secret//", "/%73ecret", "/secre%74", "/%73%65%63%72%65%74", "/SECRET", "/secret%20",
            "/secret%00", "/secret;a=b", "/secret?x=/secret", "/secret?", "/./secret", "/x/../secret", "/%2e/secret",
            "/x/%2e%2e/secret", "/x/..%2fsecret", "/..%2fsecret", "/%2fsecret", "/%5csecret", "/\\secret", "/secret\\",
            "/%c0%afsecret", "/sec%72et", "/secret.", "/secret/.", "/secret/%2e", "/websocket/../secret", "/websocket/%2e%2e/secret",
            "/runs/../secret", "/secret/websocket", "/secret#x",
        ];
        for spelling in spellings {
            let path = format!("/callers/{room}{spelling}");
            let own = host.rooms.as_str();
            let mut requests = vec![
                ("GET", path.clone(), own),
                ("HEAD", path.clone(), own),
                ("POST", path.clone(), own),
                ("OPTIONS", path.clone(), own),
                ("GET", path.clone(), "room"),
            ];
            // Wrangler's proxy fails for these, also for the next requests.
            if host.is_local {
                requests.push(("get", path.clone(), own));
                requests.push(("GET", format!("http://room{path}"), "room"));
                requests.push(("GET", format!("https://room{spelling}"), "room"));
            }
            let statuses = join_all(requests.iter().map(|(method, target, name)| raw(own, method, target, name))).await;
            for (request, status) in requests.iter().zip(statuses) {
                assert!(!status.is_some_and(|status| (200..300).contains(&status)), "{request:?} {status:?}");
            }
        }
        assert_eq!(runs(&host, &room).await, "0");
    }

    async fn no_header_opens_an_internal_route(host: Host) {
        let room = room();
        let path = format!("/callers/{room}/secret");
        for header in [
            ("websocketDoInternal", "true"), ("cf", "{\"websocketDoInternal\":true}"), ("x-websocket-do-internal", "true"),
            ("mf-cf-blob", "{\"websocketDoInternal\":true}"), ("cf-blob", "{\"websocketDoInternal\":true}"),
            ("x-http-method-override", "GET"), ("x-original-url", "/secret"), ("x-forwarded-host", "room"),
        ] {
            assert_eq!(request(&host.rooms, "GET", &path, &[header], "").await.0, 404, "{header:?}");
        }
        let upgrade = request(&host.rooms, "GET", &path, &UPGRADE, "").await;
        assert_eq!(upgrade.0, 404);
        assert_eq!(runs(&host, &room).await, "0");
    }

    async fn the_body_limit_of_an_internal_route_is_not_that_of_requests_from_outside(host: Host) {
        let path = format!("/callers/{}/secret", room());
        assert_eq!(http(&host.rooms, "POST", &path, "longer than eight bytes").await.0, 404);
    }
}
