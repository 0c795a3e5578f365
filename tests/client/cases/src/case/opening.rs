//! Opening a session.

use std::{
    future::ready,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::{Result, bail, ensure};
use websocket_do::client::{Builder, ClientError, Disconnect, Event, Sent};

use crate::{
    Say, Transport,
    room::{FORMATS, Room, asked, failure, same},
    within,
};

pub(super) async fn both_formats_go_both_ways(at: &impl Transport) -> Result<()> {
    for format in FORMATS {
        let mut room = Room::connect(at, asked(at, &at.room(), &["echo"]).format(format)).await?;
        same(&room.client.format(), &format)?;
        room.echoes("grüß dich 🌍").await?;
        room.echoes(&"x".repeat(1000)).await?;
        room.close().await?;
        room.ends(1000).await?;
        ensure!(room.client.say("late").await.is_err(), "a message was sent after the end");
    }
    Ok(())
}

pub(super) async fn a_refusal_is_returned_by_connect(at: &impl Transport) -> Result<()> {
    match failure(at, asked(at, &at.room(), &["refuse-401"])).await? {
        ClientError::Refused { status: 401, body, .. } if at.knows_status() => same(&body.as_str(), &"not today"),
        ClientError::Transport(_) if !at.knows_status() => Ok(()),
        other => bail!("the refusal was reported as {other:?}"),
    }
}

pub(super) async fn a_redirect_is_not_followed(at: &impl Transport) -> Result<()> {
    let request = asked(at, &at.room(), &["redirect-301", "echo"]);
    match failure(at, asked(at, &at.room(), &["redirect-301", "echo"])).await? {
        ClientError::Refused { status: 301, location, .. } if at.knows_status() => {
            same(&location.as_deref(), &Some("http://127.0.0.1:1/elsewhere"))?;
        }
        ClientError::Transport(_) if !at.knows_status() => return Ok(()),
        other => bail!("the redirect was reported as {other:?}"),
    }
    // The status is terminal.
    let mut room = Room { at, client: request.start()? };
    ensure!(matches!(room.event().await?, Event::Error(_)), "the error is an event");
    room.ends(1006).await
}

pub(super) async fn an_unusable_url_is_an_error_at_once(at: &impl Transport) -> Result<()> {
    for (url, wrong) in [
        ("ws://127.0.0.1:99999/room?key=secret", "has a port"),
        ("ws://127.0.0.1:0/room", "has a port"),
        ("ws://ada:secret@127.0.0.1/room", "has a user or a password"),
        ("ws://127.0.0.1/room#secret", "has a fragment"),
        ("ws:///?key=secret", "has no host"),
        ("ftp://127.0.0.1/room", "starts with neither"),
        ("room?key=secret", "starts with neither"),
        ("ws://[::1", "is not a valid URL"),
    ] {
        let requests = || Builder::<Say>::new(url);
        for error in [requests().start().err(), Some(failure(at, requests()).await?)] {
            let Some(ClientError::Url(reason)) = &error else { bail!("{url} was reported as {error:?}") };
            ensure!(reason.contains(wrong) && !reason.contains("secret"), "{url} was reported as {reason}");
        }
    }
    for url in ["WS://127.0.0.1:9/room", "Wss://127.0.0.1:9", "http://127.0.0.1:9/a b?c d", "ws://[::1]:9/"] {
        ensure!(Builder::<Say>::new(url).start().is_ok(), "{url} is fine");
    }
    Ok(())
}

pub(super) async fn a_handshake_without_an_answer_times_out(at: &impl Transport) -> Result<()> {
    let limit = Duration::from_millis(300);
    let error = failure(at, asked(at, &at.room(), &["hang"]).connect_timeout(limit)).await?;
    same(&error, &ClientError::Timeout(limit))
}

pub(super) async fn a_subprotocol_that_was_not_offered_is_an_error(at: &impl Transport) -> Result<()> {
    match failure(at, asked(at, &at.room(), &["subprotocol"]).format(FORMATS[1])).await? {
        ClientError::Subprotocol { chosen, .. } => same(&chosen.as_str(), &"websocket-do.json"),
        // A browser fails the connection itself.
        ClientError::Transport(_) if !at.knows_status() => Ok(()),
        other => bail!("the subprotocol was reported as {other:?}"),
    }
}

pub(super) async fn a_failed_provider_is_retried(at: &impl Transport) -> Result<()> {
    let has_failed = AtomicBool::new(false);
    let request = at.builder(&at.room()).query("do", "echo").backoff(Duration::ZERO, Duration::ZERO);
    let request = request.provide(move |request| {
        let is_first = !has_failed.swap(true, Ordering::Relaxed);
        ready(if is_first { Err("no token yet".into()) } else { Ok(request) })
    });
    let mut room = Room { at, client: request.start()? };
    same(&room.loses().await?, &Disconnect::Failed(ClientError::Provider("no token yet".to_owned())))?;
    room.expect(&Event::Opened).await?;
    room.echoes("hello").await
}

pub(super) async fn a_session_that_is_not_open_yet_can_be_awaited(at: &impl Transport) -> Result<()> {
    let mut room = Room { at, client: asked(at, &at.room(), &["refuse-503", "echo"]).start()? };
    same(&within(at, "the answer", room.client.say("early")).await??, &Sent::Queued)?;
    within(at, "the session", room.client.wait_open()).await??;
    room.loses().await?;
    room.expect(&Event::Opened).await?;
    room.hears("early").await
}

pub(super) async fn attempts_can_be_limited(at: &impl Transport) -> Result<()> {
    let request = asked(at, &at.room(), &["refuse-503"]).max_attempts(2);
    let mut room = Room { at, client: request.start()? };
    room.loses().await?;
    room.loses().await?;
    ensure!(within(at, "wait_open to settle", room.client.wait_open()).await?.is_err(), "there is no session");
    ensure!(matches!(room.event().await?, Event::Error(_)), "the error is an event");
    room.ends(1006).await
}
