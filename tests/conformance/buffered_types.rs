//! Session data and stored values of types that serde buffers: they are read back unchanged, and a value that could not be
//! read back is an error when it is written.

use serde_json::json;

use crate::{
    cases,
    hibernation::sleep,
    peer::{FORMATS, Format, Peer, room},
};

const DATA: &str = "Known { address: 2001:db8::1, since: Timestamp(1764000000123), \
                    more: More { proxy: Address(2001:db8::1) } }";

async fn join(host: &crate::Host, format: Format) -> Peer {
    Peer::join(&host.rooms, &format!("/buffered-types/{}/websocket", room()), format).await
}

cases! {
    async fn data_that_serde_buffers_survives_hibernation(host: Host) {
        let mut peers = Vec::new();
        for format in FORMATS {
            let mut peer = join(&host, format).await;
            for question in ["data", "stored"] {
                assert_eq!(peer.ask(json!({"type": question})).await, json!({"type": "value", "text": DATA}));
            }
            peers.push(peer);
        }
        sleep().await;
        for peer in &mut peers {
            for question in ["data", "stored"] {
                assert_eq!(peer.ask(json!({"type": question})).await, json!({"type": "value", "text": DATA}));
            }
        }
    }

    async fn data_that_cannot_be_read_back_is_not_written(host: Host) {
        let path = format!("/buffered-types/{}/websocket?wide=1", room());
        assert_eq!(Peer::open(&host.rooms, &path, &[]).await.err(), Some(500));
        let mut peer = join(&host, Format::Json).await;
        for (question, reason) in [
            (json!({"type": "breakData"}), "u128 is not supported"),
            (json!({"type": "breakStored", "nested": false}), "u128 is not supported"),
            (json!({"type": "breakStored", "nested": true}), "`Some(None)` would be read as `None`"),
        ] {
            let answer = peer.ask(question.clone()).await;
            assert!(answer["error"].as_str().is_some_and(|error| error.contains(reason)), "{question}: {answer}");
        }
        assert_eq!(peer.ask(json!({"type": "data"})).await["text"], DATA);
    }
}
