//! Serving a Worker with wrangler until interrupted.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::parent_id,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{host, process::Group, project::Project};

/// Serves `package` on `port`, until wrangler ends, an interrupt arrives, or the parent process ends.
pub(crate) fn serve(project: &Project, package: &Path, port: u16, parent: u32) -> Result<()> {
    if !host::is_free(port) {
        bail!("port {port} is in use; choose another with `--port`");
    }
    let mut wrangler = host::wrangler(project, &project.wrangler_config(package), port)?;
    let mut group = Group::start(wrangler.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let log = Log::default();
    for pipe in group.pipes().into_iter().flatten() {
        let log = log.clone();
        thread::spawn(move || log.follow(pipe));
    }
    host::wait_until_ready(&mut group, port, Duration::from_mins(1))
        .with_context(|| format!("wrangler printed:\n{}\nand", log.start_up()))?;
    log.show();
    println!("listening on http://127.0.0.1:{port}");
    let mut servers = Servers::of(&group, RELOAD);
    while parent_id() == parent {
        if let Some(status) = group.exited()? {
            bail!("wrangler ended with {status}");
        }
        servers.check(&group)?;
        thread::sleep(POLL);
    }
    Ok(())
}

/// How often the processes are checked.
const POLL: Duration = Duration::from_millis(500);

/// How long wrangler may take to replace a server after a change.
const RELOAD: Duration = Duration::from_secs(10);

/// The name of the server processes. Wrangler starts one for the Worker and one proxy, and does not end with them.
const SERVER: &str = "workerd";

/// Watches wrangler's server processes.
struct Servers {
    expected: usize,
    /// How long a server may be missing, and since when one has been.
    limit: Duration,
    missing: Option<Instant>,
}

impl Servers {
    /// Expects as many servers as are running now.
    fn of(group: &Group, limit: Duration) -> Self {
        // Without `ps`, nothing is watched.
        Self { expected: group.members(SERVER).map_or(0, |members| members.len()), limit, missing: None }
    }

    /// Fails if a server has ended and was not replaced in time.
    fn check(&mut self, group: &Group) -> Result<()> {
        if self.expected == 0 || group.members(SERVER).map_or(self.expected, |members| members.len()) >= self.expected {
            self.missing = None;
            return Ok(());
        }
        let since = *self.missing.get_or_insert_with(Instant::now);
        if since.elapsed() > self.limit {
            bail!("a `{SERVER}` process of wrangler has ended and was not replaced; run the command again");
        }
        Ok(())
    }
}

/// Wrangler's output: buffered until it is ready, then printed without its own messages, so that those of the Worker are visible.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    shown: bool,
    start_up: Vec<String>,
}

impl Log {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn follow(&self, pipe: impl Read) {
        let mut repeats = false;
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Wrangler repeats the output of a failed build twice.
            repeats |= line.contains("Command failed with exit code");
            let mut state = self.state();
            if !state.shown {
                state.start_up.push(line);
            } else if !repeats && !is_noise(&line) {
                eprintln!("{}", line.strip_prefix(BUILD).unwrap_or(&line));
            } else {
                repeats &= !line.contains("There are likely more logs");
            }
        }
    }

    fn show(&self) {
        self.state().shown = true;
    }

    fn start_up(&self) -> String {
        self.state().start_up.join("\n")
    }
}

/// How wrangler marks the output of its build command.
const BUILD: &str = "[custom build] ";

fn is_noise(line: &str) -> bool {
    let text = line.strip_prefix(BUILD).unwrap_or(line).trim();
    let starts = ["[wrangler:info]", "⎔", "Running: cargo xtask build"];
    text.is_empty() || starts.iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::PermissionsExt,
        process::Command,
        thread,
        time::{Duration, Instant},
    };

    use super::{SERVER, Servers, is_noise};
    use crate::process::Group;

    #[test]
    fn lines_of_the_worker_are_not_noise() {
        assert!(is_noise("[wrangler:info] GET /room/lobby/info 200 OK (3ms)"));
        assert!(is_noise("⎔ Reloading local server..."));
        assert!(!is_noise("room lobby: Ada joined"));
        assert!(!is_noise("[wrangler:error] Uncaught Error: thrown"));
    }

    fn wait_until(mut condition: impl FnMut() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < Duration::from_secs(30), "not the case after 30 s");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// A fake wrangler with two servers, which it replaces only when the file `reload` appears.
    #[test]
    fn a_server_that_ends_and_is_not_replaced_is_an_error() {
        let folder = std::env::temp_dir().join(format!("websocket-do-dev-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let server = folder.join(SERVER);
        fs::write(&server, "#!/bin/sh\nsleep 60\n").expect("a script");
        fs::set_permissions(&server, fs::Permissions::from_mode(0o755)).expect("permissions");
        let wrangler = "./workerd & ./workerd & while :; do [ -e reload ] && rm reload && ./workerd & sleep 0.1; done";
        let group = Group::start(Command::new("sh").args(["-c", wrangler]).current_dir(&folder)).expect("a group");
        let members = || group.members(SERVER).expect("a list of processes");
        wait_until(|| members().len() == 2);

        let mut patient = Servers::of(&group, Duration::from_mins(1));
        let mut strict = Servers::of(&group, Duration::ZERO);
        patient.check(&group).expect("two servers");
        strict.check(&group).expect("two servers");

        let killed = members().first().copied().expect("a server").to_string();
        assert!(Command::new("kill").args(["-9", &killed]).status().expect("kill").success());
        wait_until(|| members().len() == 1);
        // Wrangler may be about to replace it.
        patient.check(&group).expect("some patience");
        wait_until(|| strict.check(&group).is_err());
        let error = strict.check(&group).expect_err("a server is missing").to_string();
        assert!(error.contains("has ended and was not replaced"), "{error}");

        fs::write(folder.join("reload"), "").expect("a file");
        wait_until(|| members().len() == 2);
        strict.check(&group).expect("two servers again");
        drop(group);
        let _ = fs::remove_dir_all(&folder);
    }
}
