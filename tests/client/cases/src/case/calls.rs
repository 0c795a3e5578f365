//! Calls, and `wait_for`.

use std::{pin::pin, time::Duration};

use anyhow::{Result, bail, ensure};
use futures_util::future::{Either, join, join_all, select};
use websocket_do::{
    CallError, ValidationCode,
    client::{ClientError, Event},
};

use crate::{
    Said, SayClient, Transport,
    room::{FORMATS, Room, asked, same},
    within,
};

/// The time of a call that is not answered.
const SHORT: Duration = Duration::from_millis(200);

type Answer = Result<String, CallError<String>>;

impl<T: Transport> Room<'_, T> {
    async fn asks(&mut self, text: &str) -> Result<Answer> {
        within(self.at, "an answer", self.client.ask(text)).await
    }

    async fn counts(&mut self, text: &str) -> Result<u32> {
        Ok(within(self.at, "a count", self.client.count(text)).await??)
    }

    /// Expects that nothing but the reply to a message arrives.
    async fn is_quiet(&mut self) -> Result<()> {
        self.echoes("quiet").await
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a call returns")]
fn answered(text: &str) -> Answer {
    Ok(text.to_owned())
}

pub(super) async fn a_call_returns_its_reply_in_both_formats(at: &impl Transport) -> Result<()> {
    for format in FORMATS {
        let mut room = Room::connect(at, at.builder(&at.room()).format(format)).await?;
        same(&room.asks("hello").await?, &answered("hello"))?;
        same(&within(at, "an answer", room.client.ask_again("again")).await?, &answered("again"))?;
        same(&room.counts("hello").await?, &1)?;
        room.is_quiet().await?;
    }
    Ok(())
}

pub(super) async fn a_typed_error_refuses_a_call(at: &impl Transport) -> Result<()> {
    for format in FORMATS {
        let mut room = Room::connect(at, at.builder(&at.room()).format(format)).await?;
        same(&room.asks("refuse").await?, &Err(CallError::Refused("no".to_owned())))?;
        room.is_quiet().await?;
    }
    Ok(())
}

pub(super) async fn an_error_frame_ends_its_call(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    same(&room.asks("fail").await?, &Err(CallError::Failed))?;
    same(&room.asks("busy").await?, &Err(CallError::Busy))?;
    match room.asks("invalid").await? {
        Err(CallError::Invalid(error)) => {
            same(&(error.code(), error.path(), error.message()), &(ValidationCode::Rule, "text", "is too long"))?;
        }
        other => bail!("expected an invalid call, found {other:?}"),
    }
    room.is_quiet().await
}

pub(super) async fn a_call_that_breaks_its_rule_is_not_sent(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    match room.asks("").await? {
        Err(CallError::Invalid(error)) => same(&error.path(), &"text")?,
        other => bail!("expected an invalid call, found {other:?}"),
    }
    same(&room.counts("").await?, &0)
}

pub(super) async fn a_reply_of_another_type_is_invalid(at: &impl Transport) -> Result<()> {
    for format in FORMATS {
        let mut room = Room::connect(at, at.builder(&at.room()).format(format)).await?;
        match room.asks("wrong").await? {
            Err(CallError::Invalid(error)) => same(&error.path(), &"value")?,
            other => bail!("expected an invalid reply, found {other:?}"),
        }
        room.is_quiet().await?;
    }
    Ok(())
}

pub(super) async fn a_call_without_an_answer_times_out(at: &impl Transport) -> Result<()> {
    let mut room = Room::connect(at, asked(at, &at.room(), &["echo"]).call_timeout(SHORT)).await?;
    same(&room.asks("never").await?, &Err(CallError::Timeout))?;
    let longer = room.client.ask("late-1000").timeout(Duration::from_secs(20));
    same(&within(at, "an answer", longer).await?, &answered("late-1000"))?;
    room.is_quiet().await
}

pub(super) async fn a_late_answer_is_dropped(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    let late = room.client.ask("late-500").timeout(SHORT);
    same(&within(at, "a timeout", late).await?, &Err(CallError::Timeout))?;
    // One while another call waits, one while none does.
    let late = room.client.ask("late-1500").timeout(SHORT);
    same(&within(at, "a timeout", late).await?, &Err(CallError::Timeout))?;
    same(&room.asks("late-700").await?, &answered("late-700"))?;
    at.sleep(Duration::from_secs(1)).await;
    room.is_quiet().await
}

pub(super) async fn a_stray_answer_is_dropped(at: &impl Transport) -> Result<()> {
    for format in FORMATS {
        let mut room = Room::connect(at, at.builder(&at.room()).format(format)).await?;
        same(&room.asks("stray").await?, &answered("stray"))?;
        room.is_quiet().await?;
    }
    Ok(())
}

pub(super) async fn a_dropped_call_is_forgotten(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    match select(room.client.ask("late-500"), pin!(at.sleep(SHORT))).await {
        Either::Left((answer, _)) => bail!("answered at once: {answer:?}"),
        Either::Right(_) => {}
    }
    at.sleep(Duration::from_millis(600)).await;
    room.is_quiet().await?;
    same(&room.asks("next").await?, &answered("next"))
}

pub(super) async fn a_call_of_a_lost_connection_is_lost_and_not_sent_again(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    same(&room.asks("die").await?, &Err(CallError::Lost))?;
    // Its caller knows, so it is not reported as undelivered.
    room.loses().await?;
    room.expect(&Event::Reconnected { attempts: 1 }).await?;
    same(&room.counts("die").await?, &1)?;
    room.is_quiet().await
}

pub(super) async fn an_idempotent_call_of_a_lost_connection_is_sent_again(at: &impl Transport) -> Result<()> {
    for format in FORMATS {
        let mut room = Room::connect(at, asked(at, &at.room(), &["echo"]).format(format)).await?;
        let again = room.client.ask_again("die-once");
        same(&within(at, "an answer", again).await?, &answered("die-once"))?;
        room.loses().await?;
        room.expect(&Event::Reconnected { attempts: 1 }).await?;
        same(&room.counts("die-once").await?, &2)?;
    }
    Ok(())
}

pub(super) async fn an_idempotent_call_is_not_sent_again_after_its_time(at: &impl Transport) -> Result<()> {
    let mut room = Room::connect(
        at,
        asked(at, &at.room(), &["echo", "refuse-503", "refuse-503", "refuse-503", "echo"])
            .backoff(Duration::from_millis(400), Duration::from_millis(401)),
    )
    .await?;
    let again = room.client.ask_again("die-once").timeout(Duration::from_millis(1));
    same(&within(at, "a timeout", again).await?, &Err(CallError::Timeout))?;
    within(at, "a connection", async {
        while !matches!(room.client.events().next().await, Some(Event::Reconnected { .. }) | None) {}
    })
    .await?;
    ensure!(room.counts("die-once").await? <= 1, "it was sent again");
    Ok(())
}

pub(super) async fn a_call_without_a_connection_waits_in_the_queue(at: &impl Transport) -> Result<()> {
    let mut client = asked(at, &at.room(), &["refuse-503", "refuse-503", "echo"]).start()?;
    let (first, second) = join(client.ask("first"), client.ask("second")).await;
    same(&(first, second), &(answered("first"), answered("second")))?;
    within(at, "a close", client.close()).await??;
    Ok(())
}

pub(super) async fn a_call_whose_time_is_over_in_the_queue_is_never_sent(at: &impl Transport) -> Result<()> {
    let request = asked(at, &at.room(), &["hang", "echo"]).connect_timeout(Duration::from_secs(1));
    let mut client = request.start()?;
    let call = client.ask("too late").timeout(SHORT);
    same(&within(at, "a timeout", call).await?, &Err(CallError::Timeout))?;
    same(&within(at, "a count", client.count("too late")).await?, &Ok(0))
}

pub(super) async fn a_call_beyond_the_queue_is_busy(at: &impl Transport) -> Result<()> {
    let mut client =
        asked(at, &at.room(), &["hang", "echo"]).connect_timeout(Duration::from_secs(1)).queue(1).start()?;
    let (first, second) = join(client.ask("first"), client.ask("second")).await;
    same(&(first, second), &(answered("first"), Err(CallError::Busy)))
}

pub(super) async fn calls_are_answered_while_events_are_not_read(at: &impl Transport) -> Result<()> {
    let mut room = Room::connect(at, asked(at, &at.room(), &["echo"]).buffer(4)).await?;
    same(&room.asks("flood-1000").await?, &answered("flood-1000"))?;
    for number in 0..1000 {
        room.hears(&number.to_string()).await?;
    }
    room.is_quiet().await
}

pub(super) async fn events_are_read_while_a_call_waits(at: &impl Transport) -> Result<()> {
    let room = Room::open(at, &["echo"]).await?;
    let (sender, mut receiver) = room.client.split();
    let (mut asker, mut sayer) = (sender.clone(), sender);
    let (answer, heard) = join(asker.ask("late-700"), async {
        sayer.say("meanwhile").await?;
        within(at, "a message", receiver.next()).await
    })
    .await;
    same(&answer, &answered("late-700"))?;
    same(&heard?, &Some(Ok(Said::Say { text: "meanwhile".to_owned() })))
}

pub(super) async fn a_call_inside_the_event_loop_is_answered(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    for number in 0..3 {
        room.says(&number.to_string()).await?;
    }
    for number in 0..3 {
        match within(at, "a message", room.client.next()).await? {
            Some(Ok(Said::Say { text })) => {
                same(&text, &number.to_string())?;
                same(&room.asks(&text).await?, &answered(&text))?;
            }
            other => bail!("expected a message, found {other:?}"),
        }
    }
    Ok(())
}

pub(super) async fn calls_at_once_are_answered_out_of_order(at: &impl Transport) -> Result<()> {
    for format in FORMATS {
        let mut room = Room::connect(at, at.builder(&at.room()).format(format)).await?;
        let texts: Vec<_> = (1..=20).map(|number| format!("late-{}", 420 - number * 20)).collect();
        let calls: Vec<_> = texts.iter().map(|text| room.client.ask(text.as_str())).collect();
        let answers = within(at, "20 answers", join_all(calls)).await?;
        same(&answers, &texts.iter().map(|text| answered(text)).collect::<Vec<_>>())?;
    }
    Ok(())
}

pub(super) async fn a_call_of_a_closed_session_is_closed(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    room.close().await?;
    same(&room.asks("late").await?, &Err(CallError::Closed))
}

pub(super) async fn a_close_loses_the_calls_without_an_answer(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    let call = room.client.ask("never");
    let (answer, closed) = join(call, async {
        at.sleep(SHORT).await;
        within(at, "a close", room.client.close()).await
    })
    .await;
    closed??;
    same(&answer, &Err(CallError::Lost))
}

pub(super) async fn a_single_connection_calls_too(at: &impl Transport) -> Result<()> {
    for format in FORMATS {
        let mut room = within(at, "a session", at.builder(&at.room()).format(format).connect_once()).await??;
        same(&within(at, "an answer", room.ask("flood-10")).await?, &answered("flood-10"))?;
        let timed_out = within(at, "a timeout", room.ask("late-400").timeout(SHORT)).await?;
        same(&timed_out, &Err(CallError::Timeout))?;
        same(&within(at, "an answer", room.ask("refuse")).await?, &Err(CallError::Refused("no".to_owned())))?;
        for number in 0..10 {
            let said = within(at, "a message", room.next()).await?;
            same(&said, &Some(Ok(Said::Say { text: number.to_string() })))?;
        }
        at.sleep(SHORT * 2).await;
        within(at, "a message to be sent", room.say("quiet")).await??;
        let said = within(at, "a message", room.next()).await?;
        same(&said, &Some(Ok(Said::Say { text: "quiet".to_owned() })))?;
        same(&within(at, "the end", room.ask_again("die")).await?, &Err(CallError::Lost))?;
        same(&within(at, "the end", room.ask("after")).await?, &Err(CallError::Closed))?;
    }
    Ok(())
}

async fn says_three(at: &impl Transport, client: &mut SayClient) -> Result<()> {
    for text in ["one", "two", "three"] {
        within(at, "a message to be sent", client.say(text)).await??;
    }
    Ok(())
}

fn is_text(text: &'static str) -> impl Fn(&Said) -> bool {
    move |Said::Say { text: said }| said == text
}

pub(super) async fn wait_for_takes_the_first_message_that_fits_and_leaves_the_rest(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    says_three(at, &mut room.client).await?;
    let said = |text: &str| Said::Say { text: text.to_owned() };
    let patience = Duration::from_secs(10);
    same(&room.client.wait_for(is_text("two"), patience).await, &Ok(said("two")))?;
    same(&room.client.wait_for(is_text("one"), patience).await, &Ok(said("one")))?;
    says_three(at, &mut room.client).await?;
    same(&room.client.wait_for(is_text("two"), patience).await, &Ok(said("two")))?;
    for text in ["three", "one", "three"] {
        room.hears(text).await?;
    }
    let mut once = within(at, "a session", at.builder(&at.room()).connect_once()).await??;
    for text in ["one", "two"] {
        within(at, "a message to be sent", once.say(text)).await??;
    }
    same(&once.wait_for(is_text("two"), patience).await, &Ok(said("two")))?;
    same(&within(at, "a message", once.next()).await?, &Some(Ok(said("one"))))
}

pub(super) async fn wait_for_ends_in_time_or_with_the_session(at: &impl Transport) -> Result<()> {
    let mut room = Room::open(at, &["echo"]).await?;
    room.says("one").await?;
    same(&room.client.wait_for(is_text("two"), SHORT).await, &Err(ClientError::Timeout(SHORT)))?;
    room.hears("one").await?;
    let mut ended = Room::open(at, &["close-4000"]).await?;
    match within(at, "the end", ended.client.wait_for(is_text("two"), Duration::from_secs(15))).await? {
        Err(ClientError::Closed(closed)) => same(&closed.code(), &4000)?,
        other => bail!("expected the end of the session, found {other:?}"),
    }
    ended.ends(4000).await
}
