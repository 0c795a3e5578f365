//! Many upgrades, rooms and sessions at once, and requests while sessions join and leave.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    Host, cases,
    events_room::{count, join, socket, still_works, wait_for_count},
    peer::{FORMATS, Format, Peer, Received, eventually, get_json, room},
};

/// Connects `size` clients, alternating between the formats.
pub(crate) async fn join_clients(host: &Host, room: &str, size: usize) -> Vec<Peer> {
    let mut peers: Vec<Peer> = Vec::new();
    while peers.len() < size {
        let some = (size - peers.len()).min(50);
        peers.extend(join_all((0..some).map(|index| join(host, room, FORMATS[index % 2]))).await);
    }
    peers
}

async fn chat_info(host: &Host, room: &str) -> Value {
    let info = get_json(&host.chat, &format!("/room/{room}/info")).await;
    assert_eq!(info["sessionCount"], info["sessions"].as_array().unwrap().len(), "{info}");
    info
}

fn names(info: &Value) -> Vec<&str> {
    let mut names: Vec<_> =
        info["sessions"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    names.sort_unstable();
    names
}

async fn chatter(host: &Host, room: &str, name: &str, format: Format) -> Peer {
    Peer::join(&host.chat, &format!("/room/{room}/websocket?name={name}"), format).await
}

cases! {
    async fn concurrent_upgrades_that_await_all_succeed(host: Host) {
        let room = room();
        let path = format!("{}?do=wait", socket(&room));
        let mut peers = join_all((0..60).map(|index| Peer::join(&host.rooms, &path, FORMATS[index % 2]))).await;
        assert_eq!(count(&host, &room).await, 60);
        let mut ids = Vec::new();
        for peer in &mut peers {
            ids.push(peer.ask(json!({"type": "recall"})).await["id"].to_string());
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 60, "two have the same id");
    }

    async fn refused_upgrades_among_many_leave_no_session(host: Host) {
        let room = room();
        let open = |index: usize| {
            let path = format!("{}?do={}", socket(&room), ["", "refuse", "fail", "wait"][index % 4]);
            let address = host.rooms.clone();
            async move { Peer::open(&address, &path, &[]).await }
        };
        let outcomes = join_all((0..40).map(open)).await;
        for (index, outcome) in outcomes.iter().enumerate() {
            assert_eq!(outcome.as_ref().err(), [None, Some(&418), Some(&500), None][index % 4]);
        }
        assert_eq!(count(&host, &room).await, 20);
    }

    async fn many_rooms_at_once_are_independent(host: Host) {
        let rooms: Vec<_> = (0..50).map(|_| room()).collect();
        let mut peers = join_all(rooms.iter().map(|room| join(&host, room, Format::Json))).await;
        join_all(peers.iter_mut().enumerate().map(async |(index, peer)| {
            peer.ask(json!({"type": "remember", "note": index.to_string()})).await;
        })).await;
        join_all(peers.iter_mut().enumerate().map(async |(index, peer)| {
            assert_eq!(peer.ask(json!({"type": "recall"})).await["note"], index.to_string());
            peer.send(json!({"type": "tell", "text": index.to_string()})).await;
            assert_eq!(peer.message().await["text"], index.to_string());
            assert_eq!(peer.message().await["count"], 1);
        })).await;
    }

    async fn a_broadcast_reaches_300_sessions_once_each_and_then_the_150_left(host: Host) {
        let room = room();
        let mut peers = join_clients(&host, &room, 300).await;
        assert_eq!(count(&host, &room).await, 300);

        peers[0].send(json!({"type": "tell", "text": "all"})).await;
        for (index, peer) in peers.iter_mut().enumerate() {
            assert_eq!(peer.message().await, json!({"type": "told", "text": "all"}));
            if index == 0 {
                assert_eq!(peer.message().await, json!({"type": "reached", "count": 300}));
            }
            peer.receives_nothing().await;
        }

        let mut leavers = peers.split_off(150);
        join_all(leavers.iter_mut().enumerate().map(async |(index, peer)| {
            // Half of them send a close frame, the others disconnect.
            if index % 2 == 0 {
                peer.close(Some((1000, ""))).await;
                assert_eq!(peer.receive().await, Received::Closed(1000, String::new()));
            }
        })).await;
        drop(leavers);
        wait_for_count(&host, &room, 150).await;

        peers[1].send(json!({"type": "tell", "text": "rest"})).await;
        for (index, peer) in peers.iter_mut().enumerate() {
            assert_eq!(peer.message().await["text"], "rest");
            if index == 1 {
                assert_eq!(peer.message().await["count"], 150);
            }
            peer.receives_nothing().await;
        }
    }

    async fn info_is_correct_after_each_join_and_leave(host: Host) {
        let room = room();
        let mut peers = Vec::new();
        let all: Vec<_> = (0..12).map(|index| format!("P{index:02}")).collect();
        for (index, name) in all.iter().enumerate() {
            peers.push(chatter(&host, &room, name, FORMATS[index % 2]).await);
            assert_eq!(names(&chat_info(&host, &room).await), all[..=index]);
        }
        for (index, mut peer) in peers.into_iter().enumerate() {
            // In three ways: with a close code, without one, without a close frame.
            match index % 3 {
                0 => peer.close(Some((4000, "bye"))).await,
                1 => peer.close(None).await,
                _ => {}
            }
            drop(peer);
            let left = &all[index + 1..];
            eventually("one less", || async { names(&chat_info(&host, &room).await) == left }).await;
        }
    }

    async fn info_is_consistent_while_sessions_join_send_and_leave(host: Host) {
        let room = room();
        let lives = join_all((0..8).map(async |index: usize| {
            for round in 0..5 {
                let mut peer = chatter(&host, &room, &format!("{index}.{round}"), FORMATS[index % 2]).await;
                peer.send(json!({"type": "setName", "name": format!("{index}-{round}")})).await;
                peer.send(json!({"type": "message", "text": "done"})).await;
                while peer.message().await["from"] != format!("{index}-{round}") {}
                let info = chat_info(&host, &room).await;
                assert!(names(&info).contains(&format!("{index}-{round}").as_str()), "{info}");
                if round % 2 == 0 {
                    peer.close(Some((1000, ""))).await;
                }
            }
        }));
        let questions = async {
            for _ in 0..100 {
                let info = chat_info(&host, &room).await;
                assert!(names(&info).len() <= 16, "{info}");
            }
        };
        tokio::join!(lives, questions);
        eventually("all are gone", || async { chat_info(&host, &room).await["sessionCount"] == 0 }).await;
    }

    async fn a_session_that_does_not_read_does_not_delay_the_others(host: Host) {
        let room = room();
        let _deaf = join(&host, &room, Format::Json).await;
        let mut ada = join(&host, &room, Format::MessagePack).await;
        let text = "x".repeat(10_000);
        for _ in 0..100 {
            ada.send(json!({"type": "tell", "text": text})).await;
            assert_eq!(ada.message().await["text"], text);
            assert_eq!(ada.message().await["count"], 2);
        }
        still_works(&mut ada).await;
    }
}
