//! A client in a room of the misbehaving server, with assertions.

use std::{
    fmt,
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, bail, ensure};
use websocket_do::{
    Format,
    client::{Builder, ClientError, Disconnect, Event, Undelivered},
};

use crate::{Said, Say, SayClient, Transport, within};

/// A client under test.
pub(crate) struct Room<'t, T> {
    pub(crate) at: &'t T,
    pub(crate) client: SayClient,
}

/// Returns a builder with a short backoff. `script` has what the server does with each connection; the last entry applies to all
/// further ones.
pub(crate) fn asked(at: &impl Transport, room: &str, script: &'static [&'static str]) -> Builder<Say> {
    let attempt = Arc::new(AtomicUsize::new(0));
    at.builder(room).backoff(Duration::from_millis(5), Duration::from_millis(50)).provide(move |request| {
        let attempt = attempt.fetch_add(1, Ordering::Relaxed);
        ready(Ok(request.query("do", script.get(attempt).or(script.last()).copied().unwrap_or("echo"))))
    })
}

impl<'t, T: Transport> Room<'t, T> {
    /// Connects to a new room.
    pub(crate) async fn open(at: &'t T, script: &'static [&'static str]) -> Result<Self> {
        Self::connect(at, asked(at, &at.room(), script)).await
    }

    pub(crate) async fn connect(at: &'t T, request: Builder<Say>) -> Result<Self> {
        let client = within(at, "a session", request.connect()).await??;
        let mut room = Self { at, client };
        room.expect(&Event::Opened).await?;
        Ok(room)
    }

    pub(crate) async fn event(&mut self) -> Result<Event<Say>> {
        match within(self.at, "an event", self.client.events().next()).await? {
            Some(event) => Ok(event),
            None => bail!("there are no more events"),
        }
    }

    pub(crate) async fn expect(&mut self, expected: &Event<Say>) -> Result<()> {
        same(&self.event().await?, expected)
    }

    pub(crate) async fn hears(&mut self, text: &str) -> Result<()> {
        self.expect(&Event::Message(Said::Say { text: text.to_owned() })).await
    }

    pub(crate) async fn says(&mut self, text: &str) -> Result<()> {
        within(self.at, "a message to be sent", self.client.say(text)).await??;
        Ok(())
    }

    /// Sends a text and expects it back.
    pub(crate) async fn echoes(&mut self, text: &str) -> Result<()> {
        self.says(text).await?;
        self.hears(text).await
    }

    /// Expects that the connection is lost, and returns the reason.
    pub(crate) async fn loses(&mut self) -> Result<Disconnect> {
        match self.event().await? {
            Event::Reconnecting { reason, .. } => Ok(reason),
            other => bail!("expected a lost connection, found {other:?}"),
        }
    }

    /// Expects a report of undelivered messages.
    pub(crate) async fn reports(&mut self) -> Result<Undelivered<Say>> {
        match self.event().await? {
            Event::Undelivered(lost) => Ok(lost),
            other => bail!("expected undelivered messages, found {other:?}"),
        }
    }

    /// Expects the session to end with this code.
    pub(crate) async fn ends(&mut self, code: u16) -> Result<()> {
        match self.event().await? {
            Event::Closed(closed) => same(&closed.code(), &code)?,
            other => bail!("expected the end of the session, found {other:?}"),
        }
        let after = within(self.at, "the end of events", self.client.events().next()).await?;
        ensure!(after.is_none(), "after the end there was {after:?}");
        Ok(())
    }

    pub(crate) async fn close(&mut self) -> Result<()> {
        within(self.at, "the answer to a close", self.client.close()).await??;
        Ok(())
    }
}

/// Returns a number of the server's room: `tally`, the messages it has received, or `census`, its connections.
pub(crate) async fn report(at: &impl Transport, room: &str, what: &'static [&'static str]) -> Result<String> {
    let mut room = Room::connect(at, asked(at, room, what)).await?;
    let report = match room.event().await? {
        Event::Message(Said::Say { text }) => text,
        other => bail!("expected {what:?}, found {other:?}"),
    };
    room.close().await?;
    Ok(report)
}

/// Expects the first attempt to fail, and returns its error.
pub(crate) async fn failure(at: &impl Transport, request: Builder<Say>) -> Result<ClientError> {
    match within(at, "a refusal", request.connect()).await? {
        Ok(_) => bail!("expected an error, found a session"),
        Err(error) => Ok(error),
    }
}

pub(crate) fn same<T: PartialEq + fmt::Debug>(found: &T, expected: &T) -> Result<()> {
    ensure!(found == expected, "expected {expected:?}, found {found:?}");
    Ok(())
}

pub(crate) const FORMATS: [Format; 2] = [Format::Json, Format::MessagePack];
