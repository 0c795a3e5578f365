//! Text that is not UTF-8.

use super::{CONTINUATION, FIN, TEXT, Wire, fails, frame};
use crate::cases;

/// A text message that contains these bytes.
fn around(bytes: &[u8]) -> Vec<u8> {
    [br#"{"type":"echo","text":""#, bytes, br#""}"#].concat()
}

cases! {
    async fn rfc6455_text_with_invalid_utf8_fails_with_1007(host: Host) {
        for bytes in [&[0xff][..], &[0xfe, 0xfe], &[0x80], &[0xc3, 0x28], &[0xe2, 0x28, 0xa1]] {
            fails(&host, &frame(FIN | TEXT, &around(bytes)), 1007).await;
        }
    }

    async fn rfc6455_text_with_an_overlong_form_fails_with_1007(host: Host) {
        for bytes in [&[0xc0, 0xaf][..], &[0xe0, 0x80, 0xaf], &[0xf0, 0x80, 0x80, 0xaf]] {
            fails(&host, &frame(FIN | TEXT, &around(bytes)), 1007).await;
        }
    }

    async fn rfc6455_text_with_a_surrogate_fails_with_1007(host: Host) {
        for bytes in [&[0xed, 0xa0, 0x80][..], &[0xed, 0xbf, 0xbf], &[0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80]] {
            fails(&host, &frame(FIN | TEXT, &around(bytes)), 1007).await;
        }
    }

    async fn rfc6455_text_beyond_unicode_fails_with_1007(host: Host) {
        fails(&host, &frame(FIN | TEXT, &around(&[0xf4, 0x90, 0x80, 0x80])), 1007).await;
    }

    async fn rfc6455_text_that_ends_inside_a_character_fails_with_1007(host: Host) {
        for bytes in [&[0xc3][..], &[0xe2, 0x82], &[0xf0, 0x9f, 0x92]] {
            fails(&host, &frame(FIN | TEXT, &[b"a", bytes].concat()), 1007).await;
        }
    }

    async fn rfc6455_fragments_that_end_inside_a_character_fail_with_1007(host: Host) {
        for last in [&[0xe2, 0x82][..], &[]] {
            let bytes = [frame(TEXT, &[b'a', 0xe2]), frame(FIN | CONTINUATION, last)].concat();
            fails(&host, &bytes, 1007).await;
        }
    }

    /// The first fragment fails; the last is never sent.
    async fn rfc6455_invalid_utf8_fails_at_its_fragment(host: Host) {
        let bytes = [frame(TEXT, b"a"), frame(CONTINUATION, &[0xff])].concat();
        fails(&host, &bytes, 1007).await;
    }

    async fn rfc6455_a_character_may_be_split_across_fragments(host: Host) {
        let message = around("\u{1f496}\u{20ac}\u{e4}".as_bytes());
        for cut in 1..message.len() {
            let mut wire = Wire::open(&host).await;
            wire.send(&[frame(TEXT, &message[..cut]), frame(FIN | CONTINUATION, &message[cut..])].concat()).await;
            assert_eq!(wire.message().await["text"], "\u{1f496}\u{20ac}\u{e4}", "cut at {cut}");
        }
    }
}
