//! Which rooms a room wants to call.

use std::fmt;

use crate::WebSocketDo;

/// A class of rooms, as hosts find it.
pub struct ClassRef {
    /// The name of the class.
    #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "a Worker finds rooms by binding"))]
    pub(crate) name: &'static str,
    /// The name of its Durable Object binding.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only a Worker has bindings"))]
    pub(crate) binding: &'static str,
}

impl ClassRef {
    pub(crate) fn of<R: WebSocketDo>() -> Self {
        Self { name: R::NAME, binding: R::BINDING }
    }
}

impl fmt::Debug for ClassRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClassRef").finish_non_exhaustive()
    }
}
