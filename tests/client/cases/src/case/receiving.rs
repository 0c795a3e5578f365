//! Incoming frames.

use std::time::Duration;

use anyhow::{Result, bail};
use futures_util::StreamExt;
use websocket_do::client::{ClientError, Event};

use crate::{
    Transport,
    room::{FORMATS, Room, asked, same},
    within,
};

/// The server sends malformed bytes, an unknown type, a broken rule, a frame of the other type, and an error.
pub(super) async fn an_invalid_frame_is_an_event_and_the_session_continues(at: &impl Transport) -> Result<()> {
    for format in FORMATS {
        let mut room = Room::connect(at, asked(at, &at.room(), &["garbage"]).format(format)).await?;
        for expected in ["malformed", "unknown_type", "rule", "unsupported", "server"] {
            let found = match room.event().await? {
                Event::Error(ClientError::Invalid(error)) => {
                    if expected == "rule" {
                        same(&error.path(), &"text")?;
                    }
                    error.code().as_str().to_owned()
                }
                Event::Error(ClientError::UnexpectedFrame(_)) => "unsupported".to_owned(),
                Event::Error(ClientError::Server { code, .. }) => {
                    same(&code.as_deref(), &Some("internal"))?;
                    "server".to_owned()
                }
                other => bail!("{expected} was reported as {other:?}"),
            };
            same(&found.as_str(), &expected)?;
        }
        room.echoes("still here").await?;
        room.close().await?;
    }
    Ok(())
}

pub(super) async fn a_slow_reader_loses_no_message(at: &impl Transport) -> Result<()> {
    let mut room = Room::connect(at, asked(at, &at.room(), &["flood-3000"]).buffer(8)).await?;
    // The application starts to read late; no heartbeat times out meanwhile.
    at.sleep(Duration::from_millis(300)).await;
    for number in 0..3000 {
        room.hears(&number.to_string()).await?;
    }
    room.echoes("and on").await
}

pub(super) async fn the_halves_work_separately(at: &impl Transport) -> Result<()> {
    let room = Room::open(at, &["echo"]).await?;
    let (mut sender, receiver) = room.client.split();
    let mut another = sender.clone();
    within(at, "both to be sent", async {
        sender.say("one").await?;
        another.say("two").await
    })
    .await??;
    let events = receiver.into_events().take(2).collect::<Vec<_>>();
    let heard = within(at, "both to come", events).await?;
    let texts = heard.iter().map(|event| match event {
        Event::Message(crate::Said::Say { text }) => text.as_str(),
        _ => "",
    });
    same(&texts.collect::<Vec<_>>(), &vec!["one", "two"])
}
