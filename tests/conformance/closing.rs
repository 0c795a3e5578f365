//! How sessions end: close codes in both directions, delivery before a close, and no delivery after it.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    Host, cases,
    events_room::{closed, join, log_of_the_end, still_works, wait_for_count},
    peer::{FORMATS, Format, Received, room},
    raw::masked,
};

/// Closes from the client; asserts the answer, and that the close handler ran once before it.
async fn is_answered(host: &Host, sent: Option<(u16, &str)>, answered: (u16, &str)) {
    for format in FORMATS {
        let room = room();
        let mut peer = join(host, &room, format).await;
        peer.close(sent).await;
        assert_eq!(peer.receive().await, Received::Closed(answered.0, answered.1.into()));
        let (code, reason) = sent.unwrap_or((1005, ""));
        assert_eq!(log_of_the_end(host, &room).await, [closed(code, reason)]);
        wait_for_count(host, &room, 0).await;
    }
}

cases! {
    async fn a_close_without_a_code_is_answered_with_1000(host: Host) {
        is_answered(&host, None, (1000, "")).await;
    }

    async fn a_close_with_1000_is_answered_with_1000(host: Host) {
        is_answered(&host, Some((1000, "")), (1000, "")).await;
        is_answered(&host, Some((1000, "bye")), (1000, "bye")).await;
    }

    async fn a_close_with_1001_as_browsers_send_it_is_answered_with_1001(host: Host) {
        is_answered(&host, Some((1001, "")), (1001, "")).await;
    }

    async fn a_close_with_3000_is_answered_with_3000(host: Host) {
        is_answered(&host, Some((3000, "")), (3000, "")).await;
    }

    async fn a_close_with_4001_and_a_reason_is_answered_with_both(host: Host) {
        is_answered(&host, Some((4001, "bye")), (4001, "bye")).await;
    }

    async fn a_close_with_a_reason_of_123_bytes_is_answered_with_all_of_it(host: Host) {
        let reason = format!("{}x", "ä".repeat(61));
        is_answered(&host, Some((4999, &reason)), (4999, &reason)).await;
    }

    async fn a_close_with_an_invalid_code_is_answered_with_1002(host: Host) {
        for code in [999_u16, 1004, 1015, 1016, 2000, 2999, 5000] {
            let room = room();
            let mut peer = join(&host, &room, Format::Json).await;
            peer.send_bytes(&masked(0x8, &code.to_be_bytes())).await;
            // Without a reason: if the server sent the code back, the client's library would report 1002 with a reason.
            assert_eq!(peer.receive().await, Received::Closed(1002, String::new()), "the answer to {code}");
            assert_eq!(log_of_the_end(&host, &room).await, [closed(code, "")]);
            wait_for_count(&host, &room, 0).await;
        }
    }

    async fn a_lost_connection_runs_the_close_handler_once_with_1006(host: Host) {
        for format in FORMATS {
            let room = room();
            drop(join(&host, &room, format).await);
            let log = log_of_the_end(&host, &room).await;
            assert!(log.len() == 1 && log[0].starts_with("closed 1006") && log[0].contains(", 1 counted"), "{log:?}");
            wait_for_count(&host, &room, 0).await;
        }
    }

    async fn a_socket_error_runs_the_close_handler_once(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::Json).await;
        // A reserved opcode of RFC 6455.
        peer.send_bytes(&masked(0x3, b"")).await;
        assert!(matches!(peer.receive().await, Received::Closed(..)));
        let log = log_of_the_end(&host, &room).await;
        assert!(log.len() == 1 && log[0].starts_with("closed 1006"), "{log:?}");
        wait_for_count(&host, &room, 0).await;
    }

    async fn a_close_by_the_room_reaches_the_client_and_runs_the_close_handler_once(host: Host) {
        for format in FORMATS {
            for (code, reason) in [(1000, ""), (3000, "r"), (4002, "done"), (4999, "r".repeat(123).as_str())] {
                let room = room();
                let mut peer = join(&host, &room, format).await;
                let last = peer.ask(json!({"type": "leave", "code": code, "reason": reason})).await;
                assert_eq!(last["text"], "last");
                assert_eq!(peer.receive().await, Received::Closed(code, reason.into()));
                let expected = ["send after close: true".to_owned(), closed(code, reason)];
                assert_eq!(log_of_the_end(&host, &room).await, expected);
                wait_for_count(&host, &room, 0).await;
            }
        }
    }

    async fn a_close_by_the_room_completes_when_the_client_disconnects(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::Json).await;
        peer.send(json!({"type": "leave", "code": 4002, "reason": "done"})).await;
        drop(peer);
        let log = log_of_the_end(&host, &room).await;
        assert_eq!(log.iter().filter(|line| line.starts_with("closed")).count(), 1, "{log:?}");
        wait_for_count(&host, &room, 0).await;
    }

    async fn a_close_reason_that_is_too_long_is_truncated(host: Host) {
        for format in FORMATS {
            for (reason, left) in [("r".repeat(124), 123), ("ä".repeat(62), 122), ("r".repeat(40_000), 123)] {
                let room = room();
                let mut peer = join(&host, &room, format).await;
                peer.send(json!({"type": "leave", "code": 4001, "reason": reason})).await;
                assert_eq!(peer.message().await["text"], "last");
                assert_eq!(peer.receive().await, Received::Closed(4001, reason[..left].into()));
                assert_eq!(log_of_the_end(&host, &room).await.len(), 2);
                wait_for_count(&host, &room, 0).await;
            }
        }
    }

    async fn a_close_whose_reason_is_not_utf_8_is_answered(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::Json).await;
        peer.send_bytes(&masked(0x8, &[&4001_u16.to_be_bytes()[..], &[0xff; 123]].concat())).await;
        assert!(matches!(peer.receive().await, Received::Closed(code, _) if code != 1006), "the close was not answered");
        wait_for_count(&host, &room, 0).await;
    }

    async fn closing_with_an_invalid_code_is_an_error(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000] {
            assert_eq!(peer.ask(json!({"type": "leave", "code": code, "reason": ""})).await["text"], "last");
            assert!(peer.message().await["error"].as_str().unwrap().contains("close"), "{code}");
        }
        still_works(&mut peer).await;
    }

    async fn messages_before_a_close_are_delivered_in_order(host: Host) {
        for format in FORMATS {
            let room = room();
            let mut peer = join(&host, &room, format).await;
            peer.send(json!({"type": "flood", "count": 50, "code": 4003})).await;
            for number in 0..50 {
                assert_eq!(peer.message().await["text"], number.to_string());
            }
            assert_eq!(peer.receive().await, Received::Closed(4003, String::new()));
            assert_eq!(log_of_the_end(&host, &room).await, [closed(4003, "")]);
        }
    }

    async fn messages_before_a_close_reach_a_slow_reader(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        peer.send(json!({"type": "flood", "count": 2000, "code": 4003})).await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        for number in 0..2000 {
            assert_eq!(peer.message().await["text"], number.to_string());
        }
        assert_eq!(peer.receive().await, Received::Closed(4003, String::new()));
    }

    async fn frames_sent_after_the_peers_close_are_not_delivered(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::Json).await;
        let before = masked(0x1, br#"{"type":"write","line":"before"}"#);
        let after = masked(0x1, br#"{"type":"write","line":"after"}"#);
        peer.send_bytes(&[before, masked(0x8, &4001_u16.to_be_bytes()), after].concat()).await;
        assert_eq!(peer.receive().await, Received::Closed(4001, String::new()));
        assert_eq!(log_of_the_end(&host, &room).await, ["before".to_owned(), closed(4001, "")]);
    }

    async fn frames_received_after_the_rooms_close_are_not_delivered(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::Json).await;
        peer.send(json!({"type": "write", "line": "before"})).await;
        peer.send(json!({"type": "leave", "code": 4002, "reason": ""})).await;
        for _ in 0..20 {
            peer.send(json!({"type": "write", "line": "after"})).await;
        }
        assert_eq!(peer.message().await["text"], "last");
        assert_eq!(peer.receive().await, Received::Closed(4002, String::new()));
        let expected = ["before".to_owned(), "send after close: true".to_owned(), closed(4002, "")];
        assert_eq!(log_of_the_end(&host, &room).await, expected);
    }

    async fn a_close_during_a_handlers_await_is_handled_after_it(host: Host) {
        for format in FORMATS {
            let room = room();
            let mut peer = join(&host, &room, format).await;
            peer.send(json!({"type": "echo", "text": "late", "afterMs": 200})).await;
            peer.send(json!({"type": "write", "line": "between"})).await;
            peer.close(Some((4000, "gone"))).await;
            assert_eq!(log_of_the_end(&host, &room).await, ["between".to_owned(), closed(4000, "gone")]);
        }
    }

    async fn a_close_during_a_handlers_await_is_answered_after_it(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::Json).await;
        peer.send(json!({"type": "echo", "text": "late", "afterMs": 200})).await;
        // Sent as bytes: the library would not return a message after its own close.
        peer.send_bytes(&masked(0x8, &4000_u16.to_be_bytes())).await;
        assert_eq!(peer.message().await["text"], "late");
        assert_eq!(peer.receive().await, Received::Closed(4000, String::new()));
    }

    async fn simultaneous_closes_run_the_close_handler_once(host: Host) {
        for format in FORMATS {
            for _ in 0..5 {
                let room = room();
                let mut peer = join(&host, &room, format).await;
                peer.send(json!({"type": "leave", "code": 4002, "reason": "room"})).await;
                peer.close(Some((4001, "client"))).await;
                let end = loop {
                    if let Received::Closed(code, _) = peer.receive().await {
                        break code;
                    }
                };
                assert!(matches!(end, 4001 | 4002), "{end}");
                let log = log_of_the_end(&host, &room).await;
                let ends: Vec<_> = log.iter().filter(|line| line.starts_with("closed")).collect();
                assert!(matches!(ends[..], [end] if end.starts_with("closed 400")), "{log:?}");
                wait_for_count(&host, &room, 0).await;
            }
        }
    }

    async fn a_close_by_the_room_after_the_clients_runs_the_close_handler_once(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, Format::Json).await;
        peer.send(json!({"type": "leave", "code": 4002, "reason": "room", "afterMs": 200})).await;
        peer.close(Some((4001, "client"))).await;
        let log = log_of_the_end(&host, &room).await;
        assert_eq!(log.last(), Some(&closed(4001, "client")), "{log:?}");
        assert_eq!(log.iter().filter(|line| line.starts_with("closed")).count(), 1, "{log:?}");
        wait_for_count(&host, &room, 0).await;
    }

    async fn a_closed_session_does_not_affect_the_others(host: Host) {
        let room = room();
        let mut stays = join(&host, &room, Format::Json).await;
        for (index, format) in FORMATS.into_iter().enumerate() {
            let mut goes = join(&host, &room, format).await;
            if index == 0 {
                goes.close(Some((1000, ""))).await;
            }
            drop(goes);
            wait_for_count(&host, &room, 1).await;
            still_works(&mut stays).await;
        }
        stays.send_frame(Message::text("{}")).await;
        assert_eq!(stays.message().await["code"], "missing");
    }
}
