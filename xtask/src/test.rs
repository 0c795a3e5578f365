//! Everything that has to pass, in order: the quick native part, the Workers, and rooms on both hosts.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use crate::{
    abuse, bench, debian,
    host::{Host, free_port, get, wrangler_in},
    package::Packed,
    page,
    process::run,
    project::Project,
    python, setup,
    step::Report,
    wasm::{FORCE, TARGET, Wasm},
    worker::{self, Profile},
};

/// The Workers under test: the package's name, its folder, and how the tests call its two hosts.
const WORKERS: [(&str, &str, [&str; 2]); 2] = [
    ("chat", "examples/chat", ["CHAT_LOCAL", "CHAT_WORKERD"]),
    ("rooms", "tests/fixtures/rooms", ["ROOMS_LOCAL", "ROOMS_WORKERD"]),
];

/// How the tests call the server in Node that misbehaves on purpose.
const MISBEHAVING: &str = "MISBEHAVING_NODE";

/// Runs the tests, all of them or only the quick native part, and reports on each step.
pub(crate) fn test(project: &Project, quick: bool) -> Result<()> {
    let mut report = Report::default();
    let packed = native(project, &mut report);
    if !quick {
        // Stops at the first step that the next ones need.
        let _ = workers(project, &mut report, packed.as_ref()).and_then(|built| hosts(project, &mut report, &built));
    }
    report.finish()
}

/// Runs what needs neither wasm32 nor servers; returns the packed crates for later steps.
fn native<'project>(project: &'project Project, report: &mut Report) -> Option<Packed<'project>> {
    report.run("format", || run(&mut cargo(project, "fmt --all --check")));
    let packed = report.run("pack the crates", || Packed::new(project));
    report.run("clippy", || run(&mut cargo(project, "clippy --workspace --all-targets -- -D warnings")));
    report.run("native tests", || run(&mut cargo(project, "test --workspace")));
    report.run("documentation", || run(cargo(project, "doc --workspace --no-deps").env("RUSTDOCFLAGS", "-D warnings")));
    if let Some(packed) = &packed {
        report.run("build the packed crates, and run their doc tests", || packed.test());
    }
    packed
}

/// What the tests of the hosts need, besides the Workers.
struct Built {
    /// The browser to drive.
    chromium: PathBuf,
    /// The folder of the page with the typed client.
    page: PathBuf,
}

/// Builds what the hosts need.
fn workers(project: &Project, report: &mut Report, packed: Option<&Packed<'_>>) -> Option<Built> {
    let (wasm, chromium) = report.run("setup", || Ok((setup::setup(project)?, setup::chromium()?)))?;
    report.run("vectors, read by msgpackr", || run(&mut node(project, "tests/fixtures/vectors/check.mjs")));
    report.run("warnings on wasm32", || lints(project, wasm));
    report.run("documentation for wasm32", || documentation(project, wasm));
    for (name, package, _) in WORKERS {
        report.run(&format!("build {name} for workerd"), || {
            worker::build(project, wasm, Path::new(package), Profile::Release)
        })?;
    }
    // After the Workers, as it takes their dependencies.
    if let Some(packed) = packed {
        report.run("build the packed crates for wasm32", || packed.build_wasm(wasm));
    }
    // Where the target came from rustup, the other way has not been gone yet.
    if wasm == Wasm::Rustup && debian::has_rust() {
        report.run("build chat for workerd without rustup's server", || without_rustup(project))?;
    }
    let page = report.run("build the client for a page", || page::build(project, wasm))?;
    Some(Built { chromium, page })
}

/// Warnings on wasm32: from clippy, or, since Debian has none, from the very build that is needed next.
fn lints(project: &Project, wasm: Wasm) -> Result<()> {
    let packages = WORKERS.map(|(_, package, _)| package).into_iter().chain([page::PACKAGE]);
    for package in packages {
        let mut command = match wasm {
            Wasm::Rustup => cargo(project, &format!("clippy --lib --release --target {TARGET} -- -D warnings")),
            Wasm::Debian => cargo(project, &format!("build --lib --release --target {TARGET}")),
        };
        command.current_dir(project.path(package));
        command.envs([("CARGO_UNSTABLE_WARNINGS", "true"), ("CARGO_BUILD_WARNINGS", "deny")]);
        wasm.prepare(project, &mut command)?;
        run(&mut command)?;
    }
    Ok(())
}

/// The documentation that docs.rs builds for wasm32, with what exists only in a Worker.
fn documentation(project: &Project, wasm: Wasm) -> Result<()> {
    let packages = "--package websocket-do --package websocket-do-runtime";
    let mut command = cargo(project, &format!("doc {packages} --all-features --no-deps --release --target {TARGET}"));
    command.env("RUSTDOCFLAGS", "-D warnings");
    wasm.prepare(project, &mut command)?;
    run(&mut command)
}

/// What a machine does that cannot reach rustup's server, and has not got the target from it before.
fn without_rustup(project: &Project) -> Result<()> {
    let mut again = Command::new(env::current_exe()?);
    again.arg("build").env(FORCE, Wasm::Debian.name()).env("RUSTUP_DIST_SERVER", "http://127.0.0.1:9");
    run(again.current_dir(project.root()))
}

/// Starts every room on both hosts and lets the clients loose on them. All are stopped at the end, whatever happened.
fn hosts(project: &Project, report: &mut Report, built: &Built) -> Option<()> {
    let mut hosts = report.run("start the hosts", || start(project))?;
    let addresses: Vec<_> = hosts.iter().map(|(name, host)| (*name, host.address())).collect();
    let mut client = |name: &str, command: &mut Command| {
        let command = command.envs(addresses.iter().copied()).env("CHROMIUM", &built.chromium);
        report.run(name, || run(command.env("IN_BROWSER", &built.page)));
    };
    client("conformance on both hosts", &mut cargo(project, "test --package tests --test conformance"));
    client("the native client and servers that misbehave", &mut cargo(project, "test --package tests --test clients"));
    for (name, address) in addresses.iter().filter(|(name, _)| name.starts_with("CHAT")) {
        let mut tests = cargo(project, "test --package chat --test room");
        client(&format!("the chat's own tests on {name}"), tests.env("CHAT", address));
    }
    client("JavaScript peers", &mut node(project, "tests/fixtures/peers/run.mjs"));
    client("browser", &mut node(project, "tests/browser/run.mjs"));
    client("the client in a page, and servers that misbehave", &mut node(project, "tests/browser/clients.mjs"));
    if python::is_here() {
        report.run("Python peer", || {
            let mut peer = Command::new(python::python(project)?);
            peer.arg(project.path("tests/fixtures/peers/peer.py")).current_dir(project.root());
            run(peer.envs(addresses.iter().copied()))
        });
    } else {
        println!("\n== Python peer: left out, there is no python3 (3.11 or newer) with venv here");
    }
    report.run("the chat's history after a restart", || restart(project, &mut hosts));
    drop(hosts);
    report
        .run("clients that ask for too much, and disks that fail", || abuse::abuse(project, &abuse::Options::smoke()));
    report.run("a smoke run of the bench", || bench::bench(project, &bench::Options::smoke()));
    Some(())
}

fn start(project: &Project) -> Result<Vec<(&'static str, Host)>> {
    let folder = project.target("hosts");
    // Rooms must not remember the last run.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let mut hosts = Vec::new();
    for (name, package, [local, workerd]) in WORKERS {
        run(&mut cargo(project, &format!("build --package {name}")))?;
        hosts.push((local, start_local(project, name, free_port()?, local)?));
        hosts.push((workerd, start_workerd(project, name, package, free_port()?, workerd)?));
    }
    hosts.push((MISBEHAVING, start_fickle(project, free_port()?)?));
    Ok(hosts)
}

fn start_local(project: &Project, name: &str, port: u16, log: &str) -> Result<Host> {
    let folder = project.target("hosts");
    let mut command = cargo(project, &format!("run --quiet --package {name} -- --port {port}"));
    command.arg("--data").arg(folder.join(name).join("data"));
    let log = folder.join(format!("{log}.log"));
    let host = Host::start(&format!("local {name}"), &mut command, port, &log)?;
    let promised = format!("listening on http://127.0.0.1:{port}");
    if !fs::read_to_string(&log)?.lines().any(|line| line == promised) {
        bail!("the local {name} did not print `{promised}`");
    }
    Ok(host)
}

fn start_workerd(project: &Project, name: &str, package: &str, port: u16, log: &str) -> Result<Host> {
    let folder = project.target("hosts");
    let mut command = wrangler_in(project, Path::new(package), port, &folder.join(name))?;
    Host::start(&format!("workerd {name}"), &mut command, port, &folder.join(format!("{log}.log")))
}

/// A server of another make, for our clients.
fn start_fickle(project: &Project, port: u16) -> Result<Host> {
    let mut command = node(project, "tests/fixtures/peers/misbehaving.mjs");
    let log = project.target("hosts").join(format!("{MISBEHAVING}.log"));
    Host::start("misbehaving Node", command.arg(port.to_string()), port, &log)
}

/// Stops the chat's hosts and starts them again: the room that the JavaScript peers have left something in must know it still.
fn restart(project: &Project, hosts: &mut [(&'static str, Host)]) -> Result<()> {
    const HISTORY: &str = "/room/restarted/history";
    let [(name, package, [local, workerd]), _] = WORKERS;
    for (variable, host) in hosts.iter_mut().filter(|(variable, _)| [local, workerd].contains(variable)) {
        let (port, before) = (host.port(), get(host.port(), HISTORY)?);
        if !before.contains(r#"{"messages":[{"text":"still here""#) {
            bail!("{variable} has nothing in its history that could survive: {before}");
        }
        host.stop();
        let log = format!("{variable}-again");
        *host = if *variable == local {
            start_local(project, name, port, &log)?
        } else {
            start_workerd(project, name, package, port, &log)?
        };
        let after = get(port, HISTORY)?;
        if after != before {
            bail!("the history of {variable} was {before} before the restart, and is {after}");
        }
    }
    Ok(())
}

fn cargo(project: &Project, arguments: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(arguments.split(' ')).current_dir(project.root());
    cargo
}

fn node(project: &Project, script: &str) -> Command {
    let mut node = Command::new("node");
    node.arg(project.path(script)).current_dir(project.root());
    node
}
