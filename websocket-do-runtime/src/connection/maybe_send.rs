//! `Send` and `Sync` on native targets, where tasks move between threads. On wasm32, which has one thread, every value counts as both.

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::make_send;
#[cfg(not(target_arch = "wasm32"))]
pub use native::{MaybeSend, MaybeSync};
#[cfg(all(feature = "server", not(target_arch = "wasm32")))]
pub(crate) use native::{Sendable, sent};
#[cfg(target_arch = "wasm32")]
pub(crate) use web::make_send;
#[cfg(target_arch = "wasm32")]
pub use web::{MaybeSend, MaybeSync};
#[cfg(all(feature = "server", target_arch = "wasm32"))]
pub(crate) use web::{Sendable, sent};

#[cfg(not(target_arch = "wasm32"))]
mod native {
    /// `Send` on native targets, where tasks move between threads; implemented by every type on wasm32.
    pub trait MaybeSend: Send {}
    impl<T: Send> MaybeSend for T {}

    /// `Sync` on native targets; implemented by every type on wasm32.
    pub trait MaybeSync: Sync {}
    impl<T: Sync> MaybeSync for T {}

    /// The result of [`make_send`]: on native targets the value itself.
    pub(crate) type Sendable<T> = T;

    /// Converts a value that is [`MaybeSend`] and [`MaybeSync`] into one that is `Send` and `Sync`.
    pub(crate) fn make_send<T>(value: T) -> Sendable<T> {
        value
    }

    /// Returns the value that [`make_send`] took.
    #[cfg(feature = "server")]
    pub(crate) fn sent<T>(value: &Sendable<T>) -> &T {
        value
    }
}

#[cfg(target_arch = "wasm32")]
mod web {
    use send_wrapper::SendWrapper;

    /// `Send` on native targets, where tasks move between threads; implemented by every type on wasm32.
    pub trait MaybeSend {}
    impl<T> MaybeSend for T {}

    /// `Sync` on native targets; implemented by every type on wasm32.
    pub trait MaybeSync {}
    impl<T> MaybeSync for T {}

    /// The result of [`make_send`], which panics when it is used on another thread.
    pub(crate) type Sendable<T> = SendWrapper<T>;

    /// Converts a value that is [`MaybeSend`] and [`MaybeSync`] into one that is `Send` and `Sync`.
    pub(crate) fn make_send<T>(value: T) -> Sendable<T> {
        SendWrapper::new(value)
    }

    /// Returns the value that [`make_send`] took.
    #[cfg(feature = "server")]
    pub(crate) fn sent<T>(value: &Sendable<T>) -> &T {
        value
    }
}
