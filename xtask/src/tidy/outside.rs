//! Which crates of others may be used, and where.

use super::Offence;
use crate::workspace::{Package, Workspace};

/// Crates that must not be in the tree at all, and why.
const BANNED: &[(&str, &str)] = &[
    ("native-tls", "rustls is the one TLS"),
    ("openssl", "aws-lc-rs is the one crypto library"),
    ("openssl-sys", "aws-lc-rs is the one crypto library"),
    ("ring", "aws-lc-rs is the one crypto library"),
    ("rsa", "RUSTSEC-2023-0071 has no fix"),
    ("shamir", "RUSTSEC-2020-0160 has no fix"),
    ("sharks", "RUSTSEC-2024-0398 has no fix"),
];

/// Crates that only these crates of ours may use; tests may.
const CONFINED: &[(&str, &[&str])] = &[
    ("axum", &["keyferry-server", "kms-sim"]),
    ("axum-server", &["keyferry-server", "kms-sim"]),
    ("cedar-policy", &["keyferry-authz"]),
    // jiff is the one calendar. Cedar brings this one for a type of its language.
    ("chrono", &[]),
    ("cryptoki", &["keyferry-hsm"]),
    ("sqlx", &["keyferry-db"]),
    ("utoipa-axum", &["keyferry-server"]),
];

/// All that the pure core may use.
const DOMAIN_MAY_USE: &[&str] = &["jiff", "thiserror", "uuid"];

/// Names banned crates in the tree, confined ones out of place, and what `domain` must not use.
///
/// `tree` has a line for each crate that is built, beginning with its name.
pub(super) fn check(workspace: &Workspace, tree: &str) -> Vec<Offence> {
    let mut offences = banned(tree);
    for package in &workspace.packages {
        offences.extend(misplaced(package));
    }
    offences
}

fn banned(tree: &str) -> Vec<Offence> {
    let is_built = |name: &str| {
        tree.lines()
            .any(|line| line.split(' ').next() == Some(name))
    };
    BANNED
        .iter()
        .filter(|(name, _)| is_built(name))
        .map(|(name, reason)| {
            let who = format!("`cargo tree --workspace --edges all -i {name}`");
            Offence::in_file(
                "Cargo.lock",
                format!("{name} is banned: {reason}; {who} says who"),
            )
        })
        .collect()
}

fn misplaced(package: &Package) -> Vec<Offence> {
    let is_domain = package.name == "keyferry-domain";
    package
        .dependencies
        .iter()
        .filter(|dependency| !dependency.is_dev)
        .filter(|dependency| {
            let name = dependency.name.as_str();
            !may_use(&package.name, name) || (is_domain && !DOMAIN_MAY_USE.contains(&name))
        })
        .map(|dependency| {
            let what = format!("{} must not use {}", package.name, dependency.name);
            Offence::in_file(&package.manifest, what)
        })
        .collect()
}

fn may_use(package: &str, dependency: &str) -> bool {
    if dependency.starts_with("aws-") && !dependency.starts_with("aws-lc-") {
        return package == "keyferry-aws";
    }
    let confined = CONFINED.iter().find(|(name, _)| *name == dependency);
    confined.is_none_or(|(_, users)| users.contains(&package))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, dependency: &str, is_dev: bool) -> Package {
        Package {
            name: name.to_owned(),
            manifest: "m".to_owned(),
            dependencies: vec![Dependency {
                name: dependency.to_owned(),
                is_dev,
            }],
            ..Package::default()
        }
    }

    #[test]
    fn a_banned_crate_in_the_tree_is_named_once() {
        let tree = "ring v0.17.14|ISC\nspring v1.0.0|MIT\nring v0.17.14|ISC (*)\n";

        let offences = banned(tree);

        assert_eq!(offences.len(), 1);
        assert!(
            offences[0]
                .to_string()
                .starts_with("Cargo.lock: ring is banned: ")
        );
        assert_eq!(banned("spring v1.0.0|MIT\n"), []);
    }

    #[test]
    fn confined_crates_are_used_in_their_place_and_in_tests_only() {
        let cases = [
            ("keyferry-aws", "aws-sdk-kms", false, true),
            ("keyferry-app", "aws-sdk-kms", false, false),
            ("keyferry-app", "aws-config", false, false),
            ("keyferry-vault", "aws-lc-rs", false, true),
            ("kms-sim", "aws-sdk-kms", true, true),
            ("keyferry-db", "sqlx", false, true),
            ("keyferry-server", "sqlx", false, false),
            ("kms-sim", "axum", false, true),
            ("keyferry-api", "axum", false, false),
            ("keyferry-domain", "jiff", false, true),
            ("keyferry-domain", "serde", false, false),
            ("keyferry-domain", "tokio", false, false),
            ("keyferry-domain", "proptest", true, true),
        ];
        for (name, dependency, is_dev, is_allowed) in cases {
            let offences = misplaced(&package(name, dependency, is_dev));
            assert_eq!(offences.is_empty(), is_allowed, "{name} uses {dependency}");
        }
    }
}
