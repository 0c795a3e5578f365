// The targets of the README's links on docs.rs: of two definitions of a link, Markdown uses the first.
#![cfg_attr(feature = "server", doc = "[getting started]: guide::getting_started")]
#![cfg_attr(feature = "server", doc = "[protocol guide]: guide::protocol")]
#![cfg_attr(feature = "server", doc = "[rooms guide]: guide::rooms")]
#![cfg_attr(all(feature = "server", feature = "client"), doc = "[calls guide]: guide::calls")]
#![cfg_attr(feature = "server", doc = "[storage guide]: guide::storage")]
#![cfg_attr(feature = "server", doc = "[deploying guide]: guide::deploying")]
#![cfg_attr(feature = "server", doc = "[security guide]: guide::security")]
#![cfg_attr(feature = "server", doc = "[troubleshooting guide]: guide::troubleshooting")]
#![cfg_attr(feature = "client", doc = "[client guide]: client")]
#![cfg_attr(feature = "server", doc = "[embedding guide]: embedding")]
#![cfg_attr(feature = "server", doc = "[environment guide]: environment")]
#![cfg_attr(feature = "server", doc = "[stub guide]: stub")]
#![cfg_attr(all(feature = "testing", not(target_arch = "wasm32")), doc = "[testing guide]: testing")]
#![cfg_attr(
    not(all(feature = "testing", not(target_arch = "wasm32"))),
    doc = "[testing guide]: https://docs.rs/websocket-do/latest/websocket_do/testing/"
)]
#![doc = "[wire table]: codec"]
#![doc = concat!("[`examples/chat`]: ", env!("CARGO_PKG_REPOSITORY"), "/tree/main/examples/chat")]
#![doc = concat!("[`examples/accounts`]: ", env!("CARGO_PKG_REPOSITORY"), "/tree/main/examples/accounts")]
#![doc = concat!("[`examples/game`]: ", env!("CARGO_PKG_REPOSITORY"), "/tree/main/examples/game")]
#![doc = concat!("[`examples/poll`]: ", env!("CARGO_PKG_REPOSITORY"), "/tree/main/examples/poll")]
#![doc = concat!("[ARCHITECTURE.md]: ", env!("CARGO_PKG_REPOSITORY"), "/blob/main/ARCHITECTURE.md")]
#![doc = concat!("[CONTRIBUTING.md]: ", env!("CARGO_PKG_REPOSITORY"), "/blob/main/CONTRIBUTING.md")]
#![doc = concat!("[BENCHMARKS.md]: ", env!("CARGO_PKG_REPOSITORY"), "/blob/main/BENCHMARKS.md")]
#![doc = ""]
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(feature = "server")]
mod export_worker;

#[doc = include_str!("../docs/ws_protocol.md")]
pub use websocket_do_macros::WsProtocol;
#[cfg(feature = "server")]
#[doc = include_str!("../docs/websocket_do.md")]
pub use websocket_do_macros::websocket_do;
#[cfg(feature = "server")]
pub use websocket_do_runtime::{
    Accept, App, Audience, Env, EnvError, Error, Handler, HostError, HttpError, IntoResponse, Json, ListOptions,
    Memory, PreviousSession, Query, Request, Response, Result, Room, SendError, Session, SpawnError, Storage,
    StorageError, Timer, UpdateError, Upgrade, WebSocketDo,
    server::{
        attachment,
        http::{Bytes, Cors, FromRequest, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
        typed_socket,
    },
};
#[cfg(any(feature = "server", feature = "client"))]
pub use websocket_do_runtime::{Close, CloseError, Closed, MaybeSend, MaybeSync};
pub use websocket_do_runtime::{
    codec::{self, Format, Frame},
    protocol::{
        self, ClientMessage, Message, ServerMessage, TextCodec, Timestamp, TimestampError, ValidationCode,
        ValidationError, Value,
    },
};

#[cfg(feature = "client")]
#[doc = include_str!("../docs/client.md")]
pub use websocket_do_runtime::client;
#[cfg(feature = "client")]
pub use websocket_do_runtime::client::CallError;

/// The crate `worker`, in the version of this crate: the bindings and types of the platform. Only on wasm32.
///
/// The features `d1` and `queue` of this crate enable those of `worker`. A crate that depends on `worker` itself must use the same
/// version.
#[cfg(all(feature = "server", target_arch = "wasm32"))]
#[doc(inline)]
pub use websocket_do_runtime::worker;

#[cfg(all(feature = "server", not(target_arch = "wasm32")))]
pub use websocket_do_runtime::host::local;

#[cfg(feature = "server")]
#[doc = include_str!("../docs/embedding.md")]
#[doc = ""]
#[doc = concat!("[`examples/poll`]: ", env!("CARGO_PKG_REPOSITORY"), "/tree/main/examples/poll")]
pub mod embedding {
    #[cfg(all(feature = "tower", not(target_arch = "wasm32")))]
    pub use websocket_do_runtime::host::local::AppService;
}

#[cfg(feature = "server")]
#[doc = include_str!("../docs/environment.md")]
#[doc = ""]
#[doc = concat!("[`examples/accounts`]: ", env!("CARGO_PKG_REPOSITORY"), "/tree/main/examples/accounts")]
pub mod environment {
    pub use websocket_do_runtime::{Env, EnvError, HasState, SpawnError};
}

#[cfg(feature = "server")]
#[doc = include_str!("../docs/stub.md")]
pub mod stub {
    pub use websocket_do_runtime::server::stub::{
        FromResponse, IntoRequest, Jurisdiction, LocationHint, Namespace, Retry, RoomStub, Stub, StubError,
    };
}

#[cfg(feature = "server")]
pub mod guide;

#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
#[doc = include_str!("../docs/testing.md")]
pub mod testing {
    pub use websocket_do_runtime::testing::{TestRoom, TestSession, explore, json};
}
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub use testing::TestRoom;
