//! The programs that are compared, and the formats of their sessions.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use bench_load::Format;
use cargo_websocket_do::{project::Project, tools::Tools, worker::Profile};

use crate::worker;

/// A built Worker.
pub(super) struct Program {
    /// Its name in the report.
    pub(super) name: &'static str,
    /// Its source folder in the repository.
    pub(super) source: &'static str,
    /// The binding of its rooms.
    binding: &'static str,
    /// What can be measured.
    pub(super) ability: Ability,
    /// The formats it is measured in.
    pub(super) formats: &'static [Format],
    /// The folder it is served from.
    pub(super) folder: PathBuf,
    pub(super) workerd: PathBuf,
}

/// What a program can do; each ability includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ability {
    /// It forwards frames.
    Forward,
    /// It is a chat room.
    Chat,
    /// It has rooms without join and leave messages, and counts the constructions of its rooms.
    Quiet,
    /// It answers calls.
    Call,
}

/// The program that all others are compared with.
pub(super) const BASELINE: &str = "JavaScript by hand";
/// The framework.
pub(super) const OURS: &str = "websocket-do";
/// The program whose size the framework is compared with.
pub(super) const RUST: &str = "Rust by hand";

/// Name, source, binding, ability, formats.
type Definition = (&'static str, &'static str, &'static str, Ability, &'static [Format]);

const JSON: &[Format] = &[Format::Json];
const BOTH: &[Format] = &[Format::Json, Format::MessagePack];
const PROGRAMS: [Definition; 5] = [
    (BASELINE, "benches/js-validate", "ROOM", Ability::Call, JSON),
    ("JavaScript that only forwards", "benches/js-forward", "ROOM", Ability::Forward, JSON),
    (RUST, "benches/rust-by-hand", "ROOM", Ability::Quiet, JSON),
    (OURS, "benches/room", "ROOM", Ability::Call, BOTH),
    ("the chat example", "examples/chat", "CHAT_ROOM", Ability::Chat, BOTH),
];

/// Builds all programs, each into a folder from which it is served.
pub(super) fn build(project: &Project, tools: &Tools) -> Result<Vec<Program>> {
    let workerd = workerd(project)?;
    let build_one = |(name, source, binding, ability, formats): Definition| {
        let folder = project.target("bench").join(Path::new(source).file_name().unwrap_or_default());
        let program = Program { name, source, binding, ability, formats, folder, workerd: workerd.clone() };
        let mut from = project.path(source);
        if from.join("Cargo.toml").is_file() {
            worker::build(project, tools, Path::new(source), Profile::Release)?;
            from.push("build");
        }
        program.take(&from)?;
        Ok(program)
    };
    PROGRAMS.into_iter().map(build_one).collect()
}

/// The executable, not the npm script that starts it, as its process is measured.
fn workerd(project: &Project) -> Result<PathBuf> {
    let packages = fs::read_dir(project.path("node_modules/@cloudflare")).context("npm has not installed workerd")?;
    let programs = packages.flatten().map(|package| package.path().join("bin/workerd"));
    programs.into_iter().find(|program| program.is_file()).context("npm has not installed workerd for this machine")
}

impl Program {
    /// The same program under another name and in another folder.
    pub(super) fn moved(&self, name: &'static str, folder: PathBuf) -> Self {
        let Self { source, binding, ability, formats, ref workerd, .. } = *self;
        Self { name, source, binding, ability, formats, folder, workerd: workerd.clone() }
    }

    /// Copies the built files into the folder from which the program is served.
    pub(super) fn take(&self, built: &Path) -> Result<()> {
        fs::create_dir_all(&self.folder)?;
        for file in ["index.js", "index_bg.wasm"] {
            if built.join(file).is_file() {
                fs::copy(built.join(file), self.folder.join(file)).with_context(|| format!("cannot copy {file}"))?;
            }
        }
        Ok(())
    }

    /// The name of the program with this format.
    pub(super) fn label(&self, format: Format) -> String {
        let format = match format {
            _ if self.formats.len() == 1 => "",
            Format::Json => ", JSON",
            Format::MessagePack => ", MessagePack",
        };
        format!("{}{format}", self.name)
    }

    /// A configuration of workerd that serves the program on this port and keeps its rooms' storage in this folder.
    pub(super) fn config(&self, port: u16, storage: &Path) -> String {
        let wasm = if self.folder.join("index_bg.wasm").is_file() {
            r#", (name = "index_bg.wasm", wasm = embed "index_bg.wasm")"#
        } else {
            ""
        };
        format!(
            r#"using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "storage", disk = (path = "{storage}", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:{port}", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "index.js"){wasm}],
  compatibilityDate = "2026-04-26",
  durableObjectNamespaces = [(className = "ChatRoom", uniqueKey = "ChatRoom", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
  bindings = [(name = "{binding}", durableObjectNamespace = "ChatRoom")],
);
"#,
            binding = self.binding,
            storage = storage.display(),
        )
    }
}
