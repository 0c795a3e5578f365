//! Values that are read into memory before their type is known: the fields before the tag of a message, and a frame whose
//! [`TextCodec`](super::TextCodec) failed to decode it.

mod access;
mod deserializer;
mod diagnose;
mod value;

pub use value::Buffered;
pub(super) use {access::MapEntries, deserializer::IgnorePath, diagnose::decode_buffered, value::PartLimit};
