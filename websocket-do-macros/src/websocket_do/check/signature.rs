//! Checks the arguments of handlers.

use syn::{Attribute, Error, FnArg, ImplItemFn, Pat, PatType, Receiver, ReceiverKind, Result, Type};

use crate::websocket_do::{
    model::{Hook, Method},
    parse::{Handler, kind::Arguments},
};

/// The name and type of an argument.
pub(super) type Argument<'a> = (&'a Pat, &'a Type);

/// Checks a handler whose arguments are fixed by its kind.
pub(super) fn hook(handler: &Handler, count: usize, may_take_room: bool) -> Result<Hook> {
    let Handler { form, attribute, method, .. } = handler;
    attribute.meta.require_path_only()?;
    let arguments = match form.arguments {
        Arguments::Associated(_) => typed(method),
        _ => after_self(method)?,
    };
    let is_sync = matches!(form.arguments, Arguments::Associated(_) | Arguments::Sync(_));
    if let (true, Some(asyncness)) = (is_sync, &method.sig.asyncness) {
        let message = format!("`#[{}]` does not support `async`; write `{}`", form.attribute, form.signature);
        return Err(Error::new_spanned(asyncness, message));
    }
    let takes_room = match arguments.len().checked_sub(count) {
        Some(0) => false,
        Some(1) if may_take_room => true,
        _ => return Err(wrong_arguments(handler, form.signature)),
    };
    Ok(Hook { method: self::method(method), takes_room })
}

pub(super) fn wrong_arguments(handler: &Handler, signature: &str) -> Error {
    let message = format!("unexpected arguments of `#[{}]`; write `{signature}`", handler.form.attribute);
    Error::new(handler.method.sig.ident.span(), message)
}

pub(super) fn method(method: &ImplItemFn) -> Method {
    Method {
        name: method.sig.ident.clone(),
        is_async: method.sig.asyncness.is_some(),
        cfgs: attributes(method, "cfg"),
        docs: attributes(method, "doc"),
    }
}

fn attributes(method: &ImplItemFn, name: &str) -> Vec<Attribute> {
    method.attrs.iter().filter(|attribute| attribute.path().is_ident(name)).cloned().collect()
}

/// Returns the arguments after `&self`.
///
/// # Errors
/// Returns an error if the method does not take `&self`.
pub(super) fn after_self(method: &ImplItemFn) -> Result<Vec<Argument<'_>>> {
    let name = &method.sig.ident;
    match method.sig.inputs.first() {
        Some(FnArg::Receiver(Receiver { kind: ReceiverKind::Reference(_, _, None), .. })) => Ok(typed(method)),
        Some(FnArg::Receiver(receiver)) => {
            let message = "expected `&self`, as other handlers may run while this one waits; \
                           write `&self` and keep mutable state in a `Cell` or a `Memory`";
            Err(Error::new_spanned(receiver, message))
        }
        _ => Err(Error::new(name.span(), format!("missing `&self`; write `fn {name}(&self, …)`"))),
    }
}

fn typed<'a>(method: &'a ImplItemFn) -> Vec<Argument<'a>> {
    let typed = |input: &'a FnArg| match input {
        FnArg::Typed(PatType { pat, ty, .. }) => Some((&**pat, &**ty)),
        FnArg::Receiver(_) => None,
    };
    method.sig.inputs.iter().filter_map(typed).collect()
}

/// Splits the first argument from the others if it is a reference: the room or the session, as a handler borrows nothing else.
pub(super) fn split_reference(mut arguments: Vec<Argument<'_>>) -> (bool, Vec<Argument<'_>>) {
    let is_reference = matches!(arguments.first(), Some((_, Type::Reference(_))));
    let others = arguments.split_off(usize::from(is_reference));
    (is_reference, others)
}
