//! Emits the description of a protocol, and the checks of its rules.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Type, ext::IdentExt, spanned::Spanned};

use super::decode::of;
use crate::ws_protocol::{
    model::{Call, Content, Encoding, Field, Messages, Record, Variant},
    rules::{self, Cost},
};

pub(super) fn messages(Messages { ident, docs, tag, variants, call_id, .. }: &Messages) -> TokenStream {
    let name = ident.unraw().to_string();
    let call_id = option(call_id.as_ref());
    let variants = variants.iter().map(variant);
    quote! {
        __ws::schema::MessageSchema {
            name: #name,
            tag: #tag,
            docs: #docs,
            call_id: #call_id,
            variants: &[#(#variants),*],
        }
    }
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

pub(super) fn record(Record { ident, docs, fields }: &Record) -> TokenStream {
    let name = ident.unraw().to_string();
    let fields = fields.iter().map(field);
    quote!(__ws::schema::StructSchema { name: #name, docs: #docs, fields: &[#(#fields),*] })
}

fn variant(Variant { ident, name, docs, cfgs, content, call, .. }: &Variant) -> TokenStream {
    let ident = ident.unraw().to_string();
    let content = match content {
        Content::Unit => quote!(__ws::schema::Content::Unit),
        Content::Fields(fields) => {
            let fields = fields.iter().map(field);
            quote!(__ws::schema::Content::Fields(&[#(#fields),*]))
        }
        Content::Newtype(ty) => {
            let ty = probe(ty, "TYPE");
            quote!(__ws::schema::Content::Newtype(#ty))
        }
    };
    let call = option(call.as_ref().map(|Call { reply, error, idempotent }| {
        let (reply, error) = (probe(reply, "TYPE"), option(error.as_ref().map(|error| probe(error, "TYPE"))));
        quote!(__ws::schema::CallSchema { reply: #reply, error: #error, idempotent: #idempotent })
    }));
    quote! {
        #(#cfgs)*
        __ws::schema::VariantSchema { name: #name, ident: #ident, docs: #docs, content: #content, call: #call }
    }
}

fn field(field: &Field) -> TokenStream {
    let Field { name, docs, cfgs, ty, encoding, rules, default, .. } = field;
    let ident = field.ident.unraw().to_string();
    let rules = rules.iter().map(rules::describe);
    // serde's `with` may write a value of another shape than the type's.
    let described = if field.serialize_with.is_some() || field.deserialize_with.is_some() {
        quote!(__ws::schema::Type::Opaque)
    } else if *encoding == Encoding::Serde {
        probe(ty, "TYPE")
    } else {
        of(field, "TYPE")
    };
    let optional = if default.is_some() { quote!(true) } else { quote!(__ws::probe::Optional::<#ty>::IS) };
    quote! {
        #(#cfgs)*
        __ws::schema::FieldSchema {
            name: #name,
            ident: #ident,
            docs: #docs,
            ty: #described,
            optional: #optional,
            rules: &[#(#rules),*],
        }
    }
}

pub(super) fn probe(ty: &Type, what: &str) -> TokenStream {
    let what = Ident::new(what, Span::call_site());
    quote_spanned!(ty.span()=> __ws::probe::Probe::<#ty>::#what)
}

/// Emits whether a field is omitted, as an expression.
pub(super) fn is_absent(field: &Field, value: &Ident) -> TokenStream {
    let (ty, probe) = (&field.ty, probe(&field.ty, "IS_ABSENT"));
    let skipped = field.skip_serializing_if.as_ref().map(|path| quote!(|| #path(#value)));
    quote!((#probe(#value) || __ws::probe::Optional::<#ty>::IS_NONE(#value) #skipped))
}

/// Emits statements that check the fields bound to these names: the rules of all fields from the cheapest to the most expensive,
/// then the rules of nested values.
pub(super) fn checks<'a>(fields: impl Iterator<Item = (&'a Field, &'a Ident)>) -> TokenStream {
    let fields: Vec<_> = fields.collect();
    let rules = Cost::ALL.into_iter().flat_map(|cost| {
        fields.iter().flat_map(move |&(field, value)| {
            let Field { name, cfgs, ty, rules, .. } = field;
            rules.iter().filter(move |rule| rule.cost() == cost).map(move |rule| {
                let check = rules::check_field(rule, value, ty);
                quote!(#(#cfgs)* { #check.map_err(|error| error.within(#name))?; })
            })
        })
    });
    let nested = fields.iter().map(|&(Field { name, cfgs, ty, .. }, value)| {
        let nested = probe(ty, "VALIDATE");
        quote!(#(#cfgs)* { #nested(#value).map_err(|error| error.within(#name))?; })
    });
    quote!(#(#rules)* #(#nested)*)
}

/// Emits the check of a newtype variant's value.
pub(super) fn check_newtype(ty: &Type, value: &Ident) -> TokenStream {
    let nested = probe(ty, "VALIDATE");
    quote!(#nested(#value)?;)
}
