//! Checks the handlers of messages: the variant, and the fields that become arguments.

use syn::{
    Attribute, Error, Ident, Pat, PatIdent, Result, ReturnType, Token, ext::IdentExt, parse::ParseStream,
    spanned::Spanned, token,
};

use super::signature::{after_self, method, split_reference};
use crate::{
    names::capital,
    websocket_do::{
        model::{Fields, MessageHandler},
        parse::Handler,
    },
};

pub(super) fn message(handler: &Handler) -> Result<MessageHandler> {
    let name = &handler.method.sig.ident;
    let Target { variant, is_newtype, is_concurrent } = target(&handler.attribute, name)?;
    let (takes_session, arguments) = split_reference(after_self(&handler.method)?);
    if !takes_session {
        let message = format!("missing session argument; write `fn {name}(&self, session: &Session<Self>, …)`");
        return Err(Error::new(name.span(), message));
    }
    let mut fields = arguments.into_iter().map(|(pattern, _)| field(pattern)).collect::<Result<Vec<_>>>()?;
    let fields = match (is_newtype, fields.len()) {
        (false, _) => Fields::Named(fields),
        (true, 1) => Fields::Inner(fields.remove(0).1),
        (true, _) => {
            let message = format!(
                "expected one argument for the value of a newtype variant; \
                 write `fn {name}(&self, session: &Session<Self>, value: …)`"
            );
            return Err(Error::new(name.span(), message));
        }
    };
    let output = match &handler.method.sig.output {
        ReturnType::Default => name.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    Ok(MessageHandler { method: method(&handler.method), variant, fields, output, is_concurrent })
}

/// The message that a handler handles, and how.
struct Target {
    variant: Ident,
    is_newtype: bool,
    is_concurrent: bool,
}

/// The argument of the attribute that is not a variant, which begins with a capital letter.
const CONCURRENT: &str = "concurrent";

/// Returns what `#[message]`, `#[message(SetName)]`, `#[message(Place(_))]` or one of them with `concurrent` handles.
fn target(attribute: &Attribute, method: &Ident) -> Result<Target> {
    let mut target = Target { variant: method.clone(), is_newtype: false, is_concurrent: false };
    let mut is_named = false;
    if attribute.meta.require_path_only().is_err() {
        attribute.parse_args_with(|input: ParseStream<'_>| {
            while !input.is_empty() {
                let name: Ident = input.parse()?;
                if name == CONCURRENT {
                    target.is_concurrent = true;
                } else if name.unraw().to_string().starts_with(|letter: char| letter.is_lowercase()) {
                    let message = format!("unknown `{name}`; write the name of a variant, or `{CONCURRENT}`");
                    return Err(Error::new(name.span(), message));
                } else if is_named {
                    return Err(Error::new(name.span(), "expected `concurrent`; a handler handles one variant"));
                } else {
                    is_named = true;
                    target.is_newtype = input.peek(token::Paren);
                    if target.is_newtype {
                        let inner;
                        syn::parenthesized!(inner in input);
                        inner.parse::<Token![_]>()?;
                    }
                    target.variant = name;
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        })?;
    }
    if !is_named {
        target.variant = variant_of(method)?;
    }
    Ok(target)
}

/// Returns the variant that is named like a method.
fn variant_of(method: &Ident) -> Result<Ident> {
    let words = method.unraw().to_string();
    let camel: String = words.split('_').map(capital).collect();
    let variant = syn::parse_str::<Ident>(&camel).map_err(|_| {
        Error::new(method.span(), format!("`{words}` is not the name of a variant; write `#[message(Variant)]`"))
    })?;
    Ok(Ident::new(&variant.to_string(), method.span()))
}

/// Returns the field that an argument takes, and the argument's name, which may begin with an underscore if it is not used.
fn field(pattern: &Pat) -> Result<(Ident, Ident)> {
    match pattern {
        Pat::Ident(PatIdent { ident, by_ref: None, subpat: None, .. }) => {
            let name = ident.to_string();
            let field = match name.strip_prefix('_').map(syn::parse_str::<Ident>) {
                Some(Ok(field)) => Ident::new(&field.to_string(), ident.span()),
                _ => ident.clone(),
            };
            Ok((field, ident.clone()))
        }
        other => Err(Error::new_spanned(other, "expected the name of a field; write `field: Type`")),
    }
}
