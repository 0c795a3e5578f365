//! Detects `Some(None)` and `Some(())`: MessagePack encodes them like `None`, so they would be read as another value.

use std::fmt;

use serde::ser::{self, Serialize, Serializer};

/// Checks that a value contains no `Some(None)` or `Some(())`.
///
/// # Errors
/// Returns the reason if it contains one.
pub(super) fn check<T: Serialize + ?Sized>(value: &T) -> Result<(), String> {
    match value.serialize(Check { in_some: false }) {
        Err(Stop::Nested) => Err("`Some(None)` would be read as `None`; use a custom enum".to_owned()),
        // Any other error occurs again when the value is serialized, and is reported then.
        Ok(()) | Err(Stop::Other) => Ok(()),
    }
}

#[derive(Clone, Copy)]
struct Check {
    /// Whether the value is directly inside `Some`.
    in_some: bool,
}

/// The reason why the check stopped early.
#[derive(Debug)]
enum Stop {
    Nested,
    Other,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for Stop {}

impl ser::Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Other
    }
}

const INSIDE: Check = Check { in_some: false };

impl Check {
    fn nil(self) -> Result<(), Stop> {
        if self.in_some { Err(Stop::Nested) } else { Ok(()) }
    }
}

macro_rules! scalars {
    ($($name:ident($type:ty);)*) => {
        $(fn $name(self, _: $type) -> Result<(), Stop> { Ok(()) })*
    };
}

macro_rules! compounds {
    ($($name:ident($($type:ty),*) -> $compound:ident;)*) => {
        $(fn $name(self, $(_: $type),*) -> Result<Self, Stop> { Ok(INSIDE) })*
    };
}

impl Serializer for Check {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    scalars! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_unit_struct(&'static str);
    }

    fn serialize_none(self) -> Result<(), Stop> {
        self.nil()
    }

    fn serialize_unit(self) -> Result<(), Stop> {
        self.nil()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Stop> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        value.serialize(Self { in_some: true })
    }

    /// MessagePack encodes a newtype struct as its field.
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        value.serialize(INSIDE)
    }

    compounds! {
        serialize_seq(Option<usize>) -> SerializeSeq;
        serialize_tuple(usize) -> SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> SerializeTupleVariant;
        serialize_map(Option<usize>) -> SerializeMap;
        serialize_struct(&'static str, usize) -> SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> SerializeStructVariant;
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<(), Stop> {
        Ok(())
    }

    fn is_human_readable(&self) -> bool {
        true
    }
}

macro_rules! items {
    ($($compound:ident::$write:ident($($key:ty)?);)*) => {
        $(impl ser::$compound for Check {
            type Ok = ();
            type Error = Stop;

            fn $write<T: Serialize + ?Sized>(&mut self, $(_: $key,)? value: &T) -> Result<(), Stop> {
                value.serialize(INSIDE)
            }

            fn end(self) -> Result<(), Stop> {
                Ok(())
            }
        })*
    };
}

items! {
    SerializeSeq::serialize_element();
    SerializeTuple::serialize_element();
    SerializeTupleStruct::serialize_field();
    SerializeTupleVariant::serialize_field();
    SerializeStruct::serialize_field(&'static str);
    SerializeStructVariant::serialize_field(&'static str);
}

impl ser::SerializeMap for Check {
    type Ok = ();
    type Error = Stop;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stop> {
        key.serialize(INSIDE)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        value.serialize(INSIDE)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}
