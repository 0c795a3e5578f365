//! Where and with what it was measured.

use std::{fs, process::Command};

use anyhow::Result;

use crate::{process::output, project::Project};

/// Pairs of what and which.
pub(super) fn describe(project: &Project) -> Result<Vec<(&'static str, String)>> {
    let workerd = project.npm_bin("workerd");
    let says = |program: &mut Command| output(program).unwrap_or_else(|| "unknown".into());
    Ok(vec![
        ("CPU", format!("{}, {} cores", processor(), std::thread::available_parallelism()?)),
        ("Load before the start", load()),
        ("System", says(Command::new("uname").args(["-s", "-r", "-m"]))),
        ("workerd", says(Command::new(workerd).arg("--version"))),
        ("`worker`", project.locked_version("worker")?),
        ("`wasm-bindgen`", project.locked_version("wasm-bindgen")?),
        ("Rust", says(Command::new("rustc").arg("--version"))),
        ("Revision", says(Command::new("git").args(["describe", "--always", "--dirty"]).current_dir(project.root()))),
    ])
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or("unknown", |(_, name)| name).to_owned()
}

/// How many programs wanted a core, over the last minute.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}
