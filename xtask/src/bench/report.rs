//! BENCHMARKS.md, all of it.

use std::fmt::Write;

use super::{
    candidate::{BASELINE, OURS},
    figures::{Per, Series, Spread},
};

/// Above this part of the time, what was measured is the load generator.
const BUSY: f64 = 0.9;

const BEGIN: &str = "# Benchmarks

Written by `cargo xtask bench`, which also measures all of this again; the text, too, is from there.

What is measured is one `workerd` process for each program, without a proxy in front: the CPU time that Linux counts for
all of its threads, to the nanosecond. All programs of a scenario run at the same time and take turns in short rounds, each
time in another order, so that whatever else the machine does happens to all of them. A ratio is that of two rounds in
the same turn; **the bold figure is the median**, and the quartiles stand behind it. Compare ratios: the microseconds are
those of this machine at that hour. Where messages are compared, all processes are started anew four times, since what a
compiler makes of the very same code differs by a tenth from start to start; so much is in the spread.

The programs are in `benches/`, all with the same contract: the chat of the README, its two messages and its announcements.

* **JavaScript by hand** (`js-validate`), the baseline: every message parsed and checked, the session in the attachment and
  read once after waking, one text for all receivers.
* **JavaScript that only forwards** (`js-forward`): the floor. It looks at nothing.
* **Rust by hand** (`rust-by-hand`): `#[durable_object]` of `worker`, serde's tagged enums, the session read from its attachment.
* **websocket-do** (`room`): the same room, made with this framework, spoken to in both formats.
* **the chat example** (`examples/chat`): keeps each message in its storage, on the disk, before it says it. None of the
  others does, so it is no like for like; it shows what the writing costs.

Each program has a process for each format, as V8 compiles for what it sees.

The load generator (`benches/load`) is one thread with sockets and buffers of its own. While it waits for answers it asks for them
again and again and does not sleep: waking it would be work that Linux charges to the server that sends, and the slower a
server is, the oftener. Which part of the time it was at work, or waited for a core, stands in each row; above 90 % it is what
was measured, and the row is marked with †.
";

/// A scenario's part of the report.
pub(super) struct Section {
    text: String,
    goals: Vec<Goal>,
}

/// Something that must hold.
pub(super) struct Goal {
    pub(super) what: String,
    pub(super) goal: String,
    pub(super) measured: String,
    pub(super) reached: bool,
}

impl Goal {
    /// A multiple of something, and what it must not exceed.
    pub(super) fn at_most(what: impl Into<String>, limit: f64, measured: f64) -> Self {
        let (goal, shown) = (format!("≤ {limit:.2} ×"), format!("{measured:.2} ×"));
        // As it is shown, so that nobody reads that 1.00 is more than 1.00.
        let reached = (measured * 100.0).round() <= (limit * 100.0).round();
        Self { what: what.into(), goal, measured: shown, reached }
    }
}

impl Section {
    pub(super) fn new(title: &str, text: &str) -> Self {
        Self { text: format!("## {title}\n\n{text}\n"), goals: Vec::new() }
    }

    pub(super) fn text(&self) -> &str {
        self.text.trim_end()
    }

    /// A table.
    pub(super) fn table(&mut self, head: &[impl AsRef<str>], rows: impl IntoIterator<Item = Vec<String>>) {
        let text = &mut self.text;
        text.push('\n');
        let mut line = |cells: &[&str]| text.extend(["| ", &cells.join(" | "), " |\n"]);
        let head: Vec<_> = head.iter().map(AsRef::as_ref).collect();
        line(&head);
        line(&vec!["---"; head.len()]);
        for row in rows {
            line(&row.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    pub(super) fn goal(&mut self, goal: Goal) {
        self.goals.push(goal);
    }

    /// What everyone needed, as a table.
    pub(super) fn costs(&mut self, unit: &str, per: Per, all: &[Series]) {
        let Some(baseline) = find(all, BASELINE) else { return };
        let row = |series: &Series| {
            vec![
                name(series),
                ratio(series.ratio(baseline, per)),
                micros(series.cost(per)),
                format!("{:.0}", series.latency(50)),
                format!("{:.0}", series.latency(99)),
                percent(series.busy()),
            ]
        };
        let (ratio, cost) = (format!("× {BASELINE}"), format!("CPU µs {unit}"));
        let head = ["", &ratio, &cost, "latency µs, median", "99 of 100", "load generator"];
        self.table(&head, all.iter().map(row));
    }

    /// What the framework must not exceed, in JSON and in MessagePack, as multiples of the baseline.
    pub(super) fn limits(&mut self, what: &str, per: Per, all: &[Series], limits: [f64; 2]) {
        for (format, limit) in ["JSON", "MessagePack"].into_iter().zip(limits) {
            if let (Some(ours), Some(baseline)) = (find(all, &format!("{OURS}, {format}")), find(all, BASELINE)) {
                let measured = ours.ratio(baseline, per).middle;
                self.goal(Goal::at_most(format!("{what}, {format}: × {BASELINE}"), limit, measured));
            }
        }
    }
}

fn find<'a>(all: &'a [Series], name: &str) -> Option<&'a Series> {
    all.iter().find(|series| series.name == name)
}

/// Who it is, marked where it was not the server that was measured.
pub(super) fn name(series: &Series) -> String {
    format!("{}{}", series.name, if series.busy() > BUSY { " †" } else { "" })
}

pub(super) fn ratio(Spread { low, middle, high }: Spread) -> String {
    format!("**{middle:.2}** ({low:.2}–{high:.2})")
}

pub(super) fn micros(Spread { low, middle, high }: Spread) -> String {
    format!("{middle:.1} ({low:.1}–{high:.1})")
}

pub(super) fn percent(part: f64) -> String {
    format!("{:.0} %", part * 100.0)
}

/// The whole report.
pub(super) fn report(machine: &[(&'static str, String)], sections: &[Section]) -> String {
    let mut text = String::from(BEGIN);
    let mut goals = Section::new("What must hold", "The goals of the project, and what this run says to them.");
    let said = |goal: &Goal| {
        let reached = if goal.reached { "yes" } else { "**no**" };
        vec![goal.what.clone(), goal.goal.clone(), goal.measured.clone(), reached.to_owned()]
    };
    goals.table(&["", "goal", "measured", "reached"], sections.iter().flat_map(|section| &section.goals).map(said));
    let mut place = Section::new("The machine", "");
    place.table(&["", ""], machine.iter().map(|(what, which)| vec![(*what).to_owned(), which.clone()]));
    for section in [&goals, &place].into_iter().chain(sections) {
        let _ = write!(text, "\n{}", section.text());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_judged_as_it_is_shown() {
        assert!(Goal::at_most("", 1.00, 1.004).reached);
        assert!(!Goal::at_most("", 1.00, 1.006).reached);
    }
}
