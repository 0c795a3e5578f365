// Generated from input.rs, and as long as the code that the macros write for it. Bless with BLESS=1.

const _: () = {
    use ::websocket_do::__private::{protocol as __ws, serde as __serde};
    #[allow(unused_imports)]
    use __ws::probe::{Required as _, Unknown as _};
    #[automatically_derived]
    #[allow(unused_mut)]
    impl __ws::decode::Tagged for Anything {
        const TAG: &'static ::core::primitive::str = "type";
        const NAMES: &'static [&'static ::core::primitive::str] = &[];
        fn variant(name: &::core::primitive::str) -> ::core::option::Option<::core::primitive::usize> {
            match name {
                _ => ::core::option::Option::None,
            }
        }
        fn read<'de, __A: __serde::de::MapAccess<'de>>(
            variant: ::core::primitive::usize,
            mut entries: __A,
        ) -> ::core::result::Result<Self, __A::Error> {
            match variant {
                _ => __ws::decode::no_variant(),
            }
        }
    }
    #[automatically_derived]
    impl<'de> __serde::Deserialize<'de> for Anything {
        fn deserialize<__D: __serde::Deserializer<'de>>(deserializer: __D) -> ::core::result::Result<Self, __D::Error> {
            __ws::decode::message(deserializer)
        }
    }
    #[automatically_derived]
    impl __serde::Serialize for Anything {
        fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
            __ws::checks::write(self, || match *self {})
        }
    }
    #[automatically_derived]
    impl __ws::Value for Anything {
        const TYPE: __ws::Type = __ws::Type::Message(|| &<Self as __ws::Message>::SCHEMA);
    }
    #[automatically_derived]
    impl __ws::Validate for Anything {
        fn validate(&self) -> ::core::result::Result<(), __ws::ValidationError> {
            match *self {}
        }
    }
    #[automatically_derived]
    impl __ws::Message for Anything {
        type Text = ::websocket_do::__private::codec::Json;
        const SCHEMA: __ws::MessageSchema = __ws::schema::MessageSchema {
            name: "Anything",
            tag: "type",
            docs: "",
            call_id: ::core::option::Option::None,
            variants: &[],
        };
    }
    #[automatically_derived]
    impl __ws::ClientMessage for Anything {
        type Server = Nothing;
    }
};
/// The typed client that sends [`Anything`]s, with a method for each, and receives the server's messages.
#[derive(Debug, Clone)]
struct AnythingClient<__C = ::websocket_do::__private::client::Reconnecting<Anything>> {
    inner: __C,
}
#[automatically_derived]
impl AnythingClient {
    /// Connects to a room.
    ///
    /// # Errors
    /// Returns an error if the server cannot be reached or refuses the connection.
    pub async fn connect(
        url: impl ::core::convert::Into<::std::string::String>,
    ) -> ::core::result::Result<Self, ::websocket_do::__private::client::ClientError> {
        Self::builder(url).connect().await
    }
    /// Returns a builder of a connection, to set its format, headers, query and more.
    pub fn builder(
        url: impl ::core::convert::Into<::std::string::String>,
    ) -> ::websocket_do::__private::client::Builder<Anything> {
        ::websocket_do::__private::client::Builder::new(url)
    }
    /// Splits the client into a sender, which can be cloned, and a receiver, for different tasks.
    pub fn split(
        self,
    ) -> (
        AnythingClient<::websocket_do::__private::client::Sender<Anything>>,
        ::websocket_do::__private::client::Receiver<Anything>,
    ) {
        let (sender, receiver) = self.inner.split();
        (AnythingClient { inner: sender }, receiver)
    }
}
#[automatically_derived]
impl<__C: ::websocket_do::__private::client::SendMessage<Anything>> AnythingClient<__C> {}
#[automatically_derived]
impl<__C> ::core::convert::From<__C> for AnythingClient<__C> {
    fn from(inner: __C) -> Self {
        Self { inner }
    }
}
#[automatically_derived]
impl<__C> ::core::ops::Deref for AnythingClient<__C> {
    type Target = __C;
    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}
#[automatically_derived]
impl<__C> ::core::ops::DerefMut for AnythingClient<__C> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.inner
    }
}
#[automatically_derived]
impl ::websocket_do::__private::client::TypedClient for Anything {
    type Client = AnythingClient;
    type Session = AnythingClient<::websocket_do::__private::client::Connection<Anything>>;
    type Sender = AnythingClient<::websocket_do::__private::client::Sender<Anything>>;
    type Over<__C> = AnythingClient<__C>;
}
impl Smallest {
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }
}
/// The typed client of [`Smallest`], with a method for each message.
pub type SmallestClient = <Anything as ::websocket_do::__private::client::TypedClient>::Client;
const _: () = {
    use ::websocket_do::__private as __ws;
    #[allow(unused_imports)]
    use __ws::call::PlainVariant as _;
    #[automatically_derived]
    impl __ws::WebSocketDo for Smallest {
        type Client = Anything;
        type Session = ();
        const NAME: &'static ::core::primitive::str = "Smallest";
        const BINDING: &'static ::core::primitive::str = "SMALLEST";
        const FORMAT: ::core::option::Option<__ws::codec::Format> = ::core::option::Option::None;
        const TIMERS: &'static [&'static ::core::primitive::str] = &[];
        const ROUTES: &'static [__ws::http::Route] = &[];
        fn new(room: &__ws::Room<Self>) -> Self {
            let _ = room;
            <Self as ::core::default::Default>::default()
        }
        async fn connect(
            &self,
            room: &__ws::Room<Self>,
            upgrade: &__ws::Upgrade,
        ) -> ::core::result::Result<__ws::Accept<Self::Session>, __ws::HttpError> {
            let _ = room;
            Self::connect(self, upgrade).map(::core::convert::Into::into).map_err(::core::convert::Into::into)
        }
        async fn message(&self, session: &__ws::Session<Self>, message: Anything) -> __ws::Result {
            let _ = session;
            match message {}
        }
        async fn open(&self, session: &__ws::Session<Self>) -> __ws::Result {
            let _ = session;
            ::core::result::Result::Ok(())
        }
        async fn binary(
            &self,
            session: &__ws::Session<Self>,
            bytes: ::std::vec::Vec<::core::primitive::u8>,
        ) -> __ws::Result {
            <Self as __ws::WebSocketDo>::protocol_error(self, session, &__ws::codec::Frame::Binary(bytes)).await
        }
        async fn protocol_error(&self, session: &__ws::Session<Self>, frame: &__ws::codec::Frame) -> __ws::Result {
            ::websocket_do::__private::dispatch::answer_protocol_error(session, frame)
        }
        async fn invalid(
            &self,
            session: &__ws::Session<Self>,
            error: &__ws::protocol::ValidationError,
        ) -> __ws::Result {
            ::websocket_do::__private::dispatch::answer_validation_error(session, error)
        }
        async fn error(&self, session: &__ws::Session<Self>, error: &__ws::Error) -> __ws::Result {
            ::websocket_do::__private::dispatch::answer_handler_error(session, error)
        }
        async fn close(&self, session: &__ws::Session<Self>, closed: &__ws::Closed) -> __ws::Result {
            let _ = (session, closed);
            ::core::result::Result::Ok(())
        }
        fn migrate(
            &self,
            room: &__ws::Room<Self>,
            previous: &__ws::PreviousSession,
        ) -> ::core::result::Result<Self::Session, __ws::Close> {
            let _ = (room, previous);
            ::core::result::Result::Err(::websocket_do::__private::dispatch::close_previous(room, previous))
        }
        async fn timer(&self, room: &__ws::Room<Self>, name: &::core::primitive::str) -> __ws::Result {
            let _ = room;
            match name {
                _ => ::core::result::Result::Ok(()),
            }
        }
        async fn http(
            &self,
            room: &__ws::Room<Self>,
            route: &__ws::http::Route,
            parameters: __ws::http::Parameters,
            request: __ws::Request,
        ) -> __ws::Response {
            let _ = (room, &parameters, &request);
            let response: ::core::result::Result<__ws::Response, __ws::HttpError> = async {
                ::core::result::Result::Ok(match route.id() {
                    _ => __ws::IntoResponse::into_response(__ws::http::StatusCode::NOT_FOUND),
                })
            }
            .await;
            __ws::IntoResponse::into_response(response)
        }
    }
};
#[cfg(target_arch = "wasm32")]
const _: () = {
    use ::websocket_do::__private::worker as __host;
    #[allow(unused_imports)]
    use __host::wasm_bindgen_crate as wasm_bindgen;
    # [__host :: wasm_bindgen (wasm_bindgen = :: websocket_do :: __private :: worker :: wasm_bindgen_crate , js_name = "Smallest")]
    #[doc(hidden)]
    #[allow(missing_debug_implementations, unreachable_pub)]
    pub struct SmallestDurableObject(__host::DurableObject<Smallest>);
    # [__host :: wasm_bindgen (wasm_bindgen = :: websocket_do :: __private :: worker :: wasm_bindgen_crate , js_class = "Smallest")]
    impl SmallestDurableObject {
        #[wasm_bindgen(constructor)]
        pub fn new(
            state: __host::DurableObjectState,
            env: __host::Env,
        ) -> ::core::result::Result<SmallestDurableObject, __host::JsValue> {
            ::core::result::Result::Ok(SmallestDurableObject(__host::DurableObject::new(state, env)?))
        }
        pub fn fetch(&self, request: __host::Request) -> __host::Outcome {
            self.0.fetch(request)
        }
        # [wasm_bindgen (js_name = webSocketMessage)]
        pub fn message(&self, socket: __host::WebSocket, data: __host::JsValue) -> __host::JsValue {
            self.0.message(&socket, &data)
        }
        # [wasm_bindgen (js_name = webSocketClose)]
        pub fn close(&self, socket: __host::WebSocket, code: u16, reason: ::std::string::String) -> __host::JsValue {
            self.0.close(&socket, code, reason)
        }
        # [wasm_bindgen (js_name = webSocketError)]
        pub fn error(&self, socket: __host::WebSocket, error: __host::JsValue) -> __host::JsValue {
            self.0.error(&socket, &error)
        }
        pub fn alarm(&self) -> __host::JsValue {
            self.0.alarm()
        }
    }
};
/// The stub of a [`Smallest`], with a method for each route.
#[derive(Debug, Clone)]
#[allow(dead_code, unreachable_pub)]
pub struct SmallestStub(::websocket_do::__private::stub::Stub<Smallest>);
const _: () = {
    use ::websocket_do::__private as __ws;
    #[cfg(target_arch = "wasm32")]
    #[allow(dead_code)]
    impl Smallest {
        /// Returns the rooms of this class: the namespace that `wrangler.toml` binds to `SMALLEST`.
        ///
        /// # Errors
        /// Returns [`StubError::Binding`](::websocket_do::stub::StubError::Binding) if the environment has no such
        /// binding.
        pub fn namespace(
            env: &__ws::worker::Env,
        ) -> ::core::result::Result<__ws::stub::Namespace<Self>, __ws::stub::StubError> {
            __ws::stub::Namespace::new(env, <Self as __ws::WebSocketDo>::BINDING)
        }
    }
    #[allow(dead_code, private_bounds, private_interfaces, clippy::too_many_arguments)]
    impl SmallestStub {
        /// Sends a request to the room with its own path, and returns the response, whatever its status. Internal routes are
        /// not reached.
        ///
        /// # Errors
        /// Returns a [`StubError`](::websocket_do::stub::StubError) if the room cannot be reached, and for an upgrade.
        pub async fn fetch(
            &self,
            request: __ws::Request,
        ) -> ::core::result::Result<__ws::Response, __ws::stub::StubError> {
            self.0.fetch(request).await
        }
        /// Returns the room's id for the namespace's `by_id`: 64 hexadecimal digits.
        ///
        /// # Errors
        /// Returns [`StubError::Id`](::websocket_do::stub::StubError::Id) if a room cannot have this name.
        pub fn id(&self) -> ::core::result::Result<::std::string::String, __ws::stub::StubError> {
            self.0.id()
        }
        /// Returns the name with which the stub was created, if it was created by name.
        pub fn name(&self) -> ::core::option::Option<&::core::primitive::str> {
            self.0.name()
        }
        /// Connects a typed client to the room. On workerd, the session ends with the request in which it was opened,
        /// unless that request waits for it.
        ///
        /// # Errors
        /// Returns an error if the room cannot be reached or refuses the connection.
        pub async fn connect(
            &self,
        ) -> ::core::result::Result<<Anything as __ws::client::TypedClient>::Client, __ws::client::ClientError>
        where
            for<'__s> Anything: __ws::client::TypedClient,
        {
            self.0.builder().connect().await
        }
        /// Returns a builder of a session in the room, to set its format, headers or query.
        pub fn builder(&self) -> __ws::client::Builder<Anything>
        where
            for<'__s> Anything: __ws::client::TypedClient,
        {
            self.0.builder()
        }
    }
    #[cfg(target_arch = "wasm32")]
    #[allow(dead_code)]
    impl SmallestStub {
        /// Forwards a whole request to the room with its path, also an upgrade. A request with a body is not retried, as
        /// its body can be read only once.
        ///
        /// # Errors
        /// Returns an error if the room cannot be reached. A response is returned whatever its status.
        pub async fn forward(
            &self,
            request: __ws::worker::WorkerRequest,
        ) -> ::core::result::Result<__ws::worker::WorkerResponse, __ws::stub::StubError> {
            self.0.forward(request).await
        }
        /// Forwards a whole request to the room under another path, such as `/websocket`, with its query.
        ///
        /// # Errors
        /// As `forward`.
        pub async fn forward_to(
            &self,
            path: &::core::primitive::str,
            request: __ws::worker::WorkerRequest,
        ) -> ::core::result::Result<__ws::worker::WorkerResponse, __ws::stub::StubError> {
            self.0.forward_to(path, request).await
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<__ws::stub::Stub<Smallest>> for SmallestStub {
        fn from(stub: __ws::stub::Stub<Smallest>) -> Self {
            Self(stub)
        }
    }
    #[automatically_derived]
    impl __ws::stub::RoomStub for Smallest {
        type Stub = SmallestStub;
    }
};
