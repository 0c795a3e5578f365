//! The environment of the local host: variables of the server, of the process, and of the files that wrangler reads.

mod expand;
mod parse;

use std::{env, fs, io, path::Path};

use self::{expand::expand, parse::parse};
use crate::{Env, host::Bindings, server::Binding};

/// Returns the environment of a server with these variables, whose files are in `folder`.
///
/// # Errors
/// Returns an error that names a file which cannot be read.
pub(super) fn environment(folder: &Path, vars: Vec<(String, String)>) -> io::Result<Env> {
    let mut bindings = Bindings::default();
    for (name, value) in files(folder)? {
        bindings.set(name, Binding::Text(value));
    }
    for (name, value) in env::vars_os() {
        let Ok(name) = name.into_string() else { continue };
        bindings.set(name, value.into_string().map_or(Binding::Other, Binding::Text));
    }
    for (name, value) in vars {
        bindings.set(name, Binding::Text(value));
    }
    Ok(Env(bindings))
}

/// Returns the variables of `.dev.vars`, or of `.env` and `.env.local` if there is no such file. Later ones replace earlier ones.
fn files(folder: &Path) -> io::Result<Vec<(String, String)>> {
    if let Some(text) = read(&folder.join(".dev.vars"))? {
        return Ok(parse(&text));
    }
    let mut merged = Vec::<(String, String)>::new();
    for name in [".env", ".env.local"] {
        for (name, value) in read(&folder.join(name))?.as_deref().map(parse).unwrap_or_default() {
            match merged.iter_mut().find(|(other, _)| *other == name) {
                Some((_, before)) => *before = value,
                None => merged.push((name, value)),
            }
        }
    }
    Ok(expand(merged))
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io::Error::new(error.kind(), format!("cannot read `{}`: {error}", path.display()))),
    }
}
