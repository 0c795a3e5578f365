//! Emits how fields are read.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Index, spanned::Spanned};

use crate::ws_protocol::model::{Encoding, Field};

/// Emits an expression of type `Result` that reads the fields from `entries` and makes `constructor { … }` of them.
pub(super) fn read(fields: &[Field], constructor: &TokenStream, tag: &TokenStream) -> TokenStream {
    let slots: Vec<_> = (0..fields.len()).map(|at| Ident::new(&format!("slot{at}"), Span::mixed_site())).collect();
    let both = || fields.iter().zip(&slots).enumerate();
    let names = both().map(|(at, (field, _))| {
        let (cfgs, name, aliases, at) = (&field.cfgs, &field.name, &field.aliases, Index::from(at));
        quote!(#(#cfgs)* #name #(| #aliases)* => #at,)
    });
    let declarations = both().map(|(at, (field, slot))| declare(at, field, slot));
    let reads = both().map(|(at, (field, slot))| {
        let (cfgs, name, at) = (&field.cfgs, &field.name, Index::from(at));
        let read = match (&field.deserialize_with, &field.default) {
            (Some(_), _) => quote!(__ws::decode::field),
            (None, None) => of(field, "read"),
            (None, Some(_)) => of(field, "read_or_null"),
        };
        let is_reachable = is_reachable(field);
        quote! {
            #(#cfgs)*
            ::core::option::Option::Some(#at) => {
                __ws::checks::field(#is_reachable, || #read(&mut entries, &mut #slot, #name))?;
            }
        }
    });
    let values = both().map(|(_, (field, slot))| value(field, slot));
    quote! {{
        #(#declarations)*
        loop {
            match __ws::decode::key(&mut entries, #tag, |key| match key {
                #(#names)*
                _ => ::core::primitive::usize::MAX,
            })? {
                ::core::option::Option::None => break,
                #(#reads)*
                ::core::option::Option::Some(_) => __ws::decode::skip(&mut entries)?,
            }
        }
        ::core::result::Result::Ok(#constructor { #(#values)* })
    }}
}

/// Emits a function or constant of the field's type, located at the type. The path is always the same, so that rustc reports an
/// unsupported type once.
pub(super) fn of(field: &Field, member: &str) -> TokenStream {
    let ty = &field.ty;
    let member = Ident::new(member, ty.span());
    let encoding = match field.encoding {
        Encoding::Serde => quote_spanned!(ty.span()=> field::Field),
        Encoding::Bytes => quote_spanned!(ty.span()=> bytes::ByteField),
        Encoding::String => quote_spanned!(ty.span()=> as_string::AsString),
    };
    quote_spanned!(ty.span()=> <#ty as ::websocket_do::__private::protocol::#encoding>::#member)
}

/// Emits whether the check of a message reaches the rules of derived values in a field. It does not with serde's `with`, whose
/// functions may read or write values that the field does not hold.
pub(super) fn is_reachable(field: &Field) -> TokenStream {
    let ty = &field.ty;
    if field.encoding == Encoding::Bytes {
        quote!(true)
    } else if field.serialize_with.is_some() || field.deserialize_with.is_some() {
        quote!(false)
    } else {
        quote_spanned!(ty.span()=> __ws::probe::Probe::<#ty>::IS_REACHABLE)
    }
}

/// The name of the type as which a field with serde's `with` is read.
fn wrapper(at: usize) -> Ident {
    format_ident!("__With{at}")
}

fn declare(at: usize, field: &Field, slot: &Ident) -> TokenStream {
    let (cfgs, ty) = (&field.cfgs, &field.ty);
    let with = field.deserialize_with.as_ref().map(|path| {
        let with = wrapper(at);
        quote! {
            #(#cfgs)*
            struct #with(#ty);
            #(#cfgs)*
            impl<'de> __serde::Deserialize<'de> for #with {
                fn deserialize<__D: __serde::Deserializer<'de>>(deserializer: __D) -> ::core::result::Result<Self, __D::Error> {
                    #path(deserializer).map(Self)
                }
            }
        }
    });
    let read_as = field.deserialize_with.as_ref().map_or_else(
        || quote_spanned!(ty.span()=> #ty),
        |_| {
            let with = wrapper(at);
            quote!(#with)
        },
    );
    let read_as = if field.default.is_some() { quote!(::core::option::Option<#read_as>) } else { read_as };
    quote! {
        #with
        #(#cfgs)*
        let mut #slot: ::core::option::Option<#read_as> = ::core::option::Option::None;
    }
}

fn value(field: &Field, slot: &Ident) -> TokenStream {
    let Field { ident, name, cfgs, default, deserialize_with, .. } = field;
    let inner = deserialize_with.is_some().then(|| quote!(.0));
    let value = match default {
        Some(default) if deserialize_with.is_some() => {
            quote!(match #slot {
                ::core::option::Option::Some(::core::option::Option::Some(found)) => found.0,
                _ => #default(),
            })
        }
        Some(default) => quote!(__ws::decode::or_default(#slot, || #default())),
        None if deserialize_with.is_some() => quote!(__ws::decode::present(#slot, #name)? #inner),
        None => {
            let required = of(field, "required");
            quote!(#required(#slot, #name)?)
        }
    };
    quote!(#(#cfgs)* #ident: #value,)
}
