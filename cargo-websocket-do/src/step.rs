//! Progress: the name of a slow step and how long it took, and the commands that are run for the user.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::Result;

/// Runs a slow part of a command, and prints its name and how long it took.
///
/// All of it goes to stderr, as stdout is part of the interface of some commands.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("-- {name} ...");
    let start = Instant::now();
    let result = work();
    let took = seconds(start.elapsed());
    match &result {
        Ok(_) => eprintln!("-- {name}: done in {took}"),
        Err(_) => eprintln!("-- {name}: failed after {took}"),
    }
    result
}

/// A time in seconds, for people.
pub fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

/// Prints a command in a form that can be pasted into a shell, with the variables that are set for it.
pub fn show(command: &Command) {
    eprintln!("$ {}", describe(command));
}

fn describe(command: &Command) -> String {
    let mut words = Vec::new();
    let path = std::env::var_os("PATH").unwrap_or_default();
    for (name, value) in command.get_envs() {
        let Some(value) = value else { continue };
        let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
        // What comes before the user's own path.
        let own = value.strip_suffix(&*path.to_string_lossy()).filter(|_| name == "PATH" && !path.is_empty());
        words
            .push(own.map_or_else(|| format!("{name}={}", quoted(&value)), |own| format!("PATH={}$PATH", quoted(own))));
    }
    words.push(quoted(&command.get_program().to_string_lossy()));
    words.extend(command.get_args().map(|argument| quoted(&argument.to_string_lossy())));
    let words = words.join(" ");
    match command.get_current_dir() {
        Some(folder) if std::env::current_dir().is_ok_and(|here| here != folder) => {
            format!("cd {} && {words}", quoted(&folder.to_string_lossy()))
        }
        _ => words,
    }
}

/// The word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+~\\".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::describe;

    #[test]
    fn a_command_is_shown_as_a_shell_reads_it() {
        let path = std::env::var("PATH").expect("a PATH");
        let mut command = Command::new("npx");
        command.args(["wrangler", "dev", "--name", "it's mine"]).env_remove("HOME");
        command.env("ESBUILD_BIN", "/tools/esbuild").env("PATH", format!("/tools/bin:{path}"));
        assert_eq!(
            describe(&command),
            r"ESBUILD_BIN=/tools/esbuild PATH=/tools/bin:$PATH npx wrangler dev --name 'it'\''s mine'"
        );
    }

    #[test]
    fn a_command_in_another_folder_is_shown_with_it() {
        assert_eq!(describe(Command::new("npm").arg("ci").current_dir("/some where")), "cd '/some where' && npm ci");
    }
}
