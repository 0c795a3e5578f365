//! Writes the typed client of a client enum: one method a message.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Type, ext::IdentExt};

use super::model::{Content, Messages, Variant};
use crate::names::words;

/// What the client can do besides; a message of that name is sent by `send_…`.
const TAKEN: [&str; 16] = [
    "builder",
    "close",
    "close_with",
    "closed",
    "connect",
    "crate",
    "events",
    "format",
    "from",
    "next",
    "self",
    "send",
    "send_frame",
    "split",
    "super",
    "wait_open",
];

pub(super) fn client(messages: &Messages) -> TokenStream {
    let Messages { ident, vis, .. } = messages;
    let name = format_ident!("{ident}Client", span = ident.span());
    let docs = format!("Sends [`{ident}`]s and receives what the server answers: one method a message.");
    let methods = messages.variants.iter().map(|variant| method(ident, variant));
    quote! {
        ::websocket_do::__private::if_client! {
            #[doc = #docs]
            #[derive(Debug, Clone)]
            #vis struct #name<__C = ::websocket_do::__private::client::Reconnecting<#ident>> {
                carrier: __C,
            }

            #[automatically_derived]
            impl #name {
                /// Connects to a room.
                ///
                /// # Errors
                /// Where the server cannot be reached or turns the client away.
                pub async fn connect(
                    url: impl ::core::convert::Into<::std::string::String>,
                ) -> ::core::result::Result<Self, ::websocket_do::__private::client::ClientError> {
                    Self::builder(url).connect().await
                }

                /// A connection to be made, with a format, headers or a query of its own.
                pub fn builder(
                    url: impl ::core::convert::Into<::std::string::String>,
                ) -> ::websocket_do::__private::client::Builder<#ident> {
                    ::websocket_do::__private::client::Builder::new(url)
                }

                /// Takes the client apart, for different tasks: one that can be cloned sends, the other receives.
                pub fn split(
                    self,
                ) -> (
                    #name<::websocket_do::__private::client::Sender<#ident>>,
                    ::websocket_do::__private::client::Receiver<#ident>,
                ) {
                    let (sender, receiver) = self.carrier.split();
                    (#name { carrier: sender }, receiver)
                }
            }

            #[automatically_derived]
            impl<__C: ::websocket_do::__private::client::SendMessage<#ident>> #name<__C> {
                #(#methods)*
            }

            #[automatically_derived]
            impl<__C> ::core::convert::From<__C> for #name<__C> {
                fn from(carrier: __C) -> Self {
                    Self { carrier }
                }
            }

            #[automatically_derived]
            impl<__C> ::core::ops::Deref for #name<__C> {
                type Target = __C;

                fn deref(&self) -> &Self::Target {
                    &self.carrier
                }
            }

            #[automatically_derived]
            impl<__C> ::core::ops::DerefMut for #name<__C> {
                fn deref_mut(&mut self) -> &mut Self::Target {
                    &mut self.carrier
                }
            }

            #[automatically_derived]
            impl ::websocket_do::__private::client::TypedClient for #ident {
                type Client = #name;
                type Session = #name<::websocket_do::__private::client::Connection<#ident>>;
                type Sender = #name<::websocket_do::__private::client::Sender<#ident>>;
            }
        }
    }
}

fn method(message: &Ident, variant: &Variant) -> TokenStream {
    let Variant { ident, docs, cfgs, content, .. } = variant;
    let name = words(&ident.unraw().to_string()).join("_");
    let name = match name.as_str() {
        taken if TAKEN.contains(&taken) => Ident::new(&format!("send_{name}"), ident.span()),
        word if syn::parse_str::<Ident>(word).is_err() => Ident::new_raw(word, ident.span()),
        _ => Ident::new(&name, ident.span()),
    };
    let docs = if docs.is_empty() { format!("Sends [`{message}::{ident}`].") } else { docs.clone() };
    let (arguments, message) = match content {
        Content::Unit => (quote!(), quote!(#message::#ident)),
        Content::Newtype(ty) => (quote!(value: #ty), quote!(#message::#ident(value))),
        Content::Fields(fields) => {
            let arguments = fields.iter().map(|field| {
                let (cfgs, name, ty) = (&field.cfgs, &field.ident, argument(&field.ty));
                quote!(#(#cfgs)* #name: #ty)
            });
            let values = fields.iter().map(|field| {
                let (cfgs, name) = (&field.cfgs, &field.ident);
                let into = is_string(&field.ty).then(|| quote!(: ::core::convert::Into::into(#name)));
                quote!(#(#cfgs)* #name #into)
            });
            (quote!(#(#arguments),*), quote!(#message::#ident { #(#values),* }))
        }
    };
    quote! {
        #(#cfgs)*
        #[doc = #docs]
        ///
        /// # Errors
        /// Where the message breaks a rule, with the field's name, or the connection is closed.
        #[allow(clippy::too_many_arguments)]
        pub async fn #name(
            &mut self,
            #arguments
        ) -> ::core::result::Result<__C::Sent, ::websocket_do::__private::client::SendError> {
            ::websocket_do::__private::client::SendMessage::send_message(&mut self.carrier, #message).await
        }
    }
}

/// Texts are taken in any form that becomes a `String`.
fn argument(ty: &Type) -> TokenStream {
    if is_string(ty) { quote!(impl ::core::convert::Into<#ty>) } else { quote!(#ty) }
}

fn is_string(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "String"))
}
