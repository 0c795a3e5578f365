//! Checks the serde attributes of a field.

use darling::{Error, FromAttributes, ast::NestedMeta};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Attribute, Ident, LitStr, Path, Type, spanned::Spanned};

use crate::ws_protocol::parse::{DefaultValue, SerdeAttributes};

/// The serde attributes of a field.
#[derive(Default)]
pub(super) struct Serde {
    pub(super) rename: Option<LitStr>,
    pub(super) aliases: Vec<LitStr>,
    pub(super) default: Option<TokenStream>,
    pub(super) serialize_with: Option<Path>,
    pub(super) deserialize_with: Option<Path>,
    pub(super) skip_serializing_if: Option<Path>,
}

pub(super) fn serde(attributes: &[Attribute], ty: &Type) -> darling::Result<Option<Serde>> {
    if !attributes.iter().any(|attribute| attribute.path().is_ident("serde")) {
        return Ok(None);
    }
    unsupported(attributes)?;
    let found = SerdeAttributes::from_attributes(attributes)?;
    let path = |literal: Option<LitStr>| literal.map(|literal| literal.parse::<Path>()).transpose();
    let with = |function: &str| {
        found.with.as_ref().map(|module| {
            let mut path: Path = module.parse()?;
            path.segments.push(Ident::new(function, module.span()).into());
            Ok::<_, syn::Error>(path)
        })
    };
    let default = match found.default {
        None => None,
        Some(DefaultValue::Trait) => Some(quote_spanned!(ty.span()=> <#ty as ::core::default::Default>::default)),
        Some(DefaultValue::Function(literal)) => {
            let function: Path = literal.parse()?;
            Some(quote!(#function))
        }
    };
    Ok(Some(Serde {
        serialize_with: path(found.serialize_with)?.or(with("serialize").transpose()?),
        deserialize_with: path(found.deserialize_with)?.or(with("deserialize").transpose()?),
        skip_serializing_if: path(found.skip_serializing_if)?,
        rename: found.rename,
        aliases: found.aliases,
        default,
    }))
}

/// Reports serde attributes that are not supported.
fn unsupported(attributes: &[Attribute]) -> darling::Result<()> {
    let mut errors = Error::accumulator();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let list = attribute.meta.require_list()?;
        for item in NestedMeta::parse_meta_list(list.tokens.clone())? {
            let NestedMeta::Meta(meta) = item else { continue };
            let Some(name) = meta.path().get_ident() else { continue };
            let instead = match name.to_string().as_str() {
                "flatten" => "make a struct of all the fields and a newtype variant of it, or nest the value",
                "skip" | "skip_deserializing" => "leave the field out of the message",
                "skip_serializing" => "write `skip_serializing_if = \"…\"`",
                "borrow" | "bound" => "take an owned type",
                "getter" => "write `serialize_with = \"…\"`",
                _ => continue,
            };
            errors.push(Error::custom(format!("`{name}` is not supported in a protocol; {instead}")).with_span(name));
        }
    }
    errors.finish()
}
