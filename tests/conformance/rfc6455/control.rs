//! Control frames: ping, pong, and their limits.

use super::{CLOSE, CONTINUATION, FIN, PING, PONG, Received, TEXT, Wire, echo, fails, frame};
use crate::cases;

/// Asserts that a ping with this payload is answered with the same payload.
async fn is_answered(host: &crate::Host, payload: &[u8]) {
    let mut wire = Wire::open(host).await;
    wire.send(&frame(FIN | PING, payload)).await;
    assert_eq!(wire.next().await, Received::Frame(FIN | PONG, payload.to_vec()));
    wire.still_works().await;
}

cases! {
    async fn rfc6455_a_ping_without_a_payload_is_answered(host: Host) {
        is_answered(&host, b"").await;
    }

    async fn rfc6455_a_ping_is_answered_with_its_payload(host: Host) {
        is_answered(&host, b"Hello").await;
    }

    async fn rfc6455_a_ping_of_125_bytes_is_answered_with_all_of_them(host: Host) {
        is_answered(&host, &[b'x'; 125]).await;
    }

    async fn rfc6455_a_ping_may_hold_any_bytes(host: Host) {
        is_answered(&host, &[0, 0xff, 0xfe, 0xc3, 0x28]).await;
    }

    async fn rfc6455_a_ping_of_126_bytes_fails(host: Host) {
        fails(&host, &frame(FIN | PING, &[b'x'; 126]), 1002).await;
    }

    async fn rfc6455_a_pong_of_126_bytes_fails(host: Host) {
        fails(&host, &frame(FIN | PONG, &[b'x'; 126]), 1002).await;
    }

    async fn rfc6455_a_ping_in_fragments_fails(host: Host) {
        fails(&host, &frame(PING, b"a"), 1002).await;
    }

    async fn rfc6455_a_pong_in_fragments_fails(host: Host) {
        fails(&host, &frame(PONG, b"a"), 1002).await;
    }

    async fn rfc6455_a_close_in_fragments_fails(host: Host) {
        fails(&host, &frame(CLOSE, &1000_u16.to_be_bytes()), 1002).await;
    }

    async fn rfc6455_an_unsolicited_pong_is_ignored(host: Host) {
        let mut wire = Wire::open(&host).await;
        wire.send(&[frame(FIN | PONG, b""), frame(FIN | PONG, b"unsolicited")].concat()).await;
        wire.still_works().await;
    }

    /// Section 5.5.3 allows to answer only the latest ping.
    async fn rfc6455_the_latest_of_many_pings_is_answered(host: Host) {
        let mut wire = Wire::open(&host).await;
        wire.send(&(0..50).flat_map(|n| frame(FIN | PING, &[n])).collect::<Vec<_>>()).await;
        let mut last = None;
        while last != Some(49) {
            let Received::Frame(0x8a, payload) = wire.next().await else { panic!("expected a pong") };
            assert!(payload.len() == 1 && last < Some(payload[0]), "{payload:?} after {last:?}");
            last = Some(payload[0]);
        }
        wire.still_works().await;
    }

    async fn rfc6455_a_ping_between_fragments_is_answered_before_the_message(host: Host) {
        let mut wire = Wire::open(&host).await;
        let message = echo(60);
        wire.send(&[frame(TEXT, &message[..20]), frame(FIN | PING, b"between")].concat()).await;
        assert_eq!(wire.next().await, Received::Frame(FIN | PONG, b"between".to_vec()));
        wire.send(&frame(FIN | CONTINUATION, &message[20..])).await;
        assert_eq!(wire.message().await["text"], "a");
        wire.still_works().await;
    }

    async fn rfc6455_a_pong_between_fragments_is_ignored(host: Host) {
        let mut wire = Wire::open(&host).await;
        let message = echo(60);
        let parts = [frame(TEXT, &message[..20]), frame(FIN | PONG, b"x"), frame(FIN | CONTINUATION, &message[20..])];
        wire.send(&parts.concat()).await;
        assert_eq!(wire.message().await["text"], "a");
        wire.still_works().await;
    }

    async fn rfc6455_a_close_between_fragments_ends_the_session(host: Host) {
        let mut wire = Wire::open(&host).await;
        wire.send(&[frame(TEXT, b"{"), frame(FIN | CLOSE, &4001_u16.to_be_bytes())].concat()).await;
        wire.ends_with(4001).await;
    }

    /// Fragmentation does not change a message.
    async fn rfc6455_a_heartbeat_in_fragments_is_a_heartbeat(host: Host) {
        let mut wire = Wire::open(&host).await;
        wire.send(&[frame(TEXT, b"wsdo:"), frame(CONTINUATION, b""), frame(FIN | CONTINUATION, b"ping")].concat()).await;
        assert_eq!(wire.next().await, Received::Frame(FIN | TEXT, b"wsdo:pong".to_vec()));
        wire.still_works().await;
    }
}
