//! One socket with its session's data, for those who write a Durable Object of their own. Knows nothing of rooms.

use std::{fmt, marker::PhantomData};

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    Close, HostError, Result, SendError, UpdateError,
    codec::{self, Format, Frame},
    protocol::{ClientMessage, ValidationCode, ValidationError},
    server::attachment::{self, Attachment, AttachmentError},
};

/// What a [`TypedSocket`] asks of the socket under it. On wasm32, `worker::WebSocket` is one.
///
/// ```
/// # use websocket_do_runtime::{HostError, codec::Frame, server::typed_socket::RawSocket};
/// /// A socket that prints what it sends.
/// struct Printing<S>(S);
///
/// impl<S: RawSocket> RawSocket for Printing<S> {
///     fn send(&self, frame: &Frame) -> Result<(), HostError> {
///         println!("{frame:?}");
///         self.0.send(frame)
///     }
///
///     // The others hand on as well.
///     fn close(&self, code: u16, reason: &str) -> Result<(), HostError> { self.0.close(code, reason) }
///     fn attachment(&self) -> Vec<u8> { self.0.attachment() }
///     fn set_attachment(&self, bytes: &[u8]) -> Result<(), HostError> { self.0.set_attachment(bytes) }
/// }
/// ```
pub trait RawSocket {
    /// Hands a frame over.
    ///
    /// # Errors
    /// Where the socket is closed.
    fn send(&self, frame: &Frame) -> Result<(), HostError>;

    /// Starts the close handshake, or answers the peer's.
    ///
    /// # Errors
    /// Where the socket is closed already.
    fn close(&self, code: u16, reason: &str) -> Result<(), HostError>;

    /// The bytes attached to the socket; empty if there are none.
    fn attachment(&self) -> Vec<u8>;

    /// Attaches bytes, for as long as the socket is connected, hibernation included.
    ///
    /// # Errors
    /// Where the platform refuses them.
    fn set_attachment(&self, bytes: &[u8]) -> Result<(), HostError>;
}

/// A socket that speaks a protocol, with data `D` attached.
///
/// Rooms have [`Session`](crate::Session); this is for a Durable Object that is no room. Accept the socket with the
/// platform's own call, [`attach`](Self::attach) data to it, and [`resume`](Self::resume) it in every event.
///
/// ```
/// # use websocket_do_runtime::{Result, codec::{Format, Frame}, protocol::ClientMessage, server::typed_socket::{RawSocket, TypedSocket}};
/// # fn example<M: ClientMessage, S: RawSocket + Clone>(socket: S, frame: &Frame, answer: M::Server) -> Result<()> {
/// TypedSocket::<M, String, _>::attach(socket.clone(), Format::Json, "Ada".to_owned())?;
///
/// // In another event, after hibernation or not:
/// let mut socket = TypedSocket::<M, String, _>::resume(socket)?;
/// let message: M = socket.read(frame)?;
/// socket.update(|name| name.push_str(" Lovelace"))?;
/// assert_eq!(socket.data(), "Ada Lovelace");
/// socket.send(&answer)?;
///
/// println!("{}: {}, {} bytes attached", socket.id(), socket.format(), socket.raw().attachment().len());
/// socket.close(1000, "bye")?;
/// # Ok(())
/// # }
/// ```
pub struct TypedSocket<M, D, S> {
    raw: S,
    attached: Attachment<D>,
    messages: PhantomData<fn(M)>,
}

impl<M: ClientMessage, D: Serialize + DeserializeOwned, S: RawSocket> TypedSocket<M, D, S> {
    /// Attaches a new session to the socket, with an id of its own: a random UUID (version 4).
    ///
    /// # Errors
    /// Returns [`UpdateError::Attachment`] if the data is larger than 16,370 bytes or cannot be serialized, and
    /// [`UpdateError::Host`] if the platform refuses it.
    pub fn attach(raw: S, format: Format, data: D) -> Result<Self, UpdateError> {
        let attached = Attachment { id: Uuid::new_v4(), format, data };
        raw.set_attachment(&attachment::encode(attached.id, format, &attached.data)?)?;
        Ok(Self { raw, attached, messages: PhantomData })
    }

    /// The session that was attached to the socket before.
    ///
    /// # Errors
    /// Where there is none, or its data is of another shape than `D`: [`attachment::decode`] reads it as another.
    pub fn resume(raw: S) -> Result<Self, AttachmentError> {
        let attached = attachment::decode(&raw.attachment())?;
        Ok(Self { raw, attached, messages: PhantomData })
    }

    /// The id of the session, the same for as long as the client stays connected.
    pub fn id(&self) -> Uuid {
        self.attached.id
    }

    /// The wire format of the session.
    pub fn format(&self) -> Format {
        self.attached.format
    }

    /// The session's data.
    pub fn data(&self) -> &D {
        &self.attached.data
    }

    /// Changes the session's data and attaches it.
    ///
    /// # Errors
    /// As [`attach`](Self::attach). What is attached is then what it was, and so is [`data`](Self::data).
    pub fn update<T>(&mut self, change: impl FnOnce(&mut D) -> T) -> Result<T, UpdateError> {
        let mut changed: Attachment<D> = attachment::decode(&self.raw.attachment())?;
        let answer = change(&mut changed.data);
        self.raw.set_attachment(&attachment::encode(changed.id, changed.format, &changed.data)?)?;
        self.attached = changed;
        Ok(answer)
    }

    /// Reads a frame that came, and checks its rules.
    ///
    /// # Errors
    /// As [`codec::decode`], and [`Malformed`](ValidationCode::Malformed) for a frame of the kind that the session does
    /// not speak.
    pub fn read(&self, frame: &Frame) -> Result<M, ValidationError> {
        if frame.format() == self.format() {
            return codec::decode(frame);
        }
        let must = match self.format() {
            Format::Json => "must be text: the session speaks JSON",
            Format::MessagePack => "must be binary: the session speaks MessagePack",
        };
        Err(ValidationError::new(ValidationCode::Malformed, must))
    }

    /// Sends a message, once its rules are checked.
    ///
    /// # Errors
    /// Returns [`SendError::Invalid`] if the message breaks one of its own rules, and [`SendError::Host`] if the socket is
    /// closed.
    pub fn send(&self, message: &M::Server) -> Result<(), SendError> {
        Ok(self.raw.send(&codec::encode(message, self.format())?)?)
    }

    /// Closes the socket, or answers the peer's close.
    ///
    /// # Errors
    /// Where the code may not be sent, or the socket is closed already. A reason of more than 123 bytes is cut.
    pub fn close(&self, code: u16, reason: &str) -> Result {
        let close = Close::new(code, reason)?;
        Ok(self.raw.close(close.code(), close.reason())?)
    }

    /// The socket itself.
    pub fn raw(&self) -> &S {
        &self.raw
    }
}

impl<M, D, S> fmt::Debug for TypedSocket<M, D, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Attachment { id, format, .. } = &self.attached;
        f.debug_struct("TypedSocket").field("id", id).field("format", format).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use serde::Deserialize;

    use super::*;
    use crate::{
        codec::Json,
        protocol::{Message, MessageSchema, ServerMessage, Type, Validate, Value},
    };

    /// A message that counts, and breaks its rule above nine.
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
            if *by < 10 {
                Ok(())
            } else {
                Err(ValidationError::new(ValidationCode::Rule, "must be below 10").within("by"))
            }
        }
    }

    impl Message for Count {
        type Text = Json;
        const SCHEMA: MessageSchema = MessageSchema { name: "Count", tag: "type", docs: "", variants: &[] };
    }

    impl ServerMessage for Count {}

    impl ClientMessage for Count {
        type Server = Self;
    }

    /// A socket that keeps what it is given.
    #[derive(Default)]
    struct Kept {
        attachment: RefCell<Vec<u8>>,
        sent: RefCell<Vec<Frame>>,
        closed: RefCell<Option<(u16, String)>>,
    }

    impl RawSocket for Rc<Kept> {
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

    type Socket = TypedSocket<Count, Vec<u8>, Rc<Kept>>;

    #[test]
    fn a_session_is_resumed_as_it_was_updated() {
        let kept = Rc::new(Kept::default());
        let mut socket = Socket::attach(kept.clone(), Format::MessagePack, vec![1]).unwrap();
        assert_eq!(socket.update(Vec::pop).unwrap(), Some(1));
        socket.update(|data| data.push(7)).unwrap();
        let again = Socket::resume(kept).unwrap();
        assert_eq!((again.id(), again.format(), again.data()), (socket.id(), Format::MessagePack, &vec![7]));
    }

    #[test]
    fn data_that_does_not_fit_changes_nothing() {
        let kept = Rc::new(Kept::default());
        let mut socket = Socket::attach(kept.clone(), Format::Json, vec![1]).unwrap();
        assert!(socket.update(|data| data.resize(20_000, 0)).is_err());
        assert_eq!(socket.data(), &[1]);
        assert_eq!(Socket::resume(kept).unwrap().data(), &[1]);
        assert!(Socket::attach(Rc::default(), Format::Json, vec![0; 20_000]).is_err());
    }

    #[test]
    fn a_socket_without_a_session_is_told_apart_from_one_of_another_shape() {
        assert_eq!(Socket::resume(Rc::default()).unwrap_err(), AttachmentError::Truncated);
        let kept = Rc::new(Kept::default());
        TypedSocket::<Count, String, _>::attach(kept.clone(), Format::Json, "Ada".into()).unwrap();
        assert!(matches!(Socket::resume(kept), Err(AttachmentError::Data(_))));
    }

    #[test]
    fn messages_are_checked_both_ways_in_the_sessions_format() {
        for (format, good, wrong) in [
            (Format::Json, Frame::Text(r#"{"type":"add","by":1}"#.into()), Frame::Binary(vec![0x80])),
            (Format::MessagePack, Frame::Binary(b"\x82\xa4type\xa3add\xa2by\x01".to_vec()), Frame::Text("{}".into())),
        ] {
            let kept = Rc::new(Kept::default());
            let socket = Socket::attach(kept.clone(), format, Vec::new()).unwrap();
            assert_eq!(socket.read(&good), Ok(Count::Add { by: 1 }));
            assert_eq!(socket.read(&wrong).unwrap_err().code(), ValidationCode::Malformed);
            socket.send(&Count::Add { by: 1 }).unwrap();
            let refused = socket.send(&Count::Add { by: 10 }).unwrap_err();
            assert!(matches!(refused, SendError::Invalid(error) if error.path() == "by"));
            assert_eq!(*kept.sent.borrow(), [good]);
            assert!(socket.close(1005, "").is_err());
            socket.close(4000, "done").unwrap();
            assert_eq!(*kept.closed.borrow(), Some((4000, "done".to_owned())));
            assert!(socket.send(&Count::Add { by: 1 }).is_err());
        }
    }
}
