//! A project outside of the repository, as a user creates it: from the packed crates alone, with `cargo websocket-do` and without it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use cargo_websocket_do::{
    port,
    process::{npm_program, prepend_path, run, text_of},
    project::{Project, TOOLS},
    step::step,
    tools::{CargoTool, Tools},
};

use crate::{host::Host, package::Packed, setup::npm_bin};

/// The name of the project.
const NAME: &str = "tea-room";

/// A new project in a folder of its own, which is removed at the end.
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
        fs::write(outside.folder.join(".cargo/config.toml"), packed.cargo_config()?)?;
        run(outside.cargo_in(&outside.folder, "websocket-do new --yes --json")?.arg(NAME))?;
        // The dependencies that are tested are those of the repository, not today's newest.
        fs::copy(packed.lock_file(), outside.path("Cargo.lock"))?;
        // As its first lines say.
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
        self.talk("local", port, self.cargo("run --quiet")?.env("PORT", port.to_string()))
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
        let port = port::free()?;
        self.talk("cargo-websocket-do", port, self.cargo("websocket-do dev --port")?.arg(port.to_string()))?;
        step("cargo websocket-do deploy -- --dry-run", || run(&mut self.cargo("websocket-do deploy -- --dry-run")?))
    }

    /// Builds and serves the project as the guide to deploying describes it, without `cargo websocket-do`, and talks to it.
    pub(crate) fn serve_plainly(&self) -> Result<()> {
        fs::remove_dir_all(self.path("build"))?;
        let worker_build = CargoTool::worker_build(self.repository)?.path(self.repository);
        let wasm_bindgen = CargoTool::wasm_bindgen(self.repository)?.path(self.repository);
        let port = port::free()?;
        let mut wrangler = npm_program("npx");
        wrangler.args(["wrangler", "dev", "--ip", "127.0.0.1", "--port", &port.to_string()]).current_dir(self.path(""));
        self.tools.wasm.prepare(self.repository, &mut wrangler)?;
        prepend_path(&mut wrangler, &[worker_build.parent().context("no folder")?])?;
        wrangler
            .env("CARGO_TARGET_DIR", self.tools.wasm.target(self.repository))
            .env("WASM_BINDGEN_BIN", wasm_bindgen)
            .env("WASM_OPT_BIN", npm_bin(self.repository, "wasm-opt"))
            .env("ESBUILD_BIN", npm_bin(self.repository, "esbuild"));
        self.talk("plain", port, &mut wrangler)
    }

    /// Starts a server on this port, and runs two clients against it.
    fn talk(&self, name: &str, port: u16, server: &mut Command) -> Result<()> {
        server.envs([("CI", "true"), ("WRANGLER_SEND_METRICS", "false"), ("CLOUDFLARE_CF_FETCH_ENABLED", "false")]);
        let log = self.repository.target("hosts").join(format!("outside-{name}.log"));
        fs::create_dir_all(self.repository.target("hosts"))?;
        let host = Host::start(&format!("{name} {NAME}"), server, port, &log)?;
        let mut node = Command::new("node");
        node.arg(self.repository.path("tests/outside/talk.mjs")).args([host.address(), NAME]);
        run(&mut node).with_context(|| format!("{} has the server's output;", log.display()))
    }
}
