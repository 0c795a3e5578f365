//! What derived impls ask of a field's type, in one trait: a type that cannot travel is then one error, at the type.

use serde::{
    Serialize,
    de::{DeserializeOwned, MapAccess},
    ser::SerializeStruct,
};

use super::{decode, encode};

/// A type that may stand in a message: any that serde can write and read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a message",
    label = "cannot be written and read, or holds something that cannot",
    note = "derive `WsProtocol` on it, or serde's `Serialize` and `Deserialize` where it is no part of the protocol"
)]
// No supertraits: their absence would be reported beside the trait's own.
pub trait Field: Sized {
    /// Reads the value of a field into its slot.
    fn read<'de, A: MapAccess<'de>>(
        entries: &mut A,
        slot: &mut Option<Self>,
        name: &'static str,
    ) -> Result<(), A::Error>;

    /// The same for a field with a default, for which `null` counts as absent.
    fn read_or_null<'de, A: MapAccess<'de>>(
        entries: &mut A,
        slot: &mut Option<Option<Self>>,
        name: &'static str,
    ) -> Result<(), A::Error>;

    /// The value of a field without a default.
    fn required<E: serde::de::Error>(slot: Option<Self>, name: &'static str) -> Result<Self, E>;

    /// Writes the field, or leaves it out.
    fn write<S: SerializeStruct>(&self, out: &mut S, name: &'static str, absent: bool) -> Result<(), S::Error>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Field for T {
    fn read<'de, A: MapAccess<'de>>(
        entries: &mut A,
        slot: &mut Option<Self>,
        name: &'static str,
    ) -> Result<(), A::Error> {
        decode::field(entries, slot, name)
    }

    fn read_or_null<'de, A: MapAccess<'de>>(
        entries: &mut A,
        slot: &mut Option<Option<Self>>,
        name: &'static str,
    ) -> Result<(), A::Error> {
        decode::field(entries, slot, name)
    }

    fn required<E: serde::de::Error>(slot: Option<Self>, name: &'static str) -> Result<Self, E> {
        decode::required(slot, name)
    }

    fn write<S: SerializeStruct>(&self, out: &mut S, name: &'static str, absent: bool) -> Result<(), S::Error> {
        encode::field(out, name, self, absent)
    }
}
