//! Serving a Worker with wrangler until interrupted.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::{
    port,
    process::{Group, Parent},
    project::Project,
    tools::Tools,
};

/// A command that serves the Worker of a configuration on 127.0.0.1. Wrangler builds it first, and again whenever a watched file changes.
pub fn wrangler(project: &Project, tools: &Tools, config: &Path, port: u16) -> Result<Command> {
    let mut wrangler = tools.wrangler(project, config)?;
    wrangler.args(["dev", "--ip", "127.0.0.1", "--port", &port.to_string(), "--config"]).arg(config);
    Ok(wrangler)
}

/// How serving has ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The parent process has ended.
    Parent,
    /// Wrangler has ended before the Worker was ready: its build has failed, or its configuration is wrong.
    BeforeReady,
}

/// Runs `wrangler dev`, with all of its output on stderr, until it ends, an interrupt arrives, or the parent process ends.
///
/// Calls `ready` once the Worker responds. Fails if the port is in use, if wrangler ends after the Worker was ready, and if one of its
/// servers ends and is not replaced.
pub fn serve(wrangler: &mut Command, port: u16, parent: &Parent, ready: impl FnOnce()) -> Result<Ended> {
    if !port::is_free(port) {
        bail!("port {port} is in use; choose another with `--port`");
    }
    let mut group = Group::start(wrangler.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    for pipe in group.pipes().into_iter().flatten() {
        thread::spawn(move || print_output(pipe));
    }
    loop {
        if !parent.is_alive() {
            return Ok(Ended::Parent);
        }
        if group.exited()?.is_some() {
            return Ok(Ended::BeforeReady);
        }
        if port::responds(port) {
            break;
        }
        thread::sleep(POLL);
    }
    ready();
    let mut servers = Servers::of(&group, RELOAD);
    while parent.is_alive() {
        if let Some(status) = group.exited()? {
            bail!("wrangler ended with {status}");
        }
        servers.check(&group)?;
        thread::sleep(POLL);
    }
    Ok(Ended::Parent)
}

/// Prints wrangler's output on stderr, except for what it repeats.
fn print_output(pipe: impl Read) {
    let mut filter = Filter::default();
    for line in BufReader::new(pipe).lines().map_while(Result::ok) {
        if let Some(line) = filter.shown(&line) {
            eprintln!("{line}");
        }
    }
}

/// Removes duplicates from wrangler's output: after a failed build, it repeats the output of the build in its own error, and again as a
/// JavaScript object.
#[derive(Default)]
struct Filter {
    repeats: bool,
}

impl Filter {
    /// How wrangler marks the output of its build command.
    const BUILD: &str = "[custom build] ";
    /// The first and the last line of a repetition.
    const REPETITION: [&str; 2] = ["Command failed with exit code", "There are likely more logs"];

    fn shown<'a>(&mut self, line: &'a str) -> Option<&'a str> {
        let [first, last] = Self::REPETITION;
        if self.repeats {
            self.repeats = !line.contains(last);
            return None;
        }
        let build = line.strip_prefix(Self::BUILD);
        self.repeats = build.is_none() && line.contains(first);
        // Each line of a build is followed by an empty one.
        let is_empty = build.unwrap_or(line).trim().is_empty();
        (!self.repeats && !is_empty).then(|| build.unwrap_or(line))
    }
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

#[cfg(all(test, unix))]
mod tests {
    use std::{
        fs,
        os::unix::fs::PermissionsExt,
        process::Command,
        thread,
        time::{Duration, Instant},
    };

    use super::{Filter, SERVER, Servers};
    use crate::process::Group;

    #[test]
    fn the_error_of_a_build_is_shown_once() {
        let output = "⎔ Reloading local server...\n[custom build] error: no variant\n[custom build] \n\
                      ✘ [ERROR] Error: Command failed with exit code 1: worker-build --release\n\n  error: no variant\n  at makeError {\n\
                      ✘ [ERROR] Running custom build `worker-build` failed. There are likely more logs above.\n[wrangler:info] GET /";
        let mut filter = Filter::default();
        let shown: Vec<_> = output.lines().filter_map(|line| filter.shown(line)).collect();
        assert_eq!(shown, ["⎔ Reloading local server...", "error: no variant", "[wrangler:info] GET /"]);
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
