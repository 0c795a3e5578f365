//! Size and cold start.

use std::{fs, path::Path, process::Command, time::Instant};

use anyhow::{Context, Result};
use bench_load::{Clients, Kind};

use crate::bench::{
    candidate::{OURS, Program, RUST},
    figures::Spread,
    report::{Goal, Section},
    server::Server,
};

/// How much larger than the handwritten room the framework's may be, in KB with gzip.
const LIMIT: f64 = 15.0;

/// The size of the programs, and the time from their start to a session.
pub(super) fn size(programs: &[Program], quick: bool) -> Result<Section> {
    let rounds = if quick { 2 } else { 9 };
    let mut starts: Vec<_> = programs.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (program, starts) in programs.iter().zip(&mut starts) {
            starts.push(Start::of(program)?);
        }
    }
    let mut section = Section::new(
        "Size and cold start",
        "The files as deployed, and with `gzip -9`. A cold start is that of a `workerd` process: until it answers 404, which\n\
         includes compiling the program and creating its isolate; then the first session of its first room, until its first message\n\
         is delivered; and the same in a second room, when the code has run before.",
    );
    let mut rows = Vec::new();
    for (program, starts) in programs.iter().zip(&starts) {
        let (raw, compressed) = weights(program);
        let script = program.folder.join("index.js");
        let millis = |figure: fn(&Start) -> f64| {
            let Spread { low, middle, high } = Spread::of(starts.iter().map(figure));
            format!("{middle:.1} ({low:.1}–{high:.1})")
        };
        rows.push(vec![
            program.name.to_owned(),
            raw,
            compressed,
            zipped(&script).map_or("–".into(), |kilobytes| format!("{kilobytes:.1}")),
            millis(|start| start.response),
            millis(|start| start.cpu),
            millis(|start| start.first),
            millis(|start| start.second),
        ]);
    }
    let head = [
        "",
        "wasm, KB",
        "wasm, KB gzip",
        "script, KB gzip",
        "ms to the first response",
        "CPU ms of that",
        "ms, first session",
        "ms, second room",
    ];
    section.table(&head, rows);
    let weight = |name: &str| {
        let program = programs.iter().find(|program| program.name == name).context("not built")?;
        zipped(&program.folder.join("index_bg.wasm")).context("no wasm")
    };
    let more = weight(OURS)? - weight(RUST)?;
    section.goal(Goal {
        what: format!("wasm with gzip, over {RUST}"),
        goal: format!("≤ {LIMIT} KB"),
        measured: format!("{more:.1} KB"),
        reached: more <= LIMIT,
    });
    Ok(section)
}

/// The size of a program's wasm in kilobytes, raw and compressed.
pub(super) fn weights(program: &Program) -> (String, String) {
    let wasm = program.folder.join("index_bg.wasm");
    let show = |kilobytes: Option<f64>| kilobytes.map_or("–".into(), |kilobytes| format!("{kilobytes:.1}"));
    (show(raw(&wasm)), show(zipped(&wasm)))
}

/// One cold start, in milliseconds.
struct Start {
    response: f64,
    cpu: f64,
    first: f64,
    second: f64,
}

impl Start {
    fn of(program: &Program) -> Result<Self> {
        let format = *program.formats.first().context("no format")?;
        let server = Server::start(program, format)?;
        let session = |room: &str| {
            let start = Instant::now();
            Clients::check(server.port, room, format, Kind::Chat)?;
            anyhow::Ok(start.elapsed().as_secs_f64() * 1e3)
        };
        Ok(Self {
            response: server.started_in.as_secs_f64() * 1e3,
            cpu: server.start_cpu.as_secs_f64() * 1e3,
            first: session("first")?,
            second: session("second")?,
        })
    }
}

/// Kilobytes of 1,000 bytes.
fn raw(file: &Path) -> Option<f64> {
    fs::metadata(file).ok().map(|file| kilobytes(file.len()))
}

fn zipped(file: &Path) -> Option<f64> {
    let output = Command::new("gzip").arg("-9c").arg(file).output().ok()?;
    output.status.success().then(|| kilobytes(output.stdout.len() as u64))
}

fn kilobytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e3
}
