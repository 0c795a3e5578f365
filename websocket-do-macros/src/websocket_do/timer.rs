//! Checks the handlers of timers: their names, their arguments and the constants that are generated for them.

use syn::{Attribute, Error, Ident, ImplItem, LitStr, Result, ext::IdentExt};

use super::{
    check::{Arguments, method, takes_room},
    model::{Hook, Timer},
    parse::Marked,
};
use crate::names::Case;

pub(super) fn timer(marked: &Marked) -> Result<Timer> {
    let signature = &marked.method.sig;
    let (mut others, takes_room) = takes_room(Arguments::of(&marked.method)?);
    let name = &signature.ident;
    if others.next().is_some() {
        let message =
            format!("`timer` takes other arguments; write `async fn {name}(&self, room: &Room<Self>) -> Result<()>`");
        return Err(Error::new(name.span(), message));
    }
    let is_doc = |attribute: &&Attribute| attribute.path().is_ident("doc");
    Ok(Timer {
        name: stored_name(marked)?,
        constant: constant(name),
        vis: marked.method.vis.clone(),
        docs: marked.method.attrs.iter().filter(is_doc).cloned().collect(),
        handler: Hook { method: method(&marked.method), takes_room },
    })
}

/// The name of `#[timer("end round")]`; of `#[timer]`, the method's own.
fn stored_name(marked: &Marked) -> Result<LitStr> {
    let method = &marked.method.sig.ident;
    if marked.attribute.meta.require_path_only().is_ok() {
        return Ok(LitStr::new(&method.unraw().to_string(), method.span()));
    }
    let example = "a timer has a name; write `#[timer]` or `#[timer(\"name\")]`";
    let name: LitStr = marked.attribute.parse_args().map_err(|_| Error::new_spanned(&marked.attribute, example))?;
    if name.value().is_empty() { Err(Error::new(name.span(), example)) } else { Ok(name) }
}

/// The name of the constant for the timer whose handler is `method`.
pub(super) fn constant(method: &Ident) -> Ident {
    Ident::new(&Case::ScreamingSnake.apply(&method.unraw().to_string()), method.span())
}

/// The name of the constant that the user wrote in the impl block, if there is one of this name.
pub(super) fn written<'a>(items: &'a [ImplItem], name: &Ident) -> Option<&'a Ident> {
    items.iter().find_map(|item| match item {
        ImplItem::Const(item) if item.ident == *name => Some(&item.ident),
        _ => None,
    })
}

/// Reports timers whose constant has the name of another timer's, or of a constant that the impl block has already.
pub(super) fn constants(items: &[ImplItem], timers: &[Timer], errors: &mut Vec<Error>) {
    for (index, timer) in timers.iter().enumerate() {
        let Timer { constant, handler, .. } = timer;
        let method = &handler.method.name;
        if let Some(other) = timers.iter().take(index).find(|other| other.constant == *constant) {
            let message = format!(
                "the constant `{constant}` of the timer `{method}` conflicts with that of `{}`; rename one of the two methods",
                other.handler.method.name
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
