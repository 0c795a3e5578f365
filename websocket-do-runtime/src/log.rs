//! Where the runtime's own words go: the Worker's console on wasm32, `tracing` elsewhere.

/// Something failed that no caller hears of.
pub(crate) fn error(message: &str) {
    #[cfg(target_arch = "wasm32")]
    worker::console_error!("{message}");
    #[cfg(not(target_arch = "wasm32"))]
    tracing::error!("{message}");
}
