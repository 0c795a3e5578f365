//! The frames that a server sends in answer to a call: its reply, and the error frame.

use std::any::TypeId;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{CallId, CallValue, REPLY};
use crate::{
    codec::{self, Format, Frame},
    protocol::{ClientMessage, Message, ValidationError},
};

/// The error frame: the answer to a message that is not valid or whose handler failed.
pub(crate) struct ErrorFrame<'a> {
    pub(crate) error: &'a str,
    pub(crate) code: &'a str,
    pub(crate) path: Option<&'a str>,
    /// The name of the id's field, and the id of the call that the frame answers.
    pub(crate) call: Option<(&'static str, &'a CallId)>,
}

impl Serialize for ErrorFrame<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 2 + usize::from(self.path.is_some()) + usize::from(self.call.is_some());
        let mut out = serializer.serialize_struct("Error", fields)?;
        out.serialize_field("error", self.error)?;
        out.serialize_field("code", self.code)?;
        if let Some(path) = self.path {
            out.serialize_field("path", path)?;
        }
        if let Some((name, id)) = self.call {
            out.serialize_field(name, id)?;
        }
        out.end()
    }
}

/// Writes the reply of a call: its value, unless `is_absent` or `()`, or its typed error.
///
/// # Errors
/// Returns the first broken rule, or the first number that JavaScript cannot hold, with its path from the frame.
pub(crate) fn reply<M: ClientMessage, T: CallValue + 'static, E: CallValue>(
    id: &CallId,
    result: &Result<T, E>,
    is_absent: fn(&T) -> bool,
    format: Format,
) -> Result<Frame, ValidationError> {
    let omits = |value: &T| is_absent(value) || TypeId::of::<T>() == TypeId::of::<()>();
    let result = result.as_ref().map(|value| (!omits(value)).then_some(value));
    let frame = ReplyFrame { tag: M::Server::SCHEMA.tag, id: (M::SCHEMA.call_id.unwrap_or_default(), id), result };
    codec::encode_as::<M::Server, _>(&frame, format)
}

struct ReplyFrame<'a, T, E> {
    tag: &'static str,
    id: (&'static str, &'a CallId),
    result: Result<Option<&'a T>, &'a E>,
}

impl<T: CallValue, E: CallValue> Serialize for ReplyFrame<'_, T, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 2 + usize::from(!matches!(self.result, Ok(None)));
        let mut out = serializer.serialize_struct("Reply", fields)?;
        out.serialize_field(self.tag, REPLY)?;
        out.serialize_field(self.id.0, self.id.1)?;
        match self.result {
            Ok(Some(value)) => out.serialize_field("value", &Written(value))?,
            Ok(None) => {}
            Err(error) => out.serialize_field("error", &Written(error))?,
        }
        out.end()
    }
}

struct Written<'a, T>(&'a T);

impl<T: CallValue> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}
