//! Which rooms a room wants to call.

use std::fmt;

use crate::WebSocketDo;
#[cfg(not(target_arch = "wasm32"))]
use crate::server::room_class::RoomClass;

/// A class of rooms, as hosts find it.
pub struct ClassRef {
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) class: RoomClass,
    /// The name of its Durable Object binding.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only a Worker has bindings"))]
    pub(crate) binding: &'static str,
}

impl ClassRef {
    pub(crate) fn of<R: WebSocketDo>() -> Self {
        Self {
            #[cfg(not(target_arch = "wasm32"))]
            class: RoomClass::of::<R>(),
            binding: R::BINDING,
        }
    }
}

impl fmt::Debug for ClassRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClassRef").finish_non_exhaustive()
    }
}
