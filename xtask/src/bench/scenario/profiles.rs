//! The same room in other release profiles.

use std::{env, fs, path::Path, process::Command};

use anyhow::{Context, Result};
use bench_load::Kind;
use cargo_websocket_do::{process::run, project::Project, step::step};

use super::{
    size::weights,
    traffic::{self, Traffic, starts},
};
use crate::{
    bench::{
        candidate::{OURS, Program},
        figures::{Per, Series},
        report::{Section, micros, ratio},
    },
    setup::npm_bin,
};

/// A build: its name, the environment of cargo, and the options of a further `wasm-opt`.
type Variant = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

const OPT: &str = "CARGO_PROFILE_RELEASE_OPT_LEVEL";
const LTO: &str = "CARGO_PROFILE_RELEASE_LTO";
const UNITS: &str = "CARGO_PROFILE_RELEASE_CODEGEN_UNITS";
const VARIANTS: [Variant; 7] = [
    ("as released", &[], &[]),
    ("`opt-level = \"s\"`", &[(OPT, "s")], &[]),
    ("`opt-level = \"z\"`", &[(OPT, "z")], &[]),
    ("`lto = \"thin\"`, 16 codegen units", &[(LTO, "thin"), (UNITS, "16")], &[]),
    ("then `wasm-opt -O3`", &[], &["-O3", "-g"]),
    ("then `wasm-opt -Oz`", &[], &["-Oz", "-g"]),
    ("without names of functions", &[], &["--strip-debug"]),
];

/// The framework's room in several release profiles: its size, and the cost of a message with one client.
pub(super) fn profiles(project: &Project, programs: &[Program], quick: bool) -> Result<Section> {
    let (warm, rounds, messages) = if quick { (1, 2, 500) } else { (10, 8, 2000) };
    let room = programs.iter().find(|program| program.name == OURS).context("not built")?;
    let variants = if quick { VARIANTS.get(..2).unwrap_or_default() } else { &VARIANTS };
    let builds = variants.iter().enumerate().map(|(index, variant)| build(project, room, index, variant));
    let builds = builds.collect::<Result<Vec<_>>>()?;
    let traffic =
        Traffic { kind: Kind::Chat, rooms: 1, members: 1, window: 8, messages, warm, rounds, starts: starts(quick) };
    let series = traffic::run(&builds, &traffic)?;
    let mut section = Section::new(
        "Release profiles",
        "The framework's room, compiled in several ways. Ratios are relative to the release profile of the workspace.",
    );
    let head = ["", "wasm, KB", "KB gzip", "JSON, ×", "CPU µs a message", "MessagePack, ×", "CPU µs a message"];
    let formats = room.formats.len();
    let first: Vec<&Series> = series.iter().take(formats).collect();
    let rows = builds.iter().zip(series.chunks(formats)).map(|(build, series)| {
        let (raw, zipped) = weights(build);
        let mut row = vec![build.name.to_owned(), raw, zipped];
        for (series, first) in series.iter().zip(&first) {
            row.extend([ratio(series.ratio(first, Per::Message)), micros(series.cost(Per::Message))]);
        }
        row
    });
    section.table(&head, rows);
    Ok(section)
}

/// Builds a variant of the room into its own folder.
fn build(project: &Project, room: &Program, index: usize, (name, environment, optimizer): &Variant) -> Result<Program> {
    let build = room.moved(name, project.target(format!("bench/profile-{index}")));
    if environment.is_empty() {
        build.take(&room.folder)?;
    } else {
        let folder = project.path(room.source).join("build");
        let mut again = Command::new(env::current_exe()?);
        again.args(["build", "--package", room.source]).current_dir(project.root());
        again
            .envs(environment.iter().copied())
            .env("CARGO_TARGET_DIR", project.target(format!("bench/target-{index}")));
        step(&format!("building with {name}"), || run(&mut again))?;
        build.take(&folder)?;
        // The next ordinary build must not take this one for its own.
        fs::remove_file(folder.join(".stamp"))?;
    }
    if !optimizer.is_empty() {
        optimize(project, &build.folder.join("index_bg.wasm"), optimizer)?;
    }
    Ok(build)
}

fn optimize(project: &Project, wasm: &Path, options: &[&str]) -> Result<()> {
    let features = ["bulk-memory", "exception-handling", "multivalue", "mutable-globals", "nontrapping-float-to-int"];
    let features = features.iter().chain(&["reference-types", "sign-ext"]);
    let mut wasm_opt = Command::new(npm_bin(project, "wasm-opt"));
    wasm_opt.arg(wasm).arg("-o").arg(wasm).args(options);
    run(wasm_opt.args(features.map(|feature| format!("--enable-{feature}"))))
}
