//! From what the user wrote to a [`Protocol`]: all mistakes are collected, each at the token where it stands.

use darling::{Error, FromAttributes, ast::NestedMeta, error::Accumulator};
use proc_macro2::Span;
use quote::{quote, quote_spanned};
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Expr, ExprLit, Fields, Ident, Lit, LitStr, Meta, Path, Type, ext::IdentExt,
    spanned::Spanned,
};

use crate::names::Case;

use super::{
    model::{Content, Field, Messages, Protocol, Record, Side, Variant},
    parse::{
        DefaultValue, EnumAttributes, FieldAttributes, SerdeAttributes, Server, StructAttributes, VariantAttributes,
    },
    rules,
};

pub(super) fn check(input: &DeriveInput) -> darling::Result<Protocol> {
    let mut errors = Error::accumulator();
    if !input.generics.params.is_empty() {
        let message = "a protocol cannot be generic: it is one thing on the wire; write the types out";
        errors.push(Error::custom(message).with_span(&input.generics));
    }
    no_serde(&input.attrs, "write `#[ws(…)]` here: `tag`, `rename_all`", &mut errors);
    let checked = match &input.data {
        Data::Enum(data) => errors.handle_in(|| messages(input, data).map(Protocol::Messages)),
        Data::Struct(data) => errors.handle_in(|| record(input, &data.fields).map(Protocol::Record)),
        Data::Union(_) => {
            let message = "a union has no wire form; derive `WsProtocol` on an enum of messages or a struct";
            errors.push(Error::custom(message).with_span(&input.ident));
            None
        }
    };
    let fallback = Error::custom("the protocol cannot be understood").with_span(&input.ident);
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
    let side = attributes.and_then(|attributes| errors.handle(side(&input.ident, &attributes)));
    let variants: Vec<_> =
        data.variants.iter().filter_map(|one| errors.handle_in(|| variant(one, case, &tag))).collect();
    distinct(variants.iter().map(|variant| (&variant.name, &variant.ident)), "message", &mut errors);
    let docs = docs(&input.attrs);
    errors.finish()?;
    let side = side.ok_or_else(|| Error::custom("nobody sends these messages").with_span(&input.ident))?;
    Ok(Messages { ident: input.ident.clone(), vis: input.vis.clone(), docs, tag, text, side, variants })
}

fn side(ident: &Ident, attributes: &EnumAttributes) -> darling::Result<Side> {
    let message = match (attributes.client.is_present(), &attributes.server) {
        (true, Some(Server::Named(server))) => return Ok(Side::Client { server: server.clone() }),
        (false, Some(Server::Itself)) => return Ok(Side::Server),
        (true, _) => {
            let message = "`client` needs the messages that the server answers with; \
                           write `#[ws(client, server = ServerMessage)]`";
            return Err(Error::custom(message).with_span(&attributes.client.span()));
        }
        (false, Some(Server::Named(server))) => {
            let message = "`server = …` belongs beside `client`; \
                           write `#[ws(client, server = …)]` for what clients send, `#[ws(server)]` for what the server sends";
            return Err(Error::custom(message).with_span(server));
        }
        (false, None) => {
            "nobody is said to send these messages; write `#[ws(client, server = ServerMessage)]` or `#[ws(server)]`"
        }
    };
    Err(Error::custom(message).with_span(ident))
}

fn variant(variant: &syn::Variant, case: Case, tag: &LitStr) -> darling::Result<Variant> {
    let mut errors = Error::accumulator();
    no_serde(&variant.attrs, "write `#[ws(rename = \"…\")]` here", &mut errors);
    let attributes = errors.handle(VariantAttributes::from_attributes(&variant.attrs));
    let name = attributes.and_then(|attributes| attributes.rename).unwrap_or_else(|| wire_name(&variant.ident, case));
    let content = match &variant.fields {
        Fields::Unit => Content::Unit,
        Fields::Named(named) => {
            let fields = fields(named.named.iter(), case, &mut errors);
            let is_tag = |name: &LitStr| name.value() == tag.value();
            for field in fields.iter().filter(|field| is_tag(&field.name) || field.aliases.iter().any(is_tag)) {
                let message = format!(
                    "the field is called `{}` on the wire, as is the tag; write `#[ws(rename = \"…\")]` on it, or another \
                     `tag` on the enum",
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
                    let message = "a newtype variant's value has no name and no rules of its own; write \
                                   `Variant { name: Type }`, or the attribute on the struct's fields";
                    errors.push(Error::custom(message).with_span(&attribute.path()));
                }
                Content::Newtype(Box::new(inner.ty.clone()))
            }
            _ => {
                let message = "fields without names have no place in an object; write `Variant { name: Type, … }`";
                errors.push(Error::custom(message).with_span(&unnamed));
                Content::Unit
            }
        },
    };
    errors.finish_with(Variant {
        ident: variant.ident.clone(),
        name,
        docs: docs(&variant.attrs),
        cfgs: cfgs(&variant.attrs),
        content,
    })
}

fn record(input: &DeriveInput, all: &Fields) -> darling::Result<Record> {
    let mut errors = Error::accumulator();
    let attributes = errors.handle(StructAttributes::from_attributes(&input.attrs));
    let case = attributes.map(|attributes| attributes.rename_all).unwrap_or_default();
    if let Fields::Unnamed(unnamed) = all {
        let message = "fields without names have no place in an object; write `struct Name { field: Type, … }`";
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
    let serde = errors.handle(serde(&field.attrs, &field.ty)).flatten();
    let attributes = errors.handle(FieldAttributes::from_attributes(&field.attrs));
    let rules = attributes.as_ref().map(|attributes| rules::check(attributes, &field.attrs, &mut errors));
    let serde = serde.unwrap_or_default();
    let bytes = attributes.as_ref().map(|attributes| &attributes.bytes_field).filter(|flag| flag.is_present());
    if let Some(flag) = bytes.filter(|_| serde.serialize_with.is_some() || serde.deserialize_with.is_some()) {
        let message = "`bytes_field` and serde's `with` both say how the field travels; remove one of the two";
        errors.push(Error::custom(message).with_span(&flag.span()));
    }
    let is_bytes = bytes.is_some();
    let renamed = attributes.and_then(|attributes| attributes.rename);
    errors.finish_with(Field {
        ident: ident.clone(),
        name: renamed.or(serde.rename).unwrap_or_else(|| wire_name(ident, case)),
        aliases: serde.aliases,
        docs: docs(&field.attrs),
        cfgs: cfgs(&field.attrs),
        ty: field.ty.clone(),
        is_bytes,
        rules: rules.unwrap_or_default(),
        default: serde.default,
        serialize_with: serde.serialize_with,
        deserialize_with: serde.deserialize_with,
        skip_serializing_if: serde.skip_serializing_if,
    })
}

/// What a field's serde attributes come to.
#[derive(Default)]
struct Serde {
    rename: Option<LitStr>,
    aliases: Vec<LitStr>,
    default: Option<proc_macro2::TokenStream>,
    serialize_with: Option<Path>,
    deserialize_with: Option<Path>,
    skip_serializing_if: Option<Path>,
}

fn serde(attributes: &[Attribute], ty: &Type) -> darling::Result<Option<Serde>> {
    if !attributes.iter().any(|attribute| attribute.path().is_ident("serde")) {
        return Ok(None);
    }
    not_honoured(attributes)?;
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

/// Says of serde's attributes that cannot be honoured what to write instead.
fn not_honoured(attributes: &[Attribute]) -> darling::Result<()> {
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
            errors.push(Error::custom(format!("`{name}` is not honoured in a protocol; {instead}")).with_span(name));
        }
    }
    errors.finish()
}

fn no_serde(attributes: &[Attribute], instead: &str, errors: &mut Accumulator) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let message = format!("`#[serde(…)]` is honoured on fields alone; {instead}");
        errors.push(Error::custom(message).with_span(&attribute.path()));
    }
}

fn distinct<'a>(names: impl Iterator<Item = (&'a LitStr, &'a Ident)>, what: &str, errors: &mut Accumulator) {
    let mut seen = Vec::<(String, &Ident)>::new();
    for (name, ident) in names {
        match seen.iter().find(|(other, _)| *other == name.value()) {
            Some((name, first)) => {
                let message =
                    format!("the {what} `{first}` is called `{name}` on the wire already; write another `rename`");
                errors.push(Error::custom(message).with_span(ident));
            }
            None => seen.push((name.value(), ident)),
        }
    }
}

fn wire_name(ident: &Ident, case: Case) -> LitStr {
    LitStr::new(&case.apply(&ident.unraw().to_string()), ident.span())
}

fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

/// The doc comment, a line each, without the space after the slashes.
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
