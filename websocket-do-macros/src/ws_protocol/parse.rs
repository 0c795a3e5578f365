//! The parsed attributes. Only their form is checked here.

pub(super) mod self_ty;
pub(super) mod variant;

use darling::{Error, FromAttributes, FromMeta, ast::NestedMeta, error::Accumulator, util::Flag};
use proc_macro2::Span;
use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaList, Path, spanned::Spanned};

use super::rules::{self, Rule};
use crate::names::Case;

/// `#[ws(…)]` on a message enum.
#[derive(FromAttributes)]
#[darling(attributes(ws))]
pub(super) struct EnumAttributes {
    #[darling(default)]
    pub(super) client: Flag,
    #[darling(default)]
    pub(super) server: Option<Server>,
    #[darling(default)]
    pub(super) tag: Option<LitStr>,
    #[darling(default)]
    pub(super) text: Option<Path>,
    #[darling(default)]
    pub(super) rename_all: Case,
    /// The field of a call's id.
    #[darling(default)]
    pub(super) id: Option<LitStr>,
    #[darling(default, rename = "as_string")]
    _as_string: Option<Misplaced>,
}

/// `#[ws(…)]` on a struct.
#[derive(FromAttributes)]
#[darling(attributes(ws))]
pub(super) struct StructAttributes {
    #[darling(default)]
    pub(super) rename_all: Case,
    #[darling(default, rename = "as_string")]
    _as_string: Option<Misplaced>,
}

/// `#[ws(…)]` on a field, or the contents of `each(…)`.
#[derive(Default)]
pub(super) struct FieldAttributes {
    pub(super) rename: Option<LitStr>,
    pub(super) bytes_field: Option<Span>,
    pub(super) as_string: Option<Span>,
    /// In the order in which they are written.
    pub(super) rules: Vec<Rule>,
}

impl FieldAttributes {
    pub(super) fn from_attributes(attributes: &[Attribute]) -> darling::Result<Self> {
        let mut errors = Error::accumulator();
        let (mut found, mut names) = (Self::default(), Vec::new());
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("ws")) {
            if let Some(list) = errors.handle_in(|| Ok(attribute.meta.require_list()?)) {
                found.read(list, &mut names, &mut errors);
            }
        }
        errors.finish_with(found)
    }

    pub(super) fn from_list(list: &MetaList) -> darling::Result<Self> {
        let mut errors = Error::accumulator();
        let mut found = Self::default();
        found.read(list, &mut Vec::new(), &mut errors);
        errors.finish_with(found)
    }

    fn read(&mut self, list: &MetaList, names: &mut Vec<Path>, errors: &mut Accumulator) {
        let items = errors.handle_in(|| Ok(NestedMeta::parse_meta_list(list.tokens.clone())?));
        for item in items.unwrap_or_default() {
            let NestedMeta::Meta(meta) = item else {
                errors.push(Error::custom("expected a name; write `name = value`").with_span(&item));
                continue;
            };
            if names.contains(meta.path()) {
                errors.push(Error::duplicate_field_path(meta.path()).with_span(meta.path()));
                continue;
            }
            names.push(meta.path().clone());
            if let Some(rule) = Rule::parse(&meta) {
                self.rules.extend(errors.handle(rule));
            } else if meta.path().is_ident("rename") {
                self.rename = errors.handle(LitStr::from_meta(&meta));
            } else if meta.path().is_ident("bytes_field") {
                self.bytes_field = errors.handle(flag(&meta));
            } else if meta.path().is_ident("as_string") {
                self.as_string = errors.handle(flag(&meta));
            } else {
                let names = ["rename", "bytes_field", "as_string"].into_iter().chain(rules::NAMES).collect::<Vec<_>>();
                let error = Error::unknown_field_path_with_alts(meta.path(), &names);
                errors.push(error.with_span(meta.path()));
            }
        }
    }
}

/// Returns the span of an attribute without a value.
fn flag(meta: &Meta) -> darling::Result<Span> {
    let name = meta.path();
    meta.require_path_only().map(|_| name.span()).map_err(|_| {
        let name = name.to_token_stream();
        Error::custom(format!("`{name}` takes no value; write `#[ws({name})]`")).with_span(meta.path())
    })
}

/// The supported part of `#[serde(…)]` on a field.
#[derive(FromAttributes)]
#[darling(attributes(serde))]
pub(super) struct SerdeAttributes {
    #[darling(default)]
    pub(super) rename: Option<LitStr>,
    #[darling(default, multiple, rename = "alias")]
    pub(super) aliases: Vec<LitStr>,
    #[darling(default)]
    pub(super) default: Option<DefaultValue>,
    #[darling(default)]
    pub(super) with: Option<LitStr>,
    #[darling(default)]
    pub(super) serialize_with: Option<LitStr>,
    #[darling(default)]
    pub(super) deserialize_with: Option<LitStr>,
    #[darling(default)]
    pub(super) skip_serializing_if: Option<LitStr>,
}

/// An attribute of fields on something else, which is an error.
pub(super) enum Misplaced {}

impl FromMeta for Misplaced {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let name = meta.path().to_token_stream();
        let message = format!("`{name}` is supported only on fields; write it on each field that it is for");
        Err(Error::custom(message).with_span(meta.path()))
    }
}

/// `server`, or `server = ServerMessage` beside `client`.
pub(super) enum Server {
    Itself,
    Named(Path),
}

impl FromMeta for Server {
    fn from_word() -> darling::Result<Self> {
        Ok(Self::Itself)
    }

    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Path(path) => Ok(Self::Named(path.path.clone())),
            _ => Err(Error::custom("expected a type; write `server = ServerMessage`").with_span(expr)),
        }
    }
}

/// `default`, or `default = "path"`.
pub(super) enum DefaultValue {
    Trait,
    Function(LitStr),
}

impl FromMeta for DefaultValue {
    fn from_word() -> darling::Result<Self> {
        Ok(Self::Trait)
    }

    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => Ok(Self::Function(path.clone())),
            _ => Err(Error::custom("expected the path of a function; write `default = \"path\"`").with_span(expr)),
        }
    }
}

/// `one_of("red", "green")`.
pub(super) struct Strings(pub(super) Vec<LitStr>);

impl FromMeta for Strings {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let wrong = || Error::custom("expected strings; write `one_of(\"red\", \"green\")`").with_span(meta);
        let Meta::List(list) = meta else { return Err(wrong()) };
        let texts = list.parse_args_with(syn::punctuated::Punctuated::<LitStr, syn::Token![,]>::parse_terminated);
        match texts {
            Ok(texts) if !texts.is_empty() => Ok(Self(texts.into_iter().collect())),
            _ => Err(wrong()),
        }
    }
}
