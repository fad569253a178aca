//! Wishes that are taken back, whatever was wished since.

use keyferry_domain::former::Wish;
use keyferry_domain::id::JobId;
use keyferry_domain::intent::Intent;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::operation::{self as op, Change, Refusal};
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::*;

/// What people ask for of one KMS key; tags and grants by a number.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Deactivate,
    Activate,
    Disable,
    Enable,
    Delete,
    CancelDeletion,
    Restore,
    RotateInPlace,
    Revoke(u8),
    Tag(u8),
}

fn job(number: usize) -> JobId {
    JobId::new(Uuid::from_u128(number as u128 + 1))
}

fn changed(key: &KmsKey, asked: Asked) -> Result<Change, Refusal> {
    let intent = &key.intent;
    let next = intent.current.map_or(1, |current| current.get() + 1);
    match asked {
        Asked::Deactivate => op::deactivate(intent),
        Asked::Activate => op::activate(intent, &key.held),
        Asked::Disable => op::disable(intent, None),
        Asked::Enable => op::enable(intent, None),
        Asked::Delete => op::schedule_deletion(intent, 30, true),
        Asked::CancelDeletion => op::cancel_deletion(intent, false),
        Asked::Restore => op::restore(intent),
        Asked::RotateInPlace => op::rotate_in_place(intent, version(next), start(), all_kept),
        Asked::Revoke(id) => op::revoke_grants(intent, [id.to_string()].into(), &|_| false, []),
        Asked::Tag(value) => {
            let mut after = intent.clone();
            after
                .tags
                .insert((value / 4).to_string(), value.to_string());
            match after == *intent {
                true => Ok(Change::Unchanged),
                false => Ok(Change::Changed(after)),
            }
        }
    }
}

/// Asks for something as a use case does. Answers whether that changed what is wanted.
fn ask(key: &mut KmsKey, number: usize, asked: Asked) -> bool {
    let Ok(Change::Changed(mut after)) = changed(key, asked) else {
        return false;
    };
    after.assign_errand(job(number));
    let wish = Wish {
        intent: key.intent.clone(),
        held: key.held.clone(),
    };
    key.remember(job(number), Some(wish));
    if after.versions.is_empty() && !key.intent.versions.is_empty() {
        key.held.clone_from(&key.intent.versions);
    }
    key.intent = after;
    true
}

fn managed() -> KmsKey {
    let mut key = kms_key([WEST, CENTRAL]);
    key.intent = Intent {
        life: Life::Active,
        current: Some(version(1)),
        versions: vec![wanted(1, keyferry_domain::validity::Validity::Permanent)],
        ..key.intent
    };
    key
}

fn tagged(key: &KmsKey) -> Vec<&String> {
    key.intent.tags.values().collect()
}

#[test]
fn an_emptying_that_was_taken_back_under_a_later_wish_is_not_carried_out_by_that() {
    let mut key = managed();
    let before = key.clone();
    ask(&mut key, 0, Asked::Deactivate);
    ask(&mut key, 1, Asked::Revoke(7));

    assert!(key.withdraw(job(0)));

    assert_eq!((key.intent.life, key.intent.enabled), (Life::Active, true));
    assert_eq!(
        (&key.intent.versions, &key.held),
        (&before.intent.versions, &before.held)
    );
    assert_eq!(key.intent.grants_to_revoke().collect::<Vec<_>>(), ["7"]);
}

#[test]
fn a_rotation_that_was_taken_back_under_a_disabling_does_not_come_with_the_enabling() {
    let mut key = managed();
    ask(&mut key, 0, Asked::RotateInPlace);
    ask(&mut key, 1, Asked::Disable);

    assert!(key.withdraw(job(0)));

    assert!(!key.intent.enabled);
    assert_eq!(key.intent.current, Some(version(1)));
    assert_eq!(key.intent.versions.len(), 1);
}

#[test]
fn a_released_kms_key_is_not_managed_again_by_a_cancelled_job() {
    let mut key = managed();
    ask(&mut key, 0, Asked::Disable);
    key.intent = op::release(&key.intent).unwrap().or(&key.intent);

    assert!(!key.withdraw(job(0)));

    assert_eq!(key.intent.life, Life::Released);
}

fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![
        Just(Asked::Deactivate),
        Just(Asked::Activate),
        Just(Asked::Disable),
        Just(Asked::Enable),
        Just(Asked::Delete),
        Just(Asked::CancelDeletion),
        Just(Asked::Restore),
        Just(Asked::RotateInPlace),
        (0..4u8).prop_map(Asked::Revoke),
        (0..8u8).prop_map(Asked::Tag),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn taking_all_wishes_back_in_any_order_leads_to_what_was_wanted_before_all(
        wishes in prop::collection::vec(asked(), 1..8),
        order in any::<prop::sample::Index>(),
        seed in any::<u64>(),
    ) {
        let mut key = managed();
        let before = key.clone();
        let mut jobs: Vec<usize> = Vec::new();
        for (number, wish) in wishes.iter().enumerate() {
            if ask(&mut key, number, *wish) {
                jobs.push(number);
            }
        }
        // Any order: by a number that only the seed knows.
        jobs.sort_by_key(|number| (*number as u64 + 1).wrapping_mul(seed | 1).rotate_left(29));
        if !jobs.is_empty() {
            let first = order.index(jobs.len());
            jobs.rotate_left(first);
        }

        for number in jobs {
            prop_assert!(key.withdraw(job(number)));
        }

        prop_assert_eq!(&key.intent, &before.intent);
        prop_assert_eq!(&key.held, &before.held);
        prop_assert_eq!(&key.former, &before.former);
    }

    #[test]
    fn what_is_taken_back_leaves_nothing_and_takes_nothing_of_others(
        wishes in prop::collection::vec(asked(), 1..8),
        goes in any::<prop::sample::Index>(),
    ) {
        let (mut key, mut others) = (managed(), managed());
        let goes = goes.index(wishes.len());
        let mut is_asked = false;
        for (number, wish) in wishes.iter().enumerate() {
            let changes = ask(&mut key, number, *wish);
            is_asked |= changes && number == goes;
            if let (Asked::Tag(_) | Asked::Revoke(_), true) = (wish, changes && number != goes) {
                ask(&mut others, number, *wish);
            }
        }

        prop_assert_eq!(key.withdraw(job(goes)), is_asked);

        prop_assert_eq!(tagged(&key), tagged(&others));
        prop_assert_eq!(&key.intent.errands, &others.intent.errands);
    }
}
