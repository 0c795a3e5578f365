//! Which keys a list of the storage contains, and in which order. Independent of rooms: hosts use it too.

/// Options for [`Storage::list`](crate::Storage::list). The default lists all keys.
///
/// ```
/// # use websocket_do_runtime::{ListOptions, Result, Storage};
/// # fn example(storage: Storage<'_>) -> Result {
/// let latest: Vec<(String, u32)> = storage.list(&ListOptions::prefix("score:").reverse().limit(10))?;
/// let some: Vec<(String, u32)> = storage.list(&ListOptions::all().start("score:a").end("score:n"))?;
/// for (key, _) in latest.iter().chain(&some) {
///     storage.delete(key)?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListOptions {
    pub(crate) prefix: String,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
    pub(crate) reverse: bool,
    pub(crate) limit: Option<usize>,
}

impl ListOptions {
    /// Lists all keys.
    pub fn all() -> Self {
        Self::default()
    }

    /// Lists the keys that begin with `prefix`.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..Self::default() }
    }

    /// Starts at this key, inclusive.
    #[must_use]
    pub fn start(self, key: impl Into<String>) -> Self {
        Self { start: Some(key.into()), ..self }
    }

    /// Ends at this key, exclusive.
    #[must_use]
    pub fn end(self, key: impl Into<String>) -> Self {
        Self { end: Some(key.into()), ..self }
    }

    /// Reverses the order: the last key is first.
    #[must_use]
    pub fn reverse(self) -> Self {
        Self { reverse: true, ..self }
    }

    /// Lists at most `limit` keys.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }
}
