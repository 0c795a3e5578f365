//! A typed socket over a recording socket: attaching, resuming, updating, and both directions of messages.

use std::{cell::RefCell, rc::Rc};

use serde::Deserialize;

use super::*;
use crate::{
    codec::Json,
    protocol::{Message, MessageSchema, ServerMessage, Type, Validate, Value},
};

/// A message with the rule that `by` is below 10.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Count {
    Add { by: u8 },
}

impl Value for Count {
    const TYPE: Type = Type::Opaque;
}

impl Validate for Count {
    fn validate(&self) -> Result<(), ValidationError> {
        let Self::Add { by } = self;
        if *by < 10 { Ok(()) } else { Err(ValidationError::new(ValidationCode::Rule, "must be below 10").within("by")) }
    }
}

impl Message for Count {
    type Text = Json;
    const SCHEMA: MessageSchema = MessageSchema { name: "Count", tag: "type", docs: "", call_id: None, variants: &[] };
}

impl ServerMessage for Count {}

impl ClientMessage for Count {
    type Server = Self;
}

/// A socket that records calls.
#[derive(Default)]
struct Recorder {
    attachment: RefCell<Vec<u8>>,
    sent: RefCell<Vec<Frame>>,
    closed: RefCell<Option<(u16, String)>>,
}

impl RawSocket for Rc<Recorder> {
    fn send(&self, frame: &Frame) -> Result<(), HostError> {
        if self.closed.borrow().is_some() {
            return Err(HostError::new("closed"));
        }
        self.sent.borrow_mut().push(frame.clone());
        Ok(())
    }

    fn close(&self, code: u16, reason: &str) -> Result<(), HostError> {
        *self.closed.borrow_mut() = Some((code, reason.to_owned()));
        Ok(())
    }

    fn attachment(&self) -> Vec<u8> {
        self.attachment.borrow().clone()
    }

    fn set_attachment(&self, bytes: &[u8]) -> Result<(), HostError> {
        *self.attachment.borrow_mut() = bytes.to_vec();
        Ok(())
    }
}

type Socket = TypedSocket<Count, Vec<u8>, Rc<Recorder>>;

#[test]
fn a_resumed_session_has_the_updated_data() {
    let recorder = Rc::new(Recorder::default());
    let mut socket = Socket::attach(recorder.clone(), Format::MessagePack, vec![1]).unwrap();
    assert_eq!(socket.update(Vec::pop).unwrap(), Some(1));
    socket.update(|data| data.push(7)).unwrap();
    let again = Socket::resume(recorder).unwrap();
    assert_eq!((again.id(), again.format(), again.data()), (socket.id(), Format::MessagePack, &vec![7]));
}

#[test]
fn data_that_is_too_large_changes_nothing() {
    let recorder = Rc::new(Recorder::default());
    let mut socket = Socket::attach(recorder.clone(), Format::Json, vec![1]).unwrap();
    assert!(socket.update(|data| data.resize(20_000, 0)).is_err());
    assert_eq!(socket.data(), &[1]);
    assert_eq!(Socket::resume(recorder).unwrap().data(), &[1]);
    assert!(Socket::attach(Rc::default(), Format::Json, vec![0; 20_000]).is_err());
}

#[test]
fn a_missing_session_and_one_of_another_type_are_different_errors() {
    assert_eq!(Socket::resume(Rc::default()).unwrap_err(), AttachmentError::Truncated);
    let recorder = Rc::new(Recorder::default());
    TypedSocket::<Count, String, _>::attach(recorder.clone(), Format::Json, "Ada".into()).unwrap();
    assert!(matches!(Socket::resume(recorder), Err(AttachmentError::Data(_))));
}

#[test]
fn messages_are_validated_in_both_directions_and_formats() {
    for (format, good, wrong) in [
        (Format::Json, Frame::Text(r#"{"type":"add","by":1}"#.into()), Frame::Binary(vec![0x80])),
        (Format::MessagePack, Frame::Binary(b"\x82\xa4type\xa3add\xa2by\x01".to_vec()), Frame::Text("{}".into())),
    ] {
        let recorder = Rc::new(Recorder::default());
        let socket = Socket::attach(recorder.clone(), format, Vec::new()).unwrap();
        assert_eq!(socket.read(&good), Ok(Count::Add { by: 1 }));
        assert_eq!(socket.read(&wrong).unwrap_err().code(), ValidationCode::Malformed);
        socket.send(&Count::Add { by: 1 }).unwrap();
        let invalid = socket.send(&Count::Add { by: 10 }).unwrap_err();
        assert!(matches!(invalid, SendError::Invalid(error) if error.path() == "by"));
        assert_eq!(*recorder.sent.borrow(), [good]);
        assert!(socket.close(1005, "").is_err());
        socket.close(4000, "done").unwrap();
        assert_eq!(*recorder.closed.borrow(), Some((4000, "done".to_owned())));
        assert!(socket.send(&Count::Add { by: 1 }).is_err());
    }
}
