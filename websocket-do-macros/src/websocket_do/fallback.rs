//! Emits a room that does nothing for one with errors, so that code that uses the room compiles.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Error, Ident, ImplItem, Visibility};

use super::{
    check::timer::{constant, written},
    emit,
    parse::{Input, arguments::Known, kind::Kind},
};

/// Emits the item as it is, and the error that it is not an impl block.
pub(super) fn unparsed(item: &TokenStream, error: &Error) -> TokenStream {
    let error = error.to_compile_error();
    quote!(#error #item)
}

/// Emits the room after errors in the attribute's arguments. If a type is missing, the methods lose their bodies, which could not
/// compile.
pub(super) fn without_arguments(mut input: Input, known: &Known, errors: &TokenStream) -> TokenStream {
    if known.client.is_none() || known.session.is_none() {
        for item in &mut input.item.items {
            if let ImplItem::Fn(method) = item {
                method.block = syn::parse_quote!({ ::core::unreachable!() });
            }
        }
    }
    room(&input, known, errors)
}

/// Emits the errors, the user's methods and a room that does nothing.
pub(super) fn room(input: &Input, known: &Known, errors: &TokenStream) -> TokenStream {
    let item = &input.item;
    if item.trait_.is_some() || !item.generics.params.is_empty() {
        return quote!(#errors #item);
    }
    let ty = &item.self_ty;
    let client = known.client.as_ref().map_or_else(|| quote!(MissingClient), ToTokens::to_token_stream);
    let session = known.session.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
    let constants = constants(input);
    let (_, states) = emit::states(ty, &known.states);
    let missing = known.client.is_none().then(|| {
        quote! {
            #[derive(::websocket_do::WsProtocol)]
            #[ws(client, server = MissingServer)]
            #[allow(missing_docs, missing_debug_implementations, unreachable_pub)]
            pub enum MissingClient {}
            #[derive(::websocket_do::WsProtocol)]
            #[ws(server)]
            #[allow(missing_docs, missing_debug_implementations, unreachable_pub)]
            pub enum MissingServer {}
        }
    });
    quote! {
        #errors
        #[allow(dead_code, unused_variables)]
        #item

        const _: () = {
            use ::websocket_do::__private as __ws;

            #missing
            #constants
            #states

            #[automatically_derived]
            #[allow(unused_variables)]
            impl __ws::WebSocketDo for #ty {
                type Client = #client;
                type Session = #session;
                const NAME: &'static ::core::primitive::str = "";
                const BINDING: &'static ::core::primitive::str = "";
                const FORMAT: ::core::option::Option<__ws::codec::Format> = ::core::option::Option::None;
                const TIMERS: &'static [&'static ::core::primitive::str] = &[];
                const ROUTES: &'static [__ws::http::Route] = &[];

                fn new(room: &__ws::Room<Self>) -> Self {
                    ::core::unreachable!()
                }

                async fn connect(
                    &self,
                    room: &__ws::Room<Self>,
                    upgrade: &__ws::Upgrade,
                ) -> ::core::result::Result<__ws::Accept<Self::Session>, __ws::HttpError> {
                    ::core::unreachable!()
                }

                async fn open(&self, session: &__ws::Session<Self>) -> __ws::Result {
                    ::core::unreachable!()
                }

                async fn message(&self, session: &__ws::Session<Self>, message: #client) -> __ws::Result {
                    ::core::unreachable!()
                }

                async fn binary(
                    &self,
                    session: &__ws::Session<Self>,
                    bytes: ::std::vec::Vec<::core::primitive::u8>,
                ) -> __ws::Result {
                    ::core::unreachable!()
                }

                async fn protocol_error(&self, session: &__ws::Session<Self>, frame: &__ws::codec::Frame) -> __ws::Result {
                    ::core::unreachable!()
                }

                async fn invalid(&self, session: &__ws::Session<Self>, error: &__ws::protocol::ValidationError) -> __ws::Result {
                    ::core::unreachable!()
                }

                async fn error(&self, session: &__ws::Session<Self>, error: &__ws::Error) -> __ws::Result {
                    ::core::unreachable!()
                }

                async fn close(&self, session: &__ws::Session<Self>, closed: &__ws::Closed) -> __ws::Result {
                    ::core::unreachable!()
                }

                fn migrate(
                    &self,
                    room: &__ws::Room<Self>,
                    previous: &__ws::PreviousSession,
                ) -> ::core::result::Result<Self::Session, __ws::Close> {
                    ::core::unreachable!()
                }

                async fn timer(&self, room: &__ws::Room<Self>, name: &::core::primitive::str) -> __ws::Result {
                    ::core::unreachable!()
                }

                async fn http(
                    &self,
                    room: &__ws::Room<Self>,
                    route: &__ws::http::Route,
                    parameters: __ws::http::Parameters,
                    request: __ws::Request,
                ) -> __ws::Response {
                    ::core::unreachable!()
                }
            }
        };
    }
}

/// The constants of timers, so that code that uses them compiles.
fn constants(input: &Input) -> Option<TokenStream> {
    let mut names = Vec::<(Ident, &Visibility)>::new();
    for handler in input.handlers.iter().filter(|handler| handler.form.kind == Kind::Timer) {
        let name = constant(&handler.method.sig.ident);
        if written(&input.item.items, &name).is_none() && !names.iter().any(|(other, _)| *other == name) {
            names.push((name, &handler.method.vis));
        }
    }
    let constants = names.iter().map(|(name, vis)| quote!(#vis const #name: __ws::Timer<Self> = __ws::timer("");));
    emit::timers::constants(&input.item.self_ty, constants)
}
