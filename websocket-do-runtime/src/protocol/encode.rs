//! The functions that derived `Serialize` impls call.

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{Validate, checks, decode::Record};

/// Checks the rules of a derived struct and writes it.
pub fn record<T: Record + Validate, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    checks::write(value, || {
        let mut out = serializer.serialize_struct(T::NAME, value.present())?;
        value.write(&mut out)?;
        out.end()
    })
}

/// Writes the tag and opens the object of a message with `fields` fields beside the tag.
pub fn message<S: Serializer>(
    serializer: S,
    ident: &'static str,
    (tag, name): (&'static str, &'static str),
    fields: usize,
) -> Result<S::SerializeStruct, S::Error> {
    let mut out = serializer.serialize_struct(ident, fields + 1)?;
    out.serialize_field(tag, name)?;
    Ok(out)
}

/// Writes a field, or omits it if `absent`.
pub fn field<T: Serialize + ?Sized, S: SerializeStruct>(
    out: &mut S,
    name: &'static str,
    value: &T,
    absent: bool,
) -> Result<(), S::Error> {
    if absent { out.skip_field(name) } else { out.serialize_field(name, value) }
}
