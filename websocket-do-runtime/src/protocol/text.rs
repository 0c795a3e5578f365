//! What text frames hold: JSON, or a codec of the user's own in its place.

use std::fmt::Display;

use serde::{Serialize, de::DeserializeOwned};

use super::{Message, ValidationCode, ValidationError, buffered::decode_buffered};

/// A codec for text frames, in place of JSON: named by `#[ws(…, text = MyCodec)]` on the client enum and the server enum.
///
/// It turns serde's values into text and back. Rules, JavaScript's numbers, the frames that tell of errors and the path
/// in a [`ValidationError`](super::ValidationError) are then as with JSON. It must be self-describing, as JSON is: the tag may stand
/// anywhere.
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
    message = "`{Self}` is no codec for text frames",
    label = "does not implement `TextCodec`",
    note = "implement `websocket_do::TextCodec` on it, or leave `text` out for JSON"
)]
pub trait TextCodec: 'static {
    /// What a rejection calls text that cannot be read: "not JSON: …".
    const NAME: &'static str;

    /// Why a value cannot be written, or a text not be read.
    type Error: Display;

    /// Writes a value.
    ///
    /// # Errors
    /// Where the codec has no form for it.
    fn encode<T: Serialize + ?Sized>(value: &T) -> Result<String, Self::Error>;

    /// Reads a value.
    ///
    /// # Errors
    /// Where the text is not one of the codec's, or holds another type.
    fn decode<T: DeserializeOwned>(text: &str) -> Result<T, Self::Error>;

    /// Reads a message. Whatever is not read at once is buffered to find out what is wrong with it, and to read numbers as
    /// JavaScript might write them.
    #[doc(hidden)]
    fn message<M: Message>(text: &str) -> Result<M, ValidationError> {
        Self::decode(text).or_else(|_| {
            let malformed =
                |error| ValidationError::new(ValidationCode::Malformed, format!("not {}: {error}", Self::NAME));
            decode_buffered(Self::decode(text).map_err(malformed)?)
        })
    }
}
