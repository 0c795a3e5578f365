//! Limits of keys and values.

/// The maximum length of a key, in bytes. It is Cloudflare's limit.
pub const MAX_KEY: usize = 2048;

/// The maximum size of a key and its value together, in bytes. It is Cloudflare's
/// [limit](https://developers.cloudflare.com/durable-objects/platform/limits/).
pub const MAX_VALUE: usize = 2 << 20;

/// The prefix of reserved keys.
pub(crate) const RESERVED_PREFIX: &str = "__websocket_do:";
