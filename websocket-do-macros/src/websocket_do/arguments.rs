//! The arguments of the attribute: `client`, `session`, `format`.

use darling::{FromMeta, ast::NestedMeta};
use proc_macro2::TokenStream;
use syn::{Expr, Ident, Meta, Path};

/// `#[websocket_do(client = ClientMessage, session = Member, format = json)]`.
#[derive(FromMeta)]
pub(super) struct Arguments {
    pub(super) client: TypePath,
    pub(super) session: TypePath,
    #[darling(default)]
    pub(super) format: Option<Format>,
}

/// A type that is named by its path.
pub(super) struct TypePath(pub(super) Path);

/// The format that a room fixes.
pub(super) enum Format {
    Json,
    MessagePack,
}

impl FromMeta for TypePath {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Path(path) if path.qself.is_none() => Ok(Self(path.path.clone())),
            _ => {
                Err(darling::Error::custom("not a type; write its path, as in `client = ClientMessage`")
                    .with_span(expr))
            }
        }
    }
}

impl FromMeta for Format {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        let name = match expr {
            Expr::Path(path) => path.path.get_ident().map(Ident::to_string),
            _ => None,
        };
        match name.as_deref() {
            Some("json") => Ok(Self::Json),
            Some("msgpack") => Ok(Self::MessagePack),
            _ => {
                Err(darling::Error::custom("unknown format; write `format = json` or `format = msgpack`")
                    .with_span(expr))
            }
        }
    }
}

/// What is known of the arguments, right or wrong.
#[derive(Default)]
pub(super) struct Known {
    pub(super) client: Option<Path>,
    pub(super) session: Option<Path>,
}

impl Arguments {
    pub(super) fn known(&self) -> Known {
        Known { client: Some(self.client.0.clone()), session: Some(self.session.0.clone()) }
    }
}

pub(super) fn parse(arguments: TokenStream) -> Result<Arguments, Box<(Known, darling::Error)>> {
    let list = NestedMeta::parse_meta_list(arguments).map_err(|error| Box::new((Known::default(), error.into())))?;
    Arguments::from_list(&list).map_err(|error| {
        let path = |name: &str| {
            list.iter().find_map(|argument| match argument {
                NestedMeta::Meta(Meta::NameValue(pair)) if pair.path.is_ident(name) => {
                    TypePath::from_expr(&pair.value).ok().map(|path| path.0)
                }
                _ => None,
            })
        };
        Box::new((Known { client: path("client"), session: path("session") }, error))
    })
}
