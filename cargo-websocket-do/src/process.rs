//! Running programs, and stopping them together with their children.

use std::{
    env,
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

#[cfg(unix)]
#[path = "process/unix.rs"]
mod group;
#[cfg(windows)]
#[path = "process/windows.rs"]
mod group;

pub use group::Group;

const POLL: Duration = Duration::from_millis(50);

/// The process that has started this one.
pub struct Parent {
    #[cfg(unix)]
    id: u32,
}

impl Parent {
    /// The current parent; to be called early, as another process adopts this one when its parent ends.
    pub fn of_this_process() -> Self {
        Self {
            #[cfg(unix)]
            id: std::os::unix::process::parent_id(),
        }
    }

    /// Returns whether it is still running. Always true on Windows, where it is not known.
    pub fn is_alive(&self) -> bool {
        #[cfg(unix)]
        return std::os::unix::process::parent_id() == self.id;
        #[cfg(not(unix))]
        true
    }
}

/// Runs a program to its end, with its stdout redirected to stderr. Fails if the program is missing or fails.
pub fn run(command: &mut Command) -> Result<()> {
    let name = name(command);
    let status =
        command.stdin(Stdio::null()).stdout(io::stderr()).status().with_context(|| format!("cannot run `{name}`"))?;
    succeeded(&name, status)
}

/// Runs a program to its end; stops it and fails after `limit`.
pub fn run_within(limit: Duration, command: &mut Command) -> Result<()> {
    let name = name(command);
    let mut group = Group::start(command.stdout(io::stderr()))?;
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = group.exited()? {
            return succeeded(&name, status);
        }
        thread::sleep(POLL);
    }
    bail!("`{name}` did not finish within {} s", limit.as_secs())
}

/// The output of a program; `None` if it is missing or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The output of a program. Fails with what the program reports if it is missing or fails.
pub fn text_of(command: &mut Command) -> Result<String> {
    let name = name(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run `{name}`"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        bail!("{}", text.trim().trim_start_matches("error: "));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The file of a program that npm installs. On Windows it is a batch file, which can only be started with its extension.
pub fn npm_file(name: impl AsRef<Path>) -> PathBuf {
    let mut file = name.as_ref().as_os_str().to_owned();
    if cfg!(windows) {
        file.push(".cmd");
    }
    file.into()
}

/// A program that npm installs, or npm itself.
pub fn npm_program(name: impl AsRef<Path>) -> Command {
    Command::new(npm_file(name))
}

/// Puts folders before the others in the `PATH` that the command gets.
pub fn prepend_path(command: &mut Command, folders: &[&Path]) -> Result<()> {
    let set = command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, value)| value.map(OsStr::to_owned));
    let path = set.or_else(|| env::var_os("PATH")).unwrap_or_default();
    let folders = folders.iter().map(|folder| folder.to_path_buf()).chain(env::split_paths(&path));
    command.env("PATH", env::join_paths(folders)?);
    Ok(())
}

fn name(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let program = program.rsplit('/').next().unwrap_or_default();
    let args: Vec<_> = command.get_args().take(3).map(|arg| arg.to_string_lossy()).collect();
    format!("{program} {}", args.join(" ")).trim_end().to_owned()
}

fn succeeded(name: &str, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{name}` ended with {status}");
    }
    Ok(())
}
