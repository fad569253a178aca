//! Rules of permanent material: first, again, proof, validity, removal.

use keyferry_domain::operation as op;
use keyferry_domain::plan::{Blocked, Decision, WaitReason};
use keyferry_domain::planner::plan_settled;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::step::{ImportKind, Step, StepKind};
use keyferry_domain::validity::Validity;
use keyferry_domain::view::{Field, KeyState, SETTLE, View};

use crate::model::{Material, material_id};
use crate::support::*;
use crate::world::{End, World};

fn materials(world: &mut World) -> &mut Vec<Material> {
    &mut world.kms.sets[0]
        .places
        .get_mut(&region(WEST))
        .unwrap()
        .materials
}

fn again(number: u32, valid_to: Option<jiff::Timestamp>) -> Step {
    let kind = ImportKind::Again {
        material: Some(material_id(1, number)),
    };
    Step::ImportMaterial {
        region: region(WEST),
        version: version(number),
        kind,
        valid_to,
    }
}

/// A key that was rotated in place twice.
fn three_versions() -> World {
    let mut world = World::settled(symmetric());
    for number in 2..=3 {
        let change = op::rotate_in_place(&world.intent, version(number), world.now, all_kept);
        world.intent = change.unwrap().or(&world.intent);
        assert_eq!(world.converge(), End::Reached);
    }
    world.wait(SETTLE);
    world.executed.clear();
    world
}

#[test]
fn every_missing_version_comes_back_the_oldest_first_and_by_its_id() {
    let mut world = three_versions();
    materials(&mut world)
        .iter_mut()
        .for_each(|material| material.is_present = false);

    assert_eq!(
        world.plan().steps(),
        [again(1, None), again(2, None), again(3, None)]
    );
    assert_eq!(world.converge(), End::Reached);
}

#[test]
fn the_single_material_of_other_keys_comes_back_without_an_id() {
    for spec in [KeySpec::Hmac256, KeySpec::EcP256, KeySpec::Rsa2048] {
        let mut world = World::settled(intent_for(spec));
        materials(&mut world)[0].is_present = false;

        let kind = ImportKind::Again { material: None };
        let version = version(1);
        let step = Step::ImportMaterial {
            region: region(WEST),
            version,
            kind,
            valid_to: None,
        };
        assert_eq!(world.plan().steps(), [step], "{spec}");
    }
}

#[test]
fn deactivating_disables_once_and_removes_each_material_by_its_id() {
    let mut world = three_versions();
    world.intent = op::deactivate(&world.intent).unwrap().or(&world.intent);

    let delete = |number| Step::DeleteMaterial {
        region: region(WEST),
        material: Some(material_id(1, number)),
    };
    let disable = Step::Disable {
        region: region(WEST),
    };
    assert_eq!(
        world.plan().steps(),
        [disable, delete(1), delete(2), delete(3)]
    );
    assert_eq!(world.converge(), End::Reached);
    assert_eq!(
        world.kms.sets[0].state(&region(WEST)),
        Some(KeyState::PendingImport)
    );
}

#[test]
fn the_single_material_of_other_keys_is_removed_without_an_id() {
    let mut world = World::settled(intent_for(KeySpec::Hmac256));
    world.intent = op::deactivate(&world.intent).unwrap().or(&world.intent);

    let plan = world.plan();

    let deletion = Step::DeleteMaterial {
        region: region(WEST),
        material: None,
    };
    assert_eq!(plan.steps().last(), Some(&deletion));
}

#[test]
fn a_deactivated_key_stays_empty_and_comes_back_when_activated() {
    let mut world = three_versions();
    world.intent = op::deactivate(&world.intent).unwrap().or(&world.intent);
    assert_eq!(world.converge(), End::Reached);
    world.wait(minutes(20));
    assert!(world.plan().is_reached());

    let held = [1, 2, 3].map(|number| wanted(number, Validity::Permanent));
    world.intent = op::activate(&world.intent, &held)
        .unwrap()
        .or(&world.intent);

    assert_eq!(world.converge(), End::Reached);
    assert_eq!(
        world.kms.sets[0].state(&region(WEST)),
        Some(KeyState::Enabled)
    );
}

#[test]
fn material_of_an_adopted_key_that_was_never_ours_is_left_alone() {
    let mut world = World::settled(symmetric());
    world.bindings.clear();
    world.effects.clear();
    world.intent.versions.clear();
    world.intent.current = None;
    world.intent.enabled = false;

    let kinds: Vec<StepKind> = world.plan().steps().iter().map(Step::kind).collect();

    assert_eq!(kinds, [StepKind::Disable]);
}

#[test]
fn unproved_material_that_claims_to_be_ours_is_proved_by_importing_it_again() {
    let mut world = World::settled(symmetric());
    world.bindings.clear();

    assert_eq!(world.plan().steps(), [again(1, None)]);
    assert_eq!(world.converge(), End::Reached);
    assert_eq!(world.bindings.len(), 1);
}

#[test]
fn permanent_material_of_somebody_else_is_blocked() {
    let mut world = World::settled(symmetric());
    let mut foreign = materials(&mut world)[0].clone();
    foreign.bytes = 1000;
    foreign.description = Some("backup".to_owned());
    materials(&mut world).push(foreign);

    assert_eq!(world.converge(), End::Blocked(Blocked::ForeignMaterial));
}

#[test]
fn another_end_of_validity_is_sent_by_importing_again_and_an_hour_does_not_count() {
    let mut world = World::settled(symmetric());
    let end = world.now + days(100);
    for (held, drifts) in [
        (None, true),
        (Some(end - minutes(59)), false),
        (Some(end + minutes(59)), false),
        (Some(end - minutes(61)), true),
        (Some(end + minutes(61)), true),
    ] {
        world.intent.versions = vec![wanted(1, Validity::Until(end))];
        materials(&mut world)[0].valid_to = held;
        let expected = if drifts {
            vec![again(1, Some(end))]
        } else {
            Vec::new()
        };
        assert_eq!(world.plan().steps(), expected, "{held:?}");
    }
    world.intent.versions = vec![wanted(1, Validity::Permanent)];
    assert_eq!(world.plan().steps(), [again(1, None)]);
}

#[test]
fn a_validity_beyond_a_year_is_renewed_in_its_last_thirty_days() {
    let mut intent = symmetric();
    let end = start() + days(800);
    intent.versions = vec![wanted(1, Validity::Until(end))];
    let mut world = World::settled(intent);
    let held = materials(&mut world)[0].valid_to.unwrap();
    assert!(held > start() + days(364) && held < start() + days(365));

    world.wait(days(330));
    assert!(world.plan().is_reached());
    world.wait(days(6));
    assert_eq!(world.converge(), End::Reached);

    assert_eq!(world.executed.len(), 1);
    assert!(materials(&mut world)[0].valid_to.unwrap() > start() + days(690));
}

#[test]
fn an_intended_lapse_is_no_drift() {
    let mut intent = symmetric();
    intent.versions = vec![wanted(1, Validity::Until(start() + days(10)))];
    let mut world = World::settled(intent);

    world.wait(days(11));

    assert_eq!(
        world.kms.sets[0].state(&region(WEST)),
        Some(KeyState::PendingImport)
    );
    assert!(world.plan().is_reached());
}

#[test]
fn missing_material_of_which_no_copy_is_kept_is_for_a_person() {
    let mut world = World::settled(symmetric());
    world.importable.clear();
    materials(&mut world)[0].is_present = false;

    let missing = Blocked::NoCopyKept {
        version: version(1),
    };
    assert_eq!(world.converge(), End::Blocked(missing));
}

#[test]
fn a_peer_without_a_list_of_materials_is_judged_by_current_material_and_state() {
    let mut world = World::settled(symmetric());
    let mut view = world.view();
    let place = view.places.get_mut(&region(WEST)).unwrap();
    place.materials = Field::Absent;
    let plan = |view: &View| plan_settled(&symmetric_active(), view, start());
    assert!(plan(&view).is_reached());

    let Field::Value(described) = &mut view.places.get_mut(&region(WEST)).unwrap().described else {
        panic!("not described")
    };
    described.state = KeyState::PendingImport;

    assert_eq!(plan(&view).steps(), [again(1, None)]);
}

fn symmetric_active() -> keyferry_domain::intent::Intent {
    let mut intent = symmetric();
    intent.life = keyferry_domain::life::Life::Active;
    intent
}

#[test]
fn an_empty_key_whose_materials_cannot_be_read_is_not_taken_for_finished() {
    let mut world = World::settled(symmetric());
    materials(&mut world)[0].is_present = false;
    let mut view = world.view();
    view.places.get_mut(&region(WEST)).unwrap().materials = Field::Unreadable;

    let decision = plan_settled(&world.intent, &view, world.now).decision;

    assert!(
        matches!(
            decision,
            Decision::Wait {
                why: WaitReason::Unreadable,
                ..
            }
        ),
        "{decision:?}"
    );
}

#[test]
fn material_without_an_id_is_proved_unless_an_import_of_ours_was_answered() {
    let mut world = World::settled(intent_for(KeySpec::Hmac256));
    assert!(world.plan().is_reached());

    world.held_material = false;

    let kind = ImportKind::Again { material: None };
    let (region, version) = (region(WEST), version(1));
    let step = Step::ImportMaterial {
        region,
        version,
        kind,
        valid_to: None,
    };
    assert_eq!(world.plan().steps(), [step]);
}

#[test]
fn a_foreign_key_is_neither_emptied_nor_disabled_nor_rotated_while_a_binding_is_proved() {
    for count in 1..=4u32 {
        for proved in 0..count {
            for absent in 0..=count {
                let mut world = World::settled(symmetric());
                let first = materials(&mut world)[0].clone();
                materials(&mut world).clear();
                for number in 1..=count {
                    let mut foreign = first.clone();
                    foreign.bytes = 1000 + number;
                    foreign.description = Some("backup".to_owned());
                    foreign.is_present = number != absent;
                    materials(&mut world).push(foreign);
                }
                world.kms.sets[0].current = Some(1000 + count);
                world.effects.clear();
                world.bindings.clear();
                for number in 1..=proved {
                    world
                        .bindings
                        .insert(material_id(1, 1000 + number), version(number));
                }
                world.intent.versions = (1..=count)
                    .map(|number| wanted(number, Validity::Permanent))
                    .collect();
                world.intent.current = Some(version(count));
                world.importable.extend((1..=count).map(version));
                world.wait(minutes(20));
                let mut view = world.view();
                view.is_binding = true;

                let plan = keyferry_domain::planner::plan(&world.intent, &view, world.now);

                let imports = |step: &Step| {
                    matches!(
                        step,
                        Step::ImportMaterial {
                            kind: ImportKind::Again { material: Some(_) },
                            ..
                        }
                    )
                };
                let steps = plan.steps();
                assert!(
                    steps.iter().all(imports),
                    "{count} {proved} {absent}: {steps:?}"
                );
                assert!(!steps.is_empty(), "{count} {proved} {absent}: {plan:?}");
                let mut emptied = world.intent.clone();
                emptied.versions.clear();
                let blocked = keyferry_domain::planner::plan(&emptied, &view, world.now).decision;
                assert_eq!(blocked, Decision::Blocked(Blocked::ForeignMaterial));
            }
        }
    }
}
