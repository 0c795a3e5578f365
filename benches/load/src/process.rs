//! What a process has used of the CPU, to the nanosecond, as Linux counts it.

use std::{fs, thread, time::Duration};

use anyhow::{Context, Result, bail};

/// A process that is measured.
#[derive(Clone, Copy, Debug)]
pub struct Process(pub u32);

impl Process {
    /// The CPU time of all of its threads so far.
    ///
    /// # Errors
    /// There is no such process, or the system does not count like Linux.
    pub fn cpu(self) -> Result<Duration> {
        let folder = format!("/proc/{}/task", self.0);
        let mut sum = Duration::ZERO;
        for task in fs::read_dir(&folder).with_context(|| format!("cannot read {folder}"))? {
            // A thread may end just now.
            if let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) {
                sum += running(&text)?;
            }
        }
        Ok(sum)
    }

    /// Waits until it does nothing any more.
    ///
    /// # Errors
    /// It does not come to rest within 30 seconds.
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
        bail!("process {} does not come to rest", self.0)
    }
}

/// For how long this thread has run so far, or has waited for a CPU that was taken.
pub(crate) fn busy() -> Result<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").context("this system does not count CPU time")?;
    let waiting = text.split(' ').nth(1).and_then(|nanos| nanos.parse().ok()).map(Duration::from_nanos);
    Ok(running(&text)? + waiting.unwrap_or_default())
}

fn running(schedstat: &str) -> Result<Duration> {
    let first = schedstat.split(' ').next().and_then(|nanos| nanos.parse().ok());
    first.map(Duration::from_nanos).with_context(|| format!("`{schedstat}` is no schedstat"))
}
