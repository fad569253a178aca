//! How long a decision takes in a large installation; one JSON line, read by `cargo xtask bench`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program that measures real time, prints, and has nobody to hand an error to"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use keyferry_authz::{Limit, OwnPolicy, Policies, Principal, PrincipalKind, Resource, Role};

const GROUPS: usize = 200;
const OWN_POLICIES: usize = 50;
const CUSTOM_ROLES: usize = 10;
const DECISIONS: usize = 20_000;
const GOAL_MS: f64 = 1.0;

const NOUNS: [&str; 5] = ["connection", "job", "key", "keystore", "kms-key"];

/// As many actions as there are in groups, about.
fn actions() -> Vec<String> {
    let verbs = (0..16).map(|verb| format!("do-{verb}"));
    let verbs: Vec<String> = verbs.collect();
    let of_noun = |noun: &&str| {
        let noun = *noun;
        let named = verbs.iter().map(move |verb| format!("{noun}.{verb}"));
        named.collect::<Vec<String>>()
    };
    NOUNS.iter().flat_map(of_noun).collect()
}

/// The built-in ones, and some of one's own.
fn roles(actions: &[String]) -> Vec<Role> {
    let role = |number: usize| Role {
        name: format!("role-{number}"),
        actions: actions
            .iter()
            .skip(number % 7)
            .step_by(1 + number % 3)
            .cloned()
            .collect(),
    };
    (0..5 + CUSTOM_ROLES).map(role).collect()
}

fn own(actions: &[String]) -> Vec<OwnPolicy> {
    let policy = |number: usize| {
        let action = actions.get(number % actions.len()).expect("an action");
        let effect = if number.is_multiple_of(2) {
            "forbid"
        } else {
            "permit"
        };
        OwnPolicy {
            name: format!("own-{number}"),
            text: format!(
                r#"{effect}(principal, action == Keyferry::Action::"{action}", resource in Keyferry::Group::"{number}")
                   when {{ principal.name like "team-{number}-*" }};"#
            ),
        }
    };
    (0..OWN_POLICIES).map(policy).collect()
}

/// Somebody with a role in every group, each time another.
fn principal() -> Principal {
    let mut roles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for group in 0..GROUPS {
        let role = format!("role-{}", group % (5 + CUSTOM_ROLES));
        roles.entry(role).or_default().insert(group.to_string());
    }
    Principal {
        kind: PrincipalKind::User,
        id: "0198c0de-0000-7000-8000-000000000001".to_owned(),
        name: "team-7-ann".to_owned(),
        roles,
    }
}

fn main() {
    let actions = actions();
    let limit = Limit {
        name: "limit".to_owned(),
        actions: actions.iter().cloned().collect(),
        beside: ["role-99".to_owned()].into(),
    };
    let policies = Policies::compile(&roles(&actions), &own(&actions)).expect("they compile");
    let policies = policies.with_limits(vec![limit]);
    let who = principal();
    let mut times = Vec::with_capacity(DECISIONS);
    let mut allowed = 0;
    for (number, action) in actions.iter().cycle().take(DECISIONS).enumerate() {
        let what = Resource::Object {
            kind: action.split('.').next().unwrap_or_default().to_owned(),
            id: format!("0198c0de-0000-7000-8000-{number:012}"),
            name: format!("payments-{number}"),
            group: (number % GROUPS).to_string(),
        };
        let begun = Instant::now();
        let decision = policies.decide(&who, action, &what).expect("it is decided");
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
        allowed += usize::from(decision.is_allowed);
    }
    assert!(
        allowed > DECISIONS / 20 && allowed < DECISIONS,
        "{allowed} of {DECISIONS} are allowed: the example decides nothing"
    );
    times.sort_by(f64::total_cmp);
    let p99 = times.get(DECISIONS * 99 / 100).expect("a time");
    println!(
        r#"{{"figure":"authorize_ms_p99","value":{p99:.3},"unit":"ms","better":"less","goal":{GOAL_MS},"against":"one decision with {GROUPS} groups, {OWN_POLICIES} own policies and {CUSTOM_ROLES} roles of one's own"}}"#
    );
}
