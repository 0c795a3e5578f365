//! The server process under test, and its memory.

use std::{
    cell::Cell,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use cargo_websocket_do::{
    port,
    process::{Group, run},
    project::Project,
};

use super::peer::Peer;
use crate::host::wait_until_ready;

/// How much memory a server may use above that at its start, in bytes.
pub(super) const LIMIT: u64 = 64 << 20;

/// The result of a scenario.
pub(super) struct Outcome {
    /// The memory of the server before, and its peak since, in bytes. `None` if the scenario does not test memory.
    pub(super) memory: Option<(u64, u64)>,
    pub(super) detail: String,
}

/// The built program that serves the test rooms.
pub(super) struct Built {
    program: PathBuf,
    folder: PathBuf,
    /// The number of data folders so far.
    count: Cell<u32>,
}

impl Built {
    pub(super) fn new(project: &Project, quick: bool) -> Result<Self> {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--quiet", "--package", "rooms"]).current_dir(project.root());
        if !quick {
            cargo.arg("--release");
        }
        run(&mut cargo)?;
        let program = project.target(if quick { "debug/rooms" } else { "release/rooms" });
        let folder = project.target("abuse");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        Ok(Self { program, folder, count: Cell::default() })
    }

    /// Starts a server with a new data folder.
    pub(super) fn start(&self) -> Result<Server> {
        self.start_on(&self.data(), None)
    }

    /// A new data folder.
    pub(super) fn data(&self) -> PathBuf {
        let number = self.count.get();
        self.count.set(number + 1);
        self.folder.join(format!("data-{number}"))
    }

    /// Starts a server on a data folder, in which files can grow to `limit` KiB, if there is a limit.
    pub(super) fn start_on(&self, data: &Path, limit: Option<u32>) -> Result<Server> {
        fs::create_dir_all(data)?;
        let port = port::free()?;
        // Without the trap, a write beyond the limit ends the process. A soft limit can be lifted later.
        let script = r#"trap "" XFSZ; ulimit -S -f "$1" && exec "$2" --port "$3" --data "$4""#;
        let limit = limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string());
        let mut command = Command::new("bash");
        command.args(["-c", script, "bash", &limit]).arg(&self.program).arg(port.to_string()).arg(data);
        let log = data.with_extension("log");
        let file = File::create(&log)?;
        let mut group = Group::start(command.stdout(file.try_clone()?).stderr(file))?;
        wait_until_ready(&mut group, port, Duration::from_secs(30))?;
        let server = Server { group, port, log };
        // One-time allocations are not measured.
        let mut peer = Peer::join(port, "warm")?;
        for _ in 0..100 {
            peer.call(r#"{"type":"echo","text":"warm"}"#)?;
        }
        Ok(server)
    }
}

/// A running server, which is stopped when this is dropped.
pub(super) struct Server {
    group: Group,
    port: u16,
    log: PathBuf,
}

impl Server {
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Kills it, as a crash would.
    pub(super) fn kill(self) {
        self.group.kill();
    }

    /// Lifts the limit on the size of its files.
    pub(super) fn lift_file_limit(&self) -> Result<()> {
        run(Command::new("prlimit").args(["--pid", &self.group.id().to_string(), "--fsize=unlimited"]))
    }

    /// Its current memory, in bytes.
    pub(super) fn memory(&self) -> Result<u64> {
        memory(self.group.id(), "VmRSS")
    }

    /// The outcome of a scenario; fails if the server has ended, has panicked or uses too much memory.
    pub(super) fn outcome(mut self, before: u64, detail: String) -> Result<Outcome> {
        if let Some(status) = self.group.exited()? {
            bail!("the server ended with {status}");
        }
        let log = fs::read_to_string(&self.log)?;
        if let Some(panic) = log.lines().find(|line| line.contains("panicked at")) {
            bail!("{panic}; {detail}");
        }
        let peak = memory(self.group.id(), "VmHWM")?;
        // The server still responds.
        Peer::join(self.port, "after")?.call(r#"{"type":"echo","text":"after"}"#).context("after the scenario")?;
        if peak.saturating_sub(before) > LIMIT {
            bail!("{} MiB above the start; {detail}", peak.saturating_sub(before) >> 20);
        }
        Ok(Outcome { memory: Some((before, peak)), detail })
    }
}

/// A figure in `/proc/PID/status`, in bytes.
pub(super) fn memory(process: u32, figure: &str) -> Result<u64> {
    let path = format!("/proc/{process}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':'));
    let kib: u64 = line
        .and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok())
        .with_context(|| format!("no `{figure}` in {path}"))?;
    Ok(kib << 10)
}
