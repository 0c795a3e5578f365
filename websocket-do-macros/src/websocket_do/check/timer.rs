//! Checks the handlers of timers: their names, their arguments and the constants that are generated for them.

use syn::{Error, Ident, ImplItem, LitStr, Result, ext::IdentExt};

use super::signature::{after_self, method, split_reference, wrong_arguments};
use crate::{
    names::Case,
    websocket_do::{
        model::{Hook, Timer},
        parse::Handler,
    },
};

pub(super) fn timer(handler: &Handler) -> Result<Timer> {
    let name = &handler.method.sig.ident;
    let (takes_room, others) = split_reference(after_self(&handler.method)?);
    if !others.is_empty() {
        let signature = handler.form.signature.replace("end_round", &name.to_string());
        return Err(wrong_arguments(handler, &signature));
    }
    Ok(Timer {
        name: stored_name(handler)?,
        constant: constant(name),
        vis: handler.method.vis.clone(),
        handler: Hook { method: method(&handler.method), takes_room },
    })
}

/// Returns the name in `#[timer("end round")]`, or the method's own.
fn stored_name(handler: &Handler) -> Result<LitStr> {
    let (attribute, method) = (&handler.attribute, &handler.method.sig.ident);
    if attribute.meta.require_path_only().is_ok() {
        return Ok(LitStr::new(&method.unraw().to_string(), method.span()));
    }
    let message = "expected the name of the timer; write `#[timer]` or `#[timer(\"name\")]`";
    let name: LitStr = attribute.parse_args().map_err(|_| Error::new_spanned(attribute, message))?;
    if name.value().is_empty() { Err(Error::new(name.span(), message)) } else { Ok(name) }
}

/// Returns the name of the constant for the timer whose handler is `method`.
pub(in super::super) fn constant(method: &Ident) -> Ident {
    Ident::new(&Case::ScreamingSnake.apply(&method.unraw().to_string()), method.span())
}

/// Returns the constant of this name that the user wrote in the impl block.
pub(in super::super) fn written<'a>(items: &'a [ImplItem], name: &Ident) -> Option<&'a Ident> {
    items.iter().find_map(|item| match item {
        ImplItem::Const(item) if item.ident == *name => Some(&item.ident),
        _ => None,
    })
}

/// Reports timers whose constant has the name of another timer's, or of a constant in the impl block.
pub(super) fn constants(items: &[ImplItem], timers: &[Timer], errors: &mut Vec<Error>) {
    for (index, timer) in timers.iter().enumerate() {
        let Timer { constant, handler, .. } = timer;
        let method = &handler.method.name;
        if let Some(other) = timers.iter().take(index).find(|other| other.constant == *constant) {
            let other = &other.handler.method.name;
            let message = format!(
                "the constant `{constant}` of the timer `{method}` conflicts with that of `{other}`; rename one of the methods"
            );
            errors.push(Error::new(method.span(), message));
        }
        if let Some(written) = written(items, constant) {
            let message = format!(
                "`{written}` conflicts with the constant of the timer `{method}`; rename the constant or the method"
            );
            errors.push(Error::new(written.span(), message));
        }
    }
}
