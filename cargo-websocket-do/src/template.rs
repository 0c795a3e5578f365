//! The files of a new project.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::npm::WRANGLER;

/// A template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// The paths of its files, and their texts.
    files: &'static [(&'static str, &'static str)],
}

macro_rules! files {
    ($folder:literal: $($path:literal from $source:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../templates/", $folder, "/", $source)))),*]
    };
}

/// All templates; the first is the default.
pub const TEMPLATES: &[Template] = &[Template {
    name: "chat",
    description: "a chat room with a page",
    // Cargo packs neither folders with a `Cargo.toml` nor, by default, files that git ignores.
    files: files! { "chat":
        "Cargo.toml" from "Cargo.toml.template",
        "protocol/Cargo.toml" from "protocol/Cargo.toml.template",
        "protocol/src/lib.rs" from "protocol/src/lib.rs",
        "src/lib.rs" from "src/lib.rs",
        "src/main.rs" from "src/main.rs",
        "src/room.rs" from "src/room.rs",
        "src/page.html" from "src/page.html",
        "tests/room.rs" from "tests/room.rs",
        "wrangler.toml" from "wrangler.toml",
        "package.json" from "package.json",
        ".dev.vars.example" from "dev.vars.example",
        ".gitignore" from "gitignore",
        ".github/workflows/deploy.yml" from ".github/workflows/deploy.yml",
        "workers-builds.sh" from "workers-builds.sh",
        "AGENTS.md" from "AGENTS.md",
    },
}];

/// Finds a template by its name.
pub fn find(name: &str) -> Result<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name).with_context(|| {
        let names: Vec<_> = TEMPLATES.iter().map(|template| format!("`{}`", template.name)).collect();
        format!("unknown template `{name}`; expected {}", names.join(" or "))
    })
}

/// Fails if a project cannot have this name, which cargo and Cloudflare must both accept.
pub fn check_name(name: &str) -> Result<()> {
    /// Names of crates that a project or its tests use, and words that are no names of crates.
    const RESERVED: [&str; 12] = [
        "core",
        "std",
        "alloc",
        "proc-macro",
        "test",
        "serde",
        "tokio",
        "worker",
        "websocket-do",
        "build",
        "src",
        "protocol",
    ];
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts || name.ends_with('-') || name.contains("--") || !name.chars().all(is_allowed) {
        bail!(
            "the name `{name}` is not supported; use lower-case letters, digits and single hyphens, with a letter first"
        );
    }
    // Part of the host name of a deployed Worker.
    if name.len() > 54 {
        bail!("the name `{name}` is too long; use 54 characters at most");
    }
    if RESERVED.contains(&name) || KEYWORDS.contains(&name) {
        bail!("the name `{name}` is reserved; use another, such as `{name}-room`");
    }
    Ok(())
}

/// Rust's keywords in lower case, which no crate can be called.
const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Creates the project in `folder`, with the crates of `checkout` or those of the registry; returns the paths of the files.
///
/// Fails before it writes anything if the folder exists and is not empty.
pub fn create(template: &Template, name: &str, folder: &Path, checkout: Option<&Path>) -> Result<Vec<&'static str>> {
    check_name(name)?;
    if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file() {
        bail!("{} exists already; choose another name, or remove it", folder.display());
    }
    for (path, text) in template.files {
        let file = folder.join(path);
        let write = || {
            fs::create_dir_all(file.parent().unwrap_or(folder))?;
            fs::write(&file, fill(text, name, checkout))
        };
        write().with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(template.files.iter().map(|(path, _)| *path).collect())
}

/// Replaces the placeholders of a template's file.
fn fill(text: &str, name: &str, checkout: Option<&Path>) -> String {
    let dependency = |more: &str| {
        let mut entry = match checkout {
            Some(checkout) => format!("{{ path = {}", quoted(&checkout.join("websocket-do"))),
            None => format!("{{ version = {:?}", compatible()),
        };
        // Writing to a string cannot fail.
        let _ = write!(entry, "{more} }}");
        if more.is_empty() && checkout.is_none() { format!("{:?}", compatible()) } else { entry }
    };
    text.replace("{{name}}", name)
        .replace("{{crate}}", &name.replace('-', "_"))
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
        .replace("{{wrangler}}", WRANGLER.version)
        .replace("{{dependency}}", &dependency(""))
        .replace("{{dependency with testing}}", &dependency(", features = [\"testing\"]"))
        .replace("{{dependency without features}}", &dependency(", default-features = false"))
}

/// A path as a string of TOML, which has the escapes of JSON.
fn quoted(path: &Path) -> String {
    serde_json::Value::from(path.to_string_lossy()).to_string()
}

/// The version of `websocket-do` that a project asks for: that of this crate, without its patch number.
fn compatible() -> &'static str {
    env!("CARGO_PKG_VERSION").rsplit_once('.').map_or("0.1", |(version, _)| version)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{TEMPLATES, check_name, create, fill, find};

    #[test]
    fn a_name_must_suit_cargo_and_cloudflare() {
        for name in ["my-room", "a", "room2", &"a".repeat(54)] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in [
            "",
            "My-Room",
            "2rooms",
            "-room",
            "room-",
            "a--b",
            "räume",
            "a_b",
            "a.b",
            "../a",
            "a b",
            "a\"b",
            &"a".repeat(55),
        ] {
            assert!(check_name(name).is_err(), "{name}");
        }
        let reserved = check_name("match").expect_err("a keyword").to_string();
        assert_eq!(reserved, "the name `match` is reserved; use another, such as `match-room`");
        assert!(check_name("websocket-do").is_err());
    }

    #[test]
    fn an_unknown_template_is_an_error_that_names_the_others() {
        assert_eq!(find("poker").expect_err("unknown").to_string(), "unknown template `poker`; expected `chat`");
    }

    #[test]
    fn no_placeholder_is_left_in_a_project() {
        for template in TEMPLATES {
            for (path, text) in template.files {
                let filled = fill(text, "tea-room", None).replace("${{", "");
                assert!(!filled.contains("{{"), "in {path}: {filled}");
            }
        }
    }

    #[test]
    fn a_project_depends_on_the_released_crate_or_on_a_checkout() {
        let dependency = |checkout| fill("{{dependency}}; {{dependency with testing}}", "room", checkout);
        assert_eq!(dependency(None), r#""0.1"; { version = "0.1", features = ["testing"] }"#);
        let path = r#"{ path = "/src/websocket-do" }; { path = "/src/websocket-do", features = ["testing"] }"#;
        assert_eq!(dependency(Some(Path::new("/src"))), path);
    }

    #[test]
    fn an_existing_folder_is_left_as_it_is() {
        let folder = std::env::temp_dir().join(format!("websocket-do-new-{}", std::process::id()));
        let template = TEMPLATES.first().expect("a template");
        fs::create_dir_all(&folder).expect("a folder");
        create(template, "room", &folder, None).expect("an empty folder is fine");
        fs::write(folder.join("src/room.rs"), "mine").expect("a file");
        let error = create(template, "room", &folder, None).expect_err("not empty").to_string();
        assert!(error.contains("exists already"), "{error}");
        assert_eq!(fs::read_to_string(folder.join("src/room.rs")).expect("the file"), "mine");
        fs::remove_dir_all(folder).expect("removed");
    }
}
