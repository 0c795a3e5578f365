//! A project outside of the repository, as a user creates it: from the packed crates alone, with `cargo websocket-do` and without it.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use cargo_websocket_do::{
    port,
    process::{Group, npm_program, prepend_path, run, text_of},
    project::{Project, TOOLS},
    step::step,
    tools::{CargoTool, Tools},
};

use crate::{
    host::{Host, wait_until_ready},
    package::Packed,
    setup::npm_bin,
};

/// The name of the project.
const NAME: &str = "tea-room";

/// How long a server may take to build and start.
const LIMIT: Duration = Duration::from_mins(2);

/// A new project in a temporary folder, which is removed at the end.
pub(crate) struct Outside<'a> {
    repository: &'a Project,
    tools: &'a Tools,
    /// Has a configuration of cargo, and the project.
    folder: PathBuf,
    /// The folder with `cargo-websocket-do`.
    command: PathBuf,
}

impl Drop for Outside<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl<'a> Outside<'a> {
    /// Creates the project with the packed `cargo websocket-do new`.
    pub(crate) fn new(repository: &'a Project, tools: &'a Tools, packed: &Packed<'_>) -> Result<Self> {
        let command = packed.build_command()?;
        let folder = env::temp_dir().join(format!("websocket-do-outside-{}", std::process::id()));
        fs::create_dir_all(folder.join(".cargo"))?;
        let outside = Self { repository, tools, folder, command };
        fs::write(outside.folder.join(".cargo/config.toml"), packed.cargo_config())?;
        run(outside.cargo_in(&outside.folder, "websocket-do new --yes --json")?.arg(NAME))?;
        // The dependencies that are tested are those of the repository, not today's newest.
        fs::copy(packed.lock_file(), outside.path("Cargo.lock"))?;
        // As the first line of the example asks.
        fs::copy(outside.path(".dev.vars.example"), outside.path(".dev.vars"))?;
        Ok(outside)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.join(NAME).join(path)
    }

    /// Cargo in the project.
    fn cargo(&self, arguments: &str) -> Result<Command> {
        self.cargo_in(&self.path(""), arguments)
    }

    /// Cargo as a user calls it, in no environment of another cargo. What the repository has compiled is not compiled again.
    fn cargo_in(&self, folder: &Path, arguments: &str) -> Result<Command> {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments.split(' ')).current_dir(folder);
        cargo.env("CARGO_TARGET_DIR", self.repository.target("")).env(TOOLS, self.repository.tools(""));
        prepend_path(&mut cargo, &[&self.command])?;
        Ok(cargo)
    }

    /// Runs the tests of the project.
    pub(crate) fn test(&self) -> Result<()> {
        run(&mut self.cargo("test --workspace")?)
    }

    /// Serves the project on the local host, and talks to it.
    pub(crate) fn serve_locally(&self) -> Result<()> {
        run(&mut self.cargo("build")?)?;
        let port = port::free()?;
        self.serve("local", port, self.cargo("run --quiet")?.env("PORT", port.to_string()))
    }

    /// Builds and serves the project with `cargo websocket-do`, and talks to it.
    pub(crate) fn serve_with_command(&self) -> Result<()> {
        let built: serde_json::Value = serde_json::from_str(&text_of(&mut self.cargo("websocket-do build --json")?)?)?;
        let main = built.get("main").and_then(|main| main.as_str()).context("no `main` in the output")?;
        if !Path::new(main).is_file() {
            bail!("`cargo websocket-do build` did not write {main}");
        }
        // Fails if it finds a problem.
        run(&mut self.cargo("websocket-do doctor")?)?;
        self.serve_after_a_mistake()?;
        step("cargo websocket-do deploy -- --dry-run", || run(&mut self.cargo("websocket-do deploy -- --dry-run")?))
    }

    /// Serves a project that does not compile with `cargo websocket-do dev`, corrects it, and talks to it.
    fn serve_after_a_mistake(&self) -> Result<()> {
        let (room, port) = (self.path("src/room.rs"), port::free()?);
        let correct = fs::read_to_string(&room)?;
        fs::write(&room, correct.replace("fn set_name(", "fn set_nam("))?;
        let log = self.log("cargo-websocket-do")?;
        let file = File::create(&log)?;
        let mut dev = self.cargo("websocket-do dev --port")?;
        quiet(&mut dev).arg(port.to_string()).stdout(file.try_clone()?).stderr(file);
        let mut group = Group::start(&mut dev)?;
        let start = Instant::now();
        while !fs::read_to_string(&log)?.contains("waiting for a change of its files") {
            if group.exited()?.is_some() || start.elapsed() > LIMIT {
                bail!("`cargo websocket-do dev` did not wait after a mistake: {}", log.display());
            }
            thread::sleep(Duration::from_millis(100));
        }
        let errors = fs::read_to_string(&log)?.matches("error[").count();
        if errors != 1 {
            bail!("the mistake was reported {errors} times: {}", log.display());
        }
        fs::write(&room, correct)?;
        wait_until_ready(&mut group, port, LIMIT).with_context(|| log.display().to_string())?;
        self.talk(&format!("http://127.0.0.1:{port}"), &log)
    }

    /// Builds and serves the project as the guide to deploying describes it, without `cargo websocket-do`, and talks to it.
    pub(crate) fn serve_plainly(&self) -> Result<()> {
        fs::remove_dir_all(self.path("build"))?;
        let worker_build = CargoTool::worker_build(self.repository)?.path(self.repository);
        run(npm_program("npm").args(["install", "--no-audit", "--no-fund"]).current_dir(self.path("")))?;
        let port = port::free()?;
        let mut wrangler = npm_program("npx");
        wrangler.args(["wrangler", "dev", "--ip", "127.0.0.1", "--port", &port.to_string()]).current_dir(self.path(""));
        self.tools.wasm.prepare(self.repository, &mut wrangler)?;
        prepend_path(&mut wrangler, &[worker_build.parent().context("no folder")?])?;
        wrangler
            .env("CARGO_TARGET_DIR", self.tools.wasm.target(self.repository))
            .env("WASM_BINDGEN_BIN", &self.tools.wasm_bindgen)
            .env("WASM_OPT_BIN", npm_bin(self.repository, "wasm-opt"))
            .env("ESBUILD_BIN", npm_bin(self.repository, "esbuild"));
        self.serve("plain", port, &mut wrangler)
    }

    /// Starts a server on this port, and runs two clients against it.
    fn serve(&self, name: &str, port: u16, server: &mut Command) -> Result<()> {
        let log = self.log(name)?;
        let host = Host::start(&format!("{name} {NAME}"), quiet(server), port, &log)?;
        self.talk(host.address(), &log)
    }

    fn log(&self, name: &str) -> Result<PathBuf> {
        let folder = self.repository.target("hosts");
        fs::create_dir_all(&folder)?;
        Ok(folder.join(format!("outside-{name}.log")))
    }

    /// Runs two clients against a server.
    fn talk(&self, address: &str, log: &Path) -> Result<()> {
        let mut node = Command::new("node");
        node.arg(self.repository.path("tests/outside/talk.mjs")).args([address, NAME]);
        run(&mut node).with_context(|| format!("{} has the server's output;", log.display()))
    }
}

/// Without prompts and without requests to other hosts.
fn quiet(server: &mut Command) -> &mut Command {
    server.envs([("CI", "true"), ("WRANGLER_SEND_METRICS", "false"), ("CLOUDFLARE_CF_FETCH_ENABLED", "false")])
}
