//! Emits the typed client of a client enum, with a method for each message.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use crate::ws_protocol::model::{Call, Content, Messages, Variant};

pub(super) fn client(messages: &Messages) -> TokenStream {
    let Messages { ident, vis, .. } = messages;
    let name = format_ident!("{ident}Client", span = ident.span());
    let docs = format!(
        "The typed client that sends [`{ident}`]s, with a method for each, and receives the server's messages."
    );
    let (calls, others): (Vec<_>, Vec<_>) = messages.variants.iter().partition(|variant| variant.call.is_some());
    let methods = others.into_iter().map(|variant| method(ident, variant));
    let calls = calls.into_iter().filter_map(|variant| call(ident, variant)).collect::<Vec<_>>();
    let calls = (!calls.is_empty()).then(|| {
        quote! {
            #[automatically_derived]
            impl<__C: ::websocket_do::__private::client::SendCall<#ident>> #name<__C> {
                #(#calls)*
            }
        }
    });
    quote! {
        ::websocket_do::__private::if_client! {
            #[doc = #docs]
            #[derive(Debug, Clone)]
            #vis struct #name<__C = ::websocket_do::__private::client::Reconnecting<#ident>> {
                inner: __C,
            }

            #[automatically_derived]
            impl #name {
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
                ) -> ::websocket_do::__private::client::Builder<#ident> {
                    ::websocket_do::__private::client::Builder::new(url)
                }

                /// Splits the client into a sender, which can be cloned, and a receiver, for different tasks.
                pub fn split(
                    self,
                ) -> (
                    #name<::websocket_do::__private::client::Sender<#ident>>,
                    ::websocket_do::__private::client::Receiver<#ident>,
                ) {
                    let (sender, receiver) = self.inner.split();
                    (#name { inner: sender }, receiver)
                }
            }

            #[automatically_derived]
            impl<__C: ::websocket_do::__private::client::SendMessage<#ident>> #name<__C> {
                #(#methods)*
            }

            #calls

            #[automatically_derived]
            impl<__C> ::core::convert::From<__C> for #name<__C> {
                fn from(inner: __C) -> Self {
                    Self { inner }
                }
            }

            #[automatically_derived]
            impl<__C> ::core::ops::Deref for #name<__C> {
                type Target = __C;

                fn deref(&self) -> &Self::Target {
                    &self.inner
                }
            }

            #[automatically_derived]
            impl<__C> ::core::ops::DerefMut for #name<__C> {
                fn deref_mut(&mut self) -> &mut Self::Target {
                    &mut self.inner
                }
            }

            #[automatically_derived]
            impl ::websocket_do::__private::client::TypedClient for #ident {
                type Client = #name;
                type Session = #name<::websocket_do::__private::client::Connection<#ident>>;
                type Sender = #name<::websocket_do::__private::client::Sender<#ident>>;
                type Over<__C> = #name<__C>;
            }
        }
    }
}

/// The doc comment of a method.
fn docs(message: &Ident, variant: &Variant) -> String {
    let Variant { ident, docs, .. } = variant;
    if docs.is_empty() { format!("Sends [`{message}::{ident}`].") } else { docs.clone() }
}

/// The arguments of a method, and the message that it makes of them.
fn arguments(message: &Ident, Variant { ident, content, .. }: &Variant) -> (TokenStream, TokenStream) {
    match content {
        Content::Unit => (quote!(), quote!(#message::#ident)),
        Content::Newtype(ty) => (quote!(value: #ty), quote!(#message::#ident(value))),
        Content::Fields(fields) => {
            let arguments = fields.iter().map(|field| {
                let (cfgs, name, ty) = (&field.cfgs, &field.ident, &field.ty);
                let ty = if field.is_text { quote!(impl ::core::convert::Into<#ty>) } else { quote!(#ty) };
                quote!(#(#cfgs)* #name: #ty)
            });
            let values = fields.iter().map(|field| {
                let (cfgs, name) = (&field.cfgs, &field.ident);
                let into = field.is_text.then(|| quote!(: ::core::convert::Into::into(#name)));
                quote!(#(#cfgs)* #name #into)
            });
            (quote!(#(#arguments),*), quote!(#message::#ident { #(#values),* }))
        }
    }
}

fn method(message: &Ident, variant: &Variant) -> TokenStream {
    let Variant { method, cfgs, .. } = variant;
    let docs = docs(message, variant);
    let (arguments, message) = arguments(message, variant);
    quote! {
        #(#cfgs)*
        #[doc = #docs]
        ///
        /// # Errors
        /// Returns an error if the message breaks one of its rules, or the connection is closed.
        #[allow(clippy::too_many_arguments)]
        pub async fn #method(
            &mut self,
            #arguments
        ) -> ::core::result::Result<__C::Sent, ::websocket_do::__private::client::SendError> {
            ::websocket_do::__private::client::SendMessage::send_message(&mut self.inner, #message).await
        }
    }
}

fn call(message: &Ident, variant: &Variant) -> Option<TokenStream> {
    let Variant { method, cfgs, call, .. } = variant;
    let Call { reply, error, idempotent } = call.as_ref()?;
    let docs = docs(message, variant);
    let (arguments, value) = arguments(message, variant);
    let error = error.as_ref().map(|error| quote!(, #error));
    Some(quote! {
        #(#cfgs)*
        #[doc = #docs]
        ///
        /// # Errors
        /// Returns an error if the room refuses the call, if it fails, or if there is no answer in time.
        #[allow(clippy::too_many_arguments)]
        pub fn #method(
            &mut self,
            #arguments
        ) -> ::websocket_do::__private::client::Call<__C::Caller<'_>, #message, #reply #error> {
            let caller = ::websocket_do::__private::client::SendCall::caller(&mut self.inner);
            ::websocket_do::__private::client::Call::new(caller, &#value, #idempotent)
        }
    })
}
