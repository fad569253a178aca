//! Licences: ours is on every crate of ours, and those of others go with it.

use super::Offence;
use crate::workspace::Workspace;

const OURS: &str = "Apache-2.0";

/// Licences that ask for nothing but to be named.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Names crates of ours without our licence, and crates in the tree with one that is not allowed.
///
/// `tree` has a line `<name> v<version>…|<licence>` for each crate that is built.
pub(super) fn check(workspace: &Workspace, tree: &str) -> Vec<Offence> {
    let mut offences: Vec<_> = workspace
        .packages
        .iter()
        .filter(|package| package.licence.as_deref() != Some(OURS))
        .map(|package| Offence::in_file(&package.manifest, format!("its licence is not {OURS}")))
        .collect();
    let mut crates: Vec<_> = tree
        .lines()
        .filter_map(|line| line.split_once('|'))
        .collect();
    crates.sort_unstable();
    crates.dedup();
    let refused = crates
        .into_iter()
        .map(|(name, licence)| (name, licence.trim_end_matches(" (*)")))
        .filter(|(_, licence)| !is_allowed(licence))
        .map(|(name, licence)| format!("{name} has the licence `{licence}`, which is not allowed"));
    offences.extend(refused.map(|what| Offence::in_file("Cargo.lock", what)));
    offences.dedup();
    offences
}

/// Whether an SPDX expression lets us choose allowed licences only. `/` is an old form of `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    any_of(&mut words) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

/// `a OR b`: one will do. All of it is read, whatever the answer.
fn any_of(words: &mut Words<'_>) -> bool {
    let mut answer = all_of(words);
    while words.next_if_eq(&"OR").is_some() {
        answer |= all_of(words);
    }
    answer
}

/// `a AND b`: all must do.
fn all_of(words: &mut Words<'_>) -> bool {
    let mut answer = one(words);
    while words.next_if_eq(&"AND").is_some() {
        answer &= one(words);
    }
    answer
}

/// A licence, a licence with its exception, or an expression in brackets.
fn one(words: &mut Words<'_>) -> bool {
    match words.next() {
        Some("(") => {
            let answer = any_of(words);
            words.next_if_eq(&")").is_some() && answer
        }
        Some(licence) if words.next_if_eq(&"WITH").is_some() => {
            let exception = words.next().unwrap_or_default();
            ALLOWED.contains(&format!("{licence} WITH {exception}").as_str())
        }
        Some(licence) => ALLOWED.contains(&licence),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Package;

    #[test]
    fn expressions_are_weighed_as_spdx_means_them() {
        let cases = [
            ("MIT", true),
            ("MIT/Apache-2.0", true),
            ("Apache-2.0 / MIT", true),
            ("GPL-3.0-only", false),
            ("MIT OR GPL-3.0-only", true),
            ("MIT AND GPL-3.0-only", false),
            ("GPL-3.0-only OR MIT AND ISC", true),
            ("(GPL-3.0-only OR MIT) AND ISC", true),
            ("(GPL-3.0-only OR AGPL-3.0-only) AND ISC", false),
            ("ISC AND (Apache-2.0 OR ISC) AND MIT", true),
            ("Apache-2.0 WITH LLVM-exception OR GPL-2.0-only", true),
            ("MIT WITH Other-exception", false),
            ("", false),
            ("(MIT", false),
            ("MIT ISC", false),
        ];
        for (expression, want) in cases {
            assert_eq!(is_allowed(expression), want, "`{expression}`");
        }
    }

    #[test]
    fn each_crate_is_named_once() {
        let package = |licence: Option<&str>| Package {
            manifest: "m".to_owned(),
            licence: licence.map(str::to_owned),
            ..Package::default()
        };
        let workspace = Workspace {
            root: "/".into(),
            packages: vec![package(Some("Apache-2.0")), package(None)],
        };
        let tree = "a v1|MIT\nb v2|GPL-3.0-only\nb v2|GPL-3.0-only (*)\nc v3|\n";

        let offences = check(&workspace, tree);

        assert_eq!(
            offences.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "m: its licence is not Apache-2.0",
                "Cargo.lock: b v2 has the licence `GPL-3.0-only`, which is not allowed",
                "Cargo.lock: c v3 has the licence ``, which is not allowed",
            ]
        );
    }
}
