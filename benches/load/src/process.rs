//! The CPU time of a process, to the nanosecond, as Linux counts it.

use std::{fs, thread, time::Duration};

use anyhow::{Context, Result, bail};

/// A measured process.
#[derive(Clone, Copy, Debug)]
pub struct Process(pub u32);

impl Process {
    /// The CPU time of all of its threads so far.
    ///
    /// # Errors
    /// If there is no such process, or the system is not Linux.
    pub fn cpu(self) -> Result<Duration> {
        let folder = format!("/proc/{}/task", self.0);
        let mut sum = Duration::ZERO;
        for task in fs::read_dir(&folder).with_context(|| format!("cannot read {folder}"))? {
            // A thread may have ended in the meantime.
            if let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) {
                sum += running(&text)?;
            }
        }
        Ok(sum)
    }

    /// Waits until it is idle.
    ///
    /// # Errors
    /// If it is still busy after 30 seconds.
    pub fn rest(self) -> Result<()> {
        let mut before = self.cpu()?;
        for _ in 0..600 {
            thread::sleep(Duration::from_millis(50));
            let now = self.cpu()?;
            if now.saturating_sub(before) < Duration::from_micros(500) {
                return Ok(());
            }
            before = now;
        }
        bail!("process {} is still busy after 30 s", self.0)
    }
}

/// How long this thread has run or waited for a CPU.
pub(crate) fn busy() -> Result<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").context("no CPU times on this system")?;
    let waiting = text.split(' ').nth(1).and_then(|nanos| nanos.parse().ok()).map(Duration::from_nanos);
    Ok(running(&text)? + waiting.unwrap_or_default())
}

fn running(schedstat: &str) -> Result<Duration> {
    let first = schedstat.split(' ').next().and_then(|nanos| nanos.parse().ok());
    first.map(Duration::from_nanos).with_context(|| format!("`{schedstat}` is not a schedstat"))
}
