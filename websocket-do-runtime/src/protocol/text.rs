//! [`TextCodec`], the codec of text frames: JSON, or a custom one.

use std::fmt::Display;

use serde::{Serialize, de::DeserializeOwned};

use super::{Message, ValidationCode, ValidationError, buffered::decode_buffered};

/// A custom codec for text frames, in place of JSON. Name it with `#[ws(…, text = MyCodec)]` on the client enum and the server
/// enum.
///
/// It converts serde values to text and back. Rules, the limits of JavaScript's numbers, error frames and the path in a
/// [`ValidationError`] are the same as with JSON. It must be self-describing, as JSON is: the tag of a
/// message may be anywhere in its object.
///
/// ```
/// # use websocket_do_runtime::protocol::TextCodec;
/// # use serde::{Serialize, de::DeserializeOwned};
/// /// JSON behind a line that keeps a browser from running it as a script.
/// struct Guarded;
///
/// const GUARD: &str = ")]}'\n";
///
/// impl TextCodec for Guarded {
///     const NAME: &'static str = "guarded JSON";
///     type Error = serde_json::Error;
///
///     fn encode<T: Serialize + ?Sized>(value: &T) -> Result<String, Self::Error> {
///         serde_json::to_string(value).map(|text| format!("{GUARD}{text}"))
///     }
///
///     fn decode<T: DeserializeOwned>(text: &str) -> Result<T, Self::Error> {
///         serde_json::from_str(text.strip_prefix(GUARD).unwrap_or_default())
///     }
/// }
///
/// assert_eq!(Guarded::encode("Ada")?, ")]}'\n\"Ada\"");
/// assert_eq!(Guarded::decode::<String>(")]}'\n\"Ada\"")?, "Ada");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a codec for text frames",
    label = "does not implement `TextCodec`",
    note = "implement `websocket_do::TextCodec` on it, or leave `text` out for JSON"
)]
pub trait TextCodec: 'static {
    /// The name of the format in error messages, as in "not JSON: …".
    const NAME: &'static str;

    /// The error of encoding and decoding.
    type Error: Display;

    /// Encodes a value.
    ///
    /// # Errors
    /// Fails if the format cannot represent it.
    fn encode<T: Serialize + ?Sized>(value: &T) -> Result<String, Self::Error>;

    /// Decodes a value.
    ///
    /// # Errors
    /// Fails if the text is malformed or does not fit the type.
    fn decode<T: DeserializeOwned>(text: &str) -> Result<T, Self::Error>;

    /// Decodes a value that is not a message, such as a reply.
    #[doc(hidden)]
    fn value<T: DeserializeOwned>(text: &str) -> Result<T, ValidationError> {
        let malformed = |error| ValidationError::new(ValidationCode::Malformed, format!("not {}: {error}", Self::NAME));
        Self::decode(text).map_err(malformed)
    }

    /// Decodes a message. If that fails, decodes it again from a buffered value, which accepts `3.0` for an integer and reports the
    /// path of an error.
    #[doc(hidden)]
    fn message<M: Message>(text: &str) -> Result<M, ValidationError> {
        Self::decode(text).or_else(|_| {
            let malformed =
                |error| ValidationError::new(ValidationCode::Malformed, format!("not {}: {error}", Self::NAME));
            decode_buffered(Self::decode(text).map_err(malformed)?)
        })
    }
}
