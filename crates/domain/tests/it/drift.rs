//! What is told of a KMS key that others changed.

use keyferry_domain::drift::{FindingKind, Severity, findings, new_grants};
use keyferry_domain::life::Life;
use keyferry_domain::planner::plan_settled;
use keyferry_domain::validity::Validity;
use keyferry_domain::view::Grant;

use crate::model::{Deletion, ModelPlace, Target};
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
    });
    let after = world.view().places;

    assert_eq!(new_grants(&before, &after).len(), 1);
    assert_eq!(new_grants(&after, &after), []);
}

#[test]
fn every_kind_has_a_word_of_its_own() {
    for (kind, word, _, sentence) in FindingKind::ALL {
        assert_eq!(FindingKind::from_word(word), Some(*kind));
        assert!(!sentence.is_empty());
    }
}
