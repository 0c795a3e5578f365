//! How often each room's memory was made. Kept beside the rooms: on workerd all objects of a Worker share one instance of
//! wasm, which outlives their hibernation (but not a panic).

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

static BIRTHS: LazyLock<Mutex<HashMap<String, u32>>> = LazyLock::new(Mutex::default);

/// The room of this name begins with empty memory.
pub(crate) fn record(room: String) {
    *BIRTHS.lock().unwrap_or_else(PoisonError::into_inner).entry(room).or_default() += 1;
}

/// How often it did.
pub(crate) fn count(room: &str) -> u32 {
    BIRTHS.lock().unwrap_or_else(PoisonError::into_inner).get(room).copied().unwrap_or_default()
}
