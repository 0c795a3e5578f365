//! Request bodies: limits, timeouts, and when the client gets the answer.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    Host, cases,
    peer::{PATIENCE, request, room},
};

const MIB: usize = 1 << 20;

/// Sends chunks of a body until the answer arrives; returns its status. On workerd, wrangler's proxy may close the connection
/// instead, or answer 503.
async fn unending(host: &Host, method: &str, path: &str) -> Option<u16> {
    let address = &host.rooms;
    let head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\ntransfer-encoding: chunked\r\n\r\n");
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let stream = TcpStream::connect(address).await.expect("a connection");
    let (mut reader, mut writer) = stream.into_split();
    writer.write_all(head.as_bytes()).await.expect("an open connection");
    let sending = async {
        // A server that has answered may stop reading.
        while writer.write_all(chunk.as_bytes()).await.is_ok() {
            tokio::task::yield_now().await;
        }
        std::future::pending().await
    };
    let answer = async {
        tokio::select! {
            status = status(&mut reader) => status,
            status = sending => status,
        }
    };
    let status = timeout(PATIENCE, answer).await.unwrap_or_else(|_| panic!("{method} {path} has no end"));
    status.filter(|&status| host.is_local || status != 503)
}

/// Sends the head of a request and the first byte of its body; returns the status of the answer.
async fn begun(address: &str, method: &str, path: &str, length: usize) -> u16 {
    let head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\n\r\nx");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(head.as_bytes()).await.expect("an open connection");
    timeout(PATIENCE, status(&mut stream)).await.expect("an answer in time").expect("an answer")
}

/// Reads the status of an answer; None if the connection is closed.
async fn status(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<u16> {
    let mut line = [0; 12];
    stream.read_exact(&mut line).await.ok()?;
    let line = String::from_utf8_lossy(&line);
    Some(line.strip_prefix("HTTP/1.1 ").and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{line:?}")))
}

/// Sends a body of this length; returns the answer.
async fn whole(host: &Host, method: &str, path: &str, length: usize) -> (u16, String) {
    request(&host.rooms, method, &format!("/routes/{}{path}", room()), &[], &"x".repeat(length)).await
}

cases! {
    async fn a_body_at_the_limit_is_read_and_one_byte_more_is_413(host: Host) {
        // The app's limit is 2 MiB.
        for (path, limit) in [("/small", 16), ("/body", 2 * MIB), ("/large", 4 * MIB)] {
            assert_eq!(whole(&host, "POST", path, limit).await, (200, limit.to_string()), "{path}");
            assert_eq!(begun(&host.rooms, "POST", &format!("/routes/a{path}"), limit + 1).await, 413, "{path}");
        }
        assert_eq!(whole(&host, "DELETE", "/body", 0).await, (200, "0".into()));
        assert_eq!(begun(&host.rooms, "DELETE", "/routes/a/body", 1).await, 413);
    }

    async fn the_default_body_limit_is_1_mib(host: Host) {
        let path = format!("/room/{}/broadcast", room());
        let headers = [("content-type", "application/json")];
        let padded = |length: usize| format!("{{\"text\":\"tea\"}}{}", " ".repeat(length - 14));
        assert_eq!(request(&host.chat, "POST", &path, &headers, &padded(MIB)).await, (200, "{\"delivered\":0}".into()));
        assert_eq!(begun(&host.chat, "POST", &path, MIB + 1).await, 413);
    }

    async fn a_content_length_beyond_the_limit_is_413_before_the_body_is_sent(host: Host) {
        for (path, length) in [("/small", 17), ("/body", 200 * MIB), ("/large", 200 * MIB)] {
            let path = format!("/routes/{}{path}", room());
            assert_eq!(begun(&host.rooms, "POST", &path, length).await, 413, "{path}");
        }
    }

    async fn an_endless_body_is_413_once_it_exceeds_the_limit(host: Host) {
        for path in ["/small", "/body", "/large"] {
            let path = format!("/routes/{}{path}", room());
            let status = unending(&host, "POST", &path).await;
            assert!(status == Some(413) || status.is_none() && !host.is_local, "{path}: {status:?}");
        }
    }

    async fn the_body_of_an_unrouted_request_is_not_read(host: Host) {
        let path = |path: &str| format!("/routes/{}{path}", room());
        for (method, path) in [
            ("POST", path("/nowhere")), ("PUT", path("/body")), ("PATCH", path("/small")), ("POST", path("/websocket")),
            ("POST", path("/name")),
        ] {
            assert_eq!(begun(&host.rooms, method, &path, 200 * MIB).await, 404, "{method} {path}");
        }
        // wrangler's proxy reads the rest of a body that the Worker did not.
        for path in [path("/nowhere"), "/nowhere".into(), "/".into()].iter().filter(|_| host.is_local) {
            assert_eq!(begun(&host.rooms, "POST", path, 200 * MIB).await, 404, "{path}");
            assert_eq!(unending(&host, "POST", path).await, Some(404), "{path}");
        }
    }

    async fn a_room_answers_others_while_a_body_is_incomplete(host: Host) {
        let room = room();
        let head = format!("POST /routes/{room}/body HTTP/1.1\r\nhost: {}\r\ncontent-length: 9\r\n\r\nx", host.rooms);
        let mut slow = TcpStream::connect(&host.rooms).await.expect("a connection");
        slow.write_all(head.as_bytes()).await.expect("an open connection");
        tokio::time::sleep(Duration::from_millis(100)).await;
        let answer = request(&host.rooms, "POST", &format!("/routes/{room}/body"), &[], "x").await;
        assert_eq!(answer, (200, "1".into()));
        slow.write_all(b"23456789").await.expect("an open connection");
        assert_eq!(timeout(PATIENCE, status(&mut slow)).await.expect("an answer in time"), Some(200));
    }
}

/// The cases that mostly sleep.
pub(crate) mod sleeping {
    use super::{PATIENCE, TcpStream, cases, room, status};
    use tokio::{io::AsyncWriteExt, time::timeout};

    cases! {
        async fn a_body_that_does_not_end_in_30_seconds_is_408(host: Host) {
            let path = format!("/routes/{}/body", room());
            let head = format!("POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: 9\r\n\r\nx", host.rooms);
            let mut slow = TcpStream::connect(&host.rooms).await.expect("a connection");
            slow.write_all(head.as_bytes()).await.expect("an open connection");
            assert_eq!(timeout(4 * PATIENCE, status(&mut slow)).await.expect("an answer in time"), Some(408));
        }
    }
}
