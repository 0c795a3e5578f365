// Generated from input.rs, and as long as the code that the macros write for it. Bless with BLESS=1.

impl Game {
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn new(room: &Room<Self>) -> Self {
        Self { started: room.now() }
    }
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    async fn connect(&self, room: &Room<Self>, upgrade: &Upgrade) -> Result<Accept<Player>, HttpError> {
        self.seat(room, upgrade).await
    }
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    async fn open(&self, session: &Session<Self>) {}
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    async fn guess(&self, session: &Session<Self>, word: Word) -> Result<()> {
        Ok(())
    }
    #[cfg(feature = "admin")]
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn end(&self, session: &Session<Self>, _reason: String) {}
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn binary(&self, session: &Session<Self>, bytes: Vec<u8>) {}
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn protocol_error(&self, session: &Session<Self>, frame: &Frame) {}
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn invalid(&self, session: &Session<Self>, error: &ValidationError) -> Result<()> {
        Ok(())
    }
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn error(&self, session: &Session<Self>, error: &Error) {}
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn close(&self, session: &Session<Self>, closed: &Closed) {}
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn migrate(&self, room: &Room<Self>, previous: &PreviousSession) -> Result<Player, Close> {
        Ok(Player::default())
    }
    /// Ends the round.
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    pub fn end_round(&self, room: &Room<Self>) -> Result<()> {
        Ok(())
    }
    #[cfg(feature = "clock")]
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    async fn advance(&self) {}
    /// Lists the players.
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn players(&self, room: &Room<Self>) -> Json<Vec<Player>> {
        Json(Vec::new())
    }
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn options(&self) -> impl IntoResponse {
        [("allow", "GET, OPTIONS")]
    }
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    async fn rename(&self, name: String, Json(player): Json<Player>) -> Result<Json<Player>, StatusCode> {
        Err(StatusCode::NOT_FOUND)
    }
}
/// The typed client of [`Game`], with a method for each message.
pub type GameClient = <protocol::Play as ::websocket_do::__private::client::TypedClient>::Client;
const _: () = {
    use ::websocket_do::__private as __ws;
    #[allow(unused_imports)]
    use __ws::call::PlainVariant as _;
    const _: () = {
        const BYTES: ::core::primitive::usize = 64 << 10;
        ::core::assert!(
            BYTES > 0 && BYTES <= __ws::MAX_MESSAGE_LIMIT,
            "`max_message` is 0 or more than Cloudflare's 32 MiB; write 1 to `32 << 20` bytes"
        );
    };
    const _: () = {
        const TIMEOUT: ::core::time::Duration = ::core::time::Duration::from_secs(10);
        ::core::assert!(!TIMEOUT.is_zero(), "`handler_timeout` is 0; write at least 1 second");
    };
    #[allow(dead_code)]
    impl Game {
        /// Ends the round.
        pub const END_ROUND: __ws::Timer<Self> = __ws::timer("end_round");
        #[cfg(feature = "clock")]
        /// The timer that runs `advance`.
        const ADVANCE: __ws::Timer<Self> = __ws::timer("tick");
    }
    #[automatically_derived]
    impl __ws::WebSocketDo for Game {
        type Client = protocol::Play;
        type Session = Player;
        const NAME: &'static ::core::primitive::str = "Game";
        const BINDING: &'static ::core::primitive::str = "GAMES";
        const FORMAT: ::core::option::Option<__ws::codec::Format> =
            ::core::option::Option::Some(__ws::codec::Format::Json);
        const TIMERS: &'static [&'static ::core::primitive::str] = &[
            "end_round",
            #[cfg(feature = "clock")]
            "tick",
        ];
        const MAX_MESSAGE: ::core::primitive::usize = 64 << 10;
        const HANDLER_TIMEOUT: ::core::time::Duration = ::core::time::Duration::from_secs(10);
        const ROUTES: &'static [__ws::http::Route] = &[
            __ws::http::Route::new("GET", "/players").handler("players"),
            __ws::http::Route::new("OPTIONS", "/players").handler("options"),
            __ws::http::Route::new("PUT", "/players/{name}").handler("rename").max_body(1 << 10),
        ];
        fn new(room: &__ws::Room<Self>) -> Self {
            let _ = room;
            Self::new(room)
        }
        async fn connect(
            &self,
            room: &__ws::Room<Self>,
            upgrade: &__ws::Upgrade,
        ) -> ::core::result::Result<__ws::Accept<Self::Session>, __ws::HttpError> {
            let _ = room;
            Self::connect(self, room, upgrade)
                .await
                .map(::core::convert::Into::into)
                .map_err(::core::convert::Into::into)
        }
        async fn message(&self, session: &__ws::Session<Self>, message: protocol::Play) -> __ws::Result {
            let _ = session;
            match message {
                protocol::Play::Guess(word) => {
                    ::websocket_do::__private::dispatch::handling(&("guess", "Guess"));
                    let value = Self::guess(self, session, word).await;
                    __ws::call::Variant::<protocol::Play, 16252546041794281170u64>::finish(session, value)
                }
                #[cfg(feature = "admin")]
                protocol::Play::End { reason: _reason } => {
                    ::websocket_do::__private::dispatch::handling(&("end", "End"));
                    let value = Self::end(self, session, _reason);
                    __ws::call::Variant::<protocol::Play, 15634566174057716842u64>::finish(session, value)
                }
            }
        }
        async fn open(&self, session: &__ws::Session<Self>) -> __ws::Result {
            let _ = session;
            __ws::IntoOutcome::into_outcome(Self::open(self, session).await)
        }
        async fn binary(
            &self,
            session: &__ws::Session<Self>,
            bytes: ::std::vec::Vec<::core::primitive::u8>,
        ) -> __ws::Result {
            __ws::IntoOutcome::into_outcome(Self::binary(self, session, bytes))
        }
        async fn protocol_error(&self, session: &__ws::Session<Self>, frame: &__ws::codec::Frame) -> __ws::Result {
            __ws::IntoOutcome::into_outcome(Self::protocol_error(self, session, frame))
        }
        async fn invalid(
            &self,
            session: &__ws::Session<Self>,
            error: &__ws::protocol::ValidationError,
        ) -> __ws::Result {
            __ws::IntoOutcome::into_outcome(Self::invalid(self, session, error))
        }
        async fn error(&self, session: &__ws::Session<Self>, error: &__ws::Error) -> __ws::Result {
            __ws::IntoOutcome::into_outcome(Self::error(self, session, error))
        }
        async fn close(&self, session: &__ws::Session<Self>, closed: &__ws::Closed) -> __ws::Result {
            let _ = (session, closed);
            __ws::IntoOutcome::into_outcome(Self::close(self, session, closed))
        }
        fn migrate(
            &self,
            room: &__ws::Room<Self>,
            previous: &__ws::PreviousSession,
        ) -> ::core::result::Result<Self::Session, __ws::Close> {
            let _ = (room, previous);
            Self::migrate(self, room, previous)
        }
        async fn timer(&self, room: &__ws::Room<Self>, name: &::core::primitive::str) -> __ws::Result {
            let _ = room;
            match name {
                "end_round" => __ws::IntoOutcome::into_outcome(Self::end_round(self, room)),
                #[cfg(feature = "clock")]
                "tick" => __ws::IntoOutcome::into_outcome(Self::advance(self).await),
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
                    ("GET", "/players") => __ws::IntoResponse::into_response(Self::players(self, room)),
                    ("OPTIONS", "/players") => __ws::IntoResponse::into_response(Self::options(self)),
                    ("PUT", "/players/{name}") => __ws::IntoResponse::into_response(
                        Self::rename(
                            self,
                            __ws::path_parameter(&parameters, "name")?,
                            <Json<Player> as __ws::FromRequest>::from_request(&request)?,
                        )
                        .await,
                    ),
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
    # [__host :: wasm_bindgen (wasm_bindgen = :: websocket_do :: __private :: worker :: wasm_bindgen_crate , js_name = "Game")]
    #[doc(hidden)]
    #[allow(missing_debug_implementations, unreachable_pub)]
    pub struct GameDurableObject(__host::DurableObject<Game>);
    # [__host :: wasm_bindgen (wasm_bindgen = :: websocket_do :: __private :: worker :: wasm_bindgen_crate , js_class = "Game")]
    impl GameDurableObject {
        #[wasm_bindgen(constructor)]
        pub fn new(
            state: __host::DurableObjectState,
            env: __host::Env,
        ) -> ::core::result::Result<GameDurableObject, __host::JsValue> {
            ::core::result::Result::Ok(GameDurableObject(__host::DurableObject::new(state, env)?))
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
/// The stub of a [`Game`], with a method for each route.
#[derive(Debug, Clone)]
#[allow(dead_code, unreachable_pub)]
pub struct GameStub(::websocket_do::__private::stub::Stub<Game>);
const _: () = {
    use ::websocket_do::__private as __ws;
    #[cfg(target_arch = "wasm32")]
    #[allow(dead_code)]
    impl Game {
        /// Returns the rooms of this class: the namespace that `wrangler.toml` binds to `GAMES`.
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
    impl GameStub {
        /// Lists the players.
        ///
        /// # Errors
        /// Returns a [`StubError`](::websocket_do::stub::StubError) if the room cannot be reached, or answers with an error.
        pub async fn players(
            &self,
        ) -> ::core::result::Result<<Json<Vec<Player>> as __ws::stub::FromResponse>::Value, __ws::stub::StubError>
        where
            for<'__s> Json<Vec<Player>>: __ws::stub::FromResponse,
        {
            self.0.call::<Json<Vec<Player>>>(__ws::stub::Call::new(__ws::http::Method::GET, "/players", &[])).await
        }
        /// Calls `OPTIONS /players`.
        ///
        /// # Errors
        /// Returns a [`StubError`](::websocket_do::stub::StubError) if the room cannot be reached, or answers with an error.
        pub async fn options(
            &self,
        ) -> ::core::result::Result<<__ws::Response as __ws::stub::FromResponse>::Value, __ws::stub::StubError>
        where
            for<'__s> __ws::Response: __ws::stub::FromResponse,
        {
            self.0.call::<__ws::Response>(__ws::stub::Call::new(__ws::http::Method::OPTIONS, "/players", &[])).await
        }
        /// Calls `PUT /players/{name}`.
        ///
        /// # Errors
        /// Returns a [`StubError`](::websocket_do::stub::StubError) if the room cannot be reached, or answers with an error.
        pub async fn rename(
            &self,
            name: impl ::core::convert::Into<String>,
            player: <Json<Player> as __ws::stub::IntoRequest>::Value,
        ) -> ::core::result::Result<
            <Result<Json<Player>, StatusCode> as __ws::stub::FromResponse>::Value,
            __ws::stub::StubError,
        >
        where
            for<'__s> String: ::core::fmt::Display,
            for<'__s> Json<Player>: __ws::stub::IntoRequest,
            for<'__s> Result<Json<Player>, StatusCode>: __ws::stub::FromResponse,
        {
            self.0
                .call::<Result<Json<Player>, StatusCode>>(
                    __ws::stub::Call::new(
                        __ws::http::Method::PUT,
                        "/players/{name}",
                        &[("name", &::core::convert::Into::<String>::into(name))],
                    )
                    .with::<Json<Player>>(player),
                )
                .await
        }
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
        ) -> ::core::result::Result<<protocol::Play as __ws::client::TypedClient>::Client, __ws::client::ClientError>
        where
            for<'__s> protocol::Play: __ws::client::TypedClient,
        {
            self.0.builder().connect().await
        }
        /// Returns a builder of a session in the room, to set its format, headers or query.
        pub fn builder(&self) -> __ws::client::Builder<protocol::Play>
        where
            for<'__s> protocol::Play: __ws::client::TypedClient,
        {
            self.0.builder()
        }
    }
    #[cfg(target_arch = "wasm32")]
    #[allow(dead_code)]
    impl GameStub {
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
    impl ::core::convert::From<__ws::stub::Stub<Game>> for GameStub {
        fn from(stub: __ws::stub::Stub<Game>) -> Self {
            Self(stub)
        }
    }
    #[automatically_derived]
    impl __ws::stub::RoomStub for Game {
        type Stub = GameStub;
    }
};
