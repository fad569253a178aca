//! Rules of multi-Region sets.

use keyferry_domain::operation as op;
use keyferry_domain::plan::{Blocked, Decision, WaitReason};
use keyferry_domain::planner::plan;
use keyferry_domain::step::{ImportKind, Step, StepKind};
use keyferry_domain::validity::Validity;
use keyferry_domain::view::{EffectOutcome, Field, HORIZON, KeyState, OwnEffect, View};

use crate::model::{Deletion, material_id};
use crate::support::*;
use crate::world::{End, World};

fn again(name: &str, number: u32) -> Step {
    let kind = ImportKind::Again {
        material: Some(material_id(1, number)),
    };
    Step::ImportMaterial {
        region: region(name),
        version: version(number),
        kind,
        valid_to: None,
    }
}

fn replicate(to: &str) -> Step {
    Step::ReplicateKmsKey {
        from: region(WEST),
        to: region(to),
    }
}

fn rotated(mut world: World, number: u32) -> World {
    let change = op::rotate_in_place(&world.intent, version(number), world.now, all_kept);
    world.intent = change.unwrap().or(&world.intent);
    world
}

#[test]
fn the_primary_is_filled_before_it_is_replicated_and_a_first_plan_shows_it_all() {
    let intent = multi_region(&[WEST, CENTRAL]);
    let view = View {
        importable: [version(1)].into(),
        ..View::default()
    };

    let plan = plan(&intent, &view, start());

    let import = |name: &str, kind| Step::ImportMaterial {
        region: region(name),
        version: version(1),
        kind,
        valid_to: None,
    };
    assert_eq!(
        plan.steps(),
        [
            Step::CreateKmsKey {
                region: region(WEST)
            },
            import(WEST, ImportKind::First),
            replicate(CENTRAL),
            import(CENTRAL, ImportKind::Again { material: None }),
            Step::CreateAlias {
                region: region(WEST),
                alias: alias("app")
            },
            Step::CreateAlias {
                region: region(CENTRAL),
                alias: alias("app")
            },
        ]
    );
}

#[test]
fn a_replica_that_comes_late_gets_every_permanent_material() {
    let mut world = World::settled(multi_region(&[WEST]));
    for number in 2..=3 {
        world = rotated(world, number);
        assert_eq!(world.converge(), End::Reached);
    }
    world.intent.places.push(region(NORTH));
    world.wait(minutes(6));

    let plan = world.plan();

    let expected = [
        replicate(NORTH),
        again(NORTH, 1),
        again(NORTH, 2),
        again(NORTH, 3),
    ];
    assert_eq!(plan.steps()[..4], expected);
    assert_eq!(world.converge(), End::Reached);
    assert_eq!(
        world.kms.sets[0].state(&region(NORTH)),
        Some(KeyState::Enabled)
    );
}

#[test]
fn a_rotation_goes_to_the_primary_then_to_every_replica_then_becomes_current() {
    let mut world = rotated(World::settled(multi_region(&[WEST, CENTRAL, NORTH])), 2);

    assert_eq!(world.converge(), End::Reached);

    let kinds: Vec<(StepKind, String)> = world
        .executed
        .iter()
        .map(|step| (step.kind(), step.region().to_string()))
        .collect();
    let import = |name: &str| (StepKind::ImportMaterial, name.to_owned());
    let rotate = (StepKind::RotateOnDemand, WEST.to_owned());
    assert_eq!(
        kinds,
        [import(WEST), import(CENTRAL), import(NORTH), rotate]
    );
    assert_eq!(world.kms.sets[0].current, Some(2));
}

#[test]
fn no_rotation_begins_while_a_replica_is_unreachable_or_not_ours() {
    let mut world = rotated(World::settled(multi_region(&[WEST, CENTRAL])), 2);
    let blocked = || {
        Decision::Blocked(Blocked::ReplicaUnreachable {
            region: region(CENTRAL),
        })
    };

    world.intent.places = vec![region(WEST)];
    assert_eq!(world.plan().decision, blocked());

    world.intent.places = vec![region(WEST), region(CENTRAL)];
    let mut view = world.view();
    view.places.get_mut(&region(CENTRAL)).unwrap().described = Field::Unreadable;
    let decision = plan(&world.intent, &view, world.now).decision;
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
fn a_disabled_primary_is_not_enabled_for_a_replica() {
    let mut world = World::settled(multi_region(&[WEST]));
    world.intent.enabled = false;
    assert_eq!(world.converge(), End::Reached);
    world.intent.places.push(region(CENTRAL));

    assert_eq!(world.converge(), End::Blocked(Blocked::PrimaryDisabled));
}

#[test]
fn no_replica_is_made_while_material_waits_for_its_rotation() {
    let mut world = rotated(World::settled(multi_region(&[WEST])), 2);
    assert_eq!(world.run(1), End::Interrupted);
    world.intent.places.push(region(CENTRAL));

    let kinds: Vec<StepKind> = world.plan().steps().iter().map(Step::kind).collect();

    assert_eq!(
        kinds[..2],
        [StepKind::RotateOnDemand, StepKind::ReplicateKmsKey]
    );
}

#[test]
fn a_replication_without_an_answer_is_settled_by_the_replica_or_by_the_horizon() {
    let mut world = World::settled(multi_region(&[WEST]));
    world.intent.places.push(region(CENTRAL));
    let mut view = world.view();
    let signed_at = world.now;
    let outcome = EffectOutcome::Unknown;
    view.own_effects = vec![OwnEffect {
        step: replicate(CENTRAL),
        signed_at,
        outcome,
    }];

    let before = plan(&world.intent, &view, signed_at + minutes(15)).decision;
    let after = plan(&world.intent, &view, signed_at + HORIZON);
    let until = signed_at + HORIZON;
    assert_eq!(
        before,
        Decision::Wait {
            until,
            why: WaitReason::Horizon
        }
    );
    assert_eq!(after.steps()[0], replicate(CENTRAL));

    let intent = world.intent.clone();
    world
        .kms
        .execute(&intent, &replicate(CENTRAL), signed_at)
        .unwrap();
    world.wait(minutes(1));
    view.places = world.view().places;
    let seen = plan(&world.intent, &view, world.now);
    assert_eq!(seen.steps()[0], again(CENTRAL, 1));
}

#[test]
fn a_replica_in_the_making_is_waited_for() {
    let mut world = World::settled(multi_region(&[WEST]));
    world.intent.places.push(region(CENTRAL));
    assert_eq!(world.run(1), End::Interrupted);
    let mut view = world.view();
    view.own_effects.clear();

    let decision = plan(&world.intent, &view, world.now - minutes(1)).decision;

    assert!(
        matches!(decision, Decision::Steps(_)),
        "the model is ready by now: {decision:?}"
    );
    let place = view.places.get_mut(&region(CENTRAL)).unwrap();
    let Field::Value(described) = &mut place.described else {
        panic!("not described")
    };
    described.state = KeyState::Creating;
    let decision = plan(&world.intent, &view, world.now).decision;
    assert!(
        matches!(
            decision,
            Decision::Wait {
                why: WaitReason::Creating,
                ..
            }
        ),
        "{decision:?}"
    );
}

#[test]
fn another_wanted_primary_becomes_it_once_nothing_is_pending() {
    let mut world = World::settled(multi_region(&[WEST, CENTRAL]));
    world.intent.places.rotate_left(1);

    assert_eq!(
        world.plan().steps(),
        [Step::UpdatePrimaryRegion {
            from: region(WEST),
            to: region(CENTRAL)
        }]
    );
    assert_eq!(world.converge(), End::Reached);
    assert_eq!(world.kms.sets[0].primary, region(CENTRAL));
}

#[test]
fn replicas_are_scheduled_for_deletion_before_the_primary_which_waits_for_them() {
    let mut world = World::settled(multi_region(&[WEST, CENTRAL]));
    world.intent = op::schedule_deletion(&world.intent, 7, true)
        .unwrap()
        .or(&world.intent);

    let regions: Vec<String> = world
        .plan()
        .steps()
        .iter()
        .map(|step| step.region().to_string())
        .collect();
    assert_eq!(regions, [CENTRAL, WEST]);
    let began = world.now;
    assert_eq!(world.converge(), End::Reached);

    assert!(
        world.now >= began + days(7),
        "the primary's own period begins after the replica's"
    );
    assert_eq!(
        world.kms.sets[0].state(&region(WEST)),
        Some(KeyState::PendingDeletion)
    );
}

#[test]
fn a_foreign_deletion_of_a_replica_is_named_and_restored() {
    let mut world = World::settled(multi_region(&[WEST, CENTRAL]));
    let place = world.kms.sets[0].places.get_mut(&region(CENTRAL)).unwrap();
    place.deletion = Some(Deletion::At(start() + days(30)));
    assert_eq!(world.converge(), End::Blocked(Blocked::ForeignDeletion));

    world.intent = op::restore(&world.intent).unwrap().or(&world.intent);

    assert_eq!(world.converge(), End::Reached);
    assert_eq!(
        world.kms.sets[0].state(&region(CENTRAL)),
        Some(KeyState::Enabled)
    );
}

#[test]
fn a_deactivated_set_is_empty_everywhere_and_comes_back_everywhere() {
    let mut world = World::settled(multi_region(&[WEST, CENTRAL]));
    world.intent = op::deactivate(&world.intent).unwrap().or(&world.intent);
    assert_eq!(world.converge(), End::Reached);
    let states = |world: &World, wanted: KeyState| {
        [WEST, CENTRAL]
            .iter()
            .all(|name| world.kms.sets[0].state(&region(name)) == Some(wanted))
    };
    assert!(states(&world, KeyState::PendingImport));

    let held = [wanted(1, Validity::Permanent)];
    world.intent = op::activate(&world.intent, &held)
        .unwrap()
        .or(&world.intent);
    assert_eq!(world.converge(), End::Reached);
    assert!(states(&world, KeyState::Enabled));
}
