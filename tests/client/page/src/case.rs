//! What a browser has of its own.

use std::{cell::Cell, rc::Rc, time::Duration};

use anyhow::{Result, bail, ensure};
use behaviour::{Said, Say, SayClient, Transport};
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
                _ => bail!("there is no case `{name}`"),
            }
        }
    };
}

cases! {
    a_header_is_refused_with_what_to_do_instead
    a_provider_may_fetch
    a_close_code_that_a_browser_does_not_send_is_1000
    what_is_large_is_sent_at_the_pace_of_the_network
    who_reads_too_slowly_loses_the_connection_and_nothing_that_was_kept
    who_has_slept_hears_the_server_before_it_is_judged
    an_attempt_waits_while_the_browser_is_offline
    the_network_that_comes_back_ends_the_wait
    many_sessions_come_and_go
}

/// A session in a room of its own.
fn asked(page: &Page, orders: &'static [&'static str]) -> Builder<Say> {
    asked_in(page, &page.room(), orders)
}

/// A session in which the server does what `orders` say, to one connection after the other, and then the last.
fn asked_in(page: &Page, room: &str, orders: &'static [&'static str]) -> Builder<Say> {
    // An `Rc` on purpose: what a provider holds need not be `Send` here.
    let attempt = Rc::new(Cell::new(0));
    page.builder(room).backoff(Duration::from_millis(5), Duration::from_millis(50)).provide(move |address| {
        let order = orders.get(attempt.replace(attempt.get() + 1)).or(orders.last()).copied();
        async move { Ok(address.query("do", order.unwrap_or("echo"))) }
    })
}

async fn event(room: &mut SayClient) -> Result<Event<Say>> {
    match room.events().next().await {
        Some(event) => Ok(event),
        None => bail!("there are no more events"),
    }
}

/// Proves that what a client awaits is `Send` here, too: an application may hold it where that is asked for.
fn movable<T: Send>(value: T) -> T {
    value
}

async fn opened(request: Builder<Say>) -> Result<SayClient> {
    let mut room = movable(movable(request).connect()).await?;
    match event(&mut room).await? {
        Event::Opened => Ok(room),
        other => bail!("the session was to be opened, not {other:?}"),
    }
}

/// A session that notices soon that its network is gone.
fn vigilant(page: &Page) -> Builder<Say> {
    asked(page, &["echo"]).heartbeat(Duration::from_millis(100), Duration::from_secs(1))
}

/// The next time that the connection is lost: why.
async fn loss(room: &mut SayClient) -> Result<Disconnect> {
    loop {
        match event(room).await? {
            Event::Reconnecting { reason, .. } => return Ok(reason),
            Event::Undelivered(_) => {}
            other => bail!("the connection was to be lost, not {other:?}"),
        }
    }
}

async fn echoes(room: &mut SayClient, text: &str) -> Result<()> {
    room.say(text).await?;
    match event(room).await? {
        Event::Message(Said::Say { text: said }) if said == text => Ok(()),
        other => bail!("`{text}` was to come back, not {other:?}"),
    }
}

async fn a_header_is_refused_with_what_to_do_instead(page: &Page) -> Result<()> {
    let requests = || [page.builder("room").header("x-token", "secret"), page.builder("room").bearer("secret")];
    let errors = requests().map(|request| request.start().err());
    let [first, second] = requests();
    for error in errors.into_iter().chain([first.connect().await.err(), second.connect_once().await.err()]) {
        match error {
            Some(ClientError::Url(why)) => ensure!(why.contains("`query`") && !why.contains("secret"), "{why}"),
            other => bail!("the header was told as {other:?}"),
        }
    }
    Ok(())
}

async fn a_provider_may_fetch(page: &Page) -> Result<()> {
    let request = page.builder(&page.room()).provide(|address| async {
        let ticket = fetch("/ticket").await.map_err(|error| error.to_string())?;
        Ok(address.query("do", ticket))
    });
    match event(&mut opened(request).await?).await? {
        Event::Message(Said::Say { text }) if text == "1" => Ok(()),
        other => bail!("the ticket was to ask for the census, which is 1, not {other:?}"),
    }
}

async fn a_close_code_that_a_browser_does_not_send_is_1000(page: &Page) -> Result<()> {
    for (code, sent) in [(1011, 1000), (1001, 1000), (1000, 1000), (3000, 3000), (4001, 4001)] {
        let mut room = opened(asked(page, &["echo"])).await?;
        room.close_with(code, "grüße").await?;
        match event(&mut room).await? {
            // The server's answer repeats what it was told.
            Event::Closed(closed) => ensure!(closed.code() == sent, "{code} was answered with {}", closed.code()),
            other => bail!("the session was to end, not {other:?}"),
        }
    }
    Ok(())
}

async fn what_is_large_is_sent_at_the_pace_of_the_network(page: &Page) -> Result<()> {
    const LARGE: usize = 8 << 20;
    let mut room = opened(asked(page, &["silent"]).no_heartbeat()).await?;
    for _ in 0..3 {
        ensure!(room.send_frame(Frame::Binary(vec![0; LARGE])).await? == Sent::Now, "it was not sent at once");
    }
    room.close().await?;
    match event(&mut room).await? {
        Event::Closed(closed) => ensure!(closed.code() == 1000, "closed with {}", closed.code()),
        other => bail!("the session was to end, not {other:?}"),
    }
    let mut once = page.builder(&page.room()).query("do", "silent").connect_once().await?;
    movable(once.send_frame(Frame::Binary(vec![0; LARGE]))).await?;
    Ok(movable(once.close()).await?)
}

async fn who_reads_too_slowly_loses_the_connection_and_nothing_that_was_kept(page: &Page) -> Result<()> {
    // Each is of about 1024 bytes and counts 64 more: half of them fill 32 MiB.
    let name = page.room();
    let mut room = opened(asked_in(page, &name, &["flood-60000-1000", "echo"]).buffer(8)).await?;
    // Until the server has one connection, the one that asks.
    loop {
        let mut other = opened(asked_in(page, &name, &["census"])).await?;
        match event(&mut other).await? {
            Event::Message(Said::Say { text }) if text == "1" => break,
            Event::Message(_) => page.sleep(Duration::from_millis(100)).await,
            other => bail!("the server was to say how many there are, not {other:?}"),
        }
        other.close().await?;
    }
    // That nothing can be sent does not make it forget what came.
    ensure!(room.say("to nobody").await? == Sent::Now, "it was not sent at once");
    let (mut count, mut lost) = (0, Vec::new());
    loop {
        match event(&mut room).await? {
            Event::Undelivered(report) => lost = report.messages,
            Event::Message(Said::Say { text }) => {
                ensure!(text.trim_end_matches('.') == count.to_string(), "{count} was to come, not {text}");
                count += 1;
            }
            Event::Reconnecting { reason: Disconnect::Closed(closed), .. } => {
                ensure!(closed.reason().contains("32 MiB"), "{}", closed.reason());
                break;
            }
            other => bail!("messages were to come, not {other:?}"),
        }
    }
    ensure!((28_000..33_000).contains(&count), "{count} were kept");
    ensure!(lost == [Say::Say { text: "to nobody".to_owned() }], "reported were {lost:?}");
    match event(&mut room).await? {
        Event::Reconnected { attempts: 1 } => echoes(&mut room, "back").await,
        other => bail!("it was to be back, not {other:?}"),
    }
}

async fn who_has_slept_hears_the_server_before_it_is_judged(page: &Page) -> Result<()> {
    let (interval, limit) = (Duration::from_millis(20), Duration::from_secs(10));
    let mut room = opened(asked(page, &["echo"]).heartbeat(interval, limit)).await?;
    set_sleepy(true);
    page.sleep(Duration::from_millis(500)).await;
    // Several nights have passed.
    let said = echoes(&mut room, "still here").await;
    let silent = opened(asked(page, &["silent", "echo"]).heartbeat(interval, limit)).await;
    let lost = async { loss(&mut silent?).await }.await;
    set_sleepy(false);
    said?;
    match lost? {
        Disconnect::Closed(closed) => ensure!(closed.reason().contains("no sign of life"), "{}", closed.reason()),
        Disconnect::Failed(error) => bail!("silence was told as {error}"),
    }
    Ok(())
}

async fn an_attempt_waits_while_the_browser_is_offline(page: &Page) -> Result<()> {
    let mut room = opened(vigilant(page)).await?;
    set_offline(true).await?;
    // Whether it arrives or not: one is as good as the other.
    let _ = room.say("die").await;
    loss(&mut room).await?;
    page.sleep(Duration::from_secs(1)).await;
    let waiting = asked(page, &["echo"]).start()?;
    page.sleep(Duration::from_millis(200)).await;
    set_offline(false).await?;
    match event(&mut room).await? {
        Event::Reconnected { attempts: 1 } => {}
        other => bail!("the first attempt was to wait for the network, not {other:?}"),
    }
    echoes(&mut room, "back").await?;
    waiting.wait_open().await?;
    Ok(())
}

async fn the_network_that_comes_back_ends_the_wait(page: &Page) -> Result<()> {
    let hour = Duration::from_hours(1);
    let mut room = opened(vigilant(page).backoff(hour, hour)).await?;
    set_offline(true).await?;
    let _ = room.say("die").await;
    // Anything up to an hour; what is too short to tell the difference is very rare, and passes.
    loss(&mut room).await?;
    set_offline(false).await?;
    match event(&mut room).await? {
        Event::Reconnected { attempts: 1 } => echoes(&mut room, "back").await,
        other => bail!("it was to be back, not {other:?}"),
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
