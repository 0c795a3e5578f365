// The README's links, for docs.rs: of two definitions of a link, Markdown takes the first.
#![cfg_attr(feature = "client", doc = "[client guide]: client")]
#![cfg_attr(feature = "server", doc = "[stub guide]: stub")]
#![cfg_attr(all(feature = "testing", not(target_arch = "wasm32")), doc = "[testing guide]: testing")]
#![doc = "[wire table]: codec"]
#![doc = concat!("[`examples/chat/src`]: ", env!("CARGO_PKG_REPOSITORY"), "/tree/main/examples/chat/src")]
#![doc = concat!("[`wrangler.toml`]: ", env!("CARGO_PKG_REPOSITORY"), "/blob/main/wrangler.toml")]
#![doc = concat!("[`examples/chat/tests`]: ", env!("CARGO_PKG_REPOSITORY"), "/blob/main/examples/chat/tests/room.rs")]
#![doc = concat!("[ARCHITECTURE.md]: ", env!("CARGO_PKG_REPOSITORY"), "/blob/main/ARCHITECTURE.md")]
#![doc = concat!("[CONTRIBUTING.md]: ", env!("CARGO_PKG_REPOSITORY"), "/blob/main/CONTRIBUTING.md")]
#![doc = concat!("[BENCHMARKS.md]: ", env!("CARGO_PKG_REPOSITORY"), "/blob/main/BENCHMARKS.md")]
#![doc = ""]
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

/// Makes an enum a message protocol, or a struct a value in one.
///
/// On an enum, `#[ws(client, server = ServerMessage)]` or `#[ws(server)]` says who sends it; `tag` names the field that holds
/// the variant's name (`type`), `rename_all` the case of names (`camelCase`), `text` a [`TextCodec`] in place of JSON, which both
/// enums must name. On variants and fields, `rename` names one. The derive implements serde's `Serialize` and `Deserialize` in the
/// wire form, so nothing else is to be derived for it. [What travels](codec) for each type is a table.
///
/// A field of bytes under `#[ws(bytes_field)]` is `bin` in MessagePack. Fields take rules, and serde's `default`, `with`, `serialize_with`, `deserialize_with`, `rename`, `alias` and
/// `skip_serializing_if`:
///
/// | rule | for | holds where |
/// |---|---|---|
/// | `len = 1..=50` | strings, collections | so many characters (Unicode scalar values) or items |
/// | `bytes = ..=4096` | strings, `Vec<u8>` | so many bytes |
/// | `range = 0.0..1.0` | numbers | the number is in the range |
/// | `pattern = "^[a-z]+$"` | strings | the regular expression ([`regex_lite`](https://docs.rs/regex-lite)) matches somewhere |
/// | `one_of("red", "green")` | strings | the string is one of these |
/// | `each(len = 1..=20)` | collections | the rules hold for each item |
/// | `custom = path` | anything | the function `fn(&T) -> Result<(), impl Display>` says `Ok` |
///
/// Rules are part of the type: its `Serialize` and `Deserialize` check them, so that they hold whatever container the value is in,
/// and also in session data, in storage and in what routes take. A stored value that breaks a rule of today is not read, like a value
/// of an older shape. Rules that compare run first, then `each`, `pattern` and `custom`, then the rules of nested values; their order
/// in the source does not matter. A `pattern` takes time in proportion to its own length times that of the text: bound the text with
/// `len` or `bytes`. A field with serde's own internally tagged, adjacently tagged, untagged or flattened types loses part of the path when such
/// a value is read, and an untagged one the reason, as serde keeps neither.
///
/// ```
/// use websocket_do::{Format, Frame, WsProtocol, codec};
///
/// #[derive(Debug, PartialEq, WsProtocol)]
/// #[ws(server)]
/// enum Order {
///     Place { #[ws(len = 1..=9)] items: Vec<Item>, note: Option<String> },
///     Cancel,
/// }
///
/// #[derive(Debug, PartialEq, WsProtocol)]
/// struct Item {
///     #[ws(range = 1..=99)]
///     how_many: u8,
/// }
///
/// let order = Order::Place { items: vec![Item { how_many: 3 }], note: None };
/// let frame = codec::encode(&order, Format::Json)?;
/// assert_eq!(frame, Frame::Text(r#"{"type":"place","items":[{"howMany":3}]}"#.into()));
/// assert_eq!(codec::decode::<Order>(&frame)?, order);
///
/// let too_many = codec::decode_text::<Order>(r#"{"type":"place","items":[{"howMany":100}]}"#).unwrap_err();
/// assert_eq!(too_many.to_string(), "`items[0].howMany` must be from 1 to 99, is 100");
/// # Ok::<(), websocket_do::ValidationError>(())
/// ```
pub use websocket_do_macros::WsProtocol;

/// Makes an impl block a room: the methods with a handler's attribute are what happens in it.
///
/// `client` is what clients send, `session` the data of one session. Optional arguments:
///
/// | argument | meaning | default |
/// |---|---|---|
/// | `binding = "CHAT_ROOM"` | the name of the Durable Object binding in `wrangler.toml` | the type's name in `SCREAMING_SNAKE_CASE` |
/// | `format = json`, `format = msgpack` | the format of all sessions, whatever the client asks for | the client's choice |
/// | `max_message = 64 << 10` | the largest message of a client in bytes, at most 32 MiB; a larger one closes the session with 1009 before it is decoded | 1 MiB |
/// | `handler_timeout = 10` | how long a handler of a session may take: an integer literal of seconds, or a `Duration`; then the session is closed with 1011 and the handler is dropped | 30 seconds |
///
/// The [front page](crate) lists the handlers. `<Type>Client` is the typed client. On wasm32 the Durable Object class is
/// exported under the type's own name, and `<Type>::namespace(&env)` gives Workers the [stubs](stub) of its rooms, `<Type>Stub`.
///
/// ```
/// use websocket_do::{Json, HttpError, Result, Room, Session, Upgrade, WsProtocol, websocket_do};
///
/// #[derive(Debug, WsProtocol)]
/// #[ws(client, server = Counted)]
/// enum Count {
///     Add { by: u32 },
/// }
///
/// #[derive(Debug, WsProtocol)]
/// #[ws(server)]
/// enum Counted {
///     Total { total: u32 },
/// }
///
/// #[derive(Default)]
/// struct Counter;
///
/// #[websocket_do(client = Count, session = u32, max_message = 4 << 10, handler_timeout = 5)]
/// impl Counter {
///     #[connect]
///     fn connect(&self, _upgrade: &Upgrade) -> Result<u32, HttpError> {
///         Ok(0)
///     }
///
///     #[message]
///     fn add(&self, session: &Session<Self>, by: u32) -> Result<()> {
///         let total = session.update(|total| {
///             *total = total.saturating_add(by);
///             *total
///         })?;
///         session.send(Counted::Total { total })?;
///         Ok(())
///     }
///
///     #[get("/sessions")]
///     fn sessions(&self, room: &Room<Self>) -> Json<usize> {
///         Json(room.len())
///     }
/// }
/// ```
#[cfg(feature = "server")]
pub use websocket_do_macros::websocket_do;
#[cfg(feature = "server")]
pub use websocket_do_runtime::{
    Accept, App, Audience, Error, HostError, HttpError, IntoResponse, Json, ListOptions, PreviousSession, Query,
    Request, Response, Result, Room, SendError, Session, Storage, StorageError, Timer, UpdateError, Upgrade,
    WebSocketDo,
    server::{
        attachment,
        http::{Bytes, Cors, FromRequest, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
        typed_socket,
    },
};
#[cfg(any(feature = "server", feature = "client"))]
pub use websocket_do_runtime::{Close, CloseError, Closed};
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

#[cfg(all(feature = "server", not(target_arch = "wasm32")))]
pub use websocket_do_runtime::host::local;

#[cfg(feature = "server")]
#[doc = include_str!("../docs/stub.md")]
pub mod stub {
    #[cfg(target_arch = "wasm32")]
    pub use websocket_do_runtime::host::worker::stub::{Namespace, RoomStub, Stub};
    pub use websocket_do_runtime::server::stub::{
        FromResponse, IntoRequest, Jurisdiction, LocationHint, Retry, StubError,
    };
}

#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
#[doc = include_str!("../docs/testing.md")]
pub mod testing {
    pub use websocket_do_runtime::testing::{TestRoom, TestSession, explore, json};
}
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub use testing::TestRoom;

/// Exports the Worker's `fetch`: `export_worker!(app)`, with a function `app` that makes an [`App`]; or
/// `export_worker!(fetch)`, with a `fetch` of your own, which may leave to `App::fetch` what it does not answer itself. The
/// [guide to stubs](stub) has an example. Does nothing on other targets.
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

            #[__host::wasm_bindgen(wasm_bindgen = $crate::__private::worker::wasm_bindgen_crate, js_name = fetch)]
            #[doc(hidden)]
            pub fn __fetch(request: __host::Request, env: __host::Env, context: __host::RawContext) -> __host::Outcome {
                __host::fetch($app, request, env, context)
            }
        };
    };
}

/// What generated code calls: no part of the public API, and free to change with every release.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "client")]
    pub use websocket_do_runtime::client;
    #[cfg(feature = "server")]
    pub use websocket_do_runtime::{
        Accept, Close, Closed, Error, HttpError, IntoOutcome, IntoResponse, MAX_MESSAGE_LIMIT, PreviousSession,
        Request, Response, Result, Room, Session, Timer, Upgrade, WebSocketDo,
        server::{
            http::{self, FromRequest, path_parameter},
            stub, timer,
        },
    };
    pub use websocket_do_runtime::{codec, protocol, serde};

    /// The host of a Worker, as the exported class sees it.
    #[cfg(all(feature = "server", target_arch = "wasm32"))]
    pub mod worker {
        pub use websocket_do_runtime::host::worker::{DurableObject, Outcome, export::*, fetch, stub};
    }

    /// Keeps what it is given where there is a client to be typed.
    #[cfg(feature = "client")]
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __if_client {
        ($($item:tt)*) => { $($item)* };
    }

    /// Keeps what it is given where there is a client to be typed.
    #[cfg(not(feature = "client"))]
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __if_client {
        ($($item:tt)*) => {};
    }

    pub use crate::__if_client as if_client;
}
