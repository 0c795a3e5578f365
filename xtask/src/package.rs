//! `cargo xtask package`: packs the published crates, and builds them from their packed files alone.

use std::{fs, path::PathBuf, process::Command};

use anyhow::Result;
use cargo_websocket_do::{
    process::run,
    project::{Project, read},
    step::step,
    wasm::{TARGET, Wasm},
};

use crate::setup;

/// The published crates, in the order in which they have to be published.
pub(crate) const CRATES: [&str; 4] = ["websocket-do-macros", "websocket-do-runtime", "websocket-do", COMMAND];

/// The crate with `cargo websocket-do`, which depends on none of the others.
const COMMAND: &str = "cargo-websocket-do";

/// The crate that users depend on.
const FACADE: &str = "websocket-do";

/// The heading of the profile that Workers are built with.
const RELEASE: &str = "[profile.release]";

/// What the owner of the repository replaces before the first release.
const PLACEHOLDER: &str = "github.com/OWNER/";

/// Packs the crates and builds the facade from them, natively and for wasm32.
pub(crate) fn package(project: &Project) -> Result<()> {
    let wasm = Wasm::choose()?;
    let packed = step("packing the crates", || Packed::new(project, "package-check"))?;
    step("building the packed crates natively, and running the doc tests", || packed.test())?;
    step("building the packed crates for wasm32", || packed.build_wasm(wasm))?;
    if read(&project.path("Cargo.toml"))?.contains(PLACEHOLDER) {
        eprintln!("-- `repository` in Cargo.toml is still a placeholder; CONTRIBUTING.md describes what to change");
    }
    Ok(())
}

/// Checks that the crates compile with the oldest dependencies that their manifests admit, natively and for wasm32.
pub(crate) fn minimal_versions(project: &Project) -> Result<()> {
    let wasm = Wasm::choose()?;
    let packed = step("packing the crates", || Packed::new(project, "minimal-versions"))?;
    step("choosing the oldest dependencies", || packed.lock_oldest())?;
    step("checking the crates natively", || run(packed.cargo("check").env("CARGO_TARGET_DIR", project.target(""))))?;
    step("checking the crates for wasm32", || {
        let mut cargo = packed.cargo(&format!("check --target {TARGET}"));
        wasm.prepare(project, &mut cargo)?;
        run(&mut cargo)
    })
}

/// Compares the public API with that of a revision, and fails if a change needs another version number.
pub(crate) fn semver(project: &Project, baseline: &str) -> Result<()> {
    let mut checks = Command::new(setup::semver_checks(project)?);
    checks.args(["semver-checks", "--all-features", "--baseline-rev", baseline]).current_dir(project.root());
    // The tool knows neither macros nor what one crate re-exports of another, and the library of the command promises nothing.
    for name in CRATES.iter().skip(1).filter(|name| **name != COMMAND) {
        checks.args(["--package", name]);
    }
    run(&mut checks)
}

/// The packed crates, unpacked into a workspace outside the repository's own.
///
/// It has the repository's `Cargo.lock`, profiles and target folder, so that dependencies are not compiled again.
pub(crate) struct Packed<'project> {
    project: &'project Project,
    folder: PathBuf,
    /// The folders of the crates.
    members: [String; CRATES.len()],
}

impl<'project> Packed<'project> {
    /// Packs the crates and unpacks them into a folder of the target folder.
    pub(crate) fn new(project: &'project Project, folder: &str) -> Result<Self> {
        let folder = project.target(folder);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let mut cargo = Command::new("cargo");
        // Cargo would compile each crate with all of its dependencies, and only natively.
        cargo.args(["package", "--quiet", "--no-verify", "--allow-dirty"]).current_dir(project.root());
        for name in CRATES {
            cargo.args(["--package", name]);
        }
        run(&mut cargo)?;
        let version = project.locked_version(FACADE)?;
        let members = CRATES.map(|name| format!("{name}-{version}"));
        for member in &members {
            let archive = project.target(format!("package/{member}.crate"));
            // The times in the archive are always the same: with them, cargo would not see that a file has changed.
            run(Command::new("tar").arg("-xmzf").arg(archive).arg("-C").arg(&folder))?;
        }
        let manifest = workspace(&members, &read(&project.path("Cargo.toml"))?);
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::copy(project.path("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Self { project, folder, members })
    }

    /// Builds the facade natively, and runs its doc tests.
    pub(crate) fn test(&self) -> Result<()> {
        run(self.cargo("test --doc").env("CARGO_TARGET_DIR", self.project.target("")))
    }

    /// Builds the facade for wasm32, with the profile of the Workers.
    pub(crate) fn build_wasm(&self, wasm: Wasm) -> Result<()> {
        let mut cargo = self.cargo(&format!("build --release --target {TARGET}"));
        wasm.prepare(self.project, &mut cargo)?;
        run(&mut cargo)
    }

    /// Builds `cargo websocket-do`, and returns the folder of the program.
    pub(crate) fn build_command(&self) -> Result<PathBuf> {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--package", COMMAND]).current_dir(&self.folder);
        run(cargo.env("CARGO_TARGET_DIR", self.project.target("")))?;
        Ok(self.project.target("debug"))
    }

    /// A configuration of cargo with which a project gets these crates instead of released ones.
    pub(crate) fn cargo_config(&self) -> String {
        let folders = self.members.each_ref().map(|member| self.folder.join(member).display().to_string());
        patches(&folders).join("\n")
    }

    /// The lock file of the packed crates.
    pub(crate) fn lock_file(&self) -> PathBuf {
        self.folder.join("Cargo.lock")
    }

    /// Locks the oldest version of each dependency that the crates' own manifests admit.
    fn lock_oldest(&self) -> Result<()> {
        fs::remove_file(self.folder.join("Cargo.lock"))?;
        let mut cargo = Command::new("cargo");
        cargo.args(["generate-lockfile", "-Z", "direct-minimal-versions"]).current_dir(&self.folder);
        run(cargo.env("RUSTC_BOOTSTRAP", "1"))
    }

    fn cargo(&self, arguments: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments.split(' ')).args(["--package", FACADE, "--all-features"]).current_dir(&self.folder);
        cargo
    }
}

/// The lines that replace the released crates by those in these folders.
fn patches(folders: &[String; CRATES.len()]) -> Vec<String> {
    let patch = |(name, folder): (&&str, &String)| format!("{name} = {{ path = {folder:?} }}");
    std::iter::once("[patch.crates-io]".to_owned()).chain(CRATES.iter().zip(folders).map(patch)).collect()
}

/// The manifest of a workspace of unpacked crates, with the profile for release builds of the repository's.
fn workspace(members: &[String; CRATES.len()], repository: &str) -> String {
    let mut lines = vec!["[workspace]".to_owned(), "resolver = \"3\"".to_owned(), format!("members = {members:?}")];
    lines.extend(patches(members));
    let mut section = repository.lines().skip_while(|line| *line != RELEASE);
    lines.extend(section.next().map(str::to_owned));
    lines.extend(section.take_while(|line| !line.starts_with('[')).map(str::to_owned));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::workspace;

    #[test]
    fn the_workspace_of_packed_crates_has_the_release_profile() {
        let repository = "[package]\nname = \"a\"\n[profile.release]\nlto = true\n[profile.dev]\ndebug = 0\n";
        let expected = r#"[workspace]
resolver = "3"
members = ["macros", "runtime", "facade", "command"]
[patch.crates-io]
websocket-do-macros = { path = "macros" }
websocket-do-runtime = { path = "runtime" }
websocket-do = { path = "facade" }
cargo-websocket-do = { path = "command" }
[profile.release]
lto = true"#;
        assert_eq!(workspace(&["macros", "runtime", "facade", "command"].map(str::to_owned), repository), expected);
    }
}
