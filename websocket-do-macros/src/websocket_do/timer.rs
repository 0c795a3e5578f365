//! Checks the handler of one timer: its name and its arguments.

use syn::{Error, LitStr, Result, ext::IdentExt};

use super::{
    check::{Arguments, method, takes_room},
    model::{Hook, Timer},
    parse::Marked,
};

pub(super) fn timer(marked: &Marked) -> Result<Timer> {
    let signature = &marked.method.sig;
    let (mut others, takes_room) = takes_room(Arguments::of(&marked.method)?);
    if others.next().is_some() {
        let name = &signature.ident;
        let message =
            format!("`timer` takes other arguments; write `async fn {name}(&self, room: &Room<Self>) -> Result<()>`");
        return Err(Error::new(name.span(), message));
    }
    Ok(Timer { name: name(marked)?, handler: Hook { method: method(&marked.method), takes_room } })
}

/// The name of `#[timer("end round")]`; of `#[timer]`, the method's own.
fn name(marked: &Marked) -> Result<LitStr> {
    let method = &marked.method.sig.ident;
    if marked.attribute.meta.require_path_only().is_ok() {
        return Ok(LitStr::new(&method.unraw().to_string(), method.span()));
    }
    let example = "a timer has a name; write `#[timer]` or `#[timer(\"name\")]`";
    let name: LitStr = marked.attribute.parse_args().map_err(|_| Error::new_spanned(&marked.attribute, example))?;
    if name.value().is_empty() { Err(Error::new(name.span(), example)) } else { Ok(name) }
}
