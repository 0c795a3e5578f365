//! The same clients on workerd, where the platform buffers. Its figures are printed without a limit.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};
use cargo_websocket_do::{port, project::Project, worker::Profile};

use super::{Scenario, flood, name, server::memory};
use crate::{
    host::{Host, wrangler_in},
    setup, worker,
};

const PACKAGE: &str = "tests/fixtures/rooms";

/// Runs all floods; returns a table.
pub(super) fn report(project: &Project, scenarios: &[Scenario], time: Duration) -> Result<String> {
    let tools = setup::setup(project)?;
    worker::build(project, &tools, Path::new(PACKAGE), Profile::Release)?;
    let mut lines = vec!["| on workerd | start, MiB | peak, MiB | increase, MiB | |\n|---|--:|--:|--:|---|".to_owned()];
    let is_flood = |it: &&Scenario| !matches!(it, Scenario::Kill | Scenario::FullDisk | Scenario::Neighbours);
    for &scenario in scenarios.iter().filter(is_flood) {
        let (port, folder) = (port::free()?, project.target("abuse/workerd"));
        let mut command = wrangler_in(project, &tools, Path::new(PACKAGE), port, &folder)?;
        let host = Host::start("workerd", &mut command, port, &project.target("abuse/workerd.log"))?;
        let before = largest(&host, "VmRSS")?;
        let detail = flood::run(scenario, port, time).unwrap_or_else(|error| format!("{error:#}"));
        let peak = largest(&host, "VmHWM")?;
        lines.push(format!(
            "| {} | {} | {} | {} | {detail} |",
            name(scenario),
            before >> 20,
            peak >> 20,
            peak.saturating_sub(before) >> 20
        ));
        drop(host);
    }
    Ok(lines.join("\n"))
}

/// The largest figure of the host's workerd processes: besides the one with the rooms, wrangler runs a proxy.
fn largest(host: &Host, figure: &str) -> Result<u64> {
    let mut largest = None;
    for process in host.processes("workerd")? {
        largest = largest.max(memory(process, figure).ok());
    }
    largest.context("no workerd is running")
}
