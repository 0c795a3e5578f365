//! `cargo websocket-do new`.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    path::{Path, PathBuf, absolute},
    process::Command,
};

use anyhow::{Context, Result, bail};
use cargo_websocket_do::{
    process::{output, run as run_program},
    template::{self, TEMPLATES, Template},
};
use clap::Args;
use serde::Serialize;

use super::print_json;

#[derive(Args)]
pub(crate) struct Options {
    /// The name of the project, of its folder and of its Worker.
    name: Option<String>,
    /// What to start with: `chat`.
    #[arg(long)]
    template: Option<String>,
    /// Do not ask: take the default for what is not given.
    #[arg(long, short)]
    yes: bool,
    /// Depend on the crates in this checkout of the repository of websocket-do instead of released ones.
    #[arg(long, value_name = "CHECKOUT")]
    path: Option<PathBuf>,
    /// Do not create a git repository.
    #[arg(long)]
    no_git: bool,
    /// Print the result as JSON on stdout, and ask nothing.
    #[arg(long)]
    json: bool,
}

/// The name of a project with `--yes`.
const NAME: &str = "my-room";

/// What `--json` prints.
#[derive(Serialize)]
struct Created<'a> {
    name: &'a str,
    folder: &'a Path,
    template: &'a str,
    files: Vec<&'static str>,
}

pub(crate) fn run(options: &Options, here: &Path) -> Result<()> {
    let asks = !options.yes && !options.json && io::stdin().is_terminal();
    let name = match &options.name {
        Some(name) => name.clone(),
        None if options.yes => NAME.to_owned(),
        None if asks => ask("The name of the project", NAME)?,
        None => bail!("missing the name of the project; write `cargo websocket-do new NAME`"),
    };
    template::check_name(&name)?;
    let template = choose(options, asks)?;
    let checkout = options.path.as_deref().map(checkout).transpose()?;
    let folder = here.join(&name);
    let files = template::create(template, &name, &folder, checkout.as_deref())?;
    if !options.no_git {
        init_git(&folder)?;
    }
    if options.json {
        return print_json(&Created { name: &name, folder: &folder, template: template.name, files });
    }
    println!(
        "created {name}, {}. Next:\n\n    cd {name}\n    cargo run                  # on http://127.0.0.1:8787\n    \
         cargo test\n    cargo websocket-do dev     # the same on workerd\n    cargo websocket-do deploy  # on Cloudflare",
        template.description
    );
    Ok(())
}

fn choose(options: &Options, asks: bool) -> Result<&'static Template> {
    let default = TEMPLATES.first().context("no template")?;
    match &options.template {
        Some(name) => template::find(name),
        None if asks && TEMPLATES.len() > 1 => {
            for template in TEMPLATES {
                println!("  {}: {}", template.name, template.description);
            }
            template::find(&ask("The template", default.name)?)
        }
        None => Ok(default),
    }
}

fn ask(question: &str, default: &str) -> Result<String> {
    print!("{question} [{default}]: ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    let answer = answer.trim();
    Ok(if answer.is_empty() { default.to_owned() } else { answer.to_owned() })
}

/// The absolute path of a checkout. Fails if it is none.
fn checkout(path: &Path) -> Result<PathBuf> {
    let path = absolute(path)?;
    if !path.join("websocket-do/Cargo.toml").is_file() {
        bail!(
            "no checkout of websocket-do in {}; `--path` takes the folder that contains `websocket-do`",
            path.display()
        );
    }
    Ok(path)
}

/// As `cargo new` does: no repository inside of another, and none without git.
fn init_git(folder: &Path) -> Result<()> {
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(folder);
        git
    };
    if output(&mut git(&["--version"])).is_none() || output(&mut git(&["rev-parse", "--is-inside-work-tree"])).is_some()
    {
        return Ok(());
    }
    run_program(&mut git(&["init", "--quiet"]))
}
