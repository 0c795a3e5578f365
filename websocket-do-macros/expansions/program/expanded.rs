// Generated from input.rs, and as long as the code that the macros write for it. Bless with BLESS=1.

const _: () = {
    use ::websocket_do::__private::{protocol as __ws, serde as __serde};
    #[allow(unused_imports)]
    use __ws::probe::{Required as _, Unknown as _};
    #[automatically_derived]
    #[allow(unused_mut)]
    impl __ws::decode::Tagged for ClientMessage {
        const TAG: &'static ::core::primitive::str = "type";
        const NAMES: &'static [&'static ::core::primitive::str] = &["message", "setName"];
        fn variant(name: &::core::primitive::str) -> ::core::option::Option<::core::primitive::usize> {
            match name {
                "message" => ::core::option::Option::Some(0),
                "setName" => ::core::option::Option::Some(1),
                _ => ::core::option::Option::None,
            }
        }
        fn read<'de, __A: __serde::de::MapAccess<'de>>(
            variant: ::core::primitive::usize,
            mut entries: __A,
        ) -> ::core::result::Result<Self, __A::Error> {
            match variant {
                0 => {
                    let mut slot0: ::core::option::Option<String> = ::core::option::Option::None;
                    loop {
                        match __ws::decode::key(&mut entries, ::core::option::Option::Some("type"), |key| match key {
                            "text" => 0,
                            _ => ::core::primitive::usize::MAX,
                        })? {
                            ::core::option::Option::None => break,
                            ::core::option::Option::Some(0) => {
                                __ws::checks::field(__ws::probe::Probe::<String>::IS_REACHABLE, || {
                                    <String as ::websocket_do::__private::protocol::field::Field>::read(
                                        &mut entries,
                                        &mut slot0,
                                        "text",
                                    )
                                })?;
                            }
                            ::core::option::Option::Some(_) => __ws::decode::skip(&mut entries)?,
                        }
                    }
                    ::core::result::Result::Ok(Self::Message {
                        text: <String as ::websocket_do::__private::protocol::field::Field>::required(slot0, "text")?,
                    })
                }
                1 => {
                    let mut slot0: ::core::option::Option<String> = ::core::option::Option::None;
                    loop {
                        match __ws::decode::key(&mut entries, ::core::option::Option::Some("type"), |key| match key {
                            "name" => 0,
                            _ => ::core::primitive::usize::MAX,
                        })? {
                            ::core::option::Option::None => break,
                            ::core::option::Option::Some(0) => {
                                __ws::checks::field(__ws::probe::Probe::<String>::IS_REACHABLE, || {
                                    <String as ::websocket_do::__private::protocol::field::Field>::read(
                                        &mut entries,
                                        &mut slot0,
                                        "name",
                                    )
                                })?;
                            }
                            ::core::option::Option::Some(_) => __ws::decode::skip(&mut entries)?,
                        }
                    }
                    ::core::result::Result::Ok(Self::SetName {
                        name: <String as ::websocket_do::__private::protocol::field::Field>::required(slot0, "name")?,
                    })
                }
                _ => __ws::decode::no_variant(),
            }
        }
    }
    #[automatically_derived]
    impl<'de> __serde::Deserialize<'de> for ClientMessage {
        fn deserialize<__D: __serde::Deserializer<'de>>(deserializer: __D) -> ::core::result::Result<Self, __D::Error> {
            __ws::decode::message(deserializer)
        }
    }
    #[automatically_derived]
    impl __serde::Serialize for ClientMessage {
        fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
            __ws::checks::write(self, || match self {
                Self::Message { text: value0 } => {
                    #[allow(unused_mut)]
                    let mut out = __ws::encode::message(serializer, "ClientMessage", ("type", "message"), {
                        let mut fields: ::core::primitive::usize = 0;
                        if !(__ws::probe::Probe::<String>::IS_ABSENT(value0)
                            || __ws::probe::Optional::<String>::IS_NONE(value0))
                        {
                            fields += 1;
                        }
                        fields
                    })?;
                    {
                        __ws::checks::field(__ws::probe::Probe::<String>::IS_REACHABLE, || {
                            <String as ::websocket_do::__private::protocol::field::Field>::write(
                                value0,
                                &mut out,
                                "text",
                                (__ws::probe::Probe::<String>::IS_ABSENT(value0)
                                    || __ws::probe::Optional::<String>::IS_NONE(value0)),
                            )
                        })?;
                    }
                    __serde::ser::SerializeStruct::end(out)
                }
                Self::SetName { name: value0 } => {
                    #[allow(unused_mut)]
                    let mut out = __ws::encode::message(serializer, "ClientMessage", ("type", "setName"), {
                        let mut fields: ::core::primitive::usize = 0;
                        if !(__ws::probe::Probe::<String>::IS_ABSENT(value0)
                            || __ws::probe::Optional::<String>::IS_NONE(value0))
                        {
                            fields += 1;
                        }
                        fields
                    })?;
                    {
                        __ws::checks::field(__ws::probe::Probe::<String>::IS_REACHABLE, || {
                            <String as ::websocket_do::__private::protocol::field::Field>::write(
                                value0,
                                &mut out,
                                "name",
                                (__ws::probe::Probe::<String>::IS_ABSENT(value0)
                                    || __ws::probe::Optional::<String>::IS_NONE(value0)),
                            )
                        })?;
                    }
                    __serde::ser::SerializeStruct::end(out)
                }
            })
        }
    }
    #[automatically_derived]
    impl __ws::Value for ClientMessage {
        const TYPE: __ws::Type = __ws::Type::Message(|| &<Self as __ws::Message>::SCHEMA);
    }
    #[automatically_derived]
    impl __ws::Validate for ClientMessage {
        fn validate(&self) -> ::core::result::Result<(), __ws::ValidationError> {
            match self {
                Self::Message { text: value0 } => {
                    {
                        ::websocket_do::__private::protocol::rules::len(
                            value0,
                            const {
                                ::websocket_do::__private::protocol::rules::bounds(
                                    ::core::option::Option::Some(1),
                                    ::core::option::Option::Some(1000),
                                )
                            },
                        )
                        .map_err(|error| error.within("text"))?;
                    }
                    {
                        __ws::probe::Probe::<String>::VALIDATE(value0).map_err(|error| error.within("text"))?;
                    }
                }
                Self::SetName { name: value0 } => {
                    {
                        ::websocket_do::__private::protocol::rules::len(
                            value0,
                            const {
                                ::websocket_do::__private::protocol::rules::bounds(
                                    ::core::option::Option::Some(1),
                                    ::core::option::Option::Some(50),
                                )
                            },
                        )
                        .map_err(|error| error.within("name"))?;
                    }
                    {
                        __ws::probe::Probe::<String>::VALIDATE(value0).map_err(|error| error.within("name"))?;
                    }
                }
            }
            ::core::result::Result::Ok(())
        }
    }
    #[automatically_derived]
    impl __ws::Message for ClientMessage {
        type Text = ::websocket_do::__private::codec::Json;
        const SCHEMA: __ws::MessageSchema = __ws::schema::MessageSchema {
            name: "ClientMessage",
            tag: "type",
            docs: "Messages from clients to the room.",
            call_id: ::core::option::Option::None,
            variants: &[
                __ws::schema::VariantSchema {
                    name: "message",
                    ident: "Message",
                    docs: "Sends a message to everyone in the room.",
                    content: __ws::schema::Content::Fields(&[__ws::schema::FieldSchema {
                        name: "text",
                        ident: "text",
                        docs: "",
                        ty: __ws::probe::Probe::<String>::TYPE,
                        optional: __ws::probe::Optional::<String>::IS,
                        rules: &[{
                            let (min, max) = ::websocket_do::__private::protocol::rules::bounds(
                                ::core::option::Option::Some(1),
                                ::core::option::Option::Some(1000),
                            );
                            ::websocket_do::__private::protocol::schema::Rule::Len { min, max }
                        }],
                    }]),
                    call: ::core::option::Option::None,
                },
                __ws::schema::VariantSchema {
                    name: "setName",
                    ident: "SetName",
                    docs: "Changes the name of the session.",
                    content: __ws::schema::Content::Fields(&[__ws::schema::FieldSchema {
                        name: "name",
                        ident: "name",
                        docs: "",
                        ty: __ws::probe::Probe::<String>::TYPE,
                        optional: __ws::probe::Optional::<String>::IS,
                        rules: &[{
                            let (min, max) = ::websocket_do::__private::protocol::rules::bounds(
                                ::core::option::Option::Some(1),
                                ::core::option::Option::Some(50),
                            );
                            ::websocket_do::__private::protocol::schema::Rule::Len { min, max }
                        }],
                    }]),
                    call: ::core::option::Option::None,
                },
            ],
        };
    }
    #[automatically_derived]
    impl __ws::ClientMessage for ClientMessage {
        type Server = ServerMessage;
    }
};
/// The typed client that sends [`ClientMessage`]s, with a method for each, and receives the server's messages.
#[derive(Debug, Clone)]
pub struct ClientMessageClient<__C = ::websocket_do::__private::client::Reconnecting<ClientMessage>> {
    inner: __C,
}
#[automatically_derived]
impl ClientMessageClient {
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
    ) -> ::websocket_do::__private::client::Builder<ClientMessage> {
        ::websocket_do::__private::client::Builder::new(url)
    }
    /// Splits the client into a sender, which can be cloned, and a receiver, for different tasks.
    pub fn split(
        self,
    ) -> (
        ClientMessageClient<::websocket_do::__private::client::Sender<ClientMessage>>,
        ::websocket_do::__private::client::Receiver<ClientMessage>,
    ) {
        let (sender, receiver) = self.inner.split();
        (ClientMessageClient { inner: sender }, receiver)
    }
}
#[automatically_derived]
impl<__C: ::websocket_do::__private::client::SendMessage<ClientMessage>> ClientMessageClient<__C> {
    /// Sends a message to everyone in the room.
    ///
    /// # Errors
    /// Returns an error if the message breaks one of its rules, or the connection is closed.
    #[allow(clippy::too_many_arguments)]
    pub async fn message(
        &mut self,
        text: impl ::core::convert::Into<String>,
    ) -> ::core::result::Result<__C::Sent, ::websocket_do::__private::client::SendError> {
        ::websocket_do::__private::client::SendMessage::send_message(
            &mut self.inner,
            ClientMessage::Message { text: ::core::convert::Into::into(text) },
        )
        .await
    }
    /// Changes the name of the session.
    ///
    /// # Errors
    /// Returns an error if the message breaks one of its rules, or the connection is closed.
    #[allow(clippy::too_many_arguments)]
    pub async fn set_name(
        &mut self,
        name: impl ::core::convert::Into<String>,
    ) -> ::core::result::Result<__C::Sent, ::websocket_do::__private::client::SendError> {
        ::websocket_do::__private::client::SendMessage::send_message(
            &mut self.inner,
            ClientMessage::SetName { name: ::core::convert::Into::into(name) },
        )
        .await
    }
}
#[automatically_derived]
impl<__C> ::core::convert::From<__C> for ClientMessageClient<__C> {
    fn from(inner: __C) -> Self {
        Self { inner }
    }
}
#[automatically_derived]
impl<__C> ::core::ops::Deref for ClientMessageClient<__C> {
    type Target = __C;
    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}
#[automatically_derived]
impl<__C> ::core::ops::DerefMut for ClientMessageClient<__C> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.inner
    }
}
#[automatically_derived]
impl ::websocket_do::__private::client::TypedClient for ClientMessage {
    type Client = ClientMessageClient;
    type Session = ClientMessageClient<::websocket_do::__private::client::Connection<ClientMessage>>;
    type Sender = ClientMessageClient<::websocket_do::__private::client::Sender<ClientMessage>>;
    type Over<__C> = ClientMessageClient<__C>;
}
impl ChatRoom {
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    async fn connect(&self, upgrade: &Upgrade) -> Result<Member, HttpError> {
        let name = upgrade.query("name").ok_or_else(|| HttpError::bad_request("missing `name`"))?;
        Ok(Member { name: name.into() })
    }
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn message(&self, session: &Session<Self>, text: String) -> Result<()> {
        let from = session.data().name.clone();
        Ok(session.room().broadcast(ServerMessage::Message { text, from })?)
    }
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn set_name(&self, session: &Session<Self>, name: String) -> Result<()> {
        let old_name = session.update(|member| std::mem::replace(&mut member.name, name.clone()))?;
        Ok(session.room().broadcast(ServerMessage::NameChanged { old_name, new_name: name })?)
    }
}
/// The typed client of [`ChatRoom`], with a method for each message.
pub type ChatRoomClient = <ClientMessage as ::websocket_do::__private::client::TypedClient>::Client;
const _: () = {
    use ::websocket_do::__private as __ws;
    #[allow(unused_imports)]
    use __ws::call::PlainVariant as _;
    #[automatically_derived]
    impl __ws::WebSocketDo for ChatRoom {
        type Client = ClientMessage;
        type Session = Member;
        const NAME: &'static ::core::primitive::str = "ChatRoom";
        const BINDING: &'static ::core::primitive::str = "CHAT_ROOM";
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
            Self::connect(self, upgrade).await.map(::core::convert::Into::into).map_err(::core::convert::Into::into)
        }
        async fn message(&self, session: &__ws::Session<Self>, message: ClientMessage) -> __ws::Result {
            let _ = session;
            match message {
                ClientMessage::Message { text: text } => {
                    ::websocket_do::__private::dispatch::handling(&("message", "Message"));
                    let value = Self::message(self, session, text);
                    __ws::call::Variant::<ClientMessage, 8784495861667683076u64>::finish(session, value)
                }
                ClientMessage::SetName { name: name } => {
                    ::websocket_do::__private::dispatch::handling(&("set_name", "SetName"));
                    let value = Self::set_name(self, session, name);
                    __ws::call::Variant::<ClientMessage, 7502354063965211432u64>::finish(session, value)
                }
            }
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
    # [__host :: wasm_bindgen (wasm_bindgen = :: websocket_do :: __private :: worker :: wasm_bindgen_crate , js_name = "ChatRoom")]
    #[doc(hidden)]
    #[allow(missing_debug_implementations, unreachable_pub)]
    pub struct ChatRoomDurableObject(__host::DurableObject<ChatRoom>);
    # [__host :: wasm_bindgen (wasm_bindgen = :: websocket_do :: __private :: worker :: wasm_bindgen_crate , js_class = "ChatRoom")]
    impl ChatRoomDurableObject {
        #[wasm_bindgen(constructor)]
        pub fn new(
            state: __host::DurableObjectState,
            env: __host::Env,
        ) -> ::core::result::Result<ChatRoomDurableObject, __host::JsValue> {
            ::core::result::Result::Ok(ChatRoomDurableObject(__host::DurableObject::new(state, env)?))
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
/// The stub of a [`ChatRoom`], with a method for each route.
#[derive(Debug, Clone)]
#[allow(dead_code, unreachable_pub)]
pub struct ChatRoomStub(::websocket_do::__private::stub::Stub<ChatRoom>);
const _: () = {
    use ::websocket_do::__private as __ws;
    #[cfg(target_arch = "wasm32")]
    #[allow(dead_code)]
    impl ChatRoom {
        /// Returns the rooms of this class: the namespace that `wrangler.toml` binds to `CHAT_ROOM`.
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
    impl ChatRoomStub {
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
        ) -> ::core::result::Result<<ClientMessage as __ws::client::TypedClient>::Client, __ws::client::ClientError>
        where
            for<'__s> ClientMessage: __ws::client::TypedClient,
        {
            self.0.builder().connect().await
        }
        /// Returns a builder of a session in the room, to set its format, headers or query.
        pub fn builder(&self) -> __ws::client::Builder<ClientMessage>
        where
            for<'__s> ClientMessage: __ws::client::TypedClient,
        {
            self.0.builder()
        }
    }
    #[cfg(target_arch = "wasm32")]
    #[allow(dead_code)]
    impl ChatRoomStub {
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
    impl ::core::convert::From<__ws::stub::Stub<ChatRoom>> for ChatRoomStub {
        fn from(stub: __ws::stub::Stub<ChatRoom>) -> Self {
            Self(stub)
        }
    }
    #[automatically_derived]
    impl __ws::stub::RoomStub for ChatRoom {
        type Stub = ChatRoomStub;
    }
};
