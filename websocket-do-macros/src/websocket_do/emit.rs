//! Emits the room: the user's impl block, and the trait that the runtime dispatches to.

mod export;
mod limits;
mod messages;
mod routes;
mod stub;
pub(super) mod timers;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, ItemImpl, spanned::Spanned};

use super::{
    model::{Format, Hook, Method, Room},
    parse::kind::Kind,
};
use crate::spans::located;

pub(super) fn room(item: &ItemImpl, room: &Room<'_>) -> TokenStream {
    let Room { ty, name, class: text, binding, client, session, .. } = room;
    let format = match room.format {
        None => quote!(::core::option::Option::None),
        Some(Format::Json) => quote!(::core::option::Option::Some(__ws::codec::Format::Json)),
        Some(Format::MessagePack) => quote!(::core::option::Option::Some(__ws::codec::Format::MessagePack)),
    };
    let (limits, checks) = limits::limits(room);
    let new = new(room);
    let connect = connect(&room.connect);
    let hooks = hooks(room);
    let migrate = migrate(room);
    let messages = messages::messages(room);
    let timers::Timers { constants, names, arms } = timers::timers(room);
    let (routes, route_arms) = routes::routes(room);
    let export = export::export(room);
    let stub = stub::stub(room);
    let (states, has_states) = states(ty, room.states);
    let client_name = Ident::new(&format!("{name}Client"), name.span());
    let client_docs = format!("The typed client of [`{name}`], with a method for each message.");
    quote! {
        #item

        ::websocket_do::__private::if_client! {
            #[doc = #client_docs]
            pub type #client_name = <#client as ::websocket_do::__private::client::TypedClient>::Client;
        }

        const _: () = {
            use ::websocket_do::__private as __ws;
            #[allow(unused_imports)]
            use __ws::call::PlainVariant as _;

            #checks

            #constants

            #[automatically_derived]
            impl __ws::WebSocketDo for #ty {
                type Client = #client;
                type Session = #session;
                const NAME: &'static ::core::primitive::str = #text;
                const BINDING: &'static ::core::primitive::str = #binding;
                const FORMAT: ::core::option::Option<__ws::codec::Format> = #format;
                #states
                const TIMERS: &'static [&'static ::core::primitive::str] = #names;
                #limits
                #routes

                fn new(room: &__ws::Room<Self>) -> Self {
                    let _ = room;
                    #new
                }

                async fn connect(
                    &self,
                    room: &__ws::Room<Self>,
                    upgrade: &__ws::Upgrade,
                ) -> ::core::result::Result<__ws::Accept<Self::Session>, __ws::HttpError> {
                    let _ = room;
                    #connect
                }

                #messages

                #hooks

                fn migrate(
                    &self,
                    room: &__ws::Room<Self>,
                    previous: &__ws::PreviousSession,
                ) -> ::core::result::Result<Self::Session, __ws::Close> {
                    let _ = (room, previous);
                    #migrate
                }

                async fn timer(&self, room: &__ws::Room<Self>, name: &::core::primitive::str) -> __ws::Result {
                    let _ = room;
                    match name {
                        #arms
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
                            #route_arms
                            _ => __ws::IntoResponse::into_response(__ws::http::StatusCode::NOT_FOUND),
                        })
                    }
                    .await;
                    __ws::IntoResponse::into_response(response)
                }
            }

            #has_states
        };

        #export

        #stub
    }
}

/// The constant for the impl of the trait, if the room declares any state, and the impls that permit the room to read it.
pub(super) fn states(ty: &syn::Type, states: &[syn::Type]) -> (Option<TokenStream>, TokenStream) {
    let types = states.iter().map(|state| quote_spanned!(state.span()=> __ws::StateType::of::<#state>()));
    let constant = quote!(const STATES: &'static [__ws::StateType] = &[#(#types),*];);
    let impls = quote! {
        #(
            #[automatically_derived]
            impl __ws::HasState<#states> for #ty {}
        )*
    };
    ((!states.is_empty()).then_some(constant), impls)
}

/// The methods for the events of a session, except messages.
fn hooks(room: &Room<'_>) -> TokenStream {
    let hook = |kind, arguments, default| hook(room.hook(kind), &arguments, default);
    let open = hook(Kind::Open, quote!(session), nothing());
    let protocol_error = hook(
        Kind::ProtocolError,
        quote!(session, frame),
        quote!(::websocket_do::__private::dispatch::answer_protocol_error(session, frame)),
    );
    let unsupported =
        quote!(<Self as __ws::WebSocketDo>::protocol_error(self, session, &__ws::codec::Frame::Binary(bytes)).await);
    let binary = hook(Kind::Binary, quote!(session, bytes), unsupported);
    let invalid = hook(
        Kind::Invalid,
        quote!(session, error),
        quote!(::websocket_do::__private::dispatch::answer_validation_error(session, error)),
    );
    let error = hook(
        Kind::Error,
        quote!(session, error),
        quote!(::websocket_do::__private::dispatch::answer_handler_error(session, error)),
    );
    let close = hook(Kind::Close, quote!(session, closed), nothing());
    quote! {
        async fn open(&self, session: &__ws::Session<Self>) -> __ws::Result {
            let _ = session;
            #open
        }

        async fn binary(
            &self,
            session: &__ws::Session<Self>,
            bytes: ::std::vec::Vec<::core::primitive::u8>,
        ) -> __ws::Result {
            #binary
        }

        async fn protocol_error(&self, session: &__ws::Session<Self>, frame: &__ws::codec::Frame) -> __ws::Result {
            #protocol_error
        }

        async fn invalid(&self, session: &__ws::Session<Self>, error: &__ws::protocol::ValidationError) -> __ws::Result {
            #invalid
        }

        async fn error(&self, session: &__ws::Session<Self>, error: &__ws::Error) -> __ws::Result {
            #error
        }

        async fn close(&self, session: &__ws::Session<Self>, closed: &__ws::Closed) -> __ws::Result {
            let _ = (session, closed);
            #close
        }
    }
}

fn nothing() -> TokenStream {
    quote!(::core::result::Result::Ok(()))
}

fn call(method: &Method, arguments: &TokenStream) -> TokenStream {
    let Method { name, is_async, .. } = method;
    let wait = is_async.then(|| quote!(.await));
    quote_spanned!(located(name.span())=> Self::#name(#arguments) #wait)
}

fn new(room: &Room<'_>) -> TokenStream {
    match room.hook(Kind::New) {
        None => quote_spanned!(room.ty.span()=> <Self as ::core::default::Default>::default()),
        Some(hook) => {
            let argument = hook.takes_room.then(|| quote!(room));
            call(&hook.method, &quote!(#argument))
        }
    }
}

pub(super) fn with_self(hook: &Hook, arguments: &TokenStream) -> TokenStream {
    let room = hook.takes_room.then(|| quote!(room,));
    call(&hook.method, &quote!(self, #room #arguments))
}

fn connect(hook: &Hook) -> TokenStream {
    let call = with_self(hook, &quote!(upgrade));
    quote!(#call.map(::core::convert::Into::into).map_err(::core::convert::Into::into))
}

fn migrate(room: &Room<'_>) -> TokenStream {
    room.hook(Kind::Migrate).map_or_else(
        || quote!(::core::result::Result::Err(::websocket_do::__private::dispatch::close_previous(room, previous))),
        |hook| with_self(hook, &quote!(previous)),
    )
}

fn hook(hook: Option<&Hook>, arguments: &TokenStream, default: TokenStream) -> TokenStream {
    hook.map_or(default, |hook| outcome(&hook.method, &with_self(hook, arguments)))
}

/// The call of a handler, converted to a `Result` at the handler's name.
fn outcome(method: &Method, call: &TokenStream) -> TokenStream {
    quote_spanned!(located(method.name.span())=> __ws::IntoOutcome::into_outcome(#call))
}
