//! The example on the local host, with a file for its accounts.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use rusqlite::Connection;
use tempfile::TempDir;

/// The program, as `cargo run -p accounts` runs it. It is killed when this is dropped.
pub(crate) struct LocalServer {
    folder: TempDir,
    process: Child,
    address: String,
}

impl LocalServer {
    /// Starts the program on a free port, with a new file.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (process, address) = run(&folder);
        Self { folder, process, address }
    }

    /// Kills the program, and starts it again with the same file.
    pub(crate) fn restart(&mut self) {
        self.kill();
        (self.process, self.address) = run(&self.folder);
    }

    /// The address, as `http://127.0.0.1:8787`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Opens the file of the accounts.
    pub(crate) fn database(&self) -> Connection {
        Connection::open(self.folder.path().join(ACCOUNTS)).expect("a database")
    }

    /// What the program has written to standard error.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join(LOG)).expect("a log")
    }

    fn kill(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("an end");
    }
}

impl Drop for LocalServer {
    fn drop(&mut self) {
        self.kill();
    }
}

const ACCOUNTS: &str = "accounts.sqlite";

const LOG: &str = "log";

/// Returns the process and its address.
fn run(folder: &TempDir) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accounts"));
    command.args(["--port", "0", "--accounts"]).arg(folder.path().join(ACCOUNTS));
    let log = File::create(folder.path().join(LOG)).expect("a log");
    let mut process = command.stdout(Stdio::piped()).stderr(log).spawn().expect("a process");
    let mut output = BufReader::new(process.stdout.take().expect("its output"));
    let mut line = String::new();
    output.read_line(&mut line).expect("a line");
    let address = line.trim_end().strip_prefix("listening on ").expect("an address").to_owned();
    (process, address)
}
