//! Serving a Worker with wrangler until interrupted.

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::parent_id,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{host, process::Group, project::Project};

/// Serves `package` on `port`. It ends with wrangler, with an interrupt, or with the process that started us.
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
        .with_context(|| format!("wrangler said:\n{}\nand", log.start_up()))?;
    log.show();
    println!("listening on http://127.0.0.1:{port}");
    while parent_id() == parent {
        if let Some(status) = group.exited()? {
            bail!("wrangler ended with {status}");
        }
        thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

/// Wrangler's output: kept back until it is ready, then shown without its chatter, so that the Worker's own lines stand out.
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
            // What a failed build has said already, wrangler says again, twice.
            repeats |= line.contains("Command failed with exit code");
            let mut state = self.state();
            if !state.shown {
                state.start_up.push(line);
            } else if !repeats && !is_chatter(&line) {
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

/// How wrangler marks the output of the build command in its configuration.
const BUILD: &str = "[custom build] ";

fn is_chatter(line: &str) -> bool {
    let text = line.strip_prefix(BUILD).unwrap_or(line).trim();
    let starts = ["[wrangler:info]", "⎔", "Running: cargo xtask build"];
    text.is_empty() || starts.iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::is_chatter;

    #[test]
    fn the_workers_own_lines_are_no_chatter() {
        assert!(is_chatter("[wrangler:info] GET /room/lobby/info 200 OK (3ms)"));
        assert!(is_chatter("⎔ Reloading local server..."));
        assert!(!is_chatter("room lobby: Ada joined"));
        assert!(!is_chatter("[wrangler:error] Uncaught Error: thrown"));
    }
}
