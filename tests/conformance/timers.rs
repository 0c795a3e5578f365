//! Timers: when they fire, and that they do so across panics, eviction and hibernation.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::{
    Case, Host, cases,
    peer::{eventually, http, room},
    storage_room::{END_OF_TIME, IDLE, ask, fired, get, join, put, set_timers, timer},
};

/// The cases that end the whole isolate.
pub(crate) const EXCLUSIVE: &[Case] = &[
    ("a_timer_whose_handler_panics_fires_again", |host| Box::pin(panicking_timer(host))),
    ("a_timer_that_sets_itself_again_and_panics_fires_again", |host| Box::pin(renewing_timer(host))),
];

async fn renewing_timer(host: Host) {
    let name = room();
    let mut peer = join(&host, &name).await;
    set_timers(&mut peer, &["renewing"], 0).await;
    for _ in 0..2 {
        assert_eq!(peer.message().await, json!({"type": "fired", "name": "renewing"}));
    }
    // The time that was set last stays.
    sleep(Duration::from_millis(500)).await;
    assert_eq!(fired(&host, &name).await, json!(["renewing", "renewing"]));
    assert!(timer(&mut peer, "renewing").await.is_some());
}

async fn panicking_timer(host: Host) {
    let name = room();
    let mut peer = join(&host, &name).await;
    set_timers(&mut peer, &["panicking"], 0).await;
    for _ in 0..2 {
        assert_eq!(peer.message().await, json!({"type": "fired", "name": "panicking"}));
    }
    // It must not fire a third time.
    sleep(Duration::from_millis(500)).await;
    assert_eq!(fired(&host, &name).await, json!(["panicking", "panicking"]));
    assert_eq!(timer(&mut peer, "panicking").await, None);
}

/// The cases that only sleep.
pub(crate) const SLEEPING: &[Case] = &[
    ("a_timer_starts_an_evicted_room", |host| Box::pin(a_timer_starts_an_evicted_room(host))),
    ("a_timer_wakes_a_room_that_hibernates", |host| Box::pin(a_timer_wakes_a_room_that_hibernates(host))),
];

/// No client is connected, and the object is no longer in memory when the timer is due.
async fn a_timer_starts_an_evicted_room(host: Host) {
    let name = room();
    let mut peer = join(&host, &name).await;
    let late = u32::try_from(IDLE.as_millis()).unwrap();
    set_timers(&mut peer, &["first"], late).await;
    peer.close(None).await;
    drop(peer);
    sleep(IDLE).await;
    eventually("the timer fired", || async { fired(&host, &name).await == json!(["first"]) }).await;
}

/// On workerd the object hibernates and keeps its sockets.
async fn a_timer_wakes_a_room_that_hibernates(host: Host) {
    let mut peer = join(&host, &room()).await;
    put(&mut peer, "a", "kept").await;
    let late = u32::try_from(IDLE.as_millis()).unwrap();
    set_timers(&mut peer, &["first"], late).await;
    sleep(IDLE).await;
    assert_eq!(peer.message().await["name"], "first");
    assert_eq!(get(&mut peer, "a").await, "kept");
}

cases! {
    async fn a_timer_fires_once(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        let start = Instant::now();
        set_timers(&mut peer, &["first"], 300).await;
        let at = timer(&mut peer, "first").await;
        assert!(at.is_some_and(|at| at > 1_764_000_000_000), "{at:?}");
        assert_eq!(peer.message().await, json!({"type": "fired", "name": "first"}));
        let took = start.elapsed();
        assert!((290..2000).contains(&took.as_millis()), "{took:?}");
        assert_eq!(timer(&mut peer, "first").await, None);
        sleep(Duration::from_millis(500)).await;
        peer.receives_nothing().await;
        assert_eq!(fired(&host, &name).await, json!(["first"]));
    }

    async fn timers_fire_by_time_and_then_by_name(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        set_timers(&mut peer, &["the second", "first"], 600).await;
        set_timers(&mut peer, &["slow"], 300).await;
        // Later timers wait for the slow handler.
        for expected in ["slow begins", "slow ends", "first", "the second"] {
            assert_eq!(peer.message().await["name"], expected);
        }
        assert_eq!(fired(&host, &name).await, json!(["slow begins", "slow ends", "first", "the second"]));
    }

    async fn a_timer_waits_for_the_handler_of_another(host: Host) {
        let mut peer = join(&host, &room()).await;
        set_timers(&mut peer, &["slow"], 0).await;
        assert_eq!(peer.message().await["name"], "slow begins");
        set_timers(&mut peer, &["first"], 0).await;
        for expected in ["slow ends", "first"] {
            assert_eq!(peer.message().await["name"], expected);
        }
    }

    async fn setting_a_timer_again_moves_it(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        set_timers(&mut peer, &["first"], 300).await;
        set_timers(&mut peer, &["first"], 900).await;
        set_timers(&mut peer, &["the second"], 60_000).await;
        set_timers(&mut peer, &["the second"], 600).await;
        for expected in ["the second", "first"] {
            assert_eq!(peer.message().await["name"], expected);
        }
        assert_eq!(fired(&host, &name).await, json!(["the second", "first"]));
    }

    async fn a_cancelled_timer_does_not_fire(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        set_timers(&mut peer, &["first", "the second"], 300).await;
        for there in [true, false] {
            let was = ask(&mut peer, json!({"type": "cancelTimer", "name": "first"})).await;
            assert_eq!(was, json!({"type": "was", "there": there}));
        }
        assert_eq!(timer(&mut peer, "first").await, None);
        assert_eq!(peer.message().await["name"], "the second");
        assert_eq!(fired(&host, &name).await, json!(["the second"]));
    }

    async fn a_handler_may_set_its_own_timer_again(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        set_timers(&mut peer, &["repeating"], 0).await;
        for _ in 0..3 {
            assert_eq!(peer.message().await["name"], "repeating");
        }
        sleep(Duration::from_millis(300)).await;
        assert_eq!(fired(&host, &name).await, json!(["repeating", "repeating", "repeating"]));
    }

    async fn a_timer_whose_handler_fails_is_not_repeated(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        set_timers(&mut peer, &["failing", "first"], 0).await;
        for expected in ["failing", "first"] {
            assert_eq!(peer.message().await["name"], expected);
        }
        sleep(Duration::from_millis(2500)).await;
        assert_eq!(fired(&host, &name).await, json!(["failing", "first"]));
    }

    async fn a_timer_may_be_set_to_the_past_or_the_far_future(host: Host) {
        let name = room();
        let mut peer = join(&host, &name).await;
        let set = |timer: &str, at: u64| {
            let path = format!("/storage/{name}/timers/{timer}/{at}");
            let address = host.rooms.clone();
            async move { http(&address, "PUT", &path, "").await.0 }
        };
        assert_eq!(set("slow", END_OF_TIME).await, 204);
        assert_eq!(timer(&mut peer, "slow").await, Some(END_OF_TIME));
        peer.receives_nothing().await;
        assert_eq!(set("first", 0).await, 204);
        assert_eq!(peer.message().await["name"], "first");
        assert_eq!(timer(&mut peer, "slow").await, Some(END_OF_TIME));
    }
}
