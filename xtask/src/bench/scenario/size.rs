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

/// What the framework may weigh more than the room by hand.
const LIMIT: f64 = 15.0;

/// How large the programs are, and how long they take from nothing to a session.
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
        "The files as they are deployed, and with `gzip -9`. A cold start is that of a `workerd` process: until it answers 404, which\n\
         includes compiling the program and making its isolate; then the first session of its first room, until its first message\n\
         has come back; and the same in a second room, when the code has been run before.",
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
            millis(|start| start.answer),
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
        "ms to the first answer",
        "CPU ms of that",
        "ms, first session",
        "ms, second room",
    ];
    section.table(&head, rows);
    let weight = |name: &str| {
        let program = programs.iter().find(|program| program.name == name).context("it was not built")?;
        zipped(&program.folder.join("index_bg.wasm")).context("it has no wasm")
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

/// The kilobytes of a program's wasm, as they are and compressed.
pub(super) fn weights(program: &Program) -> (String, String) {
    let wasm = program.folder.join("index_bg.wasm");
    let show = |kilobytes: Option<f64>| kilobytes.map_or("–".into(), |kilobytes| format!("{kilobytes:.1}"));
    (show(raw(&wasm)), show(zipped(&wasm)))
}

/// One cold start, in milliseconds.
struct Start {
    answer: f64,
    cpu: f64,
    first: f64,
    second: f64,
}

impl Start {
    fn of(program: &Program) -> Result<Self> {
        let format = *program.formats.first().context("it speaks nothing")?;
        let server = Server::start(program, format)?;
        let session = |room: &str| {
            let start = Instant::now();
            Clients::check(server.port, room, format, Kind::Said)?;
            anyhow::Ok(start.elapsed().as_secs_f64() * 1e3)
        };
        Ok(Self {
            answer: server.started_in.as_secs_f64() * 1e3,
            cpu: server.start_cpu.as_secs_f64() * 1e3,
            first: session("first")?,
            second: session("second")?,
        })
    }
}

/// Kilobytes of 1,000, as for the limits of Cloudflare's plans it hardly matters which.
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
