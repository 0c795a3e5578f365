//! BENCHMARKS.md, all of it.

use std::fmt::Write;

use super::{
    candidate::{BASELINE, OURS},
    figures::{Per, Series},
};

/// Above this, what was measured is the load generator.
const BUSY: f64 = 0.9;

/// A scenario's part of the report.
pub(super) struct Section {
    pub(super) title: &'static str,
    text: String,
    goals: Vec<String>,
}

/// What the framework must not cost more than, as a multiple of the baseline.
pub(super) struct Goal {
    what: &'static str,
    format: &'static str,
    limit: f64,
}

impl Goal {
    pub(super) fn json(what: &'static str, limit: f64) -> Self {
        Self { what, format: "JSON", limit }
    }

    pub(super) fn message_pack(what: &'static str, limit: f64) -> Self {
        Self { what, format: "MessagePack", limit }
    }
}

impl Section {
    pub(super) fn new(title: &'static str, text: &str) -> Self {
        Self { title, text: format!("## {title}\n\n{text}\n"), goals: Vec::new() }
    }

    /// A table of the candidates' costs.
    pub(super) fn table(&mut self, unit: &str, per: Per, all: &[Series]) {
        let text = &mut self.text;
        let _ = write!(
            text,
            "\n| | × {BASELINE} | CPU µs {unit} | latency µs, median | 99 of 100 | load generator |\n|---|---|---|---|---|---|\n"
        );
        let Some(baseline) = all.iter().find(|series| series.name == BASELINE) else { return };
        for series in all {
            let (ratio, cost) = (series.ratio(baseline, per), series.cost(per));
            let busy = series.busy();
            let _ = writeln!(
                text,
                "| {}{} | **{:.2}** ({:.2}–{:.2}) | {:.1} ({:.1}–{:.1}) | {:.0} | {:.0} | {:.0} % |",
                series.name,
                if busy > BUSY { " †" } else { "" },
                ratio.middle,
                ratio.low,
                ratio.high,
                cost.middle,
                cost.low,
                cost.high,
                series.latency(50),
                series.latency(99),
                busy * 100.0
            );
        }
    }

    /// Whether the goals were reached.
    pub(super) fn goals(&mut self, all: &[Series], per: Per, goals: impl IntoIterator<Item = Goal>) {
        let find = |name: &str| all.iter().find(|series| series.name == name);
        for Goal { what, format, limit } in goals {
            let name = format!("{OURS}, {format}");
            if let (Some(ours), Some(baseline)) = (find(&name), find(BASELINE)) {
                let ratio = ours.ratio(baseline, per).middle;
                let reached = if ratio <= limit { "yes" } else { "no" };
                self.goals.push(format!("| {what}, {format} | ≤ {limit:.2} × | {ratio:.2} × | {reached} |"));
            }
        }
    }
}

/// The whole report.
pub(super) fn report(machine: &[(&'static str, String)], sections: &[Section]) -> String {
    let mut text = String::from("# Benchmarks\n\nWritten by `cargo xtask bench`.\n\n");
    text.push_str("| | goal | measured | reached |\n|---|---|---|---|\n");
    for goal in sections.iter().flat_map(|section| &section.goals) {
        let _ = writeln!(text, "{goal}");
    }
    text.push_str("\n| | |\n|---|---|\n");
    for (what, which) in machine {
        let _ = writeln!(text, "| {what} | {which} |");
    }
    for section in sections {
        let _ = write!(text, "\n{}", section.text);
    }
    text
}
