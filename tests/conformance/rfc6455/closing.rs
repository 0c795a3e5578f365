//! Close frames.

use super::{CLOSE, FIN, PING, Received, TEXT, Wire, fails, frame};
use crate::cases;

/// A close frame with a code and a reason.
fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(FIN | CLOSE, &[&code.to_be_bytes(), reason].concat())
}

/// Sends these bytes; returns the payload of the answering close frame, after which the connection must end.
async fn answer(host: &crate::Host, bytes: &[u8]) -> Vec<u8> {
    let mut wire = Wire::open(host).await;
    wire.send(bytes).await;
    let Received::Frame(0x88, payload) = wire.next().await else { panic!("expected a close frame") };
    wire.ends().await;
    payload
}

cases! {
    async fn rfc6455_a_close_without_a_payload_is_answered_with_1000(host: Host) {
        assert_eq!(answer(&host, &frame(FIN | CLOSE, b"")).await, 1000_u16.to_be_bytes());
    }

    async fn rfc6455_a_close_is_answered_with_its_code(host: Host) {
        for code in [1000_u16, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999] {
            assert_eq!(answer(&host, &close(code, b"")).await, code.to_be_bytes());
        }
    }

    async fn rfc6455_a_close_of_125_bytes_is_answered_with_all_of_them(host: Host) {
        let payload = [&4000_u16.to_be_bytes()[..], &[b'r'; 123]].concat();
        assert_eq!(answer(&host, &frame(FIN | CLOSE, &payload)).await, payload);
    }

    async fn rfc6455_a_close_of_one_byte_fails(host: Host) {
        fails(&host, &frame(FIN | CLOSE, &[3]), 1002).await;
    }

    async fn rfc6455_a_close_of_126_bytes_fails(host: Host) {
        fails(&host, &close(1000, &[b'r'; 124]), 1002).await;
    }

    async fn rfc6455_a_close_with_a_forbidden_code_fails(host: Host) {
        for code in [0, 999, 1004, 1005, 1006, 1015, 5000, u16::MAX] {
            fails(&host, &close(code, b""), 1002).await;
        }
    }

    async fn rfc6455_a_close_with_an_undefined_code_fails(host: Host) {
        for code in [1016, 1100, 2000, 2999] {
            fails(&host, &close(code, b""), 1002).await;
        }
    }

    async fn rfc6455_a_close_whose_reason_is_not_utf8_fails_with_1007(host: Host) {
        for reason in [&[0xff; 123][..], b"\xce\xba\xed\xa0\x80", b"a\xe2\x82"] {
            fails(&host, &close(1000, reason), 1007).await;
        }
    }

    async fn rfc6455_a_close_without_a_mask_fails(host: Host) {
        fails(&host, &[FIN | CLOSE, 2, 0x03, 0xe8], 1002).await;
    }

    async fn rfc6455_data_after_a_close_is_ignored(host: Host) {
        let after = [
            frame(FIN | TEXT, br#"{"type":"echo","text":"a"}"#), frame(FIN | PING, b"a"), close(4002, b""),
            frame(FIN | 0x3, b"x"), vec![0; 100_000],
        ];
        let bytes = [close(4001, b""), after.concat()].concat();
        assert_eq!(answer(&host, &bytes).await, 4001_u16.to_be_bytes());
    }

    async fn rfc6455_data_before_a_close_is_handled(host: Host) {
        let mut wire = Wire::open(&host).await;
        let message = frame(FIN | TEXT, br#"{"type":"echo","text":"a"}"#);
        wire.send(&[message, close(4001, b"")].concat()).await;
        assert_eq!(wire.message().await["text"], "a");
        wire.ends_with(4001).await;
    }

    async fn rfc6455_the_answer_to_the_rooms_close_ends_the_connection(host: Host) {
        let mut wire = Wire::open(&host).await;
        wire.send(&frame(FIN | TEXT, br#"{"type":"leave","code":4002,"reason":"r"}"#)).await;
        assert_eq!(wire.message().await["text"], "last");
        assert_eq!(wire.next().await, Received::Frame(FIN | CLOSE, b"\x0f\xa2r".to_vec()));
        wire.send(&close(4002, b"r")).await;
        wire.ends().await;
    }

    /// A peer may have sent frames before it reads the close.
    async fn rfc6455_frames_after_the_rooms_close_are_ignored(host: Host) {
        let mut wire = Wire::open(&host).await;
        wire.send(&frame(FIN | TEXT, br#"{"type":"leave","code":4002,"reason":"r"}"#)).await;
        assert_eq!(wire.message().await["text"], "last");
        assert!(matches!(wire.next().await, Received::Frame(0x88, _)));
        wire.send(&[frame(FIN | PING, b"a"), frame(FIN | TEXT, b"late"), close(4002, b"r")].concat()).await;
        wire.ends().await;
    }
}
