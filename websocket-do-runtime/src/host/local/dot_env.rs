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

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_variable_comes_from_the_server_then_the_process_then_the_files() {
        let folder = folder(&[(".dev.vars", "PATH=file\nA=file\nB=file")]);
        let env = environment(folder.path(), vec![("A".to_owned(), "server".to_owned())]).unwrap();
        assert_eq!(env.var("A").unwrap(), "server");
        assert_eq!(env.var("B").unwrap(), "file");
        assert_ne!(env.var("PATH").unwrap(), "file");
    }

    #[test]
    fn env_files_are_read_only_without_dev_vars_and_the_local_one_goes_first() {
        let env = [(".env", "A=env\nB=env\nC=${B}!"), (".env.local", "B=local")];
        let files = |all: &[(&str, &str)]| files(folder(all).path()).unwrap();
        assert_eq!(
            files(&env),
            [("A", "env"), ("B", "local"), ("C", "local!")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        assert_eq!(files(&[env[0], env[1], (".dev.vars", "D=$A")]), [("D".to_owned(), "$A".to_owned())]);
        assert_eq!(files(&[]), []);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let folder = folder(&[]);
        fs::write(folder.path().join(".dev.vars"), [b'A', b'=', 0xff]).unwrap();
        let error = environment(folder.path(), Vec::new()).unwrap_err().to_string();
        assert!(error.contains(".dev.vars"), "{error}");
    }
}
