//! Which roles a provider's claims give, and which go. Pure.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_domain::id::GroupId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{RoleAssignment, SignInRule};

use crate::rights::BuiltInRole;

/// A role in a place; no group is the installation.
pub(crate) type Gift = (BuiltInRole, Option<GroupId>);

/// What changes of a person's roles at a sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gifts {
    /// Given now.
    pub(crate) given: BTreeSet<Gift>,
    /// Taken, because nothing claims them any more.
    pub(crate) taken: Vec<RoleAssignment>,
}

/// How roles that came from rules name their giver. People are written otherwise.
pub(crate) fn giver(provider: &Name) -> String {
    format!("sign-in-provider/{provider}")
}

impl Gifts {
    /// What rules make of claims, where somebody has these roles. Only what rules of providers gave is taken; what a person
    /// gave stays, and is not given twice.
    pub(crate) fn of(
        rules: &[SignInRule],
        claims: &BTreeMap<String, Vec<String>>,
        held: &[RoleAssignment],
        provider: &Name,
    ) -> Self {
        let holds = |rule: &&SignInRule| {
            let texts = claims.get(&rule.claim);
            texts.is_some_and(|texts| texts.contains(&rule.value))
        };
        let gift = |rule: &SignInRule| Some((BuiltInRole::named(rule.role.as_str())?, rule.group));
        let wanted: BTreeSet<Gift> = rules.iter().filter(holds).filter_map(gift).collect();
        let is_same = |row: &RoleAssignment, (role, group): &Gift| {
            row.role.as_str() == role.as_str() && row.group == *group
        };
        let giver = giver(provider);
        let is_over = |row: &&RoleAssignment| {
            row.given_by == giver && !wanted.iter().any(|gift| is_same(row, gift))
        };
        let taken: Vec<RoleAssignment> = held.iter().filter(is_over).cloned().collect();
        let is_held = |gift: &Gift| held.iter().any(|row| is_same(row, gift));
        let given = wanted.iter().copied().filter(|gift| !is_held(gift));
        Self {
            given: given.collect(),
            taken,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use keyferry_domain::id::{AssignmentId, ProviderId, SignInRuleId, UserId};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const ROLES: [BuiltInRole; 3] = [
        BuiltInRole::Administrator,
        BuiltInRole::Auditor,
        BuiltInRole::Operator,
    ];

    fn group(number: u8) -> Option<GroupId> {
        (number > 0).then(|| GroupId::new(Uuid::from_u128(number.into())))
    }

    fn rule(value: u8, role: u8, at: u8) -> SignInRule {
        SignInRule {
            id: SignInRuleId::new(Uuid::nil()),
            provider: ProviderId::new(Uuid::nil()),
            claim: "groups".to_owned(),
            value: value.to_string(),
            role: ROLES[usize::from(role)].as_str().parse().unwrap(),
            group: group(at),
            made_by: "user/ann".to_owned(),
            made_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn held(number: u128, (role, group): Gift, by: &str) -> RoleAssignment {
        RoleAssignment {
            id: AssignmentId::new(Uuid::from_u128(number)),
            holder: UserId::new(Uuid::nil()).into(),
            role: role.as_str().parse().unwrap(),
            group,
            given_by: by.to_owned(),
            given_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn claims(values: &BTreeSet<u8>) -> BTreeMap<String, Vec<String>> {
        let texts = values.iter().map(u8::to_string).collect();
        BTreeMap::from([("groups".to_owned(), texts)])
    }

    /// What somebody has after a sign-in.
    fn after(before: &[RoleAssignment], gifts: &Gifts, by: &str) -> Vec<RoleAssignment> {
        let gone: BTreeSet<AssignmentId> = gifts.taken.iter().map(|row| row.id).collect();
        let stays = before.iter().filter(|row| !gone.contains(&row.id)).cloned();
        let new = (1_000..).zip(&gifts.given);
        stays
            .chain(new.map(|(number, gift)| held(number, *gift, by)))
            .collect()
    }

    fn places(rows: &[RoleAssignment]) -> BTreeSet<(String, Option<GroupId>)> {
        rows.iter()
            .map(|row| (row.role.to_string(), row.group))
            .collect()
    }

    proptest! {
        #[test]
        fn a_sign_in_leaves_what_people_gave_and_what_rules_give_and_no_more(
            rules in prop::collection::vec((0u8..4, 0u8..3, 0u8..3), 0..8),
            values in prop::collection::btree_set(0u8..4, 0..4),
            by_hand in prop::collection::btree_set((0u8..3, 0u8..3), 0..4),
            former in prop::collection::btree_set((0u8..3, 0u8..3), 0..4),
        ) {
            let corp: Name = "corp".parse().unwrap();
            let rules: Vec<SignInRule> = rules.iter().map(|one| rule(one.0, one.1, one.2)).collect();
            let gift = |(role, at): &(u8, u8)| (ROLES[usize::from(*role)], group(*at));
            let manual: Vec<RoleAssignment> =
                (0..).zip(&by_hand).map(|(n, one)| held(n, gift(one), "user/ann")).collect();
            let earlier: Vec<RoleAssignment> = (100..)
                .zip(former.difference(&by_hand))
                .map(|(n, one)| held(n, gift(one), &giver(&corp)))
                .collect();
            let before = [manual.clone(), earlier].concat();

            let gifts = Gifts::of(&rules, &claims(&values), &before, &corp);
            let now = after(&before, &gifts, &giver(&corp));

            let by_rule = rules.iter().filter(|one| values.contains(&one.value.parse().unwrap()));
            let by_rule = by_rule.map(|one| (one.role.to_string(), one.group));
            let mut wanted = places(&manual);
            wanted.extend(by_rule);
            prop_assert_eq!(places(&now), wanted);
            prop_assert_eq!(now.len(), places(&now).len());
            prop_assert!(manual.iter().all(|row| now.contains(row)));
            prop_assert_eq!(Gifts::of(&rules, &claims(&values), &now, &corp), Gifts::default());
        }
    }

    #[test]
    fn what_another_provider_gave_is_not_taken() {
        let corp: Name = "corp".parse().unwrap();
        let other: Name = "other".parse().unwrap();
        let row = held(1, (BuiltInRole::Operator, group(1)), &giver(&other));

        let gifts = Gifts::of(&[], &BTreeMap::new(), std::slice::from_ref(&row), &corp);
        assert_eq!(gifts, Gifts::default());
    }
}
