//! What a project needs, and what of it is missing. Nothing is installed or changed.

use std::{path::Path, process::Command};

use anyhow::Result;
use serde::Serialize;

use crate::{
    npm::{self, BINARYEN, ESBUILD, OLDEST_NODE, Package, WRANGLER},
    process::{npm_program, output},
    project::{Member, Project, read},
    rustc,
    tools::CargoTool,
    wasm::{TARGET, Wasm},
    wrangler_config,
};

/// How a check has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Missing, and installed by the next command that needs it.
    Later,
    /// To be solved by the user.
    Problem,
}

/// A check, and what to do about it.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// How it has ended.
    pub status: Status,
    /// What was found.
    pub found: String,
    /// One line of cure, unless all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

fn ok(name: &'static str, found: impl Into<String>) -> Check {
    Check { name, status: Status::Ok, found: found.into(), cure: None }
}

fn problem(name: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Check {
    Check { name, status: Status::Problem, found: found.into(), cure: Some(cure.into()) }
}

fn later(name: &'static str, found: impl Into<String>) -> Check {
    let cure = "the next `cargo websocket-do build`, `dev` or `deploy` installs it".to_owned();
    Check { name, status: Status::Later, found: found.into(), cure: Some(cure) }
}

/// Checks the tools of this machine that are the same for every project.
pub fn machine() -> Vec<Check> {
    vec![rust(), target(), node(), npm_itself()]
}

fn rust() -> Check {
    let cure = format!("install Rust 1.{} or newer: `rustup update stable`", rustc::OLDEST);
    match rustc::version("rustc") {
        Some(version) if rustc::is_supported(&version) => ok("rustc", version),
        Some(version) => problem("rustc", version, cure),
        None => problem("rustc", "missing", cure),
    }
}

fn target() -> Check {
    match Wasm::installed() {
        Some(wasm) => ok(TARGET, format!("{}'s", wasm.name())),
        None => problem(TARGET, "missing", format!("`rustup target add {TARGET}`")),
    }
}

fn node() -> Check {
    let cure = format!("install Node.js {OLDEST_NODE} or newer, with npm");
    match npm::node_version() {
        Some(version) if version >= OLDEST_NODE => ok("node", version.to_string()),
        Some(version) => problem("node", format!("{version} is too old"), cure),
        None => problem("node", "missing", cure),
    }
}

fn npm_itself() -> Check {
    match output(npm_program("npm").arg("--version")) {
        Some(version) => ok("npm", version),
        None => problem("npm", "missing", "install npm, which Node.js comes with"),
    }
}

/// Checks a Worker, and its tools.
pub fn worker(project: &Project, member: &Member) -> Vec<Check> {
    let mut checks = vec![ok("package", format!("{} in {}", member.name, member.folder.display()))];
    checks.push(cargo_tool("worker-build", project, CargoTool::worker_build(project)));
    checks.push(cargo_tool("wasm-bindgen", project, CargoTool::wasm_bindgen(project)));
    checks.extend([BINARYEN, ESBUILD].map(|package| npm_tool(project, &member.folder, package)));
    checks.push(wrangler(project, &member.folder));
    checks.extend(configuration(project, &member.folder));
    checks.extend(secrets(&member.folder));
    checks
}

fn cargo_tool(name: &'static str, project: &Project, tool: Result<CargoTool>) -> Check {
    match tool {
        Ok(tool) if tool.is_installed(project) => ok(name, tool.version),
        Ok(tool) => later(name, format!("{} is missing", tool.version)),
        Err(error) => problem(name, format!("{error:#}"), "depend on `websocket-do`, in one version"),
    }
}

fn npm_tool(project: &Project, folder: &Path, package: Package) -> Check {
    match npm::find(project, folder, package) {
        Some(found) => ok(package.program, found.version),
        None => later(package.program, format!("{} is missing", package.version)),
    }
}

fn wrangler(project: &Project, folder: &Path) -> Check {
    let Some(found) = npm::find(project, folder, WRANGLER) else { return later("wrangler", "missing") };
    match (found.oldest_node, npm::node_version()) {
        (Some(needed), Some(version)) if version < needed => problem(
            "wrangler",
            format!("{} needs Node.js {needed}, found {version}", found.version),
            format!("install Node.js {needed}, or `npm install --save-dev wrangler@{}`", WRANGLER.version),
        ),
        _ => ok("wrangler", found.version),
    }
}

fn configuration(project: &Project, folder: &Path) -> Vec<Check> {
    const NAME: &str = "configuration";
    let path = match project.wrangler_config(folder) {
        Ok(path) => path,
        Err(error) => return vec![problem(NAME, format!("{error:#}"), "see the guide to deploying")],
    };
    if path.extension().is_none_or(|extension| extension != "toml") {
        return vec![ok(NAME, format!("{} (only `wrangler.toml` is checked)", path.display()))];
    }
    let problems = match read(&path) {
        Ok(text) => wrangler_config::check(&text),
        Err(error) => return vec![problem(NAME, format!("{error:#}"), "make the file readable")],
    };
    if problems.is_empty() {
        return vec![ok(NAME, path.display().to_string())];
    }
    problems.into_iter().map(|found| problem(NAME, found.problem, found.cure)).collect()
}

/// A file with secrets that git would publish.
fn secrets(folder: &Path) -> Option<Check> {
    const FILE: &str = ".dev.vars";
    if !folder.join(FILE).exists() {
        return None;
    }
    // Status 1: not ignored. Outside of a repository it is another.
    let status = Command::new("git").args(["check-ignore", "--quiet", FILE]).current_dir(folder).output().ok()?.status;
    let is_published = status.code() == Some(1);
    Some(if is_published {
        problem(
            FILE,
            "git does not ignore it",
            "add `.dev.vars*` to `.gitignore`, and remove the file from the history",
        )
    } else {
        ok(FILE, "git ignores it")
    })
}
