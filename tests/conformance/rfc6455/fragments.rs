//! Fragmented messages.

use super::{BINARY, CONTINUATION, FIN, MAX_MESSAGE, TEXT, Wire, echo, fails, frame};
use crate::{cases, events_room::log};

/// Asserts that these fragments are one echo message.
async fn is_a_message(host: &crate::Host, fragments: &[Vec<u8>]) {
    let mut wire = Wire::open(host).await;
    wire.send(&fragments.concat()).await;
    assert_eq!(wire.message().await["text"], "a");
    wire.still_works().await;
}

/// Fragments of this size, together twice the limit of a message.
fn endless(size: usize) -> Vec<u8> {
    [frame(TEXT, b"x"), frame(CONTINUATION, &vec![b'x'; size]).repeat(2 * MAX_MESSAGE / size)].concat()
}

cases! {
    async fn rfc6455_a_message_in_two_fragments_is_one(host: Host) {
        let message = echo(60);
        is_a_message(&host, &[frame(TEXT, &message[..30]), frame(FIN | CONTINUATION, &message[30..])]).await;
    }

    async fn rfc6455_fragments_may_be_empty(host: Host) {
        let empty = || frame(CONTINUATION, b"");
        let fragments = [
            frame(TEXT, b""), empty(), empty(), frame(CONTINUATION, &echo(60)), empty(), frame(FIN | CONTINUATION, b""),
        ];
        is_a_message(&host, &fragments).await;
    }

    async fn rfc6455_fragments_may_be_of_one_byte(host: Host) {
        let message = echo(200);
        let middle = message[1..199].iter().map(|byte| frame(CONTINUATION, &[*byte]));
        let fragments: Vec<_> = [frame(TEXT, &message[..1])]
            .into_iter()
            .chain(middle)
            .chain([frame(FIN | CONTINUATION, &message[199..])])
            .collect();
        is_a_message(&host, &fragments).await;
    }

    async fn rfc6455_fragments_may_add_up_to_the_limit(host: Host) {
        let message = echo(MAX_MESSAGE);
        let half = MAX_MESSAGE / 2;
        is_a_message(&host, &[frame(TEXT, &message[..half]), frame(FIN | CONTINUATION, &message[half..])]).await;
    }

    async fn rfc6455_an_empty_message_in_fragments_is_one(host: Host) {
        let mut wire = Wire::open(&host).await;
        wire.send(&[frame(TEXT, b""), frame(FIN | CONTINUATION, b"")].concat()).await;
        assert_eq!(wire.message().await["code"], "malformed");
        wire.still_works().await;
    }

    async fn rfc6455_a_continuation_without_a_message_fails(host: Host) {
        fails(&host, &frame(FIN | CONTINUATION, &echo(60)), 1002).await;
    }

    async fn rfc6455_an_unfinished_continuation_without_a_message_fails(host: Host) {
        fails(&host, &frame(CONTINUATION, &echo(60)), 1002).await;
    }

    async fn rfc6455_a_continuation_of_a_whole_message_fails(host: Host) {
        let mut wire = Wire::open(&host).await;
        wire.send(&frame(FIN | TEXT, &echo(60))).await;
        assert_eq!(wire.message().await["text"], "a");
        wire.fails_with(&frame(FIN | CONTINUATION, b"more"), 1002).await;
    }

    /// Neither message is handled.
    async fn rfc6455_a_new_message_inside_another_fails(host: Host) {
        let note = br#"{"type":"write","line":"a"}"#;
        for opcode in [TEXT, BINARY] {
            for first in [FIN | opcode, opcode] {
                let wire = Wire::open(&host).await;
                let room = wire.room.clone();
                wire.fails_with(&[frame(TEXT, note), frame(first, note)].concat(), 1002).await;
                assert!(!log(&host, &room).await.contains(&"a".to_owned()));
            }
        }
    }

    async fn rfc6455_a_message_that_is_never_finished_is_not_handled(host: Host) {
        let mut wire = Wire::open(&host).await;
        wire.send(&frame(TEXT, br#"{"type":"write","line":"a"}"#)).await;
        let room = wire.room.clone();
        wire.leaves().await;
        assert!(!log(&host, &room).await.contains(&"a".to_owned()));
    }

    async fn rfc6455_endless_fragments_end_with_1009(host: Host) {
        fails(&host, &endless(64 * 1024), 1009).await;
    }

    async fn rfc6455_endless_small_fragments_end_with_1009(host: Host) {
        fails(&host, &endless(16), 1009).await;
    }
}
