//! Checks the handlers of messages: the variant, and the fields that become arguments.

use syn::{Attribute, Error, Ident, Pat, PatIdent, Result, ext::IdentExt, parse::ParseStream, token};

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
    let (variant, is_newtype) = variant(&handler.attribute, name)?;
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
    Ok(MessageHandler { method: method(&handler.method), variant, fields })
}

/// Returns the variant of `#[message]`, `#[message(SetName)]` or `#[message(Place(_))]`, and whether it is a newtype variant.
fn variant(attribute: &Attribute, method: &Ident) -> Result<(Ident, bool)> {
    if attribute.meta.require_path_only().is_ok() {
        let words = method.unraw().to_string();
        let camel: String = words.split('_').map(capital).collect();
        let variant = syn::parse_str::<Ident>(&camel).map_err(|_| {
            Error::new(method.span(), format!("`{words}` is not the name of a variant; write `#[message(Variant)]`"))
        })?;
        return Ok((Ident::new(&variant.to_string(), method.span()), false));
    }
    attribute.parse_args_with(|input: ParseStream<'_>| {
        let variant: Ident = input.parse()?;
        let is_newtype = input.peek(token::Paren);
        if is_newtype {
            let inner;
            syn::parenthesized!(inner in input);
            inner.parse::<syn::Token![_]>()?;
        }
        Ok((variant, is_newtype))
    })
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
