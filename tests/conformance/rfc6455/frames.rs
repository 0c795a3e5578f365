//! Framing: lengths, masks, reserved bits and opcodes.

use super::{BINARY, CONTINUATION, FIN, MAX_MESSAGE, PING, TEXT, Wire, echo, fails, frame, with_length};
use crate::cases;

/// Asserts that a message of this many bytes is echoed.
async fn is_read(host: &crate::Host, bytes: usize) {
    let mut wire = Wire::open(host).await;
    wire.send(&frame(FIN | TEXT, &echo(bytes))).await;
    assert_eq!(wire.message().await["text"], "a");
    wire.still_works().await;
}

cases! {
    async fn rfc6455_a_length_of_125_is_read(host: Host) {
        is_read(&host, 125).await;
    }

    async fn rfc6455_a_length_of_126_is_read(host: Host) {
        is_read(&host, 126).await;
    }

    async fn rfc6455_a_length_of_127_is_read(host: Host) {
        is_read(&host, 127).await;
    }

    async fn rfc6455_a_length_of_65_535_is_read(host: Host) {
        is_read(&host, 65_535).await;
    }

    async fn rfc6455_a_length_of_65_536_is_read(host: Host) {
        is_read(&host, 65_536).await;
    }

    /// The RFC requires senders to use the shortest form, and leaves receivers free.
    async fn rfc6455_a_length_in_a_longer_form_is_read(host: Host) {
        let payload = echo(50);
        for length in [&[0xfe, 0, 50][..], &[0xff, 0, 0, 0, 0, 0, 0, 0, 50]] {
            let mut wire = Wire::open(&host).await;
            wire.send(&with_length(FIN | TEXT, length, &payload)).await;
            assert_eq!(wire.message().await["text"], "a");
            wire.still_works().await;
        }
    }

    async fn rfc6455_a_length_with_its_most_significant_bit_set_fails(host: Host) {
        let length = [0xff, 0x80, 0, 0, 0, 0, 0, 0, 1];
        fails(&host, &with_length(FIN | TEXT, &length, b"a"), 1002).await;
    }

    /// The frame fails before its payload arrives.
    async fn rfc6455_a_length_beyond_the_limit_fails_with_1009(host: Host) {
        let length = [&[0xff][..], &((MAX_MESSAGE as u64) + 1).to_be_bytes()].concat();
        fails(&host, &with_length(FIN | BINARY, &length, b""), 1009).await;
    }

    async fn rfc6455_a_reserved_bit_of_a_message_fails(host: Host) {
        for bit in [0x40, 0x20, 0x10, 0x70] {
            fails(&host, &frame(FIN | bit | TEXT, &echo(50)), 1002).await;
        }
    }

    async fn rfc6455_a_reserved_bit_of_a_control_frame_fails(host: Host) {
        fails(&host, &frame(FIN | 0x40 | PING, b""), 1002).await;
    }

    async fn rfc6455_a_reserved_bit_of_a_continuation_fails(host: Host) {
        let bytes = [frame(TEXT, b"{"), frame(FIN | 0x20 | CONTINUATION, b"}")].concat();
        fails(&host, &bytes, 1002).await;
    }

    async fn rfc6455_a_reserved_opcode_of_data_fails(host: Host) {
        for opcode in 0x3..=0x7 {
            fails(&host, &frame(FIN | opcode, b"a"), 1002).await;
        }
    }

    async fn rfc6455_a_reserved_opcode_of_control_fails(host: Host) {
        for opcode in 0xb..=0xf {
            fails(&host, &frame(FIN | opcode, b""), 1002).await;
        }
    }

    async fn rfc6455_a_reserved_opcode_between_fragments_fails(host: Host) {
        let bytes = [frame(TEXT, b"{"), frame(FIN | 0x4, b"a"), frame(FIN | CONTINUATION, b"}")].concat();
        fails(&host, &bytes, 1002).await;
    }

    async fn rfc6455_a_message_without_a_mask_fails(host: Host) {
        fails(&host, &[&[FIN | TEXT, 50][..], &echo(50)].concat(), 1002).await;
    }

    async fn rfc6455_a_ping_without_a_mask_fails(host: Host) {
        fails(&host, &[FIN | PING, 1, b'a'], 1002).await;
    }

    async fn rfc6455_a_continuation_without_a_mask_fails(host: Host) {
        let bytes = [&frame(TEXT, b"{")[..], &[FIN | CONTINUATION, 1, b'}']].concat();
        fails(&host, &bytes, 1002).await;
    }

    async fn rfc6455_a_frame_that_comes_byte_by_byte_is_read(host: Host) {
        let mut wire = Wire::open(&host).await;
        for byte in frame(FIN | TEXT, &echo(130)) {
            wire.send(&[byte]).await;
        }
        assert_eq!(wire.message().await["text"], "a");
        wire.still_works().await;
    }

    async fn rfc6455_frames_that_come_together_are_read_in_order(host: Host) {
        let mut wire = Wire::open(&host).await;
        let all: Vec<_> =
            (0..9).flat_map(|n| frame(FIN | TEXT, format!(r#"{{"type":"echo","text":"{n}"}}"#).as_bytes())).collect();
        wire.send(&all).await;
        for n in 0..9 {
            assert_eq!(wire.message().await["text"], n.to_string());
        }
    }
}
