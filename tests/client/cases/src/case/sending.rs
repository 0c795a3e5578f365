//! Outgoing messages.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use websocket_do::client::{Event, SendError, Sent};

use crate::{
    Say, Transport,
    room::{Room, asked, report, same},
    within,
};

pub(super) async fn a_message_that_breaks_its_rule_is_not_sent(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    match within(at, "the answer", room.client.say("")).await? {
        Err(SendError::Invalid(error)) => same(&error.path(), &"text")?,
        other => bail!("it was reported as {other:?}"),
    }
    room.echoes("fine").await
}

pub(super) async fn messages_without_a_connection_are_queued_in_order_up_to_a_limit(at: &impl Transport) -> Result<()> {
    let request = asked(at, &at.room(), &["close-1012", "echo"]);
    let wait = Duration::from_secs(2);
    let mut room = Room::connect(at, request.backoff(wait, wait).queue(3)).await?;
    room.loses().await?;
    // The delay is random up to two seconds: the client may reconnect before the queue is full.
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

pub(super) async fn messages_of_a_lost_connection_are_reported_and_not_sent_again(at: &impl Transport) -> Result<()> {
    let request = asked(at, &at.room(), &["echo"]);
    let mut room = Room::connect(at, request.heartbeat(Duration::from_millis(200), Duration::from_millis(800))).await?;
    room.echoes("heard").await?;
    // The answer to a heartbeat confirms it.
    at.sleep(Duration::from_millis(600)).await;
    for text in ["silence", "one", "two"] {
        same(&within(at, "the answer", room.client.say(text)).await??, &Sent::Now)?;
    }
    let lost = room.reports().await?;
    let said = lost.messages.iter().filter_map(Say::text);
    same(&said.collect::<Vec<_>>(), &vec!["silence", "one", "two"])?;
    ensure!(lost.may_have_arrived, "they were sent");
    room.loses().await?;
    room.expect(&Event::Reconnected { attempts: 1 }).await?;
    room.echoes("nothing else").await
}

pub(super) async fn a_close_delivers_the_messages_sent_before(at: &impl Transport) -> Result<()> {
    let name = at.room();
    let mut room = Room::connect(at, asked(at, &name, &["echo"])).await?;
    for number in 0..100 {
        room.says(&number.to_string()).await?;
    }
    room.close().await?;
    same(&report(at, &name, &["tally"]).await?.as_str(), &"100")?;

    // Queued messages too.
    let name = at.room();
    let mut room = Room { at, client: asked(at, &name, &["refuse-503", "echo"]).start()? };
    room.says("queued").await?;
    room.close().await?;
    same(&report(at, &name, &["tally"]).await?.as_str(), &"1")
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

pub(super) async fn dropping_the_client_ends_the_session(at: &impl Transport) -> Result<()> {
    let name = at.room();
    let mut room = Room::connect(at, asked(at, &name, &["echo"])).await?;
    room.echoes("here").await?;
    same(&report(at, &name, &["census"]).await?.as_str(), &"2")?;
    drop(room);
    for _ in 0..100 {
        if report(at, &name, &["census"]).await? == "1" {
            return Ok(());
        }
        at.sleep(Duration::from_millis(50)).await;
    }
    bail!("the server still has the connection")
}
