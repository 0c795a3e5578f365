//! Broadcasts and sends: recipients, encoding, count and order.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    Host, cases,
    events_room::{join, join_tagged},
    peer::{FORMATS, Format, Peer, Received, room},
};

fn broadcast_text(text: &str) -> Value {
    json!({"type": "told", "text": text})
}

/// Broadcasts and returns the count. If the sender receives a copy, it arrives before the count.
async fn broadcast(peer: &mut Peer, tag: Option<&str>, others: bool, copy: bool) -> u64 {
    peer.send(json!({"type": "tell", "text": "hi", "tag": tag, "others": others})).await;
    if copy {
        assert_eq!(peer.message().await, broadcast_text("hi"));
    }
    let answer = peer.message().await;
    assert_eq!(answer["type"], "reached", "{answer}");
    answer["count"].as_u64().unwrap()
}

/// Joins two sessions of each format, with these tags.
async fn four(host: &Host, tags: [&str; 4]) -> Vec<Peer> {
    let room = room();
    let mut peers = Vec::new();
    for (index, tags) in tags.into_iter().enumerate() {
        peers.push(join_tagged(host, &room, FORMATS[index % 2], tags).await);
    }
    peers
}

async fn chatter(host: &Host, room: &str, name: &str, format: Format) -> Peer {
    Peer::join(&host.chat, &format!("/room/{room}/websocket?name={name}"), format).await
}

/// Returns the sender and the text of the next chat message.
async fn next_message(peer: &mut Peer) -> (String, u64) {
    loop {
        let message = peer.message().await;
        if message["type"] == "message" {
            let text = message["text"].as_str().unwrap().parse();
            return (message["from"].as_str().unwrap().to_owned(), text.unwrap());
        }
    }
}

cases! {
    async fn a_broadcast_reaches_everyone_once_each_in_its_own_format(host: Host) {
        for sender in 0..2 {
            let mut peers = four(&host, ["", "a", "b", ""]).await;
            assert_eq!(broadcast(&mut peers[sender], None, false, true).await, 4);
            for (index, peer) in peers.iter_mut().enumerate() {
                if index != sender {
                    assert_eq!(peer.message().await, broadcast_text("hi"));
                }
                peer.receives_nothing().await;
            }
        }
    }

    async fn a_broadcast_except_the_sender_reaches_the_others_once(host: Host) {
        for sender in 0..2 {
            let mut peers = four(&host, ["", "a", "b", ""]).await;
            assert_eq!(broadcast(&mut peers[sender], None, true, false).await, 3);
            for (index, peer) in peers.iter_mut().enumerate() {
                if index != sender {
                    assert_eq!(peer.message().await, broadcast_text("hi"));
                }
                peer.receives_nothing().await;
            }
        }
    }

    async fn a_tag_reaches_its_sessions_of_both_formats_and_no_others(host: Host) {
        let mut peers = four(&host, ["red", "blue,red", "blue", "reddish"]).await;
        assert_eq!(broadcast(&mut peers[3], Some("red"), false, false).await, 2);
        for peer in &mut peers[..2] {
            assert_eq!(peer.message().await, broadcast_text("hi"));
        }
        for peer in &mut peers {
            peer.receives_nothing().await;
        }
    }

    async fn a_tag_except_the_sender_reaches_the_others_with_it(host: Host) {
        let mut peers = four(&host, ["red", "red", "blue", "red"]).await;
        assert_eq!(broadcast(&mut peers[0], Some("red"), true, false).await, 2);
        for index in [1, 3] {
            assert_eq!(peers[index].message().await, broadcast_text("hi"));
        }
        for peer in &mut peers {
            peer.receives_nothing().await;
        }
    }

    async fn an_unused_tag_reaches_no_session(host: Host) {
        let mut peers = four(&host, ["red", "red", "blue", "red"]).await;
        // Names that the hosts use internally are ordinary tags.
        for tag in ["green", "json", "msgpack", "json:red", ""] {
            assert_eq!(broadcast(&mut peers[1], Some(tag), false, false).await, 0, "{tag}");
        }
    }

    async fn a_tag_may_be_any_text(host: Host) {
        for tag in ["%20a%20", "%C3%A4%E2%82%AC", "json", "a:b"] {
            let mut peer = join_tagged(&host, &room(), Format::MessagePack, tag).await;
            let tags = peer.ask(json!({"type": "recall"})).await["tags"].clone();
            assert_eq!(broadcast(&mut peer, tags[0].as_str(), false, true).await, 1, "{tags}");
        }
    }

    async fn a_session_that_left_is_neither_sent_to_nor_counted(host: Host) {
        let mut peers = four(&host, ["", "", "", ""]).await;
        let mut leaver = peers.pop().unwrap();
        leaver.close(Some((1000, ""))).await;
        assert_eq!(leaver.receive().await, Received::Closed(1000, String::new()));
        assert_eq!(broadcast(&mut peers[0], None, false, true).await, 3);
    }

    async fn a_broadcast_that_breaks_a_rule_reaches_no_session(host: Host) {
        let path = format!("/rules/{}/websocket", room());
        let mut peers = [
            Peer::join(&host.rooms, &path, FORMATS[0]).await, Peer::join(&host.rooms, &path, FORMATS[1]).await,
        ];
        let invalid = json!({"type": "send", "what": json!({"type": "integer", "value": 4}).to_string()});
        assert_eq!(peers[0].ask(invalid).await["errors"].as_array().unwrap().len(), 2);
        for peer in &mut peers {
            peer.receives_nothing().await;
        }
    }

    async fn an_outgoing_message_that_breaks_a_rule_is_not_sent(host: Host) {
        for format in FORMATS {
            let answer = join(&host, &room(), format).await.ask(json!({"type": "sendInvalid"})).await;
            let error = answer["error"].as_str().unwrap();
            assert!(error.contains("`text` must have 1 to 10 characters, has 0"), "{error}");
        }
    }

    async fn none_is_omitted_and_never_null(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), format).await;
            peer.send(json!({"type": "remember", "note": "n"})).await;
            let expected = match format {
                Format::Json => Message::text(r#"{"type":"sent"}"#),
                Format::MessagePack => Message::binary(&b"\x81\xa4type\xa4sent"[..]),
            };
            assert_eq!(peer.frame().await, expected);
        }
    }

    async fn frames_sent_back_to_back_arrive_in_order(host: Host) {
        for format in FORMATS {
            let room = room();
            let mut ada = chatter(&host, &room, "Ada", format).await;
            let mut bob = chatter(&host, &room, "Bob", Format::Json).await;
            for number in 0..200 {
                ada.send(json!({"type": "message", "text": number.to_string()})).await;
            }
            for peer in [&mut ada, &mut bob] {
                for number in 0..200 {
                    assert_eq!(next_message(peer).await, ("Ada".to_owned(), number));
                }
            }
        }
    }

    async fn concurrent_sessions_each_keep_their_order(host: Host) {
        let room = room();
        let mut ada = chatter(&host, &room, "Ada", Format::Json).await;
        let mut bob = chatter(&host, &room, "Bob", Format::MessagePack).await;
        let mut listeners = [
            chatter(&host, &room, "Cy", Format::MessagePack).await, chatter(&host, &room, "Di", Format::Json).await,
        ];
        for number in 0..100 {
            for peer in [&mut ada, &mut bob] {
                peer.send(json!({"type": "message", "text": number.to_string()})).await;
            }
        }
        let mut heard = Vec::new();
        for peer in &mut listeners {
            let mut all = Vec::new();
            for _ in 0..200 {
                all.push(next_message(peer).await);
            }
            for name in ["Ada", "Bob"] {
                let numbers = all.iter().filter(|(from, _)| from == name).map(|(_, number)| *number);
                assert_eq!(numbers.collect::<Vec<_>>(), (0..100).collect::<Vec<_>>());
            }
            heard.push(all);
        }
        assert_eq!(heard[0], heard[1], "all hear the same order");
    }

    async fn answers_to_valid_and_invalid_frames_stay_in_order(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        for number in 0..20 {
            peer.send(json!({"type": "echo", "text": number.to_string()})).await;
            peer.send(json!({"type": "nope"})).await;
            peer.send_frame(Message::binary(vec![0x80])).await;
            peer.send(json!({"type": "fail"})).await;
        }
        for number in 0..20 {
            assert_eq!(peer.message().await["text"], number.to_string());
            assert_eq!(peer.message().await["code"], "unknown_type");
            assert!(peer.message().await["error"].as_str().unwrap().starts_with("Buffer messages"));
            assert_eq!(peer.message().await["code"], "internal");
        }
    }

    async fn messages_of_a_session_are_handled_in_order_across_awaits(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), format).await;
            for (text, after) in [("first", 200), ("second", 0), ("third", 50), ("fourth", 0)] {
                peer.send(json!({"type": "echo", "text": text, "afterMs": after})).await;
            }
            for text in ["first", "second", "third", "fourth"] {
                assert_eq!(peer.message().await["text"], text);
            }
        }
    }

    async fn a_session_does_not_wait_for_anothers_handler(host: Host) {
        let room = room();
        let (mut slow, mut quick) = (join(&host, &room, Format::Json).await, join(&host, &room, Format::Json).await);
        slow.send(json!({"type": "echo", "text": "slow", "afterMs": 2000})).await;
        let started = std::time::Instant::now();
        assert_eq!(quick.ask(json!({"type": "echo", "text": "quick"})).await["text"], "quick");
        assert!(started.elapsed().as_millis() < 1800, "waited for another session");
        assert_eq!(slow.message().await["text"], "slow");
    }
}
