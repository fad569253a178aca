//! `cargo xtask tidy`: the rules that no compiler checks.

mod error_codes;
mod features;
mod layers;
mod licences;
mod manifests;
mod outside;
mod shown_by;
mod sources;

use std::fmt;

use crate::workspace::{Workspace, output_of, source_files};

/// Lists every crate that is built, with its licence. `cargo metadata` would also list what optional
/// features could pull in.
const TREE: [&str; 7] = [
    "tree",
    "--locked",
    "--workspace",
    "--edges=all",
    "--target=x86_64-unknown-linux-gnu",
    "--prefix=none",
    "--format={p}|{l}",
];

/// One place that breaks one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offence {
    path: String,
    /// From 1; none where the whole file is meant.
    line: Option<usize>,
    what: String,
}

impl Offence {
    fn in_file(path: &str, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: None,
            what: what.into(),
        }
    }

    fn in_line(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: Some(line),
            what: what.into(),
        }
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

/// Checks every rule and lists every offence.
pub(crate) fn run() -> Result<(), String> {
    let offences = check()?;
    offences.iter().for_each(|offence| println!("{offence}"));
    match offences.len() {
        0 => Ok(()),
        count => Err(format!("tidy: {count} offences")),
    }
}

fn check() -> Result<Vec<Offence>, String> {
    let workspace = Workspace::load()?;
    let files = source_files(&workspace.root)?;
    let tree = output_of("cargo", &TREE, Some(&workspace.root))?;
    let mut offences = layers::check(&workspace);
    offences.extend(outside::check(&workspace, &tree));
    offences.extend(licences::check(&workspace, &tree));
    offences.extend(manifests::check(&files));
    offences.extend(features::check(&files));
    offences.extend(shown_by::check(&files));
    offences.extend(files.iter().flat_map(sources::check));
    offences.extend(error_codes::check(&files));
    Ok(offences)
}
