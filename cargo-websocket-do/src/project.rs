//! A cargo workspace with Workers: its folders, its packages, and the versions in its `Cargo.lock`.

use std::{
    env, fs,
    path::{self, Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process::text_of;

/// The names of wrangler's configuration, in the order in which wrangler looks for them.
pub const CONFIGURATIONS: [&str; 3] = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/// The environment variable with the folder of the tools.
pub const TOOLS: &str = "WEBSOCKET_DO_TOOLS";

/// A cargo workspace.
pub struct Project {
    root: PathBuf,
    target: PathBuf,
    tools: PathBuf,
    members: Vec<Member>,
}

/// A package of the workspace.
#[derive(Clone, Debug)]
pub struct Member {
    /// The package's name.
    pub name: String,
    /// The package's folder.
    pub folder: PathBuf,
    /// The name of its library, if it is one.
    pub library: Option<String>,
    /// Whether it is compiled as a `cdylib`, as a Worker is.
    pub is_cdylib: bool,
}

/// What `cargo metadata` prints.
#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    crate_types: Vec<String>,
}

impl Project {
    /// Finds the workspace of a folder. Fails if the folder is in no cargo package, or cargo cannot read it.
    pub fn find(folder: &Path) -> Result<Self> {
        let mut cargo = Command::new("cargo");
        cargo.args(["metadata", "--format-version", "1", "--no-deps"]).current_dir(folder);
        let text = text_of(&mut cargo)?;
        let metadata: Metadata = serde_json::from_str(&text).context("cannot read the output of `cargo metadata`")?;
        let tools = match env::var_os(TOOLS) {
            // Programs are started in other folders.
            Some(tools) => path::absolute(tools)?,
            None => dirs::cache_dir()
                .with_context(|| format!("no cache folder for this user; set `{TOOLS}`"))?
                .join("websocket-do"),
        };
        let members = metadata.packages.into_iter().map(Member::from).collect();
        Ok(Self { root: metadata.workspace_root, target: metadata.target_directory, tools, members })
    }

    /// The same workspace, with its tools in another folder.
    #[must_use]
    pub fn with_tools(mut self, tools: PathBuf) -> Self {
        self.tools = tools;
        self
    }

    /// The folder of the workspace.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path in the workspace.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// A path in cargo's target folder.
    pub fn target(&self, path: impl AsRef<Path>) -> PathBuf {
        self.target.join(path)
    }

    /// A path in the folder of the tools, which projects can share: what is in it is named after its version.
    pub fn tools(&self, path: impl AsRef<Path>) -> PathBuf {
        self.tools.join(path)
    }

    /// The package in this folder. Fails if there is none.
    pub fn member_in(&self, folder: &Path) -> Result<&Member> {
        let found = self.members.iter().find(|member| member.folder == folder);
        found.with_context(|| format!("no package of the workspace is in {}", folder.display()))
    }

    /// The package that is a Worker: the one of this name, else the one that contains the folder `here`, else the only one.
    pub fn worker(&self, name: Option<&str>, here: &Path) -> Result<&Member> {
        if let Some(name) = name {
            let named = self.members.iter().find(|member| member.name == name);
            let member = named.with_context(|| format!("no package `{name}` in {}", self.root.display()))?;
            if !member.is_cdylib {
                bail!("the package `{name}` is no Worker; {CDYLIB}");
            }
            return Ok(member);
        }
        let workers: Vec<_> = self.members.iter().filter(|member| member.is_cdylib).collect();
        let containing = workers.iter().filter(|member| here.starts_with(&member.folder));
        // The folder of a workspace's root package contains those of all members.
        if let Some(member) = containing.max_by_key(|member| member.folder.components().count()) {
            return Ok(member);
        }
        match workers.as_slice() {
            [member] => Ok(member),
            [] => bail!("no package of {} is a Worker; {CDYLIB}", self.root.display()),
            many => {
                let names: Vec<_> = many.iter().map(|member| format!("`{}`", member.name)).collect();
                bail!("several packages are Workers: {}; choose one with `--package`", names.join(", "))
            }
        }
    }

    /// The version of a package in `Cargo.lock`, which is created if it does not exist.
    ///
    /// Fails if the package is missing, or is there in several versions.
    pub fn locked_version(&self, package: &str) -> Result<String> {
        let path = self.path("Cargo.lock");
        if !path.exists() {
            text_of(Command::new("cargo").arg("generate-lockfile").current_dir(&self.root))?;
        }
        locked_version(&read(&path)?, package).with_context(|| format!("in {}", path.display()))
    }

    /// The configuration of wrangler for a package: in its folder or, if there is none, in that of the workspace.
    pub fn wrangler_config(&self, folder: &Path) -> Result<PathBuf> {
        let paths = [folder, &self.root].into_iter().flat_map(|folder| CONFIGURATIONS.map(|name| folder.join(name)));
        paths.into_iter().find(|path| path.is_file()).with_context(|| {
            format!(
                "missing `wrangler.toml` in {}; `cargo websocket-do new` creates one as an example",
                folder.display()
            )
        })
    }
}

const CDYLIB: &str = "its `Cargo.toml` needs `[lib] crate-type = [\"cdylib\", \"rlib\"]`";

impl From<Package> for Member {
    fn from(package: Package) -> Self {
        let has =
            |target: &Target, kinds: &[&str]| target.crate_types.iter().any(|kind| kinds.contains(&kind.as_str()));
        let library = package.targets.iter().find(|target| has(target, &["lib", "rlib", "cdylib"]));
        Self {
            is_cdylib: library.is_some_and(|library| has(library, &["cdylib"])),
            library: library.map(|library| library.name.clone()),
            folder: package.manifest_path.parent().map(Path::to_owned).unwrap_or_default(),
            name: package.name,
        }
    }
}

/// Reads a file. The error names it.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
}

fn locked_version(lock: &str, package: &str) -> Result<String> {
    let lock: Lock = toml::from_str(lock).context("cannot read the lock file")?;
    let mut versions = lock.package.into_iter().filter(|locked| locked.name == package).map(|locked| locked.version);
    let version = versions.next().with_context(|| {
        format!("missing `{package}`; a Worker depends on `websocket-do`, with its feature `server`")
    })?;
    match versions.next() {
        None => Ok(version),
        Some(other) => {
            bail!("`{package}` is there twice, {version} and {other}; `cargo tree --invert {package}` shows why")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Member, Project, locked_version};

    #[test]
    fn a_version_is_found_by_the_exact_name() {
        let lock = "version = 4\n[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").expect("a version"), "0.2.130");
        let error = locked_version(lock, "wasm").expect_err("missing").to_string();
        assert!(error.starts_with("missing `wasm`; a Worker depends on `websocket-do`"), "{error}");
    }

    #[test]
    fn two_versions_of_a_package_are_an_error() {
        let lock = "[[package]]\nname = \"worker\"\nversion = \"0.7.0\"\n[[package]]\nname = \"worker\"\nversion = \"0.8.7\"\n";
        let error = locked_version(lock, "worker").expect_err("ambiguous").to_string();
        assert!(error.starts_with("`worker` is there twice, 0.7.0 and 0.8.7"), "{error}");
    }

    fn project(members: &[(&str, &str, bool)]) -> Project {
        let member = |&(name, folder, is_cdylib): &(&str, &str, bool)| Member {
            name: name.to_owned(),
            folder: PathBuf::from(folder),
            library: Some(name.replace('-', "_")),
            is_cdylib,
        };
        Project {
            root: PathBuf::from("/app"),
            target: PathBuf::from("/app/target"),
            tools: PathBuf::from("/tools"),
            members: members.iter().map(member).collect(),
        }
    }

    fn chosen(project: &Project, name: Option<&str>, here: &str) -> String {
        project.worker(name, Path::new(here)).map_or_else(|error| error.to_string(), |member| member.name.clone())
    }

    #[test]
    fn the_worker_is_found_from_every_folder_of_a_project() {
        let root = project(&[("room", "/app", true), ("protocol", "/app/protocol", false)]);
        for folder in ["/app", "/app/src", "/app/protocol/src"] {
            assert_eq!(chosen(&root, None, folder), "room", "from {folder}");
        }
        let members = project(&[("room", "/app/room", true), ("protocol", "/app/protocol", false)]);
        for folder in ["/app", "/app/room", "/app/protocol"] {
            assert_eq!(chosen(&members, None, folder), "room", "from {folder}");
        }
    }

    #[test]
    fn of_several_workers_one_is_chosen_by_its_folder_or_by_name() {
        let two = project(&[("chat", "/app/chat", true), ("game", "/app/game", true), ("cli", "/app/cli", false)]);
        assert_eq!(chosen(&two, None, "/app/game/src"), "game");
        assert_eq!(chosen(&two, Some("chat"), "/app/game"), "chat");
        let expected = "several packages are Workers: `chat`, `game`; choose one with `--package`";
        assert_eq!(chosen(&two, None, "/app"), expected);
        assert!(chosen(&two, Some("cli"), "/app").contains("crate-type"));
        assert_eq!(chosen(&two, Some("no"), "/app"), "no package `no` in /app");
        assert!(chosen(&project(&[("cli", "/app", false)]), None, "/app").contains("crate-type"));
    }
}
