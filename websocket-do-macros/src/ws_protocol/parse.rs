//! The attributes as the user wrote them: nothing is judged here but their form.

use std::slice;

use darling::{FromAttributes, FromMeta, util::Flag};
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path};

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
}

/// `#[ws(…)]` on a struct.
#[derive(FromAttributes)]
#[darling(attributes(ws))]
pub(super) struct StructAttributes {
    #[darling(default)]
    pub(super) rename_all: Case,
}

/// `#[ws(…)]` on a variant.
#[derive(FromAttributes)]
#[darling(attributes(ws))]
pub(super) struct VariantAttributes {
    #[darling(default)]
    pub(super) rename: Option<LitStr>,
}

/// `#[ws(…)]` on a field.
#[derive(FromAttributes)]
#[darling(attributes(ws))]
pub(super) struct FieldAttributes {
    #[darling(default)]
    pub(super) rename: Option<LitStr>,
    #[darling(default)]
    pub(super) bytes_field: Flag,
    #[darling(default)]
    pub(super) len: Option<Expr>,
    #[darling(default)]
    pub(super) bytes: Option<Expr>,
    #[darling(default)]
    pub(super) range: Option<Expr>,
    #[darling(default)]
    pub(super) pattern: Option<LitStr>,
    #[darling(default)]
    pub(super) one_of: Option<Texts>,
    #[darling(default)]
    pub(super) each: Option<Rules>,
    #[darling(default)]
    pub(super) custom: Option<Path>,
}

/// `#[serde(…)]` on a field, as far as it is honoured.
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
            _ => Err(darling::Error::custom("not a type; write `server = ServerMessage`").with_span(expr)),
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
            _ => Err(darling::Error::custom("not the path of a function; write `default = \"path\"`").with_span(expr)),
        }
    }
}

/// `one_of("red", "green")`.
pub(super) struct Texts(pub(super) Vec<LitStr>);

impl FromMeta for Texts {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let wrong =
            || darling::Error::custom("`one_of` takes strings; write `one_of(\"red\", \"green\")`").with_span(meta);
        let Meta::List(list) = meta else { return Err(wrong()) };
        let texts = list.parse_args_with(syn::punctuated::Punctuated::<LitStr, syn::Token![,]>::parse_terminated);
        match texts {
            Ok(texts) if !texts.is_empty() => Ok(Self(texts.into_iter().collect())),
            _ => Err(wrong()),
        }
    }
}

/// `each(len = 1..=20, pattern = "…")`: attributes of a field that has no name.
pub(super) struct Rules(pub(super) Box<FieldAttributes>, pub(super) Attribute);

impl FromMeta for Rules {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let Meta::List(list) = meta else {
            return Err(darling::Error::custom("`each` takes rules; write `each(len = 1..=20)`").with_span(meta));
        };
        let rules = &list.tokens;
        let attribute: Attribute = syn::parse_quote!(#[ws(#rules)]);
        let rules = FieldAttributes::from_attributes(slice::from_ref(&attribute))?;
        Ok(Self(Box::new(rules), attribute))
    }
}
