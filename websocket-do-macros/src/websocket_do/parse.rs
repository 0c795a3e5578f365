//! The parsed impl block, without its handler attributes. Only the names of attributes are checked here.

pub(super) mod arguments;
pub(super) mod kind;

use proc_macro2::TokenStream;
use syn::{Attribute, Error, ImplItem, ImplItemFn, ItemImpl, Result};

use self::kind::Form;

/// An impl block and the handlers in it.
pub(super) struct Input {
    /// Without the handler attributes.
    pub(super) item: ItemImpl,
    pub(super) handlers: Vec<Handler>,
    /// Errors about unknown attributes that resemble a handler attribute.
    pub(super) misspelt: Vec<Error>,
}

/// A method with a handler attribute.
pub(super) struct Handler {
    pub(super) form: &'static Form,
    pub(super) attribute: Attribute,
    /// All other handler attributes of the same method, which are errors.
    pub(super) extra: Vec<Attribute>,
    pub(super) method: ImplItemFn,
}

pub(super) fn parse(item: TokenStream) -> Result<Input> {
    let mut item: ItemImpl = syn::parse2(item)?;
    let (mut handlers, mut misspelt) = (Vec::new(), Vec::new());
    for item in &mut item.items {
        if let ImplItem::Fn(method) = item {
            handlers.extend(handler(method, &mut misspelt));
        }
    }
    Ok(Input { item, handlers, misspelt })
}

/// Takes the handler attributes off a method.
fn handler(method: &mut ImplItemFn, misspelt: &mut Vec<Error>) -> Option<Handler> {
    let mut found = Vec::new();
    method.attrs.retain(|attribute| {
        let Some(name) = attribute.path().get_ident().map(ToString::to_string) else { return true };
        if let Some(form) = Form::of(&name) {
            found.push((form, attribute.clone()));
            return false;
        }
        let similar = if LANGUAGE.contains(&name.as_str()) { None } else { Form::similar_to(&name) };
        similar.is_none_or(|form| {
            let message = format!("unknown attribute `{name}`; did you mean `{}`?", form.attribute);
            misspelt.push(Error::new_spanned(attribute.path(), message));
            false
        })
    });
    let mut found = found.into_iter();
    let (form, attribute) = found.next()?;
    // The signature of a handler is prescribed, so these lints would be wrong.
    method.attrs.push(syn::parse_quote!(
        #[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, clippy::unused_async, clippy::unused_self)]
    ));
    let extra = found.map(|(_, attribute)| attribute).collect();
    Some(Handler { form, attribute, extra, method: method.clone() })
}

/// Attributes of the language, which are never a misspelt handler attribute.
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
