//! Lost connections and reconnecting.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use websocket_do::client::{ClientError, Disconnect, Event};

use crate::{
    Transport,
    room::{Room, asked, same},
    within,
};

pub(super) async fn the_client_reconnects_after_a_close_code_that_is_not_terminal(at: &impl Transport) -> Result<()> {
    const SCRIPTS: [(u16, &[&str]); 5] = [
        (1001, &["close-1001", "echo"]),
        (1011, &["close-1011", "echo"]),
        (1012, &["close-1012", "echo"]),
        (1013, &["close-1013", "echo"]),
        (3000, &["close-3000", "echo"]),
    ];
    for (code, script) in SCRIPTS {
        let mut room = Room::open(at, script).await?;
        match room.loses().await? {
            Disconnect::Closed(closed) => same(&(closed.code(), closed.reason()), &(code, "why"))?,
            Disconnect::Failed(error) => bail!("{code} was reported as {error}"),
        }
        room.expect(&Event::Reconnected { attempts: 1 }).await?;
        room.echoes("back").await?;
    }
    Ok(())
}

pub(super) async fn a_terminal_close_code_ends_the_session(at: &impl Transport) -> Result<()> {
    const SCRIPTS: [(u16, &[&str]); 4] = [
        (1000, &["close-1000", "echo"]),
        (1008, &["close-1008", "echo"]),
        (4000, &["close-4000", "echo"]),
        (4999, &["close-4999", "echo"]),
    ];
    for (code, script) in SCRIPTS {
        let mut room = Room::open(at, script).await?;
        room.ends(code).await?;
        match within(at, "wait_open to settle", room.client.wait_open()).await? {
            Err(ClientError::Closed(closed)) => same(&(closed.code(), closed.reason()), &(code, "why"))?,
            other => bail!("{code} was reported as {other:?}"),
        }
        ensure!(room.client.say("late").await.is_err(), "a message was sent after {code}");
        room.close().await?;
    }
    Ok(())
}

pub(super) async fn a_lost_connection_is_1006_and_replaced(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    room.echoes("alive").await?;
    room.says("die").await?;
    let lost = room.reports().await?;
    ensure!(lost.may_have_arrived, "`die` was sent");
    match room.loses().await? {
        Disconnect::Closed(closed) => same(&closed.code(), &1006)?,
        Disconnect::Failed(error) => bail!("it was reported as {error}"),
    }
    room.expect(&Event::Reconnected { attempts: 1 }).await?;
    room.echoes("alive again").await
}

pub(super) async fn a_refusal_and_a_handshake_without_an_answer_are_retried(at: &impl Transport) -> Result<()> {
    let request = asked(at, &at.room(), &["close-1012", "refuse-503", "hang", "echo"]);
    let limit = Duration::from_secs(1);
    let mut room = Room::connect(at, request.connect_timeout(limit)).await?;
    ensure!(matches!(room.loses().await?, Disconnect::Closed(_)), "the first was closed");
    match room.loses().await? {
        Disconnect::Failed(ClientError::Refused { status: 503, .. }) if at.knows_status() => {}
        Disconnect::Failed(ClientError::Transport(_)) if !at.knows_status() => {}
        other => bail!("the refusal was reported as {other}"),
    }
    same(&room.loses().await?, &Disconnect::Failed(ClientError::Timeout(limit)))?;
    room.expect(&Event::Reconnected { attempts: 3 }).await?;
    room.echoes("back").await
}

pub(super) async fn a_silent_server_is_disconnected(at: &impl Transport) -> Result<()> {
    let request = asked(at, &at.room(), &["silent", "echo"]);
    let mut room = Room::connect(at, request.heartbeat(Duration::from_millis(100), Duration::from_millis(400))).await?;
    match room.loses().await? {
        Disconnect::Closed(closed) => {
            same(&closed.code(), &1006)?;
            ensure!(closed.reason().contains("no sign of life"), "the reason is {:?}", closed.reason());
        }
        Disconnect::Failed(error) => bail!("silence was reported as {error}"),
    }
    room.expect(&Event::Reconnected { attempts: 1 }).await?;
    room.echoes("back").await
}

pub(super) async fn a_server_that_answers_heartbeats_is_not_disconnected(at: &impl Transport) -> Result<()> {
    let request = asked(at, &at.room(), &["echo", "refuse-401"]);
    let mut room = Room::connect(at, request.heartbeat(Duration::from_millis(50), Duration::from_secs(10))).await?;
    // Several heartbeats are answered without an event.
    at.sleep(Duration::from_millis(500)).await;
    room.echoes("still here").await
}
