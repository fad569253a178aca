//! Roles by chance, held against a model of one line.

use std::collections::BTreeSet;

use keyferry_authz::{Policies, Resource};
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
}
