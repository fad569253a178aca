//! Which of our crates may see which.

use super::Offence;
use crate::workspace::{Package, Workspace};

/// Every crate with the crates of ours that it may depend on, from the bottom up.
///
/// Tests see more: dev-dependencies are free, save for the simulator, which shares no code with the
/// product in any direction but the listed ones.
const LAYERS: &[(&str, &[&str])] = &[
    ("keyferry-domain", &[]),
    ("keyferry-audit", &[]),
    ("keyferry-api", &[]),
    ("keyferry-authz", &[]),
    ("keyferry-console", &[]),
    ("kms-sim", &[]),
    ("xtask", &[]),
    ("keyferry-ports", &["keyferry-domain"]),
    ("keyferry-engine", &["keyferry-ports", "keyferry-domain"]),
    (
        "keyferry-app",
        &[
            "keyferry-engine",
            "keyferry-ports",
            "keyferry-domain",
            "keyferry-audit",
            "keyferry-authz",
        ],
    ),
    ("keyferry-vault", &["keyferry-ports", "keyferry-domain"]),
    ("keyferry-hsm", &["keyferry-ports", "keyferry-domain"]),
    ("keyferry-db", &["keyferry-ports", "keyferry-domain"]),
    ("keyferry-notify", &["keyferry-ports", "keyferry-domain"]),
    // AWS and providers are called as webhooks are: by one judge of addresses (ADR 29).
    (
        "keyferry-aws",
        &["keyferry-notify", "keyferry-ports", "keyferry-domain"],
    ),
    (
        "keyferry-oidc",
        &["keyferry-notify", "keyferry-ports", "keyferry-domain"],
    ),
    (
        "keyferry-server",
        &[
            "keyferry-api",
            "keyferry-app",
            "keyferry-audit",
            "keyferry-console",
            "keyferry-engine",
            "keyferry-ports",
            "keyferry-domain",
        ],
    ),
    ("keyferry-cli", &["keyferry-api", "keyferry-audit"]),
    (
        "keyferry-demo",
        &[
            "keyferry-api",
            "keyferry-app",
            "keyferry-audit",
            "keyferry-aws",
            "keyferry-db",
            "keyferry-domain",
            "keyferry-engine",
            "keyferry-hsm",
            "keyferry-ports",
            "keyferry-server",
            "keyferry-vault",
            "kms-sim",
        ],
    ),
    (
        "keyferry",
        &[
            "keyferry-api",
            "keyferry-app",
            "keyferry-audit",
            "keyferry-aws",
            "keyferry-cli",
            "keyferry-db",
            "keyferry-demo",
            "keyferry-domain",
            "keyferry-engine",
            "keyferry-hsm",
            "keyferry-notify",
            "keyferry-oidc",
            "keyferry-ports",
            "keyferry-server",
            "keyferry-vault",
        ],
    ),
    // Only ever a dev-dependency: no row above names it. Its scenarios run on the real parts.
    (
        "keyferry-testkit",
        &[
            "keyferry-api",
            "keyferry-app",
            "keyferry-audit",
            "keyferry-aws",
            "keyferry-db",
            "keyferry-domain",
            "keyferry-engine",
            "keyferry-ports",
            "keyferry-vault",
            "kms-sim",
        ],
    ),
];

/// Names every edge between our crates that the table does not allow, and every crate without row.
pub(super) fn check(workspace: &Workspace) -> Vec<Offence> {
    workspace
        .packages
        .iter()
        .flat_map(|package| check_package(package, workspace))
        .collect()
}

fn check_package(package: &Package, workspace: &Workspace) -> Vec<Offence> {
    let offence = |what: String| Offence::in_file(&package.manifest, what);
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == package.name) else {
        return vec![offence(format!(
            "{} has no row in the table of layers",
            package.name
        ))];
    };
    let is_simulator = package.name == "kms-sim";
    package
        .dependencies
        .iter()
        .filter(|dependency| workspace.has(&dependency.name))
        .filter(|dependency| !dependency.is_dev || is_simulator)
        .filter(|dependency| !allowed.contains(&dependency.name.as_str()))
        .map(|dependency| {
            offence(format!(
                "{} must not depend on {}",
                package.name, dependency.name
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn workspace(edges: &[(&str, &str, bool)]) -> Workspace {
        let names = LAYERS.iter().map(|(name, _)| *name).chain(["keyferry-new"]);
        let package = |name: &str| Package {
            name: name.to_owned(),
            manifest: format!("{name}/Cargo.toml"),
            dependencies: edges
                .iter()
                .filter(|(from, _, _)| *from == name)
                .map(|(_, to, is_dev)| Dependency {
                    name: (*to).to_owned(),
                    is_dev: *is_dev,
                })
                .collect(),
            ..Package::default()
        };
        let mentioned = |name: &&str| *name != "keyferry-new" || edges.iter().any(|e| e.0 == *name);
        Workspace {
            root: "/".into(),
            packages: names.filter(mentioned).map(package).collect(),
        }
    }

    #[test]
    fn edges_of_the_table_and_outside_crates_are_allowed() {
        let edges = [
            ("keyferry-app", "keyferry-engine", false),
            ("keyferry-demo", "kms-sim", false),
            ("keyferry-db", "keyferry-testkit", true),
            ("keyferry-domain", "jiff", false),
        ];
        assert_eq!(check(&workspace(&edges)), []);
    }

    #[test]
    fn other_edges_are_refused() {
        let edges = [
            ("keyferry-domain", "keyferry-ports"),
            ("keyferry-engine", "keyferry-app"),
            ("keyferry-server", "kms-sim"),
            ("keyferry", "kms-sim"),
            ("keyferry-demo", "keyferry-testkit"),
            ("keyferry-cli", "keyferry-domain"),
            ("kms-sim", "keyferry-domain"),
        ];
        for (from, to) in edges {
            let want = format!("{from}/Cargo.toml: {from} must not depend on {to}");
            let offences = check(&workspace(&[(from, to, false)]));
            assert_eq!(
                offences.iter().map(ToString::to_string).collect::<Vec<_>>(),
                [want]
            );
        }
    }

    #[test]
    fn the_simulators_tests_see_nothing_of_the_product() {
        assert_eq!(
            check(&workspace(&[("kms-sim", "keyferry-aws", true)])).len(),
            1
        );
    }

    #[test]
    fn a_crate_without_a_row_is_named() {
        let offences = check(&workspace(&[("keyferry-new", "serde", false)]));

        let want = "keyferry-new/Cargo.toml: keyferry-new has no row in the table of layers";
        assert_eq!(
            offences.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [want]
        );
    }

    #[test]
    fn the_table_has_no_circle() {
        let mut placed: Vec<&str> = Vec::new();
        let mut rest: Vec<_> = LAYERS.iter().collect();
        while !rest.is_empty() {
            let before = rest.len();
            rest.retain(|(name, sees)| {
                let can_stand = sees.iter().all(|seen| placed.contains(seen));
                if can_stand {
                    placed.push(name);
                }
                !can_stand
            });
            assert_ne!(rest.len(), before, "in a circle, or unknown: {rest:?}");
        }
    }
}
