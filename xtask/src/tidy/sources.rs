//! What every file must have and none may hold.

use super::Offence;
use crate::workspace::SourceFile;

const LINES_MAX: usize = 800;

/// Marks of unfinished or switched-off work. Cut in two, so that this file does not hold them.
const UNFINISHED: &[&str] = &[
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("#[ig", "nore"),
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("test", ".only("),
    concat!("test", ".skip("),
    concat!("describe", ".skip("),
];

/// Folders of the machine that this was written on. Cut in two for the same reason.
const MACHINE_FOLDERS: &[&str] = &[concat!("/wo", "rk/"), concat!("/fa", "rm/")];

/// Checks one file against all of it.
pub(super) fn check(file: &SourceFile) -> Vec<Offence> {
    let (path, text) = (file.path.as_str(), file.text.as_str());
    let mut offences = machine_folders(path, text);
    if is_code(path) {
        offences.extend(unfinished(path, text));
        offences.extend(too_long(path, text));
    }
    offences.extend(missing_header(path, text));
    offences.extend(effects_in_the_domain(path, text));
    offences
}

fn is_code(path: &str) -> bool {
    [".rs", ".ts", ".tsx"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// A module says in its first line what it is.
fn missing_header(path: &str, text: &str) -> Option<Offence> {
    let is_module = path.ends_with(".rs") && path.contains("/src/");
    let is_missing = is_module && !text.starts_with("//!");
    is_missing.then(|| Offence::in_line(path, 1, "the module does not open with a `//!` line"))
}

fn unfinished(path: &str, text: &str) -> Vec<Offence> {
    find(text, |line| {
        UNFINISHED
            .iter()
            .find(|mark| line.contains(**mark))
            .copied()
    })
    .map(|(line, mark)| Offence::in_line(path, line, format!("`{mark}`: finish it")))
    .collect()
}

fn too_long(path: &str, text: &str) -> Option<Offence> {
    let lines = text.lines().count();
    let what = || format!("{lines} lines, and {LINES_MAX} are the most; does it hold one thing?");
    (lines > LINES_MAX).then(|| Offence::in_file(path, what()))
}

fn machine_folders(path: &str, text: &str) -> Vec<Offence> {
    let named = |line: &str| {
        MACHINE_FOLDERS.iter().copied().find(|folder| {
            line.match_indices(folder).any(|(at, _)| {
                let before = line.get(..at).and_then(|start| start.chars().next_back());
                !before.is_some_and(|c| c.is_alphanumeric() || "_.-}".contains(c))
            })
        })
    };
    find(text, named)
        .map(|(line, folder)| Offence::in_line(path, line, format!("a machine's folder {folder}")))
        .collect()
}

/// The core decides; it waits for nothing.
fn effects_in_the_domain(path: &str, text: &str) -> Vec<Offence> {
    if !path.starts_with("crates/domain/src/") {
        return Vec::new();
    }
    let is_async = |line: &str| {
        let code = line.trim_start();
        let is_comment = code.starts_with("//");
        (!is_comment && (code.contains("async ") || code.contains(".await"))).then_some("async")
    };
    find(text, is_async)
        .map(|(line, what)| Offence::in_line(path, line, format!("{what} code in the pure core")))
        .collect()
}

/// The lines, from 1, in which `look` finds something.
fn find<'a, T>(
    text: &'a str,
    look: impl Fn(&'a str) -> Option<T>,
) -> impl Iterator<Item = (usize, T)> {
    text.lines()
        .zip(1..)
        .filter_map(move |(line, number)| Some((number, look(line)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offences(path: &str, text: &str) -> Vec<String> {
        let file = SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        check(&file).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_module_opens_with_its_header() {
        let missing = "a/src/b.rs:1: the module does not open with a `//!` line";

        assert_eq!(offences("a/src/b.rs", "//! What it is.\n"), [""; 0]);
        assert_eq!(offences("a/src/b.rs", "use std::fmt;\n"), [missing]);
        assert_eq!(offences("a/src/b.rs", ""), [missing]);
        assert_eq!(offences("a/tests/it/b.rs", "use std::fmt;\n"), [""; 0]);
    }

    #[test]
    fn unfinished_work_is_found_with_its_line() {
        for mark in UNFINISHED {
            let text = format!("//! x\n\n    {mark}\n");
            assert_eq!(
                offences("a/b.rs", &text),
                [format!("a/b.rs:3: `{mark}`: finish it")]
            );
            assert_eq!(offences("a/b.md", &text), [""; 0]);
        }
    }

    #[test]
    fn a_file_of_more_than_the_most_lines_is_too_long() {
        assert_eq!(offences("a.ts", &"x\n".repeat(LINES_MAX)), [""; 0]);
        assert_eq!(offences("a.ts", &"x\n".repeat(LINES_MAX + 1)).len(), 1);
    }

    #[test]
    fn folders_of_the_machine_are_found_in_every_kind_of_file() {
        let folder = MACHINE_FOLDERS[0];
        for text in [
            format!("see {folder}x"),
            format!("{folder}x"),
            format!("`{folder}x`"),
        ] {
            assert_eq!(
                offences("a.md", &text),
                [format!("a.md:1: a machine's folder {folder}")]
            );
        }
        for text in [
            format!("home{folder}x"),
            format!("..{folder}x"),
            format!("${{a}}{folder}x"),
        ] {
            assert_eq!(offences("a.md", &text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_core_has_no_async_code() {
        let text = "//! x\nasync fn plan() {}\n// async words\nplan().await;\n";

        assert_eq!(
            offences("crates/domain/src/a.rs", text),
            [
                "crates/domain/src/a.rs:2: async code in the pure core",
                "crates/domain/src/a.rs:4: async code in the pure core",
            ]
        );
        assert_eq!(offences("crates/app/src/a.rs", text), [""; 0]);
    }
}
