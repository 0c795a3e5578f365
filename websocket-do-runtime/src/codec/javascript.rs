//! JavaScript's values for any serde format: a serializer around a serializer that lets through only what a JavaScript
//! peer can hold, and keeps the path to what it refused. Knows nothing of frames or protocols.

mod compound;

use std::{cell::Cell, fmt};

use serde::ser::{Serialize, Serializer};

use self::compound::Compound;
use super::{DEPTH, EXACT, Format};
use crate::protocol::{Extension, TIMESTAMP, ValidationCode, ValidationError, checks, read_error::inexact};

/// Has `value` written by `write`, as JavaScript has it.
pub(super) fn written<T: Serialize + ?Sized, O, E: fmt::Display>(
    value: &T,
    format: Format,
    write: impl FnOnce(&JsValue<'_, '_, T>) -> Result<O, E>,
) -> Result<O, ValidationError> {
    let context = Context { format, refused: Cell::new(None), depth: Cell::new(0) };
    write(&JsValue::new(value, &context)).map_err(|error| {
        context
            .refused
            .take()
            .unwrap_or_else(|| ValidationError::new(ValidationCode::Invalid, format!("cannot be written: {error}")))
    })
}

struct Context {
    format: Format,
    /// The refusal on its way out to the message; its path grows at every step.
    refused: Cell<Option<ValidationError>>,
    /// How many lists and objects are open.
    depth: Cell<u8>,
}

impl Context {
    /// In MessagePack, a 64-bit integer is a `BigInt` to JavaScript: what 32 bits cannot hold is written as a float.
    fn float_for(&self, magnitude: u64, negative: bool) -> bool {
        let limit = if negative { 1 << 31 } else { u64::from(u32::MAX) };
        self.format == Format::MessagePack && magnitude > limit
    }

    #[cold]
    fn refuse<E: serde::ser::Error>(&self, code: ValidationCode, message: String) -> E {
        self.refused.set(Some(ValidationError::new(code, message)));
        E::custom("a value that JavaScript cannot hold")
    }

    /// Opens a list or an object.
    fn open<E: serde::ser::Error>(&self) -> Result<(), E> {
        if self.depth.get() == DEPTH {
            return Err(self.refuse(ValidationCode::Invalid, format!("must not nest deeper than {DEPTH}")));
        }
        self.depth.set(self.depth.get() + 1);
        Ok(())
    }

    fn close(&self) {
        self.depth.set(self.depth.get() - 1);
    }

    /// Keeps a broken rule of a derived value, which serde's error has as text only.
    #[cold]
    fn adopt(&self, error: impl fmt::Display) {
        let refused = self.refused.take();
        self.refused.set(refused.or_else(|| checks::broken(error)));
    }

    #[cold]
    fn step(&self, step: impl FnOnce(ValidationError) -> ValidationError) {
        self.refused.set(self.refused.take().map(step));
    }
}

/// A serializer that writes JavaScript's values.
struct Js<'c, S> {
    inner: S,
    context: &'c Context,
    /// Whether the value is a key of MessagePack, which is text to JavaScript whatever it is in Rust.
    is_key: bool,
}

/// A value that is written as JavaScript has it by whatever serializer it meets.
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
        // JSON has no other keys than text, and makes it itself.
        Self { value, context, is_key: context.format == Format::MessagePack }
    }
}

impl<T: Serialize + ?Sized> Serialize for JsValue<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let js = Js { inner: serializer, context: self.context, is_key: self.is_key };
        self.value.serialize(js).inspect_err(|error| self.context.adopt(error))
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // all casts are of integers up to 2⁵³
impl<'c, S: Serializer> Js<'c, S> {
    fn unsigned(self, value: u64) -> Result<S::Ok, S::Error> {
        if value > EXACT {
            Err(self.inexact(value))
        } else if self.is_key {
            self.inner.collect_str(&value)
        } else if self.context.float_for(value, false) {
            self.inner.serialize_f64(value as f64)
        } else {
            self.inner.serialize_u64(value)
        }
    }

    fn signed(self, value: i64) -> Result<S::Ok, S::Error> {
        if value.unsigned_abs() > EXACT {
            Err(self.inexact(value))
        } else if self.is_key {
            self.inner.collect_str(&value)
        } else if self.context.float_for(value.unsigned_abs(), value < 0) {
            self.inner.serialize_f64(value as f64)
        } else {
            self.inner.serialize_i64(value)
        }
    }

    /// An integral float is written as the integer it is to JavaScript, and −0 as 0, as `JSON.stringify` has it.
    fn float(self, value: f64) -> Result<S::Ok, S::Error> {
        if !value.is_finite() {
            Err(self.context.refuse(ValidationCode::Number, format!("must be a finite number, is {value}")))
        } else if value.fract() == 0.0 && value.abs() <= EXACT as f64 {
            self.signed(value as i64)
        } else if self.is_key {
            self.inner.collect_str(&value)
        } else {
            self.inner.serialize_f64(value)
        }
    }

    #[cold]
    fn inexact(&self, value: impl fmt::Display) -> S::Error {
        self.context.refuse(ValidationCode::Number, inexact(value))
    }

    fn value<'v, T: ?Sized>(&self, value: &'v T) -> JsValue<'c, 'v, T> {
        JsValue { value, context: self.context, is_key: self.is_key }
    }

    /// A time that stands there as text, as the extension.
    fn timestamp(self, text: &str) -> Result<S::Ok, S::Error> {
        let time = text.parse().map_err(serde::ser::Error::custom)?;
        self.inner.serialize_newtype_struct(rmp_serde::MSGPACK_EXT_STRUCT_NAME, &Extension(time))
    }
}

/// A key that is no text.
#[cold]
fn no_key<E: serde::ser::Error>() -> E {
    E::custom("a key must be a string or a number")
}

/// The number that a person would write for it, 0.1 for `0.1_f32`, which is what JSON says too. Exactly, it is
/// 0.10000000149011612, and that is what a peer would see who knows no `f32`.
fn decimal(value: f32) -> f64 {
    let exact = f64::from(value);
    if exact.fract() == 0.0 || !exact.is_finite() {
        return exact;
    }
    #[allow(clippy::cast_possible_truncation, clippy::float_cmp)] // asks whether it comes back as it was
    value.to_string().parse().ok().filter(|near| *near as f32 == value).unwrap_or(exact)
}

/// The text of a value that is nothing else.
struct Shown<'v, T: ?Sized>(&'v T);

impl<T: Serialize + ?Sized> fmt::Display for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}

macro_rules! integers {
    ($($name:ident($type:ty) => $to:ident;)*) => {
        $(fn $name(self, v: $type) -> Result<S::Ok, S::Error> { self.$to(v.into()) })*
    };
}

macro_rules! no_keys {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {
        $(fn $name(self, $($arg: $type),*) -> Result<S::Ok, S::Error> {
            if self.is_key { Err(no_key()) } else { self.inner.$name($($arg),*) }
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
                return Err(no_key());
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
        self.float(decimal(v))
    }

    fn serialize_f64(self, v: f64) -> Result<S::Ok, S::Error> {
        self.float(v)
    }

    fn serialize_bool(self, v: bool) -> Result<S::Ok, S::Error> {
        if self.is_key { self.inner.collect_str(&v) } else { self.inner.serialize_bool(v) }
    }

    no_keys! {
        serialize_bytes(v: &[u8]);
        serialize_none();
        serialize_unit();
    }

    /// `null` in every format.
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
            return self.timestamp(&Shown(value).to_string());
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
        let written = self.inner.serialize_newtype_variant(name, index, variant, &value);
        self.context.close();
        written.inspect_err(|_| self.context.step(|refused| refused.within(variant)))
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
