//! The table printed at the end.

use anyhow::{Result, bail};

use super::server::Outcome;

/// One line for each scenario.
#[derive(Default)]
pub(super) struct Report {
    lines: Vec<String>,
    failed: usize,
}

impl Report {
    pub(super) fn add(&mut self, name: &str, outcome: &Result<Outcome>) {
        let line = match outcome {
            Ok(Outcome { memory, detail }) => {
                let figures = memory.map_or_else(|| "|  |  |".to_owned(), |(before, peak)| figures(before, peak));
                format!("| {name} | held {figures} {detail} |")
            }
            Err(error) => {
                self.failed += 1;
                format!("| {name} | EXCEEDED | | | | {error:#} |")
            }
        };
        self.lines.push(line);
    }

    pub(super) fn text(&self) -> String {
        let head = "| scenario | limit | start, MiB | peak, MiB | increase, MiB | |\n|---|---|--:|--:|--:|---|";
        format!("{head}\n{}", self.lines.join("\n"))
    }

    pub(super) fn finish(self) -> Result<()> {
        if self.failed > 0 {
            bail!("{} of {} limits were exceeded", self.failed, self.lines.len());
        }
        Ok(())
    }
}

fn figures(before: u64, peak: u64) -> String {
    format!("| {} | {} | {} |", before >> 20, peak >> 20, peak.saturating_sub(before) >> 20)
}
