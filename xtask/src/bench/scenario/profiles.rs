//! Release profiles: the same room, compiled in other ways.

use std::{env, fs, path::Path, process::Command};

use anyhow::{Context, Result};

use super::{
    size::weights,
    traffic::{self, Talk, sittings},
};
use crate::{
    bench::{
        candidate::{OURS, Program},
        figures::{Per, Series},
        report::{Section, micros, ratio},
    },
    process::run,
    project::Project,
    step::step,
};

/// A way to compile: what it is called, what cargo is told, and how `wasm-opt` goes over the result once more.
type Way = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

const OPT: &str = "CARGO_PROFILE_RELEASE_OPT_LEVEL";
const LTO: &str = "CARGO_PROFILE_RELEASE_LTO";
const UNITS: &str = "CARGO_PROFILE_RELEASE_CODEGEN_UNITS";
const WAYS: [Way; 7] = [
    ("as released", &[], &[]),
    ("`opt-level = \"s\"`", &[(OPT, "s")], &[]),
    ("`opt-level = \"z\"`", &[(OPT, "z")], &[]),
    ("`lto = \"thin\"`, 16 codegen units", &[(LTO, "thin"), (UNITS, "16")], &[]),
    ("`wasm-opt -O3` after it", &[], &["-O3", "-g"]),
    ("`wasm-opt -Oz` after it", &[], &["-Oz", "-g"]),
    ("without the names of functions", &[], &["--strip-debug"]),
];

/// The framework's room, compiled in different ways: size, and the cost of a message with one client.
pub(super) fn profiles(project: &Project, programs: &[Program], quick: bool) -> Result<Section> {
    let (warm, rounds, messages) = if quick { (1, 2, 500) } else { (10, 8, 2000) };
    let room = programs.iter().find(|program| program.name == OURS).context("it was not built")?;
    let ways = if quick { WAYS.get(..2).unwrap_or_default() } else { &WAYS };
    let builds = ways.iter().enumerate().map(|(place, way)| build(project, room, place, way));
    let builds = builds.collect::<Result<Vec<_>>>()?;
    let talk = Talk { rooms: 1, members: 1, window: 8, messages, warm, rounds, sittings: sittings(quick) };
    let series = traffic::talk(&builds, &talk)?;
    let mut section = Section::new(
        "Release profiles",
        "The framework's room, compiled in different ways. The ratios are those to the release profile of the workspace.",
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

/// The room, compiled in one of the ways. It is served from a folder of its own.
fn build(project: &Project, room: &Program, place: usize, (name, told, after): &Way) -> Result<Program> {
    let build = room.moved(name, project.target(format!("bench/profile-{place}")));
    if told.is_empty() {
        build.take(&room.folder)?;
    } else {
        let folder = project.path(room.source).join("build");
        let mut again = Command::new(env::current_exe()?);
        again.args(["build", "--package", room.source]).current_dir(project.root());
        again.envs(told.iter().copied()).env("CARGO_TARGET_DIR", project.target(format!("bench/target-{place}")));
        step(&format!("building with {name}"), || run(&mut again))?;
        build.take(&folder)?;
        // Or else the next build would take this one for its own.
        fs::remove_file(folder.join(".stamp"))?;
    }
    if !after.is_empty() {
        optimize(project, &build.folder.join("index_bg.wasm"), after)?;
    }
    Ok(build)
}

fn optimize(project: &Project, wasm: &Path, how: &[&str]) -> Result<()> {
    let features = ["bulk-memory", "exception-handling", "multivalue", "mutable-globals", "nontrapping-float-to-int"];
    let features = features.iter().chain(&["reference-types", "sign-ext"]);
    let mut wasm_opt = Command::new(project.npm_bin("wasm-opt"));
    wasm_opt.arg(wasm).arg("-o").arg(wasm).args(how);
    run(wasm_opt.args(features.map(|feature| format!("--enable-{feature}"))))
}
