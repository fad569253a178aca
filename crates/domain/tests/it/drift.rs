//! What is told of a KMS key that others changed.

use std::collections::BTreeSet;

use keyferry_domain::arn::Partition;
use keyferry_domain::drift::{FindingKind, Severity, findings, is_all_told, new_grants};
use keyferry_domain::life::Life;
use keyferry_domain::material_description::material_description;
use keyferry_domain::operation as op;
use keyferry_domain::planner::{healing, plan_settled};
use keyferry_domain::validity::Validity;
use keyferry_domain::view::{Field, Grant, MaterialState, ObservedMaterial, View};

use crate::model::{Deletion, ModelPlace, Target, material_id};
use crate::support::*;
use crate::world::World;

fn drift(world: &mut World) -> Vec<(FindingKind, Severity, String)> {
    let view = world.view();
    let plan = plan_settled(&world.intent, &view, world.now);
    findings(&world.intent, &view, &plan, world.now)
        .into_iter()
        .map(|finding| (finding.kind, finding.kind.severity(), finding.detail))
        .collect()
}

fn place(world: &mut World) -> &mut ModelPlace {
    let set = world.kms.sets.last_mut().unwrap();
    set.places.get_mut(&region(WEST)).unwrap()
}

fn settled() -> World {
    let mut intent = symmetric();
    intent.tags = tags(&[("team", "blue")]);
    intent.policy = Some(policy("ours"));
    World::settled(intent)
}

#[test]
fn nothing_is_found_where_nobody_changed_anything() {
    let mut world = settled();

    assert_eq!(world.intent.life, Life::Active);
    assert_eq!(drift(&mut world), []);
}

#[test]
fn whoever_disables_empties_or_deletes_a_key_raises_a_critical_finding() {
    type Deed = fn(&mut ModelPlace);
    let deeds: [(Deed, FindingKind); 3] = [
        (|place| place.enabled = false, FindingKind::Disabled),
        (
            |place| place.materials[0].is_present = false,
            FindingKind::MaterialMissing,
        ),
        (
            |place| place.deletion = Some(Deletion::At(start() + days(30))),
            FindingKind::DeletionScheduled,
        ),
    ];
    for (deed, expected) in deeds {
        let mut world = settled();
        deed(place(&mut world));

        let found = drift(&mut world);

        let is_told = |row: &(FindingKind, Severity, String)| {
            row.0 == expected && row.1 == Severity::Critical
        };
        assert!(found.iter().any(is_told), "{expected:?}: {found:?}");
    }
}

#[test]
fn properties_that_were_edited_are_each_named() {
    let mut world = settled();
    let edited = place(&mut world);
    edited.tags.insert("team".into(), "red".into());
    edited.description = "theirs".into();
    edited.policy = policy("theirs");
    let name = (region(WEST), alias("app"));
    world.kms.aliases.insert(name, Target::Foreign);

    let kinds: Vec<FindingKind> = drift(&mut world).into_iter().map(|row| row.0).collect();

    for kind in [
        FindingKind::TagsDiffer,
        FindingKind::DescriptionDiffers,
        FindingKind::PolicyDiffers,
    ] {
        assert!(kinds.contains(&kind), "{kind:?}: {kinds:?}");
    }
}

/// Material that is not ours is current; its description may claim to be ours.
fn with_foreign_material(claims: Option<&str>) -> (World, View) {
    let mut world = settled();
    let mut view = world.view();
    let place = view.places.get_mut(&region(WEST)).unwrap();
    let foreign = material_id(9, 1000);
    if let Field::Value(materials) = &mut place.materials {
        for material in materials.iter_mut() {
            material.state = MaterialState::NonCurrent;
        }
        materials.push(ObservedMaterial {
            id: foreign.clone(),
            state: MaterialState::Current,
            is_present: true,
            valid_to: None,
            description: claims.map(str::to_owned),
        });
    }
    if let Field::Value(described) = &mut place.described {
        described.current_material = Some(foreign);
    }
    (world, view)
}

fn kinds_in(world: &World, view: &View) -> Vec<FindingKind> {
    let plan = plan_settled(&world.intent, view, world.now);
    let found = findings(&world.intent, view, &plan, world.now);
    found.into_iter().map(|finding| finding.kind).collect()
}

#[test]
fn trivial_drift_does_not_hide_what_needs_a_person() {
    let (world, mut view) = with_foreign_material(None);
    let place = view.places.get_mut(&region(WEST)).unwrap();
    if let Field::Value(tags) = &mut place.tags {
        tags.insert("foreign".into(), "1".into());
    }

    let kinds = kinds_in(&world, &view);

    assert!(kinds.contains(&FindingKind::TagsDiffer), "{kinds:?}");
    assert!(kinds.contains(&FindingKind::MaterialForeign), "{kinds:?}");
}

#[test]
fn foreign_material_is_told_as_such_whatever_its_description_claims() {
    let claim = material_description("app", version(1));
    let (world, view) = with_foreign_material(Some(&claim));

    let kinds = kinds_in(&world, &view);

    assert!(kinds.contains(&FindingKind::MaterialForeign), "{kinds:?}");
    assert!(!kinds.contains(&FindingKind::ExpiryDiffers), "{kinds:?}");
}

#[test]
fn what_lies_behind_something_that_cannot_be_read_is_not_told_to_be_over() {
    let mut world = settled();
    let mut view = world.view();
    let world = world;
    let plan_of = |view: &View| plan_settled(&world.intent, view, world.now);
    assert!(is_all_told(&plan_of(&view)));

    view.places.get_mut(&region(WEST)).unwrap().described = Field::Unreadable;

    assert!(!is_all_told(&plan_of(&view)));
}

#[test]
fn only_whoever_tells_of_grants_takes_new_ones_for_known() {
    let mut world = settled();
    let mut key = kms_key([WEST, CENTRAL]);
    let before = world.view().places;
    key.observe(before.clone(), false);
    place(&mut world).grants.insert(Grant {
        id: "g-1".into(),
        grantee: "arn:aws:iam::111122223333:role/other".into(),
        operations: vec!["Decrypt".into()],
        ..Grant::default()
    });
    let after = world.view().places;
    let mut unread = after.clone();
    unread.get_mut(&region(WEST)).unwrap().grants = Field::Unreadable;

    key.observe(after.clone(), false);
    key.observe(unread.clone(), false);
    key.take_grants_for_known(&unread);

    assert_eq!(new_grants(&key.observed, &after, &[]).len(), 1);
    key.take_grants_for_known(&after);
    assert_eq!(new_grants(&key.observed, &after, &[]), []);
}

#[test]
fn an_alias_that_points_elsewhere_is_named() {
    let mut world = settled();
    let name = (region(WEST), alias("app"));
    world.kms.aliases.insert(name, Target::Foreign);

    let found = drift(&mut world);

    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, FindingKind::AliasDiffers);
    assert!(found[0].2.contains("app"), "{found:?}");
}

#[test]
fn a_deletion_that_is_wanted_is_no_drift() {
    let mut world = settled();
    world.intent.life = Life::PendingDeletion;
    world.intent.deletion_window_days = Some(30);
    world.converge();

    let found = drift(&mut world);

    assert_eq!(found, []);
}

#[test]
fn material_that_expires_is_told_at_30_14_7_and_1_days() {
    let mut intent = symmetric();
    intent.versions = vec![wanted(1, Validity::Until(start() + days(100)))];
    let mut world = World::settled(intent);
    let mut told = Vec::new();
    while world.now < start() + days(100) - minutes(60) {
        told.extend(drift(&mut world).into_iter().map(|row| row.2));
        world.wait(minutes(12 * 60));
    }
    told.dedup();

    let texts: Vec<String> = [30, 14, 7, 1]
        .iter()
        .map(|days| format!("version 1 within {days} days"))
        .collect();
    assert_eq!(told, texts);
}

#[test]
fn a_new_grant_is_found_and_a_known_one_is_not() {
    let mut world = settled();
    let before = world.view().places;
    place(&mut world).grants.insert(Grant {
        id: "g-1".into(),
        grantee: "arn:aws:iam::111122223333:role/other".into(),
        operations: vec!["Decrypt".into()],
        ..Grant::default()
    });
    let after = world.view().places;

    assert_eq!(new_grants(&before, &after, &[]).len(), 1);
    assert_eq!(new_grants(&after, &after, &[]), []);
}

#[test]
fn k4_a_grant_that_was_given_here_is_no_news_and_one_that_is_missing_no_drift() {
    let mut world = settled();
    let before = world.view().places;
    let grant = wanted_grant("payments");
    world.intent = op::create_grant(&world.intent, grant, Partition::Aws)
        .unwrap()
        .or(&world.intent);
    let plan = world.plan();
    let view = world.view();
    let found = findings(&world.intent, &view, &plan, world.now);
    assert_eq!(found, BTreeSet::new());
    assert_eq!(healing(&plan, &view).steps, []);

    let given: Vec<_> = world.intent.grants_to_give().cloned().collect();
    world.converge();
    let after = world.view().places;

    assert_eq!(new_grants(&before, &after, &[]).len(), 1);
    assert_eq!(new_grants(&before, &after, &given), []);
    let mut key = kms_key([WEST, CENTRAL]);
    key.observe(before, false);
    key.observe(after.clone(), false);
    key.take_given_for_known(&given, &after);
    assert_eq!(new_grants(&key.observed, &after, &[]), []);
}

#[test]
fn every_kind_has_a_word_of_its_own() {
    for (kind, word, _, sentence) in FindingKind::ALL {
        assert_eq!(FindingKind::from_word(word), Some(*kind));
        assert!(!sentence.is_empty());
    }
}
