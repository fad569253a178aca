//! Lints: forbidden once for all, and taken over by every crate.

use super::Offence;
use crate::workspace::SourceFile;

/// The one crate that talks to a C library itself, under lints of its own.
const MAY_HOLD_UNSAFE_CODE: &str = "crates/hsm/Cargo.toml";

/// Names crates that do not take over the workspace's lints, and a workspace that allows `unsafe`.
pub(super) fn check(files: &[SourceFile]) -> Vec<Offence> {
    files
        .iter()
        .filter_map(|file| check_manifest(&file.path, &file.text))
        .collect()
}

fn check_manifest(path: &str, text: &str) -> Option<Offence> {
    let what = match path {
        "Cargo.toml" if !has(text, "[workspace.lints.rust]", "unsafe_code = \"forbid\"") => {
            "its lints do not forbid unsafe code"
        }
        "Cargo.toml" | MAY_HOLD_UNSAFE_CODE => return None,
        _ if path.ends_with("/Cargo.toml") && !has(text, "[lints]", "workspace = true") => {
            "it does not take over the workspace's lints"
        }
        _ => return None,
    };
    Some(Offence::in_file(path, what))
}

/// Whether a section has exactly this line.
fn has(text: &str, section: &str, line: &str) -> bool {
    text.lines()
        .map(str::trim)
        .skip_while(|found| *found != section)
        .skip(1)
        .take_while(|found| !found.starts_with('['))
        .any(|found| found == line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_takes_over_the_lints_but_the_one_with_unsafe_code() {
        let with = "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n";
        let without = "[package]\nname = \"a\"\n\n[lints]\n\n[other]\nworkspace = true\n";

        assert_eq!(check_manifest("crates/a/Cargo.toml", with), None);
        assert!(check_manifest("crates/a/Cargo.toml", without).is_some());
        assert_eq!(check_manifest("crates/hsm/Cargo.toml", without), None);
        assert_eq!(check_manifest("crates/a/other.toml", without), None);
    }

    #[test]
    fn the_workspace_forbids_unsafe_code() {
        let forbids = "[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";

        assert_eq!(check_manifest("Cargo.toml", forbids), None);
        assert!(check_manifest("Cargo.toml", &forbids.replace("forbid", "deny")).is_some());
    }
}
