//! Objects and lists under [`Js`](super::Js): wraps each value, and adds its field or index to the path of an error.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::{Context, JsValue};
use crate::protocol::ValidationError;

/// An object or list being written.
pub(super) struct Compound<'c, C> {
    inner: C,
    context: &'c Context,
    /// Items written so far.
    index: usize,
    /// The enum variant around it, which is an object of one field on the wire.
    variant: Option<&'static str>,
}

impl<'c, C> Compound<'c, C> {
    pub(super) fn new(inner: C, context: &'c Context) -> Self {
        Self { inner, context, index: 0, variant: None }
    }

    pub(super) fn in_variant<E: serde::ser::Error>(self, variant: &'static str) -> Result<Self, E> {
        self.context.open().inspect_err(|_: &E| self.context.extend_path(|error| error.within(variant)))?;
        Ok(Self { variant: Some(variant), ..self })
    }

    /// Ends the list or object, and the enum around it.
    fn close(&self) {
        self.context.close();
        if self.variant.is_some() {
            self.context.close();
        }
    }

    fn item<T: ?Sized, E>(
        &mut self,
        value: &T,
        write: impl FnOnce(&mut C, &JsValue<'_, '_, T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let index = self.index;
        self.index += 1;
        write(&mut self.inner, &JsValue::new(value, self.context)).inspect_err(|_| {
            self.context.extend_path(|error| self.in_enum(error.at(index)));
        })
    }

    fn field<T: ?Sized, E>(
        &mut self,
        key: &str,
        value: &T,
        write: impl FnOnce(&mut C, &JsValue<'_, '_, T>) -> Result<(), E>,
    ) -> Result<(), E> {
        write(&mut self.inner, &JsValue::new(value, self.context)).inspect_err(|_| {
            self.context.extend_path(|error| self.in_enum(error.within(key)));
        })
    }

    fn in_enum(&self, error: ValidationError) -> ValidationError {
        match self.variant {
            Some(variant) => error.within(variant),
            None => error,
        }
    }
}

macro_rules! lists {
    ($($compound:ident::$write:ident;)*) => {
        $(impl<C: $compound> $compound for Compound<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn $write<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
                self.item(value, |inner, value| inner.$write(value))
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.close();
                self.inner.end()
            }
        })*
    };
}

lists! {
    SerializeSeq::serialize_element;
    SerializeTuple::serialize_element;
    SerializeTupleStruct::serialize_field;
    SerializeTupleVariant::serialize_field;
}

macro_rules! structs {
    ($($compound:ident;)*) => {
        $(impl<C: $compound> $compound for Compound<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), C::Error> {
                self.field(key, value, |inner, value| inner.serialize_field(key, value))
            }

            fn skip_field(&mut self, key: &'static str) -> Result<(), C::Error> {
                self.inner.skip_field(key)
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.close();
                self.inner.end()
            }
        })*
    };
}

structs! {
    SerializeStruct;
    SerializeStructVariant;
}

impl<C: SerializeMap> SerializeMap for Compound<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.inner.serialize_key(&JsValue::key(key, self.context))
    }

    /// Only hand-written impls write keys and values apart; the path then ends at the map.
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.inner.serialize_value(&JsValue::new(value, self.context))
    }

    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), C::Error> {
        let context = self.context;
        self.inner.serialize_entry(&JsValue::key(key, context), &JsValue::new(value, context)).inspect_err(|_| {
            context.extend_path(|error| error.within(&key_text(key)));
        })
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.close();
        self.inner.end()
    }
}

/// Returns a key as paths have it.
fn key_text<K: Serialize + ?Sized>(key: &K) -> String {
    match serde_json::to_value(key) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(other) => other.to_string(),
        Err(_) => String::from("?"),
    }
}
