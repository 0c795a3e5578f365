//! The program itself: what it prints, and how it ends. `cargo xtask outside` tests what it builds and serves.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    env, fs,
    path::PathBuf,
    process::{self, Command, Output},
};

use serde_json::Value;

/// An empty folder for a test, which is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("websocket-do-command-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    /// Runs `cargo websocket-do` in the folder, as cargo does.
    fn run(&self, arguments: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-websocket-do"));
        command.arg("websocket-do").args(arguments.split_whitespace()).current_dir(&self.0);
        command.stdin(process::Stdio::null()).output().expect("an output")
    }

    /// The error that it prints.
    fn error(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "`{arguments}` succeeded");
        String::from_utf8(output.stderr).expect("text").trim().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn new_creates_all_files_and_returns_them_as_json() {
    let folder = Folder::new("new");
    let output = folder.run("new tea-room --json");
    assert!(output.status.success());
    let created: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&created["name"], &created["template"]), (&"tea-room".into(), &"chat".into()));
    for file in created["files"].as_array().expect("a list") {
        assert!(folder.0.join("tea-room").join(file.as_str().expect("a path")).is_file(), "{file}");
    }
    let manifest = fs::read_to_string(folder.0.join("tea-room/Cargo.toml")).expect("a manifest");
    assert!(manifest.contains("name = \"tea-room\"") && manifest.contains("websocket-do = \"0.1\""), "{manifest}");
}

#[test]
fn new_takes_the_default_name_only_if_told_to() {
    let folder = Folder::new("default");
    assert_eq!(folder.error("new"), "error: missing the name of the project; write `cargo websocket-do new NAME`");
    assert!(folder.run("new --yes").status.success());
    assert!(folder.0.join("my-room/src/room.rs").is_file());
    assert!(folder.error("new --yes").contains("exists already"));
}

#[test]
fn new_refuses_what_it_does_not_know() {
    let folder = Folder::new("refuse");
    assert_eq!(folder.error("new room --template poker"), "error: unknown template `poker`; expected `chat`");
    assert!(folder.error("new room --path nowhere").contains("no checkout of websocket-do in"));
    assert!(folder.error("new Room").contains("the name `Room` is not supported"));
    assert_eq!(fs::read_dir(&folder.0).expect("the folder").count(), 0, "nothing was created");
}

#[test]
fn outside_of_a_project_each_command_names_the_problem() {
    let folder = Folder::new("outside");
    for command in ["build", "dev", "deploy"] {
        let error = folder.error(command);
        assert!(error.starts_with("error: could not find `Cargo.toml`"), "{error}");
    }
    let output = folder.run("doctor --json");
    assert!(!output.status.success());
    let checks: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let problems = checks.as_array().expect("a list").iter().filter(|check| check["status"] == "problem");
    assert!(problems.into_iter().any(|check| check["name"] == "package" && check["cure"].is_string()), "{checks}");
}

#[test]
fn a_package_that_is_no_worker_is_an_error_with_a_cure() {
    let folder = Folder::new("library");
    fs::create_dir_all(folder.0.join("src")).expect("a folder");
    fs::write(folder.0.join("Cargo.toml"), "[package]\nname = \"plain\"\nedition = \"2024\"\n").expect("a manifest");
    fs::write(folder.0.join("src/lib.rs"), "").expect("a file");
    assert!(folder.error("build").contains("`[lib] crate-type = [\"cdylib\", \"rlib\"]`"));
    assert!(folder.error("build --package other").contains("no package `other`"));
}
