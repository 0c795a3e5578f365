//! The clock of a room under test, which moves when the test advances it or waits.

use std::{
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use websocket_do::TestRoom;

use crate::desk::{Desk, Event};

#[tokio::test]
async fn time_passes_when_the_test_advances_it() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    let before = room.now();
    ada.wait(3_600_000).await.unwrap();
    room.advance(Duration::from_millis(3_599_999));
    ada.expect_nothing().await;
    room.advance(Duration::from_millis(1));
    ada.expect(Event::Waited).await;
    assert_eq!(room.now() - before, Duration::from_hours(1));
}

#[tokio::test]
async fn a_test_that_waits_has_five_seconds_of_the_rooms_time() {
    let started = Instant::now();
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    ada.wait(5_000).await.unwrap();
    ada.expect(Event::Waited).await;
    ada.wait(5_001).await.unwrap();
    assert!(AssertUnwindSafe(ada.next()).catch_unwind().await.is_err());
    assert_eq!(room.get("/slow").await.body(), &room.now().to_string());
    assert!(started.elapsed() < Duration::from_secs(2), "real time passed");
}

#[tokio::test]
async fn sessions_do_not_wait_for_each_other() {
    let room = TestRoom::<Desk>::new();
    let (mut ada, mut bob) = (room.join().await.unwrap(), room.join().await.unwrap());
    ada.wait(1_000).await.unwrap();
    ada.tell().await.unwrap();
    bob.tell().await.unwrap();
    bob.expect_that(|done| matches!(done, Event::Known { handled: 1, .. })).await;
    ada.expect(Event::Waited).await;
    ada.expect_that(|done| matches!(done, Event::Known { handled: 2, .. })).await;
}

#[tokio::test]
async fn a_room_hibernates_when_its_handlers_are_done() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    ada.wait(9_000).await.unwrap();
    room.hibernate();
    ada.expect(Event::Waited).await;
    ada.wait(3_600_000).await.unwrap();
    assert!(std::panic::catch_unwind(AssertUnwindSafe(|| room.hibernate())).is_err(), "a busy room hibernates");
}

fn rang(bell: &str) -> Event {
    Event::Rang { bell: bell.to_owned() }
}

#[tokio::test]
async fn timers_run_in_order_and_not_early() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    ada.ring("tea", 7_200_000).await.unwrap();
    ada.ring("noon", 3_600_000).await.unwrap();
    room.settle();
    let noon = room.inspect(|room| room.timer(Desk::NOON).unwrap());
    assert_eq!(noon, Some(room.now() + Duration::from_hours(1)));
    room.advance(Duration::from_millis(3_599_999));
    ada.expect_nothing().await;
    room.advance(Duration::from_hours(2));
    ada.expect_all([rang("noon"), rang("tea")]).await;
    room.advance(Duration::from_hours(24));
    ada.expect_nothing().await;
}

#[tokio::test]
async fn timers_survive_hibernation_and_eviction() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    ada.ring("noon", 60_000).await.unwrap();
    ada.ring("tea", 120_000).await.unwrap();
    room.hibernate();
    room.advance(Duration::from_secs(50));
    ada.expect(rang("noon")).await;
    room.evict();
    let mut bob = room.join().await.unwrap();
    room.advance(Duration::from_mins(1));
    bob.expect(rang("tea")).await;
}

#[tokio::test]
async fn a_timer_whose_handler_panics_runs_again() {
    let room = TestRoom::<Desk>::new().surviving_panics();
    let mut ada = room.join().await.unwrap();
    ada.ring("fire", 1_000).await.unwrap();
    room.advance(Duration::from_mins(5));
    ada.expect(rang("fire")).await;
    ada.expect_nothing().await;
}

#[tokio::test]
async fn waiting_outside_of_the_room_takes_real_time() {
    let room = TestRoom::<Desk>::new();
    let mut ada = room.join().await.unwrap();
    ada.wait_outside(30).await.unwrap();
    ada.expect(Event::Waited).await;
    // Also while another handler waits for the room's time.
    let mut bob = room.join().await.unwrap();
    bob.wait(3_600_000).await.unwrap();
    ada.wait_outside(30).await.unwrap();
    ada.expect(Event::Waited).await;
}
