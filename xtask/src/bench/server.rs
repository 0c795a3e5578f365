//! A workerd process that serves one program.

use std::{
    fs::{self, File},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use bench_load::{Format, Process};
use cargo_websocket_do::{port, process::Group};

use super::candidate::Program;

/// How long a start may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A running workerd, which is stopped when this is dropped.
pub(super) struct Server {
    pub(super) port: u16,
    pub(super) process: Process,
    /// The time from its start to its first response.
    pub(super) started_in: Duration,
    /// The CPU time until it was idle after its start.
    pub(super) start_cpu: Duration,
    group: Group,
}

impl Server {
    /// Starts the program for sessions of this format, and waits for its first response.
    pub(super) fn start(program: &Program, format: Format) -> Result<Self> {
        let port = port::free()?;
        let config = program.folder.join(format!("{format:?}.capnp"));
        let storage = program.folder.join(format!("{format:?}-storage"));
        // No storage of an earlier run.
        let _ = fs::remove_dir_all(&storage);
        fs::create_dir_all(&storage)?;
        fs::write(&config, program.config(port, &storage))?;
        let path = program.folder.join(format!("{format:?}.log"));
        let log = File::create(&path)?;
        let mut workerd = Command::new(&program.workerd);
        workerd.arg("serve").arg(&config).stdout(log.try_clone()?).stderr(log);
        let start = Instant::now();
        let mut group = Group::start(&mut workerd)?;
        // Any response will do, a 404 too.
        while bench_load::get(port, "/nothing").is_err() {
            if group.exited()?.is_some() || start.elapsed() > TIMEOUT {
                bail!("workerd does not serve {}: {}", program.source, fs::read_to_string(&path).unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(1));
        }
        let started_in = start.elapsed();
        let process = Process(group.id());
        process.rest().with_context(|| format!("after the start of {}", program.source))?;
        Ok(Self { port, process, started_in, start_cpu: process.cpu()?, group })
    }
}

impl Drop for Server {
    /// Kills workerd, which on TERM waits for sockets that are already closed.
    fn drop(&mut self) {
        self.group.kill();
    }
}
