//! The version of rustc that the crate `worker` needs.

use std::process::Command;

use crate::process::output;

/// The minor version of the oldest rustc that the crate `worker` supports.
pub const OLDEST: u32 = 91;

/// What `rustc --version` prints; `None` if there is no such program.
pub fn version(rustc: &str) -> Option<String> {
    output(Command::new(rustc).arg("--version"))
}

/// Returns whether this version is recent enough.
pub fn is_supported(version: &str) -> bool {
    let minor = version.strip_prefix("rustc 1.").and_then(|rest| rest.split('.').next()?.parse::<u32>().ok());
    minor.is_some_and(|minor| minor >= OLDEST)
}

#[cfg(test)]
mod tests {
    use super::is_supported;

    #[test]
    fn versions_from_the_oldest_on_are_supported() {
        for version in ["rustc 1.91.0 (f8297e351 2025-10-28)", "rustc 1.104.0"] {
            assert!(is_supported(version), "{version}");
        }
        for version in ["rustc 1.90.0 (1159e78c4 2025-09-14)", "rustc", ""] {
            assert!(!is_supported(version), "{version}");
        }
    }
}
