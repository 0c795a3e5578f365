//! Typed WebSocket rooms on Cloudflare Durable Objects.

pub use websocket_do_macros::WsProtocol;
#[cfg(feature = "server")]
pub use websocket_do_macros::websocket_do;
#[cfg(feature = "server")]
pub use websocket_do_runtime::{
    Accept, App, Audience, Error, HostError, IntoResponse, Json, Query, Refusal, Request, Response, Result,
    ResumeFailure, Room, SendError, Session, Upgrade, WebSocketDo, attachment,
    http::{FromRequest, HeaderName, HeaderValue, StatusCode},
};
#[cfg(any(feature = "server", feature = "client"))]
pub use websocket_do_runtime::{Close, CloseError, Closed};
pub use websocket_do_runtime::{
    codec::{self, Format, Frame},
    protocol::{self, ClientMessage, Message, Rejection, RejectionCode, ServerMessage, Value},
};

#[cfg(all(feature = "client", not(target_arch = "wasm32")))]
pub use websocket_do_runtime::client;

/// The typed client of a client message enum: `Client::<ClientMessage>::connect(url)`.
#[cfg(all(feature = "client", not(target_arch = "wasm32")))]
pub type Client<M> = <M as client::TypedClient>::Client;

#[cfg(all(feature = "server", not(target_arch = "wasm32")))]
pub use websocket_do_runtime::host::local;

/// Exports an [`App`] as the Worker's `fetch`: `export_worker!(app)`, with a function `app` that makes it. Does nothing
/// on other targets.
#[cfg(feature = "server")]
#[macro_export]
macro_rules! export_worker {
    ($app:path) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::__private::worker as __host;
            // Part of what `wasm_bindgen` writes finds its crate by name alone.
            #[allow(unused_imports)]
            use __host::wasm_bindgen_crate as wasm_bindgen;

            #[__host::wasm_bindgen(wasm_bindgen = $crate::__private::worker::wasm_bindgen_crate)]
            #[doc(hidden)]
            pub fn fetch(request: __host::Request, env: __host::Env) -> __host::Outcome {
                __host::fetch($app(), request, env)
            }
        };
    };
}

/// What generated code calls: no part of the public API, and free to change with every release.
#[doc(hidden)]
pub mod __private {
    #[cfg(all(feature = "client", not(target_arch = "wasm32")))]
    pub use websocket_do_runtime::client;
    #[cfg(feature = "server")]
    pub use websocket_do_runtime::{
        Accept, Close, Closed, Error, IntoOutcome, IntoResponse, Refusal, Request, Response, Result, ResumeFailure,
        Room, Session, Upgrade, WebSocketDo,
        http::{self, FromRequest, match_route, path_parameter},
    };
    pub use websocket_do_runtime::{codec, protocol, serde};

    /// The host of a Worker, as the exported class sees it.
    #[cfg(all(feature = "server", target_arch = "wasm32"))]
    pub mod worker {
        pub use websocket_do_runtime::host::worker::{DurableObject, Outcome, export::*, fetch};
    }

    /// Keeps what it is given where there is a client to be typed.
    #[cfg(all(feature = "client", not(target_arch = "wasm32")))]
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __if_client {
        ($($item:tt)*) => { $($item)* };
    }

    /// Keeps what it is given where there is a client to be typed.
    #[cfg(not(all(feature = "client", not(target_arch = "wasm32"))))]
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __if_client {
        ($($item:tt)*) => {};
    }

    pub use crate::__if_client as if_client;
}
