//! Emits the impls for the calls of a client enum: the types of their answers, and how they are written with their id.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{LitStr, Path, spanned::Spanned};

use super::schema::probe;
use crate::{
    names,
    ws_protocol::{
        check::call::instead_of,
        model::{Call, Content, Messages, Variant},
    },
};

/// Emits the impls of `CallVariant`, and the assertions that no name conflicts with the frames that answer calls.
pub(super) fn calls(messages: &Messages, server: &Path, id: &LitStr) -> TokenStream {
    let Messages { ident, variants, .. } = messages;
    let impls = variants.iter().filter_map(|variant| {
        let Variant { cfgs, call, .. } = variant;
        let Call { reply, error, .. } = call.as_ref()?;
        let hash = names::hash(&variant.ident);
        let error = error.as_ref().map_or_else(|| quote!(__ws::call::AnyError), |error| quote!(#error));
        let is_absent = probe(reply, "IS_ABSENT");
        Some(quote! {
            #(#cfgs)*
            #[automatically_derived]
            impl __ws::call::CallVariant<#hash> for #ident {
                type Reply = #reply;
                type Error = #error;
                const IS_ABSENT: fn(&Self::Reply) -> ::core::primitive::bool =
                    |value| #is_absent(value) || __ws::probe::Optional::<#reply>::IS_NONE(value);
            }
        })
    });
    let reply = "the server message `reply` conflicts with the replies of calls; write another name, or `#[ws(rename = \"…\")]` on it";
    let tag = format!(
        "the tag of the server's messages conflicts with a field of the frames that answer calls; write another `tag` than `{}`, `value` and `error`",
        id.value()
    );
    let conflicts = quote_spanned! {server.span()=>
        const _: () = ::core::assert!(!__ws::call::has_message(&<#server as __ws::Message>::SCHEMA, __ws::call::REPLY), #reply);
        const _: () = ::core::assert!(!__ws::call::is_answer_field(<#server as __ws::Message>::SCHEMA.tag, #id), #tag);
    };
    let structs = variants.iter().filter_map(|Variant { cfgs, content, .. }| {
        let Content::Newtype(ty) = content else { return None };
        let id_name = id.value();
        let instead = instead_of(&id_name);
        let message =
            format!("the field `{id_name}` of the variant's struct conflicts with the id of calls; {instead}");
        Some(quote_spanned! {ty.span()=>
            #(#cfgs)*
            const _: () = ::core::assert!(!__ws::decode::has_field::<#ty>(#id), #message);
        })
    });
    quote!(#conflicts #(#structs)* #(#impls)*)
}

/// Emits the method of `ClientMessage` that recognizes calls.
pub(super) fn is_call(messages: &Messages) -> TokenStream {
    let arms = messages.variants.iter().map(|Variant { ident, cfgs, call, .. }| {
        let is_call = call.is_some();
        quote!(#(#cfgs)* Self::#ident { .. } => #is_call,)
    });
    quote! {
        fn is_call(&self) -> ::core::primitive::bool {
            match self { #(#arms)* }
        }
    }
}
