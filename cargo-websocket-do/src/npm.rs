//! Programs from npm: those of the user's project, else pinned ones in the folder of the tools.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{
    process::{npm_file, npm_program, output, run},
    project::{Project, read},
    step::{show, step},
};

/// The oldest Node that wrangler supports.
pub const OLDEST_NODE: u32 = 20;

/// A program of an npm package.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// The name of the package.
    pub name: &'static str,
    /// The name of the program.
    pub program: &'static str,
    /// The version to install.
    pub version: &'static str,
    /// Whether another version of the project's own is as good.
    pub any_version: bool,
}

/// Optimises wasm. The version is that of worker-build.
pub const BINARYEN: Package = Package { name: "binaryen", program: "wasm-opt", version: "132.0.0", any_version: false };
/// Bundles JavaScript. The version is that of worker-build.
pub const ESBUILD: Package = Package { name: "esbuild", program: "esbuild", version: "0.28.2", any_version: false };
/// Serves and deploys Workers. The version is the newest that runs on Node 20.
pub const WRANGLER: Package = Package { name: "wrangler", program: "wrangler", version: "4.86.0", any_version: true };

/// The major version of the installed Node.
pub fn node_version() -> Option<u32> {
    output(Command::new("node").arg("--version"))?.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Fails if Node is missing or too old.
pub fn require_node() -> Result<()> {
    match node_version() {
        Some(version) if version >= OLDEST_NODE => Ok(()),
        Some(version) => bail!("Node.js {version} is too old; install {OLDEST_NODE} or newer"),
        None => bail!("missing Node.js; install version {OLDEST_NODE} or newer, with npm"),
    }
}

/// A program that is installed.
#[derive(Clone, Debug)]
pub struct Installed {
    /// The file of the program.
    pub program: PathBuf,
    /// The version of its package.
    pub version: String,
    /// The oldest Node that the package supports, if its `engines` has the usual form, `>=20.3.0`.
    pub oldest_node: Option<u32>,
}

/// Looks for a program in the folder and in those above it up to the workspace's, or else, if the project does not list its package,
/// among the tools.
pub fn find(project: &Project, folder: &Path, package: Package) -> Option<Installed> {
    let own = folders(project, folder).filter_map(|folder| look_in(folder, package));
    let own = own.into_iter().find(|found| package.any_version || found.version == package.version);
    // Tools are shared: they may have another version than the one that the project lists and has not installed yet.
    let is_listed = own_manifest(project, folder, package).is_ok_and(|own| own.is_some());
    own.or_else(|| if is_listed { None } else { look_in(&tools_folder(project, package), package) })
}

/// The folder, and those above it up to the workspace's.
fn folders<'a>(project: &'a Project, folder: &'a Path) -> impl Iterator<Item = &'a Path> {
    folder.ancestors().take_while(|folder| folder.starts_with(project.root()))
}

fn tools_folder(project: &Project, package: Package) -> PathBuf {
    project.tools(format!("{}-{}", package.name, package.version))
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Manifest {
    version: Option<String>,
    engines: Engines,
    dependencies: BTreeMap<String, String>,
    dev_dependencies: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Engines {
    node: Option<String>,
}

impl Engines {
    fn oldest_node(&self) -> Option<u32> {
        self.node.as_deref()?.strip_prefix(">=")?.trim().split('.').next()?.parse().ok()
    }
}

fn manifest(path: &Path) -> Option<Manifest> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

fn look_in(folder: &Path, package: Package) -> Option<Installed> {
    let modules = folder.join("node_modules");
    let manifest = manifest(&modules.join(package.name).join("package.json"))?;
    let (program, oldest_node) = (npm_file(modules.join(".bin").join(package.program)), manifest.engines.oldest_node());
    let found = Installed { program, version: manifest.version?, oldest_node };
    found.program.exists().then_some(found)
}

/// Finds a program or installs it: by the project's own `package.json` if that lists it, else into the folder of the tools.
pub fn install(project: &Project, folder: &Path, package: Package) -> Result<Installed> {
    if let Some(found) = find(project, folder, package) {
        return Ok(found);
    }
    match own_manifest(project, folder, package)? {
        Some(own) => install_own(&own)?,
        None => install_tool(&tools_folder(project, package), package)?,
    }
    let missing = || format!("npm did not install `{}`; delete `node_modules` and run the command again", package.name);
    find(project, folder, package).with_context(missing)
}

/// The folder of the `package.json` of the project that lists the package, if the project may choose its version.
fn own_manifest(project: &Project, folder: &Path, package: Package) -> Result<Option<PathBuf>> {
    if !package.any_version {
        return Ok(None);
    }
    for folder in folders(project, folder) {
        let path = folder.join("package.json");
        if !path.is_file() {
            continue;
        }
        let manifest: Manifest =
            serde_json::from_str(&read(&path)?).with_context(|| format!("cannot read {}", path.display()))?;
        let lists = |list: &BTreeMap<String, String>| list.contains_key(package.name);
        if lists(&manifest.dependencies) || lists(&manifest.dev_dependencies) {
            return Ok(Some(folder.to_owned()));
        }
    }
    Ok(None)
}

/// Install scripts are not needed: they only look up binaries, which are separate packages.
const QUIETLY: [&str; 4] = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

/// npm, without a notice about newer versions of itself.
fn npm() -> Command {
    let mut npm = npm_program("npm");
    npm.env("NPM_CONFIG_UPDATE_NOTIFIER", "false");
    npm
}

/// Installs the packages that the `package.json` in the folder lists, as its lock file pins them.
pub fn install_own(folder: &Path) -> Result<()> {
    let mut npm = npm();
    npm.arg(if folder.join("package-lock.json").exists() { "ci" } else { "install" });
    npm.args(QUIETLY).current_dir(folder);
    show(&npm);
    step("installing the npm packages of the project", || run(&mut npm))
}

fn install_tool(folder: &Path, package: Package) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let name = format!("{}@{}", package.name, package.version);
    let mut npm = npm();
    npm.args(["install", "--prefix"]).arg(folder).args(QUIETLY).arg(&name);
    show(&npm);
    step(&format!("installing {name}"), || run(&mut npm))
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path, process};

    use super::{BINARYEN, WRANGLER, find};
    use crate::project::Project;

    fn write(folder: &Path, path: &str, text: &str) {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }

    /// A package with its program, as npm installs it.
    fn install(folder: &Path, name: &str, program: &str, version: &str) {
        write(folder, &format!("node_modules/{name}/package.json"), &format!(r#"{{"version":"{version}"}}"#));
        write(folder, &format!("node_modules/.bin/{program}{}", if cfg!(windows) { ".cmd" } else { "" }), "");
    }

    #[test]
    fn the_project_comes_before_the_tools_and_decides_which_wrangler_it_has() {
        let root = env::temp_dir().join(format!("websocket-do-npm-{}", process::id()));
        let (app, member, tools) = (root.join("app"), root.join("app/room"), root.join("tools"));
        write(&app, "Cargo.toml", "[workspace]\n");
        fs::create_dir_all(&member).expect("a folder");
        // The path without symbolic links, as cargo reports it.
        let (app, member) = (app.canonicalize().expect("a path"), member.canonicalize().expect("a path"));
        let project = Project::find(&app).expect("a project").with_tools(tools.clone());
        let version = |package| find(&project, &member, package).map(|found| found.version);

        assert_eq!(version(WRANGLER), None);
        install(&tools.join("wrangler-4.86.0"), "wrangler", "wrangler", "4.86.0");
        assert_eq!(version(WRANGLER).as_deref(), Some("4.86.0"));
        // Listed, but not installed yet.
        write(&app, "package.json", r#"{"devDependencies":{"wrangler":"4.100.0"}}"#);
        assert_eq!(version(WRANGLER), None);
        install(&app, "wrangler", "wrangler", "4.100.0");
        assert_eq!(version(WRANGLER).as_deref(), Some("4.100.0"));

        // Of wasm-opt, only the version of worker-build will do.
        install(&app, "binaryen", "wasm-opt", "100.0.0");
        assert_eq!(version(BINARYEN), None);
        install(&tools.join("binaryen-132.0.0"), "binaryen", "wasm-opt", "132.0.0");
        assert_eq!(version(BINARYEN).as_deref(), Some("132.0.0"));
        fs::remove_dir_all(root).expect("removed");
    }
}
