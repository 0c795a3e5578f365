//! The impl block as the user wrote it, with the handler attributes taken out: nothing is judged here but their names.

use proc_macro2::TokenStream;
use syn::{Attribute, Error, ImplItem, ImplItemFn, ItemImpl, Result};

/// The attributes that make a method a handler.
const HANDLERS: [&str; 16] = [
    "new",
    "connect",
    "open",
    "message",
    "binary",
    "protocol_error",
    "invalid",
    "error",
    "close",
    "migrate",
    "timer",
    "get",
    "post",
    "put",
    "patch",
    "delete",
];

/// An impl block and the handlers in it.
pub(super) struct Input {
    /// Without the handler attributes.
    pub(super) item: ItemImpl,
    pub(super) handlers: Vec<Marked>,
    /// Attributes that are none of ours and look as if they were meant to be.
    pub(super) misspelt: Vec<Error>,
}

/// A method that an attribute makes a handler.
pub(super) struct Marked {
    pub(super) attribute: Attribute,
    /// All other handler attributes of the same method: one too many.
    pub(super) extra: Vec<Attribute>,
    pub(super) method: ImplItemFn,
}

pub(super) fn parse(item: TokenStream) -> Result<Input> {
    let mut item: ItemImpl = syn::parse2(item)?;
    let mut handlers = Vec::new();
    let mut misspelt = Vec::new();
    for item in &mut item.items {
        if let ImplItem::Fn(method) = item {
            let mut ours = Vec::new();
            method.attrs.retain(|attribute| match name(attribute) {
                Some(name) if HANDLERS.contains(&name.as_str()) => {
                    ours.push(attribute.clone());
                    false
                }
                Some(name) => similar(&name).is_none_or(|meant| {
                    let message = format!("unknown attribute `{name}`; did you mean `{meant}`?");
                    misspelt.push(Error::new_spanned(attribute.path(), message));
                    false
                }),
                None => true,
            });
            let mut ours = ours.into_iter();
            if let Some(attribute) = ours.next() {
                // A handler's signature is asked for here, so nobody else should find fault with it.
                method.attrs.push(syn::parse_quote!(
                    #[allow(
                        clippy::needless_pass_by_value,
                        clippy::unnecessary_wraps,
                        clippy::unused_async,
                        clippy::unused_self
                    )]
                ));
                handlers.push(Marked { attribute, extra: ours.collect(), method: method.clone() });
            }
        }
    }
    Ok(Input { item, handlers, misspelt })
}

fn name(attribute: &Attribute) -> Option<String> {
    attribute.path().get_ident().map(ToString::to_string)
}

/// The handler attribute that is almost called `name`. Attributes of the language are left alone.
fn similar(name: &str) -> Option<&'static str> {
    const LANGUAGE: [&str; 13] = [
        "allow",
        "cfg",
        "cfg_attr",
        "cold",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "forbid",
        "inline",
        "must_use",
        "test",
        "warn",
    ];
    if LANGUAGE.contains(&name) {
        return None;
    }
    let distance = |meant: &str| strsim::damerau_levenshtein(name, meant);
    let nearest = HANDLERS.into_iter().min_by_key(|meant| distance(meant))?;
    (distance(nearest) <= nearest.len() / 3).then_some(nearest)
}
