//! Counts the instructions of one case with valgrind. The count does not depend on the load of the machine. The program runs
//! itself as a child process, with few and with many iterations; the difference excludes the cost of starting.

use std::{env, process::Command};

use native_benches::cases::{self, Case, Pair};

const COUNT: &str = "--count-instructions-of";
const FEW: u64 = 100;
const MANY: u64 = 600;

/// Whether valgrind is installed.
pub(crate) fn can_be_counted() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// In the child process: runs one side of one case as often as the arguments require. Returns whether this is the child.
pub(crate) fn counted() -> bool {
    let arguments: Vec<_> = env::args().collect();
    let [_, flag, name, format, side, times] = &arguments[..] else { return false };
    if flag != COUNT {
        return false;
    }
    let chosen = cases::all().find(|case| case.name == name && case.format.to_string() == *format);
    if let (Some(case), Ok(times)) = (chosen, times.parse()) {
        let Pair { mut ours, mut plain } = (case.start)(case.format);
        let act = if side == "ours" { &mut ours } else { &mut plain };
        (0..times).for_each(|_: u64| act());
    }
    true
}

/// Returns the instructions of one iteration, with the runtime and by hand.
pub(crate) fn of(case: &Case) -> Option<(f64, f64)> {
    let side = |side| {
        let difference = run(case, side, MANY)?.checked_sub(run(case, side, FEW)?)?;
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        Some(difference as f64 / (MANY - FEW) as f64)
    };
    Some((side("ours")?, side("by hand")?))
}

fn run(case: &Case, side: &str, times: u64) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(env::current_exe().ok()?)
        .args([COUNT, case.name, &case.format.to_string(), side, &times.to_string()])
        .output()
        .ok()?;
    let stderr = String::from_utf8(output.stderr).ok()?;
    let (_, count) = stderr.split_once("I   refs:").or_else(|| stderr.split_once("I refs:"))?;
    count.lines().next()?.trim().replace(',', "").parse().ok()
}
