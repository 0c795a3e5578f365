//! The machine and the versions of a measurement.

use std::{fs, process::Command};

use anyhow::Result;
use cargo_websocket_do::{process::output, project::Project};

use crate::setup::npm_bin;

/// Pairs of property and value.
pub(super) fn describe(project: &Project) -> Result<Vec<(&'static str, String)>> {
    let workerd = npm_bin(project, "workerd");
    let version = |program: &mut Command| output(program).unwrap_or_else(|| "unknown".into());
    Ok(vec![
        ("CPU", format!("{}, {} cores", processor(), std::thread::available_parallelism()?)),
        ("Load before the start", load()),
        ("System", version(Command::new("uname").args(["-s", "-r", "-m"]))),
        ("workerd", version(Command::new(workerd).arg("--version"))),
        ("`worker`", project.locked_version("worker")?),
        ("`wasm-bindgen`", project.locked_version("wasm-bindgen")?),
        ("Rust", version(Command::new("rustc").arg("--version"))),
        (
            "Revision",
            version(Command::new("git").args(["describe", "--always", "--dirty"]).current_dir(project.root())),
        ),
    ])
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or("unknown", |(_, name)| name).to_owned()
}

/// The load average of the last minute.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}
