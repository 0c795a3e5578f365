// Generated from input.rs, and as long as the code that the macros write for it. Bless with BLESS=1.

const _: () = {
    use ::websocket_do::__private::{protocol as __ws, serde as __serde};
    #[allow(unused_imports)]
    use __ws::probe::{Required as _, Unknown as _};
    const _: () = ::core::assert!(
        !__ws::decode::has_field::<Seat>("type"),
        "the field `type` of the variant's struct conflicts with the tag; write `#[ws(rename = \"…\")]` on it, or another `tag`"
    );
    #[automatically_derived]
    #[allow(unused_mut)]
    impl __ws::decode::Tagged for Ask {
        const TAG: &'static ::core::primitive::str = "type";
        const NAMES: &'static [&'static ::core::primitive::str] = &["say", "history", "sit", "save"];
        fn variant(name: &::core::primitive::str) -> ::core::option::Option<::core::primitive::usize> {
            match name {
                "say" => ::core::option::Option::Some(0),
                "history" => ::core::option::Option::Some(1),
                "sit" => ::core::option::Option::Some(2),
                "save" => ::core::option::Option::Some(3),
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
                    ::core::result::Result::Ok(Self::Say {
                        text: <String as ::websocket_do::__private::protocol::field::Field>::required(slot0, "text")?,
                    })
                }
                1 => {
                    let mut slot0: ::core::option::Option<u32> = ::core::option::Option::None;
                    loop {
                        match __ws::decode::key(&mut entries, ::core::option::Option::Some("type"), |key| match key {
                            "limit" => 0,
                            _ => ::core::primitive::usize::MAX,
                        })? {
                            ::core::option::Option::None => break,
                            ::core::option::Option::Some(0) => {
                                __ws::checks::field(__ws::probe::Probe::<u32>::IS_REACHABLE, || {
                                    <u32 as ::websocket_do::__private::protocol::field::Field>::read(
                                        &mut entries,
                                        &mut slot0,
                                        "limit",
                                    )
                                })?;
                            }
                            ::core::option::Option::Some(_) => __ws::decode::skip(&mut entries)?,
                        }
                    }
                    ::core::result::Result::Ok(Self::History {
                        limit: <u32 as ::websocket_do::__private::protocol::field::Field>::required(slot0, "limit")?,
                    })
                }
                2 => <Seat as ::websocket_do::__private::protocol::decode::Record>::read(
                    entries,
                    ::core::option::Option::Some("type"),
                )
                .map(Self::Sit),
                3 => {
                    loop {
                        match __ws::decode::key(&mut entries, ::core::option::Option::Some("type"), |key| match key {
                            _ => ::core::primitive::usize::MAX,
                        })? {
                            ::core::option::Option::None => break,
                            ::core::option::Option::Some(_) => __ws::decode::skip(&mut entries)?,
                        }
                    }
                    ::core::result::Result::Ok(Self::Save {})
                }
                _ => __ws::decode::no_variant(),
            }
        }
    }
    #[automatically_derived]
    impl<'de> __serde::Deserialize<'de> for Ask {
        fn deserialize<__D: __serde::Deserializer<'de>>(deserializer: __D) -> ::core::result::Result<Self, __D::Error> {
            __ws::decode::message(deserializer)
        }
    }
    #[automatically_derived]
    impl __serde::Serialize for Ask {
        fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
            __ws::checks::write(self, || {
                __ws::ClientMessage::write_call(self, ::core::option::Option::None, serializer)
            })
        }
    }
    #[automatically_derived]
    impl __ws::Value for Ask {
        const TYPE: __ws::Type = __ws::Type::Message(|| &<Self as __ws::Message>::SCHEMA);
    }
    #[automatically_derived]
    impl __ws::Validate for Ask {
        fn validate(&self) -> ::core::result::Result<(), __ws::ValidationError> {
            match self {
                Self::Say { text: value0 } => {
                    __ws::probe::Probe::<String>::VALIDATE(value0).map_err(|error| error.within("text"))?;
                }
                Self::History { limit: value0 } => {
                    __ws::probe::Probe::<u32>::VALIDATE(value0).map_err(|error| error.within("limit"))?;
                }
                Self::Sit(value) => {
                    __ws::probe::Probe::<Seat>::VALIDATE(value)?;
                }
                Self::Save => {}
            }
            ::core::result::Result::Ok(())
        }
    }
    #[automatically_derived]
    impl __ws::Message for Ask {
        type Text = ::websocket_do::__private::codec::Json;
        const SCHEMA: __ws::MessageSchema = __ws::schema::MessageSchema {
            name: "Ask",
            tag: "type",
            docs: "",
            call_id: ::core::option::Option::Some("requestId"),
            variants: &[
                __ws::schema::VariantSchema {
                    name: "say",
                    ident: "Say",
                    docs: "",
                    content: __ws::schema::Content::Fields(&[__ws::schema::FieldSchema {
                        name: "text",
                        ident: "text",
                        docs: "",
                        ty: __ws::probe::Probe::<String>::TYPE,
                        optional: __ws::probe::Optional::<String>::IS,
                        rules: &[],
                    }]),
                    call: ::core::option::Option::None,
                },
                __ws::schema::VariantSchema {
                    name: "history",
                    ident: "History",
                    docs: "",
                    content: __ws::schema::Content::Fields(&[__ws::schema::FieldSchema {
                        name: "limit",
                        ident: "limit",
                        docs: "",
                        ty: __ws::probe::Probe::<u32>::TYPE,
                        optional: __ws::probe::Optional::<u32>::IS,
                        rules: &[],
                    }]),
                    call: ::core::option::Option::Some(__ws::schema::CallSchema {
                        reply: __ws::probe::Probe::<Vec<Said>>::TYPE,
                        error: ::core::option::Option::None,
                        idempotent: false,
                    }),
                },
                __ws::schema::VariantSchema {
                    name: "sit",
                    ident: "Sit",
                    docs: "",
                    content: __ws::schema::Content::Newtype(__ws::probe::Probe::<Seat>::TYPE),
                    call: ::core::option::Option::Some(__ws::schema::CallSchema {
                        reply: __ws::probe::Probe::<Seat>::TYPE,
                        error: ::core::option::Option::Some(__ws::probe::Probe::<Taken>::TYPE),
                        idempotent: true,
                    }),
                },
                __ws::schema::VariantSchema {
                    name: "save",
                    ident: "Save",
                    docs: "",
                    content: __ws::schema::Content::Unit,
                    call: ::core::option::Option::Some(__ws::schema::CallSchema {
                        reply: __ws::probe::Probe::<()>::TYPE,
                        error: ::core::option::Option::None,
                        idempotent: false,
                    }),
                },
            ],
        };
    }
    const _: () = ::core::assert!(
        !__ws::call::has_message(&<Notice as __ws::Message>::SCHEMA, __ws::call::REPLY),
        "the server message `reply` conflicts with the replies of calls; write another name, or `#[ws(rename = \"…\")]` on it"
    );
    const _: () = ::core::assert!(
        !__ws::call::is_answer_field(<Notice as __ws::Message>::SCHEMA.tag, "requestId"),
        "the tag of the server's messages conflicts with a field of the frames that answer calls; write another `tag` than `requestId`, `value` and `error`"
    );
    const _: () = ::core::assert!(
        !__ws::decode::has_field::<Seat>("requestId"),
        "the field `requestId` of the variant's struct conflicts with the id of calls; write `#[ws(rename = \"…\")]` on it, or another name of the id on the enum: `id = \"callId\"`"
    );
    #[automatically_derived]
    impl __ws::call::CallVariant<6397174161370020703u64> for Ask {
        type Reply = Vec<Said>;
        type Error = __ws::call::AnyError;
        const IS_ABSENT: fn(&Self::Reply) -> ::core::primitive::bool = |value| {
            __ws::probe::Probe::<Vec<Said>>::IS_ABSENT(value) || __ws::probe::Optional::<Vec<Said>>::IS_NONE(value)
        };
    }
    #[automatically_derived]
    impl __ws::call::CallVariant<10975737496899790047u64> for Ask {
        type Reply = Seat;
        type Error = Taken;
        const IS_ABSENT: fn(&Self::Reply) -> ::core::primitive::bool =
            |value| __ws::probe::Probe::<Seat>::IS_ABSENT(value) || __ws::probe::Optional::<Seat>::IS_NONE(value);
    }
    #[automatically_derived]
    impl __ws::call::CallVariant<3744847701619372040u64> for Ask {
        type Reply = ();
        type Error = __ws::call::AnyError;
        const IS_ABSENT: fn(&Self::Reply) -> ::core::primitive::bool =
            |value| __ws::probe::Probe::<()>::IS_ABSENT(value) || __ws::probe::Optional::<()>::IS_NONE(value);
    }
    #[automatically_derived]
    impl __ws::ClientMessage for Ask {
        type Server = Notice;
        fn is_call(&self) -> ::core::primitive::bool {
            match self {
                Self::Say { .. } => false,
                Self::History { .. } => true,
                Self::Sit { .. } => true,
                Self::Save { .. } => true,
            }
        }
        fn write_call<__S: __serde::Serializer>(
            &self,
            id: ::core::option::Option<&__ws::call::CallId>,
            serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            match self {
                Self::Say { text: value0 } => {
                    #[allow(unused_mut)]
                    let mut out = __ws::encode::message(serializer, "Ask", ("type", "say"), {
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
                Self::History { limit: value0 } => {
                    #[allow(unused_mut)]
                    let mut out = __ws::encode::message(
                        serializer,
                        "Ask",
                        ("type", "history"),
                        {
                            let mut fields: ::core::primitive::usize = 0;
                            if !(__ws::probe::Probe::<u32>::IS_ABSENT(value0)
                                || __ws::probe::Optional::<u32>::IS_NONE(value0))
                            {
                                fields += 1;
                            }
                            fields
                        } + ::core::primitive::usize::from(id.is_some()),
                    )?;
                    {
                        __ws::checks::field(__ws::probe::Probe::<u32>::IS_REACHABLE, || {
                            <u32 as ::websocket_do::__private::protocol::field::Field>::write(
                                value0,
                                &mut out,
                                "limit",
                                (__ws::probe::Probe::<u32>::IS_ABSENT(value0)
                                    || __ws::probe::Optional::<u32>::IS_NONE(value0)),
                            )
                        })?;
                    }
                    __ws::call::write_id(&mut out, "requestId", id)?;
                    __serde::ser::SerializeStruct::end(out)
                }
                Self::Sit(value) => {
                    #[allow(unused_mut)]
                    let mut out = __ws::encode::message(
                        serializer,
                        "Ask",
                        ("type", "sit"),
                        <Seat as ::websocket_do::__private::protocol::decode::Record>::present(value)
                            + ::core::primitive::usize::from(id.is_some()),
                    )?;
                    <Seat as ::websocket_do::__private::protocol::decode::Record>::write(value, &mut out)?;
                    __ws::call::write_id(&mut out, "requestId", id)?;
                    __serde::ser::SerializeStruct::end(out)
                }
                Self::Save => {
                    #[allow(unused_mut)]
                    let mut out = __ws::encode::message(
                        serializer,
                        "Ask",
                        ("type", "save"),
                        0 + ::core::primitive::usize::from(id.is_some()),
                    )?;
                    __ws::call::write_id(&mut out, "requestId", id)?;
                    __serde::ser::SerializeStruct::end(out)
                }
            }
        }
    }
};
/// The typed client that sends [`Ask`]s, with a method for each, and receives the server's messages.
#[derive(Debug, Clone)]
struct AskClient<__C = ::websocket_do::__private::client::Reconnecting<Ask>> {
    inner: __C,
}
#[automatically_derived]
impl AskClient {
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
    ) -> ::websocket_do::__private::client::Builder<Ask> {
        ::websocket_do::__private::client::Builder::new(url)
    }
    /// Splits the client into a sender, which can be cloned, and a receiver, for different tasks.
    pub fn split(
        self,
    ) -> (AskClient<::websocket_do::__private::client::Sender<Ask>>, ::websocket_do::__private::client::Receiver<Ask>)
    {
        let (sender, receiver) = self.inner.split();
        (AskClient { inner: sender }, receiver)
    }
}
#[automatically_derived]
impl<__C: ::websocket_do::__private::client::SendMessage<Ask>> AskClient<__C> {
    /// Sends [`Ask::Say`].
    ///
    /// # Errors
    /// Returns an error if the message breaks one of its rules, or the connection is closed.
    #[allow(clippy::too_many_arguments)]
    pub async fn say(
        &mut self,
        text: impl ::core::convert::Into<String>,
    ) -> ::core::result::Result<__C::Sent, ::websocket_do::__private::client::SendError> {
        ::websocket_do::__private::client::SendMessage::send_message(
            &mut self.inner,
            Ask::Say { text: ::core::convert::Into::into(text) },
        )
        .await
    }
}
#[automatically_derived]
impl<__C: ::websocket_do::__private::client::SendCall<Ask>> AskClient<__C> {
    /// Sends [`Ask::History`].
    ///
    /// # Errors
    /// Returns an error if the room refuses the call, if it fails, or if there is no answer in time.
    #[allow(clippy::too_many_arguments)]
    pub fn history(&mut self, limit: u32) -> ::websocket_do::__private::client::Call<__C::Caller<'_>, Ask, Vec<Said>> {
        let caller = ::websocket_do::__private::client::SendCall::caller(&mut self.inner);
        ::websocket_do::__private::client::Call::new(caller, &Ask::History { limit }, false)
    }
    /// Sends [`Ask::Sit`].
    ///
    /// # Errors
    /// Returns an error if the room refuses the call, if it fails, or if there is no answer in time.
    #[allow(clippy::too_many_arguments)]
    pub fn sit(&mut self, value: Seat) -> ::websocket_do::__private::client::Call<__C::Caller<'_>, Ask, Seat, Taken> {
        let caller = ::websocket_do::__private::client::SendCall::caller(&mut self.inner);
        ::websocket_do::__private::client::Call::new(caller, &Ask::Sit(value), true)
    }
    /// Sends [`Ask::Save`].
    ///
    /// # Errors
    /// Returns an error if the room refuses the call, if it fails, or if there is no answer in time.
    #[allow(clippy::too_many_arguments)]
    pub fn save(&mut self) -> ::websocket_do::__private::client::Call<__C::Caller<'_>, Ask, ()> {
        let caller = ::websocket_do::__private::client::SendCall::caller(&mut self.inner);
        ::websocket_do::__private::client::Call::new(caller, &Ask::Save, false)
    }
}
#[automatically_derived]
impl<__C> ::core::convert::From<__C> for AskClient<__C> {
    fn from(inner: __C) -> Self {
        Self { inner }
    }
}
#[automatically_derived]
impl<__C> ::core::ops::Deref for AskClient<__C> {
    type Target = __C;
    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}
#[automatically_derived]
impl<__C> ::core::ops::DerefMut for AskClient<__C> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.inner
    }
}
#[automatically_derived]
impl ::websocket_do::__private::client::TypedClient for Ask {
    type Client = AskClient;
    type Session = AskClient<::websocket_do::__private::client::Connection<Ask>>;
    type Sender = AskClient<::websocket_do::__private::client::Sender<Ask>>;
    type Over<__C> = AskClient<__C>;
}
impl Desk {
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn say(&self, session: &Session<Self>, text: String) -> Result<()> {
        Ok(session.room().broadcast(Notice::Said { text })?)
    }
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    async fn history(&self, session: &Session<Self>, limit: u32) -> Result<Vec<Said>> {
        latest(session.room(), limit).await
    }
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn sit(&self, _session: &Session<Self>, seat: Seat) -> Result<Seat, Taken> {
        Ok(seat)
    }
    #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    fn save(&self, _session: &Session<Self>) {}
}
/// The typed client of [`Desk`], with a method for each message.
pub type DeskClient = <Ask as ::websocket_do::__private::client::TypedClient>::Client;
const _: () = {
    use ::websocket_do::__private as __ws;
    #[allow(unused_imports)]
    use __ws::call::PlainVariant as _;
    const _: () = {
        const COUNT: ::core::primitive::usize = 8;
        ::core::assert!(COUNT > 0, "`max_concurrent` is 0; write at least 1, or remove `concurrent` from the handlers");
    };
    #[automatically_derived]
    impl __ws::WebSocketDo for Desk {
        type Client = Ask;
        type Session = ();
        const NAME: &'static ::core::primitive::str = "Desk";
        const BINDING: &'static ::core::primitive::str = "DESK";
        const FORMAT: ::core::option::Option<__ws::codec::Format> = ::core::option::Option::None;
        const TIMERS: &'static [&'static ::core::primitive::str] = &[];
        const MAX_CONCURRENT: ::core::primitive::usize = 8;
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
        fn is_concurrent(message: &Ask) -> ::core::primitive::bool {
            match message {
                Ask::History { .. } => true,
                #[allow(unreachable_patterns)]
                _ => false,
            }
        }
        async fn message(&self, session: &__ws::Session<Self>, message: Ask) -> __ws::Result {
            let _ = session;
            match message {
                Ask::Say { text: text } => {
                    ::websocket_do::__private::dispatch::handling(&("say", "Say"));
                    let value = Self::say(self, session, text);
                    __ws::call::Variant::<Ask, 10968140971061994048u64>::finish(session, value)
                }
                Ask::History { limit: limit } => {
                    ::websocket_do::__private::dispatch::handling(&("history", "History"));
                    let value = Self::history(self, session, limit).await;
                    __ws::call::Variant::<Ask, 6397174161370020703u64>::finish(session, value)
                }
                Ask::Sit(seat) => {
                    ::websocket_do::__private::dispatch::handling(&("sit", "Sit"));
                    let value = Self::sit(self, session, seat);
                    __ws::call::Variant::<Ask, 10975737496899790047u64>::finish(session, value)
                }
                Ask::Save {} => {
                    ::websocket_do::__private::dispatch::handling(&("save", "Save"));
                    let value = Self::save(self, session);
                    __ws::call::Variant::<Ask, 3744847701619372040u64>::finish(session, value)
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
    # [__host :: wasm_bindgen (wasm_bindgen = :: websocket_do :: __private :: worker :: wasm_bindgen_crate , js_name = "Desk")]
    #[doc(hidden)]
    #[allow(missing_debug_implementations, unreachable_pub)]
    pub struct DeskDurableObject(__host::DurableObject<Desk>);
    # [__host :: wasm_bindgen (wasm_bindgen = :: websocket_do :: __private :: worker :: wasm_bindgen_crate , js_class = "Desk")]
    impl DeskDurableObject {
        #[wasm_bindgen(constructor)]
        pub fn new(
            state: __host::DurableObjectState,
            env: __host::Env,
        ) -> ::core::result::Result<DeskDurableObject, __host::JsValue> {
            ::core::result::Result::Ok(DeskDurableObject(__host::DurableObject::new(state, env)?))
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
/// The stub of a [`Desk`], with a method for each route.
#[derive(Debug, Clone)]
#[allow(dead_code, unreachable_pub)]
pub struct DeskStub(::websocket_do::__private::stub::Stub<Desk>);
const _: () = {
    use ::websocket_do::__private as __ws;
    #[cfg(target_arch = "wasm32")]
    #[allow(dead_code)]
    impl Desk {
        /// Returns the rooms of this class: the namespace that `wrangler.toml` binds to `DESK`.
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
    impl DeskStub {
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
        ) -> ::core::result::Result<<Ask as __ws::client::TypedClient>::Client, __ws::client::ClientError>
        where
            for<'__s> Ask: __ws::client::TypedClient,
        {
            self.0.builder().connect().await
        }
        /// Returns a builder of a session in the room, to set its format, headers or query.
        pub fn builder(&self) -> __ws::client::Builder<Ask>
        where
            for<'__s> Ask: __ws::client::TypedClient,
        {
            self.0.builder()
        }
    }
    #[cfg(target_arch = "wasm32")]
    #[allow(dead_code)]
    impl DeskStub {
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
    impl ::core::convert::From<__ws::stub::Stub<Desk>> for DeskStub {
        fn from(stub: __ws::stub::Stub<Desk>) -> Self {
            Self(stub)
        }
    }
    #[automatically_derived]
    impl __ws::stub::RoomStub for Desk {
        type Stub = DeskStub;
    }
};
