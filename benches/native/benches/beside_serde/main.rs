//! `cargo bench -p native-benches`: compares each case with the same code by hand, and prints a table of the ratios.
//!
//! Criterion chooses the number of iterations and reports the times, but does not compare two functions at the same time.
//! So each sample here alternates rounds of both, and the ratio is that of one sample. If valgrind is installed, instructions
//! are counted as well. `-- <part of a name>` selects cases. The table is Markdown; no other line of the output begins with `|`.

mod instructions;

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use criterion::{Criterion, SamplingMode};
use native_benches::cases::{self, Case, Pair};

/// Samples of each case.
const SAMPLES: usize = 50;

/// Rounds of a sample: short enough that most are not interrupted, so that the median is not affected.
const ROUNDS: u64 = 200;

/// One sample: nanoseconds of one iteration, with the runtime and by hand.
type Sample = (f64, f64);

fn main() {
    if instructions::counted() {
        return;
    }
    let mut criterion = Criterion::default()
        .sample_size(SAMPLES)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500))
        .without_plots()
        .configure_from_args();
    let mut table = String::from(
        "| | format | ours | by hand | ratio | quartiles | instructions | by hand | ratio |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for case in cases::all() {
        let samples = measure(&mut criterion, &case);
        if !samples.is_empty() {
            row(&mut table, &case, &samples);
        }
    }
    criterion.final_summary();
    println!("\nOurs against serde's derives by hand, median of {SAMPLES} samples of the same run:\n\n{table}");
    if !instructions::can_be_counted() {
        println!("Instructions are not counted: valgrind is not installed.");
    }
}

fn measure(criterion: &mut Criterion, case: &Case) -> Vec<Sample> {
    let mut pair = (case.start)(case.format);
    let mut samples = Vec::new();
    let mut group = criterion.benchmark_group(case.name);
    group.sampling_mode(SamplingMode::Flat);
    group.bench_function(case.format.to_string(), |bencher| {
        bencher.iter_custom(|times| {
            let (sample, ours) = in_turns(&mut pair, times);
            samples.push(sample);
            ours
        });
    });
    group.finish();
    // Earlier samples are warm-up.
    samples.split_off(samples.len().saturating_sub(SAMPLES))
}

/// Takes one sample. Returns it with the total time of the runtime's side.
fn in_turns(pair: &mut Pair, times: u64) -> (Sample, Duration) {
    let round = times.div_ceil(ROUNDS);
    let (mut ours, mut plain, mut left) = (Vec::new(), Vec::new(), times);
    while left > 0 {
        let times = round.min(left);
        left -= times;
        let ours_first = ours.len() % 2 == 0;
        if ours_first {
            ours.push((timed(&mut pair.ours, times), times));
        }
        plain.push((timed(&mut pair.plain, times), times));
        if !ours_first {
            ours.push((timed(&mut pair.ours, times), times));
        }
    }
    ((median_of(&ours), median_of(&plain)), ours.iter().map(|(time, _)| *time).sum())
}

fn timed(act: &mut dyn FnMut(), times: u64) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        act();
    }
    start.elapsed()
}

/// Returns the nanoseconds of one iteration in the median round.
fn median_of(rounds: &[(Duration, u64)]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let once = |(time, times): &(Duration, u64)| time.as_nanos() as f64 / *times as f64;
    quantile(rounds.iter().map(once).collect(), 0.5)
}

fn row(table: &mut String, case: &Case, samples: &[Sample]) {
    let part = |of: fn(&Sample) -> f64, part: f64| quantile(samples.iter().map(of).collect(), part);
    let ratio = |(ours, plain): &Sample| ours / plain;
    let _ = write!(
        table,
        "| {} | {} | {} | {} | **{:.2}** | {:.2}–{:.2} |",
        case.name,
        case.format,
        time(part(|sample| sample.0, 0.5)),
        time(part(|sample| sample.1, 0.5)),
        part(ratio, 0.5),
        part(ratio, 0.25),
        part(ratio, 0.75),
    );
    let _ = match instructions::of(case) {
        Some((ours, plain)) => writeln!(table, " {ours:.0} | {plain:.0} | **{:.2}** |", ours / plain),
        None => writeln!(table, " – | – | – |"),
    };
}

fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index"
    )]
    let index = ((values.len().saturating_sub(1)) as f64 * part).round() as usize;
    values.get(index).copied().unwrap_or(f64::NAN)
}

fn time(nanos: f64) -> String {
    if nanos < 10_000.0 { format!("{nanos:.0} ns") } else { format!("{:.1} µs", nanos / 1_000.0) }
}
