//! What rooms reach on workerd only: the object's state, and the properties of requests.

use worker::{Cf, State};

use crate::{HttpError, Request, Room, Upgrade, WebSocketDo, server::http::FromRequest};

impl<R: WebSocketDo> Room<R> {
    /// Returns the object's state, `ctx` in JavaScript: its id, `wait_until`, and the platform's storage. Only on wasm32.
    ///
    /// The framework keeps its own values in the same storage, under keys that [`Storage`](crate::Storage) reserves. Do not delete
    /// them, and do not set the object's alarm: use [`Timer`](crate::Timer).
    pub fn ctx(&self) -> &State {
        self.host().ctx()
    }
}

impl Upgrade {
    /// Returns the properties of the request that Cloudflare adds, such as the country; [`None`] if there are none. Only on
    /// wasm32.
    pub fn cf(&self) -> Option<Cf> {
        self.parts().extensions.get().cloned()
    }
}

impl FromRequest for Option<Cf> {
    /// Takes the properties of the request that Cloudflare adds, if there are any.
    fn from_request(request: &Request) -> Result<Self, HttpError> {
        Ok(request.extensions().get().cloned())
    }
}
