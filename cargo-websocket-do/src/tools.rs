//! The tools that build and serve a Worker: their versions, their installation, and the environment in which they find each other.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    npm::{self, BINARYEN, ESBUILD, Installed, WRANGLER},
    process::{output, prepend_path, run},
    project::Project,
    step::{show, step},
    wasm::Wasm,
};

/// A program that cargo installs: its name, its package, and its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CargoTool {
    /// The name of the program.
    pub program: &'static str,
    /// The name of the package.
    pub package: &'static str,
    /// The version of the package.
    pub version: String,
}

impl CargoTool {
    /// worker-build, in the version of the crate `worker` in the project's `Cargo.lock`: they are released together.
    pub fn worker_build(project: &Project) -> Result<Self> {
        Ok(Self { program: "worker-build", package: "worker-build", version: project.locked_version("worker")? })
    }

    /// wasm-bindgen, in the version of the crate in the project's `Cargo.lock`: any other cannot read what it compiles.
    pub fn wasm_bindgen(project: &Project) -> Result<Self> {
        let version = project.locked_version("wasm-bindgen")?;
        Ok(Self { program: "wasm-bindgen", package: "wasm-bindgen-cli", version })
    }

    /// The folder of the program, which is named after its version.
    fn root(&self, project: &Project) -> PathBuf {
        project.tools(format!("{}-{}", self.package, self.version))
    }

    /// The path of the program.
    pub fn path(&self, project: &Project) -> PathBuf {
        self.root(project).join("bin").join(format!("{}{}", self.program, env::consts::EXE_SUFFIX))
    }

    /// Returns whether the program is installed and runs.
    pub fn is_installed(&self, project: &Project) -> bool {
        let version = output(Command::new(self.path(project)).arg("--version"));
        version.as_deref().and_then(|text| text.split(' ').next_back()) == Some(&self.version)
    }
}

/// Installs those that are missing.
pub fn install_with_cargo(project: &Project, tools: &[CargoTool]) -> Result<()> {
    let missing: Vec<_> = tools.iter().filter(|tool| !tool.is_installed(project)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    // One target folder for all, as they have dependencies in common.
    let target = project.target("tools");
    for tool in missing {
        let name = format!("{}@{}", tool.package, tool.version);
        let mut cargo = Command::new("cargo");
        // Without optimisation they compile in two thirds of the time, and still run for a fraction of a second only.
        cargo
            .args(["install", "--quiet", "--force", "--root"])
            .arg(tool.root(project))
            .arg(&name)
            .env("CARGO_TARGET_DIR", &target)
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_STRIP", "true")
            .current_dir(project.root());
        show(&cargo);
        step(&format!("installing {name} (a minute or two, once)"), || run(&mut cargo))?;
    }
    // Almost a gigabyte, which is not needed any more.
    let _ = fs::remove_dir_all(target);
    Ok(())
}

/// The installed tools of a Worker.
#[derive(Clone, Debug)]
pub struct Tools {
    /// The compiler for wasm32.
    pub wasm: Wasm,
    /// wasm-bindgen's path.
    pub wasm_bindgen: PathBuf,
    worker_build: PathBuf,
    wasm_opt: Installed,
    esbuild: Installed,
    wrangler: Installed,
}

impl Tools {
    /// Installs what is missing for the Worker in `folder`. Fails with what to install if that is not possible.
    pub fn install(project: &Project, folder: &Path) -> Result<Self> {
        npm::require_node()?;
        let wasm = Wasm::choose()?;
        let (worker_build, wasm_bindgen) = (CargoTool::worker_build(project)?, CargoTool::wasm_bindgen(project)?);
        install_with_cargo(project, &[worker_build.clone(), wasm_bindgen.clone()])?;
        Ok(Self {
            wasm,
            wasm_bindgen: wasm_bindgen.path(project),
            worker_build: worker_build.path(project),
            wasm_opt: npm::install(project, folder, BINARYEN)?,
            esbuild: npm::install(project, folder, ESBUILD)?,
            wrangler: npm::install(project, folder, WRANGLER)?,
        })
    }

    /// Sets the environment in which `command` can build a Worker: `worker-build` is on its `PATH`, and uses these tools.
    pub fn prepare(&self, project: &Project, command: &mut Command) -> Result<()> {
        self.wasm.prepare(project, command)?;
        let folder = self.worker_build.parent().context("no folder of worker-build")?;
        prepend_path(command, &[folder])?;
        // worker-build would print where in its own code it reports the compiler's error.
        command.env("RUST_LIB_BACKTRACE", "0");
        // Without these, worker-build downloads its own.
        command
            .env("WASM_BINDGEN_BIN", &self.wasm_bindgen)
            .env("WASM_OPT_BIN", &self.wasm_opt.program)
            .env("ESBUILD_BIN", &self.esbuild.program);
        Ok(())
    }

    /// A command that runs worker-build in the folder of a Worker.
    pub fn worker_build(&self, project: &Project, folder: &Path) -> Result<Command> {
        let mut worker_build = Command::new(&self.worker_build);
        worker_build.current_dir(folder);
        self.prepare(project, &mut worker_build)?;
        Ok(worker_build)
    }

    /// A command that runs wrangler in the folder of its configuration, and with it the build command that is written there.
    pub fn wrangler(&self, project: &Project, config: &Path) -> Result<Command> {
        let mut wrangler = Command::new(&self.wrangler.program);
        wrangler.current_dir(config.parent().unwrap_or(project.root()));
        self.prepare(project, &mut wrangler)?;
        Ok(wrangler)
    }
}
