//! What comes in.

use std::time::Duration;

use anyhow::{Result, bail};
use futures_util::StreamExt;
use websocket_do::client::{ClientError, Event};

use crate::{
    Transport,
    room::{FORMATS, Room, asked, same},
    within,
};

/// In JSON: a fragment, an unknown type, a broken rule, bytes, an error the server reports. In MessagePack the same, with text
/// for bytes.
pub(super) async fn what_is_no_message_is_an_event_and_the_session_goes_on(at: &impl Transport) -> Result<()> {
    for format in FORMATS {
        let mut room = Room::connect(at, asked(at, &at.room(), &["garbage"]).format(format)).await?;
        for expected in ["malformed", "unknown_type", "rule", "unsupported", "server"] {
            let found = match room.event().await? {
                Event::Error(ClientError::Invalid(rejection)) => {
                    if expected == "rule" {
                        same(&rejection.path(), &"text")?;
                    }
                    rejection.code().as_str().to_owned()
                }
                Event::Error(ClientError::UnexpectedFrame(_)) => "unsupported".to_owned(),
                Event::Error(ClientError::Server { code, .. }) => {
                    same(&code.as_deref(), &Some("internal"))?;
                    "server".to_owned()
                }
                other => bail!("{expected} was told as {other:?}"),
            };
            same(&found.as_str(), &expected)?;
        }
        room.echoes("still here").await?;
        room.close().await?;
    }
    Ok(())
}

pub(super) async fn a_server_that_sends_faster_than_is_read_loses_nothing(at: &impl Transport) -> Result<()> {
    let mut room = Room::connect(at, asked(at, &at.room(), &["flood-3000"]).buffer(8)).await?;
    // The application is slow to begin, and a heartbeat is not answered behind all that has not been read.
    at.sleep(Duration::from_millis(300)).await;
    for number in 0..3000 {
        room.hears(&number.to_string()).await?;
    }
    room.echoes("and on").await
}

pub(super) async fn both_halves_work_apart(at: &impl Transport) -> Result<()> {
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
