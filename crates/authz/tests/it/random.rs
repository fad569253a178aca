//! Roles by chance, held against a model of one line.

use std::collections::BTreeSet;

use keyferry_authz::{OwnPolicy, Policies, Resource};
use proptest::prelude::*;

use crate::decisions::{ACTIONS, kms_key, person, roles};

const GROUPS: &[&str] = &["payments", "mail", "installation"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_right_is_a_role_in_that_group_with_that_action(
        given in proptest::collection::vec((0..3usize, 0..3usize), 0..6),
        action in 0..ACTIONS.len(),
        group in 0..GROUPS.len(),
        as_a_whole in any::<bool>(),
    ) {
        let roles = roles();
        let given: BTreeSet<(usize, usize)> = given.into_iter().collect();
        let named: Vec<(&str, &str)> = given
            .iter()
            .map(|(role, group)| (roles[*role].name.as_str(), GROUPS[*group]))
            .collect();
        let policies = Policies::compile(&roles, &[]).unwrap();
        let what = if as_a_whole {
            Resource::Group(GROUPS[group].to_owned())
        } else {
            kms_key("x", GROUPS[group])
        };

        let decision = policies.decide(&person(&named), ACTIONS[action], &what).unwrap();

        let expected = given
            .iter()
            .any(|(role, place)| *place == group && roles[*role].actions.contains(ACTIONS[action]));
        prop_assert_eq!(decision.is_allowed, expected);
        prop_assert_eq!(decision.by.is_empty(), !expected);
    }

    #[test]
    fn own_policies_say_what_they_say_of_each_action_in_whatever_order_it_is_asked(
        own in proptest::collection::vec((any::<bool>(), 0..4usize, 0..ACTIONS.len(), 0..2usize), 0..5),
        given in proptest::collection::btree_set((0..3usize, 0..2usize), 0..4),
        asked in proptest::collection::vec((0..ACTIONS.len(), 0..2usize), 1..12),
    ) {
        let roles = roles();
        let named: Vec<(&str, &str)> = given
            .iter()
            .map(|(role, group)| (roles[*role].name.as_str(), GROUPS[*group]))
            .collect();
        let texts = own.iter().enumerate().map(|(number, row)| own_policy(number, row));
        let policies = Policies::compile(&roles, &texts.collect::<Vec<_>>()).unwrap();

        for (action, group) in asked {
            let what = kms_key("x", GROUPS[group]);
            let decision = policies.decide(&person(&named), ACTIONS[action], &what).unwrap();

            let says = |row: &&(bool, usize, usize, usize)| {
                row.3 == group && actions_of(row.1, row.2).contains(&ACTIONS[action])
            };
            let by_role = given
                .iter()
                .any(|(role, place)| *place == group && roles[*role].actions.contains(ACTIONS[action]));
            let is_permitted = by_role || own.iter().filter(says).any(|row| row.0);
            let is_forbidden = own.iter().filter(says).any(|row| !row.0);
            let expected = is_permitted && !is_forbidden;
            prop_assert_eq!(decision.is_allowed, expected, "{} in {}", ACTIONS[action], GROUPS[group]);
        }
    }
}

/// The actions of which an own policy speaks: all, one, or several of which one is the first.
fn actions_of(form: usize, first: usize) -> Vec<&'static str> {
    match form {
        0 => ACTIONS.to_vec(),
        1 => vec![ACTIONS[first]],
        more => (0..more)
            .map(|place| ACTIONS[(first + place) % ACTIONS.len()])
            .collect(),
    }
}

fn own_policy(number: usize, row: &(bool, usize, usize, usize)) -> OwnPolicy {
    let (permits, form, first, group) = *row;
    let words: Vec<String> = actions_of(form, first)
        .iter()
        .map(|word| format!("Keyferry::Action::\"{word}\""))
        .collect();
    let action = match (form, words.as_slice()) {
        (0, _) => "action".to_owned(),
        (_, [word]) => format!("action == {word}"),
        (_, words) => format!("action in [{}]", words.join(", ")),
    };
    let effect = if permits { "permit" } else { "forbid" };
    let group = GROUPS[group];
    OwnPolicy {
        name: number.to_string(),
        text: format!("{effect}(principal, {action}, resource in Keyferry::Group::\"{group}\");"),
    }
}
