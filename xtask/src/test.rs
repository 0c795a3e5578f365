//! `cargo xtask test`: the native checks, the Workers, and the tests against both hosts.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};
use cargo_websocket_do::{
    debian, port,
    process::run,
    project::Project,
    tools::Tools,
    wasm::{FORCE, TARGET, Wasm},
    worker::Profile,
};

use crate::{
    abuse, bench,
    host::{Host, get, wrangler_in},
    outside::Outside,
    package::Packed,
    page, python, setup,
    step::Report,
    worker,
};

/// The Workers under test: the package, its folder, and the environment variables with the addresses of its two hosts.
const WORKERS: [(&str, &str, [&str; 2]); 2] = [
    ("chat", "examples/chat", ["CHAT_LOCAL", "CHAT_WORKERD"]),
    ("rooms", "tests/fixtures/rooms", ["ROOMS_LOCAL", "ROOMS_WORKERD"]),
];

/// Examples whose tests start their local host themselves, and run against workerd here: the package, its folder, the environment variable
/// with the address of the Worker, and what the tests are about.
const EXAMPLES: [(&str, &str, &str, &str); 3] = [
    ("poll", "examples/poll", "POLL", "rooms beside an axum router on workerd"),
    ("accounts", "examples/accounts", "ACCOUNTS", "accounts in a database on workerd"),
    ("game", "examples/game", "GAME", "the drawing game on workerd"),
];

/// The environment variable with the address of the Node server that violates the protocol.
const MISBEHAVING: &str = "MISBEHAVING_NODE";

/// The environment variable with the address of the game on the local host.
const GAME_LOCAL: &str = "GAME_LOCAL";

/// Runs all steps, or only the native ones, and prints a summary.
pub(crate) fn test(project: &Project, quick: bool) -> Result<()> {
    let mut report = Report::default();
    let packed = native(project, &mut report);
    if !quick {
        // Ends at the first failed step that later ones depend on.
        let _ = workers(project, &mut report, packed.as_ref()).and_then(|built| hosts(project, &mut report, &built));
    }
    report.finish()
}

/// Runs the steps that need neither wasm32 nor servers; returns the packed crates.
fn native<'project>(project: &'project Project, report: &mut Report) -> Option<Packed<'project>> {
    report.run("format", || run(&mut cargo(project, "fmt --all --check")));
    let packed = report.run("pack the crates", || Packed::new(project, "package-check"));
    report.run("clippy", || run(&mut cargo(project, "clippy --workspace --all-targets -- -D warnings")));
    for feature in ["client", "server"] {
        let arguments =
            format!("clippy --package websocket-do --no-default-features --features {feature} -- -D warnings");
        report.run(&format!("clippy with the feature {feature} alone"), || run(&mut cargo(project, &arguments)));
    }
    report.run("native tests", || run(&mut cargo(project, "test --workspace")));
    report.run("documentation", || run(cargo(project, "doc --workspace --no-deps").env("RUSTDOCFLAGS", "-D warnings")));
    if let Some(packed) = &packed {
        report.run("build the packed crates, and run their doc tests", || packed.test());
    }
    packed
}

/// The packages of all Workers, and their folders.
fn packages() -> impl Iterator<Item = (&'static str, &'static str)> {
    let workers = WORKERS.into_iter().map(|(name, package, _)| (name, package));
    workers.chain(EXAMPLES.into_iter().map(|(name, package, ..)| (name, package)))
}

/// What the tests against the hosts need besides the Workers.
struct Built {
    tools: Tools,
    /// The browser.
    chromium: PathBuf,
    /// The folder of the page with the typed client.
    page: PathBuf,
}

/// Builds the Workers, and what the tests against them need.
fn workers(project: &Project, report: &mut Report, packed: Option<&Packed<'_>>) -> Option<Built> {
    let (tools, chromium) = report.run("setup", || Ok((setup::setup(project)?, setup::chromium()?)))?;
    report.run("vectors, read by msgpackr", || run(&mut node(project, "tests/fixtures/vectors/check.mjs")));
    report.run("warnings on wasm32", || lints(project, tools.wasm));
    report.run("documentation for wasm32", || documentation(project, tools.wasm));
    for (name, package) in packages() {
        report.run(&format!("build {name} for workerd"), || {
            worker::build(project, &tools, Path::new(package), Profile::Release)
        })?;
    }
    // After the Workers, as it reuses their dependencies.
    if let Some(packed) = packed {
        report.run("build the packed crates for wasm32", || packed.build_wasm(tools.wasm));
    }
    // Debian's Rust is not covered otherwise if the target comes from rustup.
    if tools.wasm == Wasm::Rustup && debian::has_rust() {
        report.run("build chat for workerd without rustup's server", || without_rustup(project))?;
    }
    if let Some(packed) = packed {
        outside(project, report, &tools, packed);
    }
    let page = report.run("build the client for a page", || page::build(project, &tools))?;
    Some(Built { tools, chromium, page })
}

/// Runs the steps with a project outside of the repository alone.
pub(crate) fn outside_alone(project: &Project) -> Result<()> {
    let mut report = Report::default();
    let tools = setup::setup(project)?;
    outside(project, &mut report, &tools, &Packed::new(project, "package-check")?);
    report.finish()
}

/// Creates a project from the packed crates, and serves it on both hosts.
fn outside(project: &Project, report: &mut Report, tools: &Tools, packed: &Packed<'_>) {
    let created = report.run("create a project outside of the repository", || Outside::new(project, tools, packed));
    let Some(outside) = created else { return };
    report.run("the project's own tests", || outside.test());
    report.run("the project on the local host", || outside.serve_locally());
    report.run("the project on workerd, with cargo websocket-do", || outside.serve_with_command());
    report.run("the project on workerd, with worker-build and wrangler alone", || outside.serve_plainly());
}

/// Fails on warnings for wasm32: those of clippy or, as Debian's Rust has no clippy, of the build that is needed next anyway.
fn lints(project: &Project, wasm: Wasm) -> Result<()> {
    for package in packages().map(|(_, package)| package).chain([page::PACKAGE]) {
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

/// Builds the chat as on a machine that cannot reach rustup's server and does not have its target.
fn without_rustup(project: &Project) -> Result<()> {
    let mut again = Command::new(env::current_exe()?);
    again.arg("build").env(FORCE, Wasm::Debian.name()).env("RUSTUP_DIST_SERVER", "http://127.0.0.1:9");
    run(again.current_dir(project.root()))
}

/// The secret that is the key of the chat's private rooms.
const CHAT_KEY: &str = "CHAT_KEY";

/// Starts both hosts, and runs the tests and clients that connect to them. The hosts are stopped at the end, also after a failure.
fn hosts(project: &Project, report: &mut Report, built: &Built) -> Option<()> {
    let mut hosts = report.run("start the hosts", || start(project, &built.tools))?;
    let addresses: Vec<_> = hosts.iter().map(|(name, host)| (*name, host.address())).collect();
    let mut client = |name: &str, command: &mut Command| {
        let command = command.envs(addresses.iter().copied()).env("CHROMIUM", &built.chromium);
        report.run(name, || run(command.env("IN_BROWSER", &built.page)));
    };
    let console = project.target("hosts").join("ROOMS_WORKERD.log");
    let mut conformance = cargo(project, "test --package tests --test conformance");
    client("conformance on both hosts", conformance.env("ROOMS_WORKERD_LOG", console));
    client("the native client and misbehaving servers", &mut cargo(project, "test --package tests --test clients"));
    for (name, address) in addresses.iter().filter(|(name, _)| name.starts_with("CHAT")) {
        let mut tests = cargo(project, "test --package chat --test room");
        client(&format!("the chat's own tests on {name}"), tests.env("CHAT", address));
    }
    for (name, _, _, about) in EXAMPLES {
        client(about, &mut cargo(project, &format!("test --package {name} --test {name}")));
    }
    client("JavaScript peers", &mut node(project, "tests/fixtures/peers/run.mjs"));
    client("browser", &mut node(project, "tests/browser/run.mjs"));
    client("the game's page in the browser", &mut node(project, "tests/browser/game.mjs"));
    client("the client in a page, and misbehaving servers", &mut node(project, "tests/browser/clients.mjs"));
    if python::is_available() {
        report.run("Python peer", || {
            let mut peer = Command::new(python::python(project)?);
            peer.arg(project.path("tests/fixtures/peers/peer.py")).current_dir(project.root());
            run(peer.envs(addresses.iter().copied()))
        });
    } else {
        println!("\n== Python peer: skipped; missing python3 (3.11 or newer) with venv");
    }
    report.run("the chat's history and its key after a restart", || restart(project, &built.tools, &mut hosts));
    drop(hosts);
    report.run("hostile clients, crashes and a full disk", || abuse::abuse(project, &abuse::Options::smoke()));
    report.run("a smoke run of the bench", || bench::bench(project, &bench::Options::smoke()));
    Some(())
}

fn start(project: &Project, tools: &Tools) -> Result<Vec<(&'static str, Host)>> {
    let folder = project.target("hosts");
    // No storage of an earlier run.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let mut hosts = Vec::new();
    for (name, package, [local, workerd]) in WORKERS {
        run(&mut cargo(project, &format!("build --package {name}")))?;
        hosts.push((local, start_local(project, name, port::free()?, local, None)?));
        hosts.push((workerd, start_workerd(project, tools, (name, package), port::free()?, workerd, None)?));
    }
    for (name, package, variable, _) in EXAMPLES {
        hosts.push((variable, start_workerd(project, tools, (name, package), port::free()?, variable, None)?));
    }
    // For its page, which is the same on both hosts.
    run(&mut cargo(project, "build --package game"))?;
    hosts.push((GAME_LOCAL, start_local(project, "game", port::free()?, GAME_LOCAL, None)?));
    hosts.push((MISBEHAVING, start_misbehaving(project, port::free()?)?));
    Ok(hosts)
}

/// Starts a local host. `key` is the secret `CHAT_KEY`.
fn start_local(project: &Project, name: &str, port: u16, log: &str, key: Option<&str>) -> Result<Host> {
    let folder = project.target("hosts");
    let mut command = cargo(project, &format!("run --quiet --package {name} -- --port {port}"));
    command.arg("--data").arg(folder.join(name).join("data"));
    match key {
        Some(key) => command.env(CHAT_KEY, key),
        None => command.env_remove(CHAT_KEY),
    };
    let log = folder.join(format!("{log}.log"));
    let host = Host::start(&format!("local {name}"), &mut command, port, &log)?;
    let expected = format!("listening on http://127.0.0.1:{port}");
    if !fs::read_to_string(&log)?.lines().any(|line| line == expected) {
        bail!("the local {name} did not print `{expected}`");
    }
    Ok(host)
}

/// Starts a Worker. `key` is the secret `CHAT_KEY`.
fn start_workerd(
    project: &Project,
    tools: &Tools,
    (name, package): (&str, &str),
    port: u16,
    log: &str,
    key: Option<&str>,
) -> Result<Host> {
    let folder = project.target("hosts");
    let mut command = wrangler_in(project, tools, Path::new(package), port, &folder.join(name))?;
    command.args(key.map(|key| format!("--var={CHAT_KEY}:{key}")));
    Host::start(&format!("workerd {name}"), &mut command, port, &folder.join(format!("{log}.log")))
}

/// A server that violates the protocol, for tests of the clients.
fn start_misbehaving(project: &Project, port: u16) -> Result<Host> {
    let mut command = node(project, "tests/fixtures/peers/misbehaving.mjs");
    let log = project.target("hosts").join(format!("{MISBEHAVING}.log"));
    Host::start("misbehaving Node", command.arg(port.to_string()), port, &log)
}

/// Restarts the chat's hosts with the secret `CHAT_KEY`: the history that the JavaScript peers have left in a room must survive, and
/// private rooms have the new key.
fn restart(project: &Project, tools: &Tools, hosts: &mut [(&'static str, Host)]) -> Result<()> {
    const HISTORY: &str = "/room/restarted/history";
    const PRIVATE: &str = "/room/private-restarted/info?key";
    const KEY: &str = "earl-grey";
    const WARNING: &str = "CHAT_KEY is not set";
    let [(name, package, [local, workerd]), _] = WORKERS;
    for (variable, host) in hosts.iter_mut().filter(|(variable, _)| [local, workerd].contains(variable)) {
        let (port, before) = (host.port(), get(host.port(), HISTORY)?);
        if !before.contains(r#"{"messages":[{"text":"still here""#) {
            bail!("expected a history on {variable} before the restart, found {before}");
        }
        get(host.port(), &format!("{PRIVATE}=demo"))?;
        let log = project.target("hosts").join(format!("{variable}.log"));
        if !fs::read_to_string(&log)?.contains(WARNING) {
            bail!("expected the warning `{WARNING}` in {}", log.display());
        }
        host.stop();
        let log = format!("{variable}-again");
        *host = if *variable == local {
            start_local(project, name, port, &log, Some(KEY))?
        } else {
            start_workerd(project, tools, (name, package), port, &log, Some(KEY))?
        };
        let after = get(port, HISTORY)?;
        if after != before {
            bail!("the history on {variable} was {before} before the restart, and is {after} after it");
        }
        get(port, &format!("{PRIVATE}={KEY}"))?;
        if get(port, &format!("{PRIVATE}=demo")).is_ok() {
            bail!("the key `demo` opens private rooms on {variable}, although CHAT_KEY is set");
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
