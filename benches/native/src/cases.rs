//! The cases: each does the same with the runtime and by hand.

use std::hint::black_box;

use chat_protocol::{ClientMessage, ServerMessage};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use websocket_do::{Format, Frame, attachment, codec, protocol::Validate};

use crate::{
    plain,
    room::{Member, Ours, Plain},
};

/// An operation in two implementations.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// The operation.
    pub name: &'static str,
    /// The format of the messages.
    pub format: Format,
    /// Prepares both implementations.
    pub start: Start,
}

type Start = fn(Format) -> Pair;

/// Both implementations.
pub struct Pair {
    /// With the runtime.
    pub ours: Box<dyn FnMut()>,
    /// By hand.
    pub plain: Box<dyn FnMut()>,
}

impl Pair {
    fn new<T, P>(mut ours: impl FnMut() -> T + 'static, mut plain: impl FnMut() -> P + 'static) -> Self {
        let ours = Box::new(move || drop(black_box(ours())));
        Self { ours, plain: Box::new(move || drop(black_box(plain()))) }
    }
}

/// All cases.
pub fn all() -> impl Iterator<Item = Case> {
    let of = |format, &(name, start): &(&'static str, Start)| Case { name, format, start };
    [Format::Json, Format::MessagePack]
        .into_iter()
        .flat_map(move |format| MESSAGES.iter().map(move |case| of(format, case)))
        // Attachments are MessagePack in sessions of either format.
        .chain(ATTACHMENTS.iter().map(move |case| of(Format::MessagePack, case)))
}

const MESSAGES: [(&str, Start); 7] = [
    ("decode", decode),
    ("decode, tag last", decode_tag_last),
    ("validate", validate),
    ("encode", encode),
    ("dispatch", dispatch),
    ("dispatch with update", dispatch_with_update),
    ("broadcast to 1,000", broadcast),
];

const ATTACHMENTS: [(&str, Start); 2] =
    [("attachment read", attachment_read), ("attachment update", attachment_update)];

/// A text of 68 characters, as in all benchmarks of the project.
const TEXT: &str = "The quick brown fox jumps over the lazy dog; then it sleeps, at last";

/// Only the runtime checks the rules.
fn decode(format: Format) -> Pair {
    decoded(encoded(format, &client_message()))
}

fn decode_tag_last(format: Format) -> Pair {
    #[derive(Serialize)]
    struct TagLast {
        text: &'static str,
        r#type: &'static str,
    }
    decoded(encoded(format, &TagLast { text: TEXT, r#type: "message" }))
}

fn decoded(frame: Frame) -> Pair {
    let same = frame.clone();
    Pair::new(
        move || codec::decode::<ClientMessage>(black_box(&frame)),
        move || match black_box(&same) {
            Frame::Text(text) => serde_json::from_str::<plain::ClientMessage>(text).ok(),
            Frame::Binary(bytes) => rmp_serde::from_slice(bytes).ok(),
        },
    )
}

fn validate(_: Format) -> Pair {
    let (ours, plain) = (ClientMessage::Message { text: TEXT.into() }, client_message());
    Pair::new(move || Validate::validate(black_box(&ours)), move || black_box(&plain).check())
}

fn encode(format: Format) -> Pair {
    let (ours, plain) = server_messages();
    Pair::new(move || codec::encode(black_box(&ours), format), move || encoded(format, black_box(&plain)))
}

fn dispatch(format: Format) -> Pair {
    let (ours, mut plain) = (Ours::new(1, format), Plain::new(1, format));
    let frame = encoded(format, &client_message());
    let same = frame.clone();
    Pair::new(move || ours.event(frame.clone()), move || plain.event(&same.clone()))
}

fn dispatch_with_update(format: Format) -> Pair {
    let (ours, mut plain) = (Ours::new(1, format), Plain::new(1, format));
    let name = |name: &str| encoded(format, &plain::ClientMessage::SetName { name: name.into() });
    let mut frames = [name("Grace"), name("Ada")].into_iter().cycle();
    let mut same = frames.clone();
    Pair::new(
        move || frames.next().map(|frame| ours.event(frame)),
        move || same.next().map(|frame| plain.event(&frame)),
    )
}

fn broadcast(format: Format) -> Pair {
    let (ours, plain) = (Ours::new(1_000, format), Plain::new(1_000, format));
    let (answer, plain_answer) = server_messages();
    Pair::new(move || ours.room.room().broadcast(answer.clone()), move || plain.broadcast(&plain_answer.clone()))
}

fn client_message() -> plain::ClientMessage {
    plain::ClientMessage::Message { text: TEXT.into() }
}

fn server_messages() -> (ServerMessage, plain::ServerMessage) {
    let Member { user_id, name: from, .. } = Member::ada();
    let ours = ServerMessage::Message { text: TEXT.into(), from: from.clone(), user_id: user_id.clone() };
    (ours, plain::ServerMessage::Message { text: TEXT.into(), from, user_id })
}

/// Encodes a value as a frame by hand.
fn encoded(format: Format, value: &impl Serialize) -> Frame {
    match format {
        Format::Json => Frame::Text(serde_json::to_string(value).unwrap_or_default()),
        Format::MessagePack => Frame::Binary(rmp_serde::to_vec_named(value).unwrap_or_default()),
    }
}

/// A socket's attachment by hand.
#[derive(Serialize, Deserialize)]
struct Attached {
    id: String,
    format: u8,
    data: Member,
}

fn attached(format: Format) -> (Vec<u8>, Vec<u8>) {
    let (id, data) = (Uuid::from_u128(7), Member::ada());
    let ours = attachment::encode(id, format, &data).unwrap_or_default();
    (ours, rmp_serde::to_vec_named(&Attached { id: id.to_string(), format: 1, data }).unwrap_or_default())
}

fn attachment_read(format: Format) -> Pair {
    let (ours, plain) = attached(format);
    Pair::new(
        move || attachment::decode::<Member>(black_box(&ours)),
        move || rmp_serde::from_slice::<Attached>(black_box(&plain)),
    )
}

fn attachment_update(format: Format) -> Pair {
    let (ours, plain) = attached(format);
    Pair::new(
        move || {
            let mut attached = attachment::decode::<Member>(black_box(&ours))?;
            attached.data.name = "Grace".into();
            attachment::encode(attached.id, attached.format, &attached.data)
        },
        move || {
            let mut attached = rmp_serde::from_slice::<Attached>(black_box(&plain)).ok()?;
            attached.data.name = "Grace".into();
            rmp_serde::to_vec_named(&attached).ok()
        },
    )
}
