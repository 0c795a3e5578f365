//! Process groups of Unix.

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use super::{POLL, name, output};

/// How long a stopped program may take to clean up.
const GRACE: Duration = Duration::from_secs(5);

/// A running program in its own process group, which is stopped when this is dropped.
///
/// A guard process reads from a pipe: if this process is killed, the pipe closes and the guard stops the group, so that no process
/// is left behind.
pub struct Group {
    child: Child,
    guard: Child,
    _pipe: Option<ChildStdin>,
}

/// Sends TERM, as background processes of scripts ignore INT.
const GUARD: &str = r#"
read -r _
kill -s TERM -- "-$1"
for _ in 1 2 3 4 5 6 7 8 9 10; do
    sleep 0.5
    kill -s 0 -- "-$1" || exit 0
done
kill -s KILL -- "-$1"
"#;

impl Group {
    /// Starts a program.
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = name(command);
        let mut child =
            command.stdin(Stdio::null()).process_group(0).spawn().with_context(|| format!("cannot run `{name}`"))?;
        let guard = Command::new("sh")
            .args(["-c", GUARD, "guard", &child.id().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        match guard {
            Ok(mut guard) => Ok(Self { _pipe: guard.stdin.take(), child, guard }),
            Err(error) => {
                child.kill()?;
                Err(error).context("cannot run `sh`")
            }
        }
    }

    /// The id of the program's process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The exit status of the program, if it has ended.
    pub fn exited(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// The program's stdout and stderr, if they are pipes.
    pub fn pipes(&mut self) -> [Option<Box<dyn io::Read + Send>>; 2] {
        [
            self.child.stdout.take().map(|pipe| Box::new(pipe) as _),
            self.child.stderr.take().map(|pipe| Box::new(pipe) as _),
        ]
    }

    /// The ids of the running processes of the group with this name.
    pub fn members(&self, name: &str) -> Result<Vec<u32>> {
        let list =
            output(Command::new("ps").args(["-A", "-o", "pgid=,pid=,stat=,comm="])).context("cannot run `ps`")?;
        let group = self.child.id().to_string();
        let member = |line: &str| {
            let mut words = line.split_whitespace();
            let is_member = words.next()? == group;
            let process = words.next()?.parse().ok()?;
            let is_alive = !words.next()?.starts_with('Z');
            // On macOS, the name is a path.
            let is_named = words.next()?.rsplit('/').next()? == name;
            (is_member && is_alive && is_named).then_some(process)
        };
        Ok(list.lines().filter_map(member).collect())
    }

    /// Kills the program, which must not need to clean up.
    pub fn kill(&self) {
        self.signal("KILL");
    }

    fn signal(&self, signal: &str) -> bool {
        let group = format!("-{}", self.child.id());
        output(Command::new("kill").args(["-s", signal, "--", &group])).is_some()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let start = Instant::now();
        let mut alive = self.signal("TERM");
        while alive && start.elapsed() < GRACE {
            thread::sleep(POLL);
            // Reaps the child; until then it counts as a member of its group.
            let _ = self.child.try_wait();
            alive = self.signal("0");
        }
        if alive {
            self.signal("KILL");
        }
        let _ = self.child.wait();
        let _ = self.guard.kill();
        let _ = self.guard.wait();
    }
}
