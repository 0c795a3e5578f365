//! The cases that only a browser has.

use std::{cell::Cell, rc::Rc, time::Duration};

use anyhow::{Result, bail, ensure};
use client_cases::{Said, Say, SayClient, Transport};
use websocket_do::{
    Frame,
    client::{Builder, ClientError, Disconnect, Event, Sent},
};

use crate::page::{Page, fetch, set_offline, set_sleepy};

macro_rules! cases {
    ($($name:ident)*) => {
        pub(crate) const CASES: &[&str] = &[$(stringify!($name)),*];

        pub(crate) async fn run(name: &str, page: &Page) -> Result<()> {
            match name {
                $(stringify!($name) => $name(page).await,)*
                _ => bail!("unknown case `{name}`"),
            }
        }
    };
}

cases! {
    a_header_is_an_error_that_names_the_alternative
    a_provider_may_fetch
    a_close_code_that_a_browser_cannot_send_is_1000
    a_large_frame_is_sent_at_the_pace_of_the_network
    a_slow_reader_loses_the_connection_and_no_buffered_message
    a_late_heartbeat_timer_does_not_lose_the_connection
    an_attempt_waits_while_the_browser_is_offline
    being_online_again_ends_the_delay
    many_sessions_come_and_go
}

/// Returns a builder for a session in a new room.
fn asked(page: &Page, orders: &'static [&'static str]) -> Builder<Say> {
    asked_in(page, &page.room(), orders)
}

/// Returns a builder. `orders` has what the server does with each connection; the last entry applies to all further ones.
fn asked_in(page: &Page, room: &str, orders: &'static [&'static str]) -> Builder<Say> {
    // An `Rc`, as a provider need not be `Send` in a browser.
    let attempt = Rc::new(Cell::new(0));
    page.builder(room).backoff(Duration::from_millis(5), Duration::from_millis(50)).provide(move |request| {
        let order = orders.get(attempt.replace(attempt.get() + 1)).or(orders.last()).copied();
        async move { Ok(request.query("do", order.unwrap_or("echo"))) }
    })
}

async fn event(room: &mut SayClient) -> Result<Event<Say>> {
    match room.events().next().await {
        Some(event) => Ok(event),
        None => bail!("there are no more events"),
    }
}

/// Asserts that the client's futures are `Send`, as on native targets.
fn movable<T: Send>(value: T) -> T {
    value
}

async fn opened(request: Builder<Say>) -> Result<SayClient> {
    let mut room = movable(movable(request).connect()).await?;
    match event(&mut room).await? {
        Event::Opened => Ok(room),
        other => bail!("expected an open session, found {other:?}"),
    }
}

/// Returns a builder for a session that soon notices a lost network.
fn vigilant(page: &Page) -> Builder<Say> {
    asked(page, &["echo"]).heartbeat(Duration::from_millis(100), Duration::from_secs(1))
}

/// Waits until the connection is lost, and returns the reason.
async fn loss(room: &mut SayClient) -> Result<Disconnect> {
    loop {
        match event(room).await? {
            Event::Reconnecting { reason, .. } => return Ok(reason),
            Event::Undelivered(_) => {}
            other => bail!("expected a lost connection, found {other:?}"),
        }
    }
}

async fn echoes(room: &mut SayClient, text: &str) -> Result<()> {
    room.say(text).await?;
    match event(room).await? {
        Event::Message(Said::Say { text: said }) if said == text => Ok(()),
        other => bail!("expected `{text}`, found {other:?}"),
    }
}

async fn a_header_is_an_error_that_names_the_alternative(page: &Page) -> Result<()> {
    let requests = || [page.builder("room").header("x-token", "secret"), page.builder("room").bearer("secret")];
    let errors = requests().map(|request| request.start().err());
    let [first, second] = requests();
    for error in errors.into_iter().chain([first.connect().await.err(), second.connect_once().await.err()]) {
        match error {
            Some(ClientError::Url(reason)) => {
                ensure!(reason.contains("`query`") && !reason.contains("secret"), "{reason}");
            }
            other => bail!("the header was reported as {other:?}"),
        }
    }
    Ok(())
}

async fn a_provider_may_fetch(page: &Page) -> Result<()> {
    let request = page.builder(&page.room()).provide(|request| async {
        let ticket = fetch("/ticket").await.map_err(|error| error.to_string())?;
        Ok(request.query("do", ticket))
    });
    match event(&mut opened(request).await?).await? {
        Event::Message(Said::Say { text }) if text == "1" => Ok(()),
        other => bail!("expected the census, 1, found {other:?}"),
    }
}

async fn a_close_code_that_a_browser_cannot_send_is_1000(page: &Page) -> Result<()> {
    for (code, sent) in [(1011, 1000), (1001, 1000), (1000, 1000), (3000, 3000), (4001, 4001)] {
        let mut room = opened(asked(page, &["echo"])).await?;
        room.close_with(code, "grüße").await?;
        match event(&mut room).await? {
            // The server's answer repeats the code that it received.
            Event::Closed(closed) => ensure!(closed.code() == sent, "{code} was answered with {}", closed.code()),
            other => bail!("expected the end of the session, found {other:?}"),
        }
    }
    Ok(())
}

async fn a_large_frame_is_sent_at_the_pace_of_the_network(page: &Page) -> Result<()> {
    const LARGE: usize = 8 << 20;
    let mut room = opened(asked(page, &["silent"]).no_heartbeat()).await?;
    for _ in 0..3 {
        ensure!(room.send_frame(Frame::Binary(vec![0; LARGE])).await? == Sent::Now, "it was not sent at once");
    }
    room.close().await?;
    match event(&mut room).await? {
        Event::Closed(closed) => ensure!(closed.code() == 1000, "closed with {}", closed.code()),
        other => bail!("expected the end of the session, found {other:?}"),
    }
    let mut once = page.builder(&page.room()).query("do", "silent").connect_once().await?;
    movable(once.send_frame(Frame::Binary(vec![0; LARGE]))).await?;
    Ok(movable(once.close()).await?)
}

async fn a_slow_reader_loses_the_connection_and_no_buffered_message(page: &Page) -> Result<()> {
    // Each has about 1024 bytes and counts 64 more: half of them fill 32 MiB.
    let name = page.room();
    let mut room = opened(asked_in(page, &name, &["flood-60000-1000", "echo"]).buffer(8)).await?;
    // Until the server has a single connection, the one that asks.
    loop {
        let mut other = opened(asked_in(page, &name, &["census"])).await?;
        match event(&mut other).await? {
            Event::Message(Said::Say { text }) if text == "1" => break,
            Event::Message(_) => page.sleep(Duration::from_millis(100)).await,
            other => bail!("expected the census, found {other:?}"),
        }
        other.close().await?;
    }
    // A failed write does not discard buffered messages.
    ensure!(room.say("to nobody").await? == Sent::Now, "it was not sent at once");
    let (mut count, mut lost) = (0, Vec::new());
    loop {
        match event(&mut room).await? {
            Event::Undelivered(report) => lost = report.messages,
            Event::Message(Said::Say { text }) => {
                ensure!(text.trim_end_matches('.') == count.to_string(), "expected {count}, found {text}");
                count += 1;
            }
            Event::Reconnecting { reason: Disconnect::Closed(closed), .. } => {
                ensure!(closed.reason().contains("32 MiB"), "{}", closed.reason());
                break;
            }
            other => bail!("expected messages, found {other:?}"),
        }
    }
    ensure!((28_000..33_000).contains(&count), "{count} were kept");
    ensure!(lost == [Say::Say { text: "to nobody".to_owned() }], "reported were {lost:?}");
    match event(&mut room).await? {
        Event::Reconnected { attempts: 1 } => echoes(&mut room, "back").await,
        other => bail!("expected to be reconnected, found {other:?}"),
    }
}

async fn a_late_heartbeat_timer_does_not_lose_the_connection(page: &Page) -> Result<()> {
    let (interval, limit) = (Duration::from_millis(20), Duration::from_secs(10));
    let mut room = opened(asked(page, &["echo"]).heartbeat(interval, limit)).await?;
    set_sleepy(true);
    page.sleep(Duration::from_millis(500)).await;
    // Many late timers have fired.
    let said = echoes(&mut room, "still here").await;
    let silent = opened(asked(page, &["silent", "echo"]).heartbeat(interval, limit)).await;
    let lost = async { loss(&mut silent?).await }.await;
    set_sleepy(false);
    said?;
    match lost? {
        Disconnect::Closed(closed) => ensure!(closed.reason().contains("no sign of life"), "{}", closed.reason()),
        Disconnect::Failed(error) => bail!("silence was reported as {error}"),
    }
    Ok(())
}

async fn an_attempt_waits_while_the_browser_is_offline(page: &Page) -> Result<()> {
    let mut room = opened(vigilant(page)).await?;
    set_offline(true).await?;
    // It may arrive or not.
    let _ = room.say("die").await;
    loss(&mut room).await?;
    page.sleep(Duration::from_secs(1)).await;
    let waiting = asked(page, &["echo"]).start()?;
    page.sleep(Duration::from_millis(200)).await;
    set_offline(false).await?;
    match event(&mut room).await? {
        Event::Reconnected { attempts: 1 } => {}
        other => bail!("expected the first attempt to succeed, found {other:?}"),
    }
    echoes(&mut room, "back").await?;
    waiting.wait_open().await?;
    Ok(())
}

async fn being_online_again_ends_the_delay(page: &Page) -> Result<()> {
    let hour = Duration::from_hours(1);
    let mut room = opened(vigilant(page).backoff(hour, hour)).await?;
    set_offline(true).await?;
    let _ = room.say("die").await;
    // The delay is random up to an hour, so rarely too short to notice.
    loss(&mut room).await?;
    set_offline(false).await?;
    match event(&mut room).await? {
        Event::Reconnected { attempts: 1 } => echoes(&mut room, "back").await,
        other => bail!("expected to be reconnected, found {other:?}"),
    }
}

async fn many_sessions_come_and_go(page: &Page) -> Result<()> {
    for number in 0..100 {
        let mut room = opened(asked(page, &["echo"])).await?;
        echoes(&mut room, "hello").await?;
        match number % 3 {
            0 => room.close().await?,
            1 => drop(room),
            // Dropped while it is being opened.
            _ => drop(asked(page, &["hang"]).connect_timeout(Duration::from_millis(5)).connect().await),
        }
    }
    Ok(())
}
