//! A serializer around the serializer of either format: it writes only what a JavaScript peer can hold, and reports the path
//! of a value that it cannot.

mod compound;
mod context;

use std::fmt;

use serde::ser::{Serialize, Serializer};

use self::{compound::Compound, context::Context};
use super::{
    Format,
    number::{MAX_EXACT_INTEGER, shortest_decimal},
};
use crate::protocol::{Extension, TIMESTAMP, ValidationCode, ValidationError, read_error::inexact};

/// Writes `value` with `write`, as JavaScript has it.
///
/// # Errors
/// Returns the first value that JavaScript cannot hold or the format cannot write, with its path.
pub(super) fn write_with<T: Serialize + ?Sized, O, E: fmt::Display>(
    value: &T,
    format: Format,
    write: impl FnOnce(&JsValue<'_, '_, T>) -> Result<O, E>,
) -> Result<O, ValidationError> {
    let context = Context::new(format);
    write(&JsValue::new(value, &context)).map_err(|error| {
        context
            .take_error()
            .unwrap_or_else(|| ValidationError::new(ValidationCode::Invalid, format!("cannot be written: {error}")))
    })
}

/// A serializer that writes JavaScript's values.
struct Js<'c, S> {
    inner: S,
    context: &'c Context,
    /// Whether the value is a key in MessagePack. JavaScript has no other keys than strings.
    is_key: bool,
}

/// A value that any serializer writes as JavaScript has it.
pub(super) struct JsValue<'c, 'v, T: ?Sized> {
    value: &'v T,
    context: &'c Context,
    is_key: bool,
}

impl<'c, 'v, T: ?Sized> JsValue<'c, 'v, T> {
    fn new(value: &'v T, context: &'c Context) -> Self {
        Self { value, context, is_key: false }
    }

    fn key(value: &'v T, context: &'c Context) -> Self {
        // The JSON serializer converts keys to strings itself.
        Self { value, context, is_key: context.format == Format::MessagePack }
    }
}

impl<T: Serialize + ?Sized> Serialize for JsValue<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let js = Js { inner: serializer, context: self.context, is_key: self.is_key };
        self.value.serialize(js).inspect_err(|error| self.context.keep_rule_error(error))
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // all casts are of integers up to 2⁵³
impl<'c, S: Serializer> Js<'c, S> {
    fn unsigned(self, value: u64) -> Result<S::Ok, S::Error> {
        if value > MAX_EXACT_INTEGER {
            Err(self.inexact(value))
        } else if self.is_key {
            self.inner.collect_str(&value)
        } else if self.context.needs_float(value, false) {
            self.inner.serialize_f64(value as f64)
        } else {
            self.inner.serialize_u64(value)
        }
    }

    fn signed(self, value: i64) -> Result<S::Ok, S::Error> {
        if value.unsigned_abs() > MAX_EXACT_INTEGER {
            Err(self.inexact(value))
        } else if self.is_key {
            self.inner.collect_str(&value)
        } else if self.context.needs_float(value.unsigned_abs(), value < 0) {
            self.inner.serialize_f64(value as f64)
        } else {
            self.inner.serialize_i64(value)
        }
    }

    /// Writes a float without a fraction as an integer, and −0 as 0, as `JSON.stringify` does.
    fn float(self, value: f64) -> Result<S::Ok, S::Error> {
        if !value.is_finite() {
            Err(self.context.fail(ValidationCode::Number, format!("must be a finite number, is {value}")))
        } else if value.fract() == 0.0 && value.abs() <= MAX_EXACT_INTEGER as f64 {
            self.signed(value as i64)
        } else if self.is_key {
            self.inner.collect_str(&value)
        } else {
            self.inner.serialize_f64(value)
        }
    }

    #[cold]
    fn inexact(&self, value: impl fmt::Display) -> S::Error {
        let instead = "write `#[ws(as_string)]` on the field, or `String` as the type of a key";
        self.context.fail(ValidationCode::Number, format!("{}; {instead}", inexact(value)))
    }

    fn value<'v, T: ?Sized>(&self, value: &'v T) -> JsValue<'c, 'v, T> {
        JsValue { value, context: self.context, is_key: self.is_key }
    }

    /// Writes a time, given as text, as the extension of MessagePack.
    fn timestamp(self, text: &str) -> Result<S::Ok, S::Error> {
        let time = text.parse().map_err(serde::ser::Error::custom)?;
        self.inner.serialize_newtype_struct(rmp_serde::MSGPACK_EXT_STRUCT_NAME, &Extension(time))
    }
}

/// The error of a key that cannot be a string.
#[cold]
fn invalid_key<E: serde::ser::Error>() -> E {
    E::custom("a key must be a string or a number")
}

/// A value that serializes as text.
struct AsText<'v, T: ?Sized>(&'v T);

impl<T: Serialize + ?Sized> fmt::Display for AsText<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}

macro_rules! integers {
    ($($name:ident($type:ty) => $to:ident;)*) => {
        $(fn $name(self, v: $type) -> Result<S::Ok, S::Error> { self.$to(v.into()) })*
    };
}

macro_rules! not_as_keys {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {
        $(fn $name(self, $($arg: $type),*) -> Result<S::Ok, S::Error> {
            if self.is_key { Err(invalid_key()) } else { self.inner.$name($($arg),*) }
        })*
    };
}

macro_rules! unchanged {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {
        $(fn $name(self, $($arg: $type),*) -> Result<S::Ok, S::Error> { self.inner.$name($($arg),*) })*
    };
}

macro_rules! compounds {
    ($($name:ident($($arg:ident: $type:ty),*) -> $compound:ident $(in $variant:ident)?;)*) => {
        $(fn $name(self, $($arg: $type),*) -> Result<Self::$compound, S::Error> {
            if self.is_key {
                return Err(invalid_key());
            }
            self.context.open()?;
            let inner = self.inner.$name($($arg),*)?;
            let compound = Compound::new(inner, self.context);
            $(let compound = compound.in_variant($variant)?;)?
            Ok(compound)
        })*
    };
}

impl<'c, S: Serializer> Serializer for Js<'c, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Compound<'c, S::SerializeSeq>;
    type SerializeTuple = Compound<'c, S::SerializeTuple>;
    type SerializeTupleStruct = Compound<'c, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Compound<'c, S::SerializeTupleVariant>;
    type SerializeMap = Compound<'c, S::SerializeMap>;
    type SerializeStruct = Compound<'c, S::SerializeStruct>;
    type SerializeStructVariant = Compound<'c, S::SerializeStructVariant>;

    integers! {
        serialize_i8(i8) => signed;
        serialize_i16(i16) => signed;
        serialize_i32(i32) => signed;
        serialize_i64(i64) => signed;
        serialize_u8(u8) => unsigned;
        serialize_u16(u16) => unsigned;
        serialize_u32(u32) => unsigned;
        serialize_u64(u64) => unsigned;
    }

    fn serialize_i128(self, v: i128) -> Result<S::Ok, S::Error> {
        match i64::try_from(v) {
            Ok(small) => self.signed(small),
            Err(_) => Err(self.inexact(v)),
        }
    }

    fn serialize_u128(self, v: u128) -> Result<S::Ok, S::Error> {
        match u64::try_from(v) {
            Ok(small) => self.unsigned(small),
            Err(_) => Err(self.inexact(v)),
        }
    }

    fn serialize_f32(self, v: f32) -> Result<S::Ok, S::Error> {
        self.float(shortest_decimal(v))
    }

    fn serialize_f64(self, v: f64) -> Result<S::Ok, S::Error> {
        self.float(v)
    }

    fn serialize_bool(self, v: bool) -> Result<S::Ok, S::Error> {
        if self.is_key { self.inner.collect_str(&v) } else { self.inner.serialize_bool(v) }
    }

    not_as_keys! {
        serialize_bytes(v: &[u8]);
        serialize_none();
        serialize_unit();
    }

    /// Written as null in both formats.
    fn serialize_unit_struct(self, _: &'static str) -> Result<S::Ok, S::Error> {
        self.serialize_unit()
    }

    unchanged! {
        serialize_char(v: char);
        serialize_str(v: &str);
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let value = self.value(value);
        self.inner.serialize_some(&value)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<S::Ok, S::Error> {
        if name == TIMESTAMP && self.context.format == Format::MessagePack && !self.is_key {
            return self.timestamp(&AsText(value).to_string());
        }
        let value = self.value(value);
        self.inner.serialize_newtype_struct(name, &value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.context.open()?;
        let value = self.value(value);
        let result = self.inner.serialize_newtype_variant(name, index, variant, &value);
        self.context.close();
        result.inspect_err(|_| self.context.extend_path(|error| error.within(variant)))
    }

    compounds! {
        serialize_seq(len: Option<usize>) -> SerializeSeq;
        serialize_tuple(len: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeTupleVariant in variant;
        serialize_map(len: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeStructVariant in variant;
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}
