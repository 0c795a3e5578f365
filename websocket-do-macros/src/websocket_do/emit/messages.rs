//! Emits the dispatch of messages: a match over the client enum, with the call of a handler for each variant.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Ident, ext::IdentExt, spanned::Spanned};

use super::call;
use crate::{
    names,
    spans::{hygienic, located, relocated},
    websocket_do::model::{Fields, MessageHandler, Room},
};

/// The methods of the trait for messages.
pub(super) fn messages(room: &Room<'_>) -> TokenStream {
    let client = room.client;
    // rustc reports a variant without a handler at the scrutinee, so this is located at the name of the enum.
    let scrutinee = Ident::new("message", located(client.span()));
    let arms = room.messages.iter().map(|handler| arm(client, handler));
    let dispatch = quote_spanned!(client.span()=> match #scrutinee { #(#arms)* });
    let is_concurrent = is_concurrent(room);
    quote! {
        #is_concurrent

        async fn message(&self, session: &__ws::Session<Self>, message: #client) -> __ws::Result {
            let _ = session;
            #dispatch
        }
    }
}

fn arm(client: &syn::Path, handler: &MessageHandler) -> TokenStream {
    let MessageHandler { method, variant, fields, output, .. } = handler;
    let cfgs = &method.cfgs;
    // rustc reports errors in the pattern at its span, so all of it is located at the name of the variant.
    let span = variant.span();
    let located_client = relocated(client, span);
    let (pattern, arguments) = match fields {
        Fields::Named(fields) => {
            let names: Vec<_> = fields.iter().map(|(_, name)| hygienic(name)).collect();
            let fields = fields.iter().map(|(field, _)| field);
            (quote_spanned!(span=> #located_client::#variant { #(#fields: #names),* }), quote!(#(#names),*))
        }
        Fields::Inner(name) => {
            let name = hygienic(name);
            (quote_spanned!(span=> #located_client::#variant(#name)), quote!(#name))
        }
    };
    let call = call(method, &quote!(self, session, #arguments));
    let hash = names::hash(variant);
    // A type that the protocol does not promise is reported where it is written.
    let value = Ident::new("value", Span::mixed_site().located_at(*output));
    let finish = quote_spanned!(located(*output)=> __ws::call::Variant::<#client, #hash>::finish(session, #value));
    let (method, message) = (method.name.unraw().to_string(), variant.unraw().to_string());
    quote! {
        #(#cfgs)* #pattern => {
            ::websocket_do::__private::dispatch::handling(&(#method, #message));
            let #value = #call;
            #finish
        }
    }
}

/// The method of the trait that recognizes messages with a concurrent handler, if there are any.
fn is_concurrent(room: &Room<'_>) -> Option<TokenStream> {
    let client = room.client;
    let mut concurrent = room.messages.iter().filter(|handler| handler.is_concurrent).peekable();
    concurrent.peek()?;
    let arms = concurrent.map(|MessageHandler { method, variant, .. }| {
        let cfgs = &method.cfgs;
        quote!(#(#cfgs)* #client::#variant { .. } => true,)
    });
    Some(quote! {
        fn is_concurrent(message: &#client) -> ::core::primitive::bool {
            match message {
                #(#arms)*
                #[allow(unreachable_patterns)]
                _ => false,
            }
        }
    })
}
