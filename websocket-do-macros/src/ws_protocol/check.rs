//! Checks the parsed input and returns a [`Protocol`]. All errors are collected, each at the token that it concerns.

pub(super) mod call;
mod serde;

use darling::{Error, FromAttributes, error::Accumulator};
use proc_macro2::Span;
use syn::{Attribute, Data, DataEnum, DeriveInput, Expr, ExprLit, Fields, Ident, Lit, LitStr, Meta, ext::IdentExt};

use crate::names::{Case, is_string, words};

use super::{
    model::{Content, Encoding, Field, Messages, Protocol, Record, Side, Variant},
    parse::{EnumAttributes, FieldAttributes, Server, StructAttributes, variant::VariantAttributes},
};

pub(super) fn check(input: &DeriveInput) -> darling::Result<Protocol> {
    let mut errors = Error::accumulator();
    if !input.generics.params.is_empty() {
        let message = "generic protocols are not supported; write the types out";
        errors.push(Error::custom(message).with_span(&input.generics));
    }
    no_serde(&input.attrs, "write `#[ws(…)]` here: `tag`, `rename_all`", &mut errors);
    let checked = match &input.data {
        Data::Enum(data) => errors.handle_in(|| messages(input, data).map(Protocol::Messages)),
        Data::Struct(data) => errors.handle_in(|| record(input, &data.fields).map(Protocol::Record)),
        Data::Union(_) => {
            let message = "unions are not supported; derive `WsProtocol` on an enum of messages or a struct";
            errors.push(Error::custom(message).with_span(&input.ident));
            None
        }
    };
    let fallback = Error::custom("expected an enum or a struct").with_span(&input.ident);
    errors.finish()?;
    checked.ok_or(fallback)
}

fn messages(input: &DeriveInput, data: &DataEnum) -> darling::Result<Messages> {
    let mut errors = Error::accumulator();
    let attributes = errors.handle(EnumAttributes::from_attributes(&input.attrs));
    let case = attributes.as_ref().map(|attributes| attributes.rename_all).unwrap_or_default();
    let tag = attributes.as_ref().and_then(|attributes| attributes.tag.clone());
    let tag = tag.unwrap_or_else(|| LitStr::new("type", Span::call_site()));
    let text = attributes.as_ref().and_then(|attributes| attributes.text.clone());
    let id = attributes.as_ref().and_then(|attributes| attributes.id.clone());
    let side = attributes.and_then(|attributes| errors.handle(side(&input.ident, &attributes)));
    let variants: Vec<_> =
        data.variants.iter().filter_map(|one| errors.handle_in(|| variant(one, case, &tag))).collect();
    distinct(variants.iter().map(|variant| (&variant.name, &variant.ident)), "message", &mut errors);
    let call_id = call::id(id, &tag, &variants, side.as_ref(), &mut errors);
    let docs = docs(&input.attrs);
    errors.finish()?;
    let side = side.ok_or_else(|| Error::custom("missing `client` or `server`").with_span(&input.ident))?;
    Ok(Messages { ident: input.ident.clone(), vis: input.vis.clone(), docs, tag, text, side, variants, call_id })
}

fn side(ident: &Ident, attributes: &EnumAttributes) -> darling::Result<Side> {
    let message = match (attributes.client.is_present(), &attributes.server) {
        (true, Some(Server::Named(server))) => return Ok(Side::Client { server: server.clone() }),
        (false, Some(Server::Itself)) => return Ok(Side::Server),
        (true, _) => {
            let message = "missing the messages that the server sends; \
                           write `#[ws(client, server = ServerMessage)]`";
            return Err(Error::custom(message).with_span(&attributes.client.span()));
        }
        (false, Some(Server::Named(server))) => {
            let message = "`server = …` is not supported without `client`; \
                           write `#[ws(client, server = …)]` for what clients send, `#[ws(server)]` for what the server sends";
            return Err(Error::custom(message).with_span(server));
        }
        (false, None) => {
            "missing `client` or `server`; write `#[ws(client, server = ServerMessage)]` or `#[ws(server)]`"
        }
    };
    Err(Error::custom(message).with_span(ident))
}

fn variant(variant: &syn::Variant, case: Case, tag: &LitStr) -> darling::Result<Variant> {
    let mut errors = Error::accumulator();
    no_serde(&variant.attrs, "write `#[ws(rename = \"…\")]` here", &mut errors);
    let attributes = errors.handle(VariantAttributes::from_attributes(&variant.attrs)).unwrap_or_default();
    let call = call::call(&attributes, &mut errors);
    let name = attributes.rename.unwrap_or_else(|| wire_name(&variant.ident, case));
    let content = match &variant.fields {
        Fields::Unit => Content::Unit,
        Fields::Named(named) => {
            let fields = fields(named.named.iter(), case, &mut errors);
            let is_tag = |name: &LitStr| name.value() == tag.value();
            for field in fields.iter().filter(|field| is_tag(&field.name) || field.aliases.iter().any(is_tag)) {
                let message = format!(
                    "the field's wire name `{}` conflicts with the tag; write `#[ws(rename = \"…\")]` on it, or another `tag` on \
                     the enum",
                    tag.value()
                );
                errors.push(Error::custom(message).with_span(&field.ident));
            }
            Content::Fields(fields)
        }
        Fields::Unnamed(unnamed) => match (unnamed.unnamed.first(), unnamed.unnamed.len()) {
            (Some(inner), 1) => {
                for attribute in
                    inner.attrs.iter().filter(|one| one.path().is_ident("ws") || one.path().is_ident("serde"))
                {
                    let message = "attributes are not supported on the value of a newtype variant; write \
                                   `Variant { name: Type }`, or the attribute on the struct's fields";
                    errors.push(Error::custom(message).with_span(&attribute.path()));
                }
                Content::Newtype(Box::new(inner.ty.clone()))
            }
            _ => {
                let message = "unnamed fields are not supported; write `Variant { name: Type, … }`";
                errors.push(Error::custom(message).with_span(&unnamed));
                Content::Unit
            }
        },
    };
    errors.finish_with(Variant {
        ident: variant.ident.clone(),
        name,
        method: client_method(&variant.ident),
        docs: docs(&variant.attrs),
        cfgs: cfgs(&variant.attrs),
        content,
        call,
    })
}

fn record(input: &DeriveInput, all: &Fields) -> darling::Result<Record> {
    let mut errors = Error::accumulator();
    let attributes = errors.handle(StructAttributes::from_attributes(&input.attrs));
    let case = attributes.map(|attributes| attributes.rename_all).unwrap_or_default();
    if let Fields::Unnamed(unnamed) = all {
        let message = "unnamed fields are not supported; write `struct Name { field: Type, … }`";
        errors.push(Error::custom(message).with_span(&unnamed));
    }
    let fields = fields(all.iter(), case, &mut errors);
    errors.finish_with(Record { ident: input.ident.clone(), docs: docs(&input.attrs), fields })
}

fn fields<'a>(all: impl Iterator<Item = &'a syn::Field>, case: Case, errors: &mut Accumulator) -> Vec<Field> {
    let named = all.filter_map(|one| Some((one, one.ident.as_ref()?)));
    let fields: Vec<_> = named.filter_map(|(one, ident)| errors.handle_in(|| field(one, ident, case))).collect();
    let wire = |field: &Field| [&field.name].into_iter().chain(&field.aliases).cloned().collect::<Vec<_>>();
    let taken: Vec<_> =
        fields.iter().flat_map(|field| wire(field).into_iter().map(move |name| (name, &field.ident))).collect();
    distinct(taken.iter().map(|(name, ident)| (name, *ident)), "field", errors);
    fields
}

fn field(field: &syn::Field, ident: &Ident, case: Case) -> darling::Result<Field> {
    let mut errors = Error::accumulator();
    let serde = errors.handle(serde::serde(&field.attrs, &field.ty)).flatten();
    let attributes = errors.handle(FieldAttributes::from_attributes(&field.attrs));
    let serde = serde.unwrap_or_default();
    let attributes = attributes.unwrap_or_default();
    let encoding = encoding(&attributes, &serde, &mut errors);
    let FieldAttributes { rename, rules, .. } = attributes;
    errors.finish_with(Field {
        ident: ident.clone(),
        name: rename.or(serde.rename).unwrap_or_else(|| wire_name(ident, case)),
        aliases: serde.aliases,
        docs: docs(&field.attrs),
        cfgs: cfgs(&field.attrs),
        ty: field.ty.clone(),
        is_text: is_string(&field.ty),
        encoding,
        rules,
        default: serde.default,
        serialize_with: serde.serialize_with,
        deserialize_with: serde.deserialize_with,
        skip_serializing_if: serde.skip_serializing_if,
    })
}

fn encoding(attributes: &FieldAttributes, serde: &serde::Serde, errors: &mut Accumulator) -> Encoding {
    let has_with = serde.serialize_with.is_some() || serde.deserialize_with.is_some();
    let (bytes_field, as_string) = (attributes.bytes_field, attributes.as_string);
    let mut conflict = |name: &str, other: &str, span: Span| {
        let message = format!("`{name}` conflicts with {other}; remove one of the two");
        errors.push(Error::custom(message).with_span(&span));
    };
    for (name, span) in [("bytes_field", bytes_field), ("as_string", as_string)] {
        if let (Some(span), true) = (span, has_with) {
            conflict(name, "serde's `with`", span);
        }
    }
    match (bytes_field, as_string) {
        (Some(_), Some(span)) => {
            conflict("as_string", "`bytes_field`", span);
            Encoding::Serde
        }
        (Some(_), None) => Encoding::Bytes,
        (None, Some(_)) => Encoding::String,
        (None, None) => Encoding::Serde,
    }
}

fn no_serde(attributes: &[Attribute], instead: &str, errors: &mut Accumulator) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let message = format!("`#[serde(…)]` is supported only on fields; {instead}");
        errors.push(Error::custom(message).with_span(&attribute.path()));
    }
}

fn distinct<'a>(names: impl Iterator<Item = (&'a LitStr, &'a Ident)>, what: &str, errors: &mut Accumulator) {
    let mut seen = Vec::<(String, &Ident)>::new();
    for (name, ident) in names {
        match seen.iter().find(|(other, _)| *other == name.value()) {
            Some((name, first)) => {
                let message =
                    format!("duplicate wire name `{name}`, which the {what} `{first}` has; write another `rename`");
                errors.push(Error::custom(message).with_span(ident));
            }
            None => seen.push((name.value(), ident)),
        }
    }
}

/// The methods that every typed client has, and names that cannot be raw identifiers. A message with one of these names is sent by
/// `send_…`.
const TAKEN: [&str; 17] = [
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
    "wait_for",
    "wait_open",
];

/// The name of the typed client's method for a variant.
fn client_method(variant: &Ident) -> Ident {
    let name = words(&variant.unraw().to_string()).join("_");
    match name.as_str() {
        taken if TAKEN.contains(&taken) => Ident::new(&format!("send_{name}"), variant.span()),
        word if syn::parse_str::<Ident>(word).is_err() => Ident::new_raw(word, variant.span()),
        _ => Ident::new(&name, variant.span()),
    }
}

fn wire_name(ident: &Ident, case: Case) -> LitStr {
    LitStr::new(&case.apply(&ident.unraw().to_string()), ident.span())
}

fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

/// The doc comment, without the space after the slashes.
fn docs(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    };
    let lines: Vec<_> = attributes.iter().filter_map(line).map(|line| line.trim().to_owned()).collect();
    lines.join("\n")
}
