//! Emits the room's stub, with a method for each route. A Worker's own requests exist on wasm32 only.
//!
//! The types of a route need not support the calling side: then the stub's method compiles, and only its call does not. `for<'__s>`
//! has this effect, as rustc does not check such a bound at the definition.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{ext::IdentExt, spanned::Spanned};

use crate::{
    spans::located,
    websocket_do::model::{Method, Room, Route, StubArgument, StubMethod, StubOutput},
};

pub(super) fn stub(room: &Room<'_>) -> TokenStream {
    let Room { ty, name, binding, client, .. } = room;
    let stub = format_ident!("{name}Stub", span = name.span());
    let docs = format!("The stub of a [`{name}`], with a method for each route.");
    let namespace_docs =
        format!("Returns the rooms of this class: the namespace that `wrangler.toml` binds to `{binding}`.");
    let methods = room.routes.iter().map(method);
    quote! {
        #[doc = #docs]
        #[derive(Debug, Clone)]
        #[allow(dead_code, unreachable_pub)]
        pub struct #stub(::websocket_do::__private::stub::Stub<#ty>);

        const _: () = {
            use ::websocket_do::__private as __ws;

            #[cfg(target_arch = "wasm32")]
            #[allow(dead_code)]
            impl #ty {
                #[doc = #namespace_docs]
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
            impl #stub {
                #(#methods)*

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

                ::websocket_do::__private::if_client! {
                    /// Connects a typed client to the room. On workerd, the session ends with the request in which it was opened,
                    /// unless that request waits for it.
                    ///
                    /// # Errors
                    /// Returns an error if the room cannot be reached or refuses the connection.
                    pub async fn connect(
                        &self,
                    ) -> ::core::result::Result<
                        <#client as __ws::client::TypedClient>::Client,
                        __ws::client::ClientError,
                    >
                    where
                        for<'__s> #client: __ws::client::TypedClient,
                    {
                        self.0.builder().connect().await
                    }

                    /// Returns a builder of a session in the room, to set its format, headers or query.
                    pub fn builder(&self) -> __ws::client::Builder<#client>
                    where
                        for<'__s> #client: __ws::client::TypedClient,
                    {
                        self.0.builder()
                    }
                }
            }

            #[cfg(target_arch = "wasm32")]
            #[allow(dead_code)]
            impl #stub {
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
            impl ::core::convert::From<__ws::stub::Stub<#ty>> for #stub {
                fn from(stub: __ws::stub::Stub<#ty>) -> Self {
                    Self(stub)
                }
            }

            #[automatically_derived]
            impl __ws::stub::RoomStub for #ty {
                type Stub = #stub;
            }
        };
    }
}

fn method(Route { handler, verb, path, stub, .. }: &Route) -> TokenStream {
    let Method { cfgs, docs, .. } = &handler.method;
    let StubMethod { name, output, arguments } = stub;
    let docs = if docs.is_empty() {
        let docs = format!("Calls `{verb} {}`.", path.value());
        quote!(#[doc = #docs])
    } else {
        quote!(#(#docs)*)
    };
    let output = match output {
        StubOutput::Unit => quote!(()),
        StubOutput::Type(ty) => quote!(#ty),
        StubOutput::Response => quote!(__ws::Response),
    };
    let answer = quote_spanned!(located(output.span())=> __ws::stub::FromResponse);
    let arguments: Vec<_> = arguments.iter().map(Argument::of).collect();
    let inputs = arguments.iter().map(|Argument { argument: StubArgument { name, .. }, ty, .. }| quote!(#name: #ty));
    let bounds =
        arguments.iter().map(|Argument { argument: StubArgument { ty, .. }, bound, .. }| quote!(for<'__s> #ty: #bound));
    let (parameters, parts): (Vec<_>, Vec<_>) = arguments.iter().partition(|found| found.argument.is_parameter);
    let parameters = parameters.into_iter().map(|Argument { argument, value, .. }| {
        let name = argument.name.unraw().to_string();
        quote!((#name, &#value))
    });
    let parts =
        parts.into_iter().map(|Argument { argument: StubArgument { ty, .. }, value, .. }| quote!(.with::<#ty>(#value)));
    quote! {
        #(#cfgs)*
        #docs
        ///
        /// # Errors
        /// Returns a [`StubError`](::websocket_do::stub::StubError) if the room cannot be reached, or answers with an error.
        pub async fn #name(
            &self,
            #(#inputs),*
        ) -> ::core::result::Result<<#output as __ws::stub::FromResponse>::Value, __ws::stub::StubError>
        where
            #(#bounds,)*
            for<'__s> #output: #answer,
        {
            self.0
                .call::<#output>(__ws::stub::Call::new(__ws::http::Method::#verb, #path, &[#(#parameters),*]) #(#parts)*)
                .await
        }
    }
}

/// The tokens for an argument of the stub's method.
struct Argument<'a> {
    argument: &'a StubArgument,
    /// The trait that the handler's type must implement.
    bound: TokenStream,
    /// The type of the argument, and the value that is passed on.
    ty: TokenStream,
    value: TokenStream,
}

impl<'a> Argument<'a> {
    fn of(argument: &'a StubArgument) -> Self {
        let StubArgument { is_parameter, name, ty, is_text } = argument;
        let at = located(ty.span());
        let (bound, sent) = if *is_parameter {
            (quote_spanned!(at=> ::core::fmt::Display), quote!(#ty))
        } else {
            (quote_spanned!(at=> __ws::stub::IntoRequest), quote!(<#ty as __ws::stub::IntoRequest>::Value))
        };
        let (ty, value) = if *is_text {
            (quote!(impl ::core::convert::Into<#sent>), quote!(::core::convert::Into::<#sent>::into(#name)))
        } else {
            (sent, quote!(#name))
        };
        Self { argument, bound, ty, value }
    }
}
