//! The table that is printed at the end.

use anyhow::{Result, bail};

use super::server::Outcome;

/// One line a scenario.
#[derive(Default)]
pub(super) struct Report {
    lines: Vec<String>,
    failed: usize,
}

impl Report {
    pub(super) fn add(&mut self, name: &str, outcome: &Result<Outcome>) {
        let line = match outcome {
            Ok(Outcome { memory, detail }) => {
                let figures = memory.map_or_else(|| "|  |  |".to_owned(), |(before, most)| figures(before, most));
                format!("| {name} | held {figures} {detail} |")
            }
            Err(error) => {
                self.failed += 1;
                format!("| {name} | BROKEN | | | | {error:#} |")
            }
        };
        self.lines.push(line);
    }

    pub(super) fn text(&self) -> String {
        let head = "| scenario | limit | start, MiB | most, MiB | above, MiB | |\n|---|---|--:|--:|--:|---|";
        format!("{head}\n{}", self.lines.join("\n"))
    }

    pub(super) fn finish(self) -> Result<()> {
        if self.failed > 0 {
            bail!("{} of {} limits are broken", self.failed, self.lines.len());
        }
        Ok(())
    }
}

fn figures(before: u64, most: u64) -> String {
    format!("| {} | {} | {} |", before >> 20, most >> 20, most.saturating_sub(before) >> 20)
}
