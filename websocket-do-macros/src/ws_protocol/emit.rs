//! Emits the impls.

mod call;
mod client;
mod decode;
mod encode;
mod record;
mod schema;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Index, Type, spanned::Spanned};

pub(super) use self::record::record;
use super::model::{Content, Field, Messages, Side, Variant};

/// Emits the impls for a message enum.
pub(super) fn messages(messages: &Messages) -> TokenStream {
    let Messages { ident, tag, variants, .. } = messages;
    let text = text_codec(messages);
    let schema = schema::messages(messages);
    let names = variants.iter().map(|Variant { name, cfgs, .. }| quote!(#(#cfgs)* #name));
    let by_name = variants.iter().enumerate().map(|(at, Variant { name, cfgs, .. })| {
        let at = Index::from(at);
        quote!(#(#cfgs)* #name => ::core::option::Option::Some(#at),)
    });
    let reads = variants.iter().enumerate().map(|(at, variant)| {
        let (at, cfgs, read) = (Index::from(at), &variant.cfgs, read_variant(variant, tag));
        quote!(#(#cfgs)* #at => #read,)
    });
    let writes = variants.iter().map(|variant| write_variant(ident, variant, tag, messages.call_id.as_ref()));
    let checks = variants.iter().map(check_variant);
    let clashes = variants.iter().filter_map(|variant| clash(variant, tag));
    let client = matches!(messages.side, Side::Client { .. }).then(|| client::client(messages));
    let (write, check) = if variants.is_empty() {
        (quote!(match *self {}), quote!(match *self {}))
    } else {
        (
            quote!(match self { #(#writes)* }),
            quote! {
                match self { #(#checks)* }
                ::core::result::Result::Ok(())
            },
        )
    };
    let side = traits_of_side(messages, &write);
    // A call is written with an id or without.
    let write = match messages.call_id {
        Some(_) => quote!(__ws::ClientMessage::write_call(self, ::core::option::Option::None, serializer)),
        None => write,
    };
    quote! {
        const _: () = {
            use ::websocket_do::__private::{protocol as __ws, serde as __serde};
            #[allow(unused_imports)]
            use __ws::probe::{Required as _, Unknown as _};

            #(#clashes)*

            #[automatically_derived]
            #[allow(unused_mut)]
            impl __ws::decode::Tagged for #ident {
                const TAG: &'static ::core::primitive::str = #tag;
                const NAMES: &'static [&'static ::core::primitive::str] = &[#(#names),*];

                fn variant(name: &::core::primitive::str) -> ::core::option::Option<::core::primitive::usize> {
                    match name {
                        #(#by_name)*
                        _ => ::core::option::Option::None,
                    }
                }

                fn read<'de, __A: __serde::de::MapAccess<'de>>(
                    variant: ::core::primitive::usize,
                    mut entries: __A,
                ) -> ::core::result::Result<Self, __A::Error> {
                    match variant {
                        #(#reads)*
                        _ => __ws::decode::no_variant(),
                    }
                }
            }

            #[automatically_derived]
            impl<'de> __serde::Deserialize<'de> for #ident {
                fn deserialize<__D: __serde::Deserializer<'de>>(deserializer: __D) -> ::core::result::Result<Self, __D::Error> {
                    __ws::decode::message(deserializer)
                }
            }

            #[automatically_derived]
            impl __serde::Serialize for #ident {
                fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
                    __ws::checks::write(self, || #write)
                }
            }

            #[automatically_derived]
            impl __ws::Value for #ident {
                const TYPE: __ws::Type = __ws::Type::Message(|| &<Self as __ws::Message>::SCHEMA);
            }

            #[automatically_derived]
            impl __ws::Validate for #ident {
                fn validate(&self) -> ::core::result::Result<(), __ws::ValidationError> {
                    #check
                }
            }

            #[automatically_derived]
            impl __ws::Message for #ident {
                type Text = #text;
                const SCHEMA: __ws::MessageSchema = #schema;
            }

            #side
        };

        #client
    }
}

/// `write` writes the message.
fn traits_of_side(messages: &Messages, write: &TokenStream) -> TokenStream {
    let ident = &messages.ident;
    let Side::Client { server } = &messages.side else {
        return quote! {
            #[automatically_derived]
            impl __ws::ServerMessage for #ident {}
        };
    };
    let calls = messages.call_id.as_ref().map(|id| call::calls(messages, server, id));
    let methods = messages.call_id.as_ref().map(|_| {
        let is_call = call::is_call(messages);
        quote! {
            #is_call

            fn write_call<__S: __serde::Serializer>(
                &self,
                id: ::core::option::Option<&__ws::call::CallId>,
                serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                #write
            }
        }
    });
    quote! {
        #calls

        #[automatically_derived]
        impl __ws::ClientMessage for #ident {
            type Server = #server;
            #methods
        }
    }
}

fn text_codec(messages: &Messages) -> TokenStream {
    messages.text.as_ref().map_or_else(|| quote!(::websocket_do::__private::codec::Json), ToTokens::to_token_stream)
}

/// Returns a name for the value of each field. By their hygiene, the user's code cannot refer to them.
fn names(fields: &[Field]) -> Vec<Ident> {
    (0..fields.len()).map(|at| Ident::new(&format!("value{at}"), Span::mixed_site())).collect()
}

fn bindings(fields: &[Field], values: &[Ident]) -> TokenStream {
    let bindings = fields.iter().zip(values).map(|(Field { ident, cfgs, .. }, value)| quote!(#(#cfgs)* #ident: #value));
    quote!(#(#bindings),*)
}

/// Emits the assertion that no field of a newtype variant's struct has the name of the tag.
fn clash(Variant { cfgs, content, .. }: &Variant, tag: &syn::LitStr) -> Option<TokenStream> {
    let Content::Newtype(ty) = content else { return None };
    let message = format!(
        "the field `{0}` of the variant's struct conflicts with the tag; write `#[ws(rename = \"…\")]` on it, or another `tag`",
        tag.value()
    );
    Some(quote_spanned! {ty.span()=>
        #(#cfgs)*
        const _: () = ::core::assert!(!__ws::decode::has_field::<#ty>(#tag), #message);
    })
}

fn read_variant(Variant { ident, content, .. }: &Variant, tag: &syn::LitStr) -> TokenStream {
    let tag = quote!(::core::option::Option::Some(#tag));
    match content {
        Content::Unit => decode::read(&[], &quote!(Self::#ident), &tag),
        Content::Fields(fields) => decode::read(fields, &quote!(Self::#ident), &tag),
        Content::Newtype(ty) => {
            let record = record_of(ty);
            quote!(#record::read(entries, #tag).map(Self::#ident))
        }
    }
}

/// Emits a newtype variant's type as an implementation of `Record`, located at the type.
fn record_of(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as ::websocket_do::__private::protocol::decode::Record>)
}

/// `id` names the field of a call's id, which is bound to `id`.
fn write_variant(message: &Ident, variant: &Variant, tag: &syn::LitStr, id: Option<&syn::LitStr>) -> TokenStream {
    let Variant { ident, name, cfgs, content, call, .. } = variant;
    let text = message.to_string();
    let id = call.as_ref().and(id);
    let has_id = id.map(|_| quote!(+ ::core::primitive::usize::from(id.is_some())));
    let open = |count: TokenStream| quote!(__ws::encode::message(serializer, #text, (#tag, #name), #count #has_id)?);
    let write_id = id.map(|name| quote!(__ws::call::write_id(&mut out, #name, id)?;));
    let (pattern, count, write) = match content {
        Content::Unit => (quote!(Self::#ident), quote!(0), None),
        Content::Newtype(ty) => {
            let record = record_of(ty);
            let write = quote!(#record::write(value, &mut out)?;);
            (quote!(Self::#ident(value)), quote!(#record::present(value)), Some(write))
        }
        Content::Fields(fields) => {
            let values = names(fields);
            let both = || fields.iter().zip(&values);
            let bindings = bindings(fields, &values);
            let write = encode::write(both(), &quote!(&mut out));
            (quote!(Self::#ident { #bindings }), encode::count(both()), Some(write))
        }
    };
    let open = open(count);
    match (write, write_id) {
        (None, None) => quote!(#(#cfgs)* #pattern => __serde::ser::SerializeStruct::end(#open),),
        (write, write_id) => quote! {
            #(#cfgs)*
            #pattern => {
                #[allow(unused_mut)]
                let mut out = #open;
                #write
                #write_id
                __serde::ser::SerializeStruct::end(out)
            }
        },
    }
}

fn check_variant(Variant { ident, cfgs, content, .. }: &Variant) -> TokenStream {
    match content {
        Content::Unit => quote!(#(#cfgs)* Self::#ident => {}),
        Content::Newtype(ty) => {
            let value = Ident::new("value", Span::mixed_site());
            let check = schema::check_newtype(ty, &value);
            quote!(#(#cfgs)* Self::#ident(#value) => { #check })
        }
        Content::Fields(fields) => {
            let values = names(fields);
            let bindings = bindings(fields, &values);
            let checks = schema::checks(fields.iter().zip(&values));
            quote!(#(#cfgs)* Self::#ident { #bindings } => { #checks })
        }
    }
}
