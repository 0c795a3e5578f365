//! Servers on 127.0.0.1: starting them, and waiting until they are ready.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use cargo_websocket_do::{port, process::Group, project::Project, serve, tools::Tools};

/// A command that serves a Worker locally with wrangler, without prompts, telemetry and update checks.
pub(crate) fn wrangler(project: &Project, tools: &Tools, config: &Path, port: u16) -> Result<Command> {
    let mut wrangler = serve::wrangler(project, tools, config, port)?;
    wrangler
        .args(["--local", "--inspector-port", &port::free()?.to_string()])
        .envs([("CI", "true"), ("NO_COLOR", "1"), ("FORCE_COLOR", "0")])
        .envs([("WRANGLER_SEND_METRICS", "false"), ("WRANGLER_SEND_ERROR_REPORTS", "false")])
        .envs([("WRANGLER_HIDE_BANNER", "true"), ("CLOUDFLARE_CF_FETCH_ENABLED", "false")])
        .env("WRANGLER_LOG_PATH", project.target("wrangler/logs"))
        .env("WRANGLER_REGISTRY_PATH", project.target("wrangler/registry"));
    Ok(wrangler)
}

/// A command that serves the existing build of a Worker, without rebuilding it, and stores its data in `folder`.
pub(crate) fn wrangler_in(
    project: &Project,
    tools: &Tools,
    package: &Path,
    port: u16,
    folder: &Path,
) -> Result<Command> {
    let original = project.wrangler_config(&project.path(package))?;
    let text = fs::read_to_string(&original).with_context(|| format!("cannot read {}", original.display()))?;
    let home = original.parent().unwrap_or(project.root());
    let config = folder.join("wrangler.toml");
    fs::create_dir_all(folder)?;
    fs::write(&config, without_build(&text, home))?;
    // Wrangler reads secrets beside its configuration.
    let secrets = home.join(".dev.vars");
    if secrets.exists() {
        fs::copy(&secrets, folder.join(".dev.vars"))?;
    }
    let mut wrangler = wrangler(project, tools, &config, port)?;
    wrangler.arg("--persist-to").arg(folder.join("state"));
    Ok(wrangler)
}

fn without_build(config: &str, home: &Path) -> String {
    let mut lines = Vec::new();
    let mut in_build = false;
    for line in config.lines() {
        if line.starts_with('[') {
            in_build = line == "[build]";
        }
        if !in_build {
            let main = line.strip_prefix("main = \"").map(|rest| format!("main = \"{}/{rest}", home.display()));
            lines.push(main.unwrap_or_else(|| line.to_owned()));
        }
    }
    lines.join("\n")
}

/// Waits until the program responds to HTTP on its port.
pub(crate) fn wait_until_ready(group: &mut Group, port: u16, limit: Duration) -> Result<()> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Some(status) = group.exited()? {
            bail!("it ended with {status} before it was ready");
        }
        if port::responds(port) {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    bail!("it was not ready within {} s", limit.as_secs())
}

/// Sends a GET request; returns the body of the response, which must be 200.
pub(crate) fn get(port: u16, path: &str) -> Result<String> {
    let mut answer = String::new();
    port::send_get(port, path)?.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200 ") => Ok(body.to_owned()),
        _ => bail!("{path} was answered with {answer}"),
    }
}

/// A running host, which logs to a file and is stopped when this is dropped.
pub(crate) struct Host {
    /// `None` after `stop`.
    group: Option<Group>,
    port: u16,
    address: String,
}

impl Host {
    /// Starts `command`, which serves on `port`, and waits until it is ready.
    pub(crate) fn start(name: &str, command: &mut Command, port: u16, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut group = Group::start(command.stdout(file.try_clone()?).stderr(file))?;
        wait_until_ready(&mut group, port, Duration::from_mins(2)).with_context(|| {
            let output = fs::read_to_string(log).unwrap_or_default();
            format!("the {name} host printed:\n{output}\nand")
        })?;
        let address = format!("http://127.0.0.1:{port}");
        eprintln!("-- {name} on {address}, logging to {}", log.display());
        Ok(Self { group: Some(group), port, address })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The ids of its processes of this name.
    pub(crate) fn processes(&self, name: &str) -> Result<Vec<u32>> {
        self.group.as_ref().map_or_else(|| Ok(Vec::new()), |group| group.members(name))
    }

    /// Stops the host, and waits until it has ended.
    pub(crate) fn stop(&mut self) {
        self.group = None;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::without_build;

    #[test]
    fn a_test_serves_what_is_built_already() {
        let config = "main = \"build/index.js\"\n[build]\ncommand = \"make\"\n[[migrations]]\ntag = \"v1\"";
        let expected = "main = \"/rooms/build/index.js\"\n[[migrations]]\ntag = \"v1\"";
        assert_eq!(without_build(config, Path::new("/rooms")), expected);
    }
}
