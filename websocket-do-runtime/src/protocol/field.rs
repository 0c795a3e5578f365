//! [`Field`], all that derived impls need of a field's type. As one trait, it makes an unsuitable type a single compile error.

use serde::{
    Serialize,
    de::{DeserializeOwned, MapAccess},
    ser::SerializeStruct,
};

use super::{decode, encode};

/// A type that a field of a message can have: any that serde can serialize and deserialize.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a message",
    label = "does not implement `Serialize` and `Deserialize`",
    note = "derive `WsProtocol` on it, or serde's `Serialize` and `Deserialize`"
)]
// Without supertraits, as rustc would report each missing one too.
pub trait Field: Sized {
    /// Reads the value of a field into its slot.
    fn read<'de, A: MapAccess<'de>>(
        entries: &mut A,
        slot: &mut Option<Self>,
        name: &'static str,
    ) -> Result<(), A::Error>;

    /// Reads the value of a field with a default, where `null` counts as missing.
    fn read_or_null<'de, A: MapAccess<'de>>(
        entries: &mut A,
        slot: &mut Option<Option<Self>>,
        name: &'static str,
    ) -> Result<(), A::Error>;

    /// Returns the value of a field without a default.
    fn required<E: serde::de::Error>(slot: Option<Self>, name: &'static str) -> Result<Self, E>;

    /// Writes the field, or omits it if `absent`.
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
