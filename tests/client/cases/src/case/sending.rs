//! What goes out.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use websocket_do::client::{Event, SendError, Sent};

use crate::{
    Say, Transport,
    room::{Room, asked, same, told},
    within,
};

pub(super) async fn a_message_that_breaks_its_rule_does_not_leave(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    match within(at, "the answer", room.client.say("")).await? {
        Err(SendError::Invalid(rejection)) => same(&rejection.path(), &"text")?,
        other => bail!("it was told as {other:?}"),
    }
    room.echoes("fine").await
}

pub(super) async fn what_is_sent_while_away_waits_in_order_up_to_a_limit(at: &impl Transport) -> Result<()> {
    let request = asked(at, &at.room(), &["close-1012", "echo"]);
    let wait = Duration::from_secs(2);
    let mut room = Room::connect(at, request.backoff(wait, wait).queue(3)).await?;
    room.loses().await?;
    // The wait is anything up to two seconds: a new connection may come before the queue is full, and is told.
    let mut sent = Vec::new();
    for text in ["one", "two", "three", "four"] {
        sent.push(within(at, "the answer", room.client.say(text)).await?);
    }
    let full = sent.iter().filter(|sent| **sent == Err(SendError::Full)).count();
    room.expect(&Event::Reconnected { attempts: 1 }).await?;
    for text in ["one", "two", "three", "four"].iter().take(4 - full) {
        room.hears(text).await?;
    }
    if sent.contains(&Ok(Sent::Now)) { Ok(()) } else { same(&full, &1) }
}

pub(super) async fn what_a_dead_connection_was_given_is_reported_and_not_sent_again(at: &impl Transport) -> Result<()> {
    let request = asked(at, &at.room(), &["echo"]);
    let mut room = Room::connect(at, request.heartbeat(Duration::from_millis(200), Duration::from_millis(800))).await?;
    room.echoes("heard").await?;
    // By now an answer to a heartbeat has confirmed it.
    at.sleep(Duration::from_millis(600)).await;
    for text in ["silence", "one", "two"] {
        same(&within(at, "the answer", room.client.say(text)).await??, &Sent::Now)?;
    }
    let lost = room.reports().await?;
    let said = lost.messages.iter().map(|Say::Say { text }| text.as_str());
    same(&said.collect::<Vec<_>>(), &vec!["silence", "one", "two"])?;
    ensure!(lost.may_have_arrived, "they were handed over");
    room.loses().await?;
    room.expect(&Event::Reconnected { attempts: 1 }).await?;
    room.echoes("nothing else").await
}

pub(super) async fn a_close_delivers_what_was_sent_before_it(at: &impl Transport) -> Result<()> {
    let name = at.room();
    let mut room = Room::connect(at, asked(at, &name, &["echo"])).await?;
    for number in 0..100 {
        room.says(&number.to_string()).await?;
    }
    room.close().await?;
    same(&told(at, &name, &["tally"]).await?.as_str(), &"100")?;

    // What is queued, too.
    let name = at.room();
    let mut room = Room { at, client: asked(at, &name, &["refuse-503", "echo"]).start()? };
    room.says("queued").await?;
    room.close().await?;
    same(&told(at, &name, &["tally"]).await?.as_str(), &"1")
}

pub(super) async fn a_close_without_a_connection_ends_the_session(at: &impl Transport) -> Result<()> {
    let mut room = Room { at, client: asked(at, &at.room(), &["refuse-503"]).start()? };
    room.close().await?;
    ensure!(within(at, "wait_open to settle", room.client.wait_open()).await?.is_err(), "there is no session");
    loop {
        match room.event().await? {
            Event::Reconnecting { .. } => {}
            Event::Closed(closed) => return same(&closed.code(), &1006),
            other => bail!("the session was to end, not {other:?}"),
        }
    }
}

pub(super) async fn who_drops_the_client_ends_the_session(at: &impl Transport) -> Result<()> {
    let name = at.room();
    let mut room = Room::connect(at, asked(at, &name, &["echo"])).await?;
    room.echoes("here").await?;
    same(&told(at, &name, &["census"]).await?.as_str(), &"2")?;
    drop(room);
    for _ in 0..100 {
        if told(at, &name, &["census"]).await? == "1" {
            return Ok(());
        }
        at.sleep(Duration::from_millis(50)).await;
    }
    bail!("the server still has the connection")
}
