//! The steps of a test run and their times.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use cargo_websocket_do::step::seconds;

/// The steps of a test run.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<(String, Duration, bool)>,
}

impl Report {
    /// Runs a step; returns its result if it passed.
    pub(crate) fn run<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        println!("\n== {name}");
        let start = Instant::now();
        let result = work();
        let took = start.elapsed();
        self.lines.push((name.to_owned(), took, result.is_ok()));
        match result {
            Ok(value) => {
                println!("== {name}: passed in {}", seconds(took));
                Some(value)
            }
            Err(error) => {
                println!("== {name}: FAILED after {}: {error:#}", seconds(took));
                None
            }
        }
    }

    /// Prints all steps with their times; the last line counts them.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\n== summary");
        for (name, took, passed) in &self.lines {
            println!("{:>9}  {}  {name}", seconds(*took), if *passed { "passed" } else { "FAILED" });
        }
        let failed = self.lines.iter().filter(|(_, _, passed)| !passed).count();
        println!("{} passed, {failed} failed", self.lines.len() - failed);
        if failed > 0 {
            bail!("not all steps passed");
        }
        Ok(())
    }
}
