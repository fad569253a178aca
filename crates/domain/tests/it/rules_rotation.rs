//! Rules of rotation in place.

use keyferry_domain::intent::Origin;
use keyferry_domain::operation as op;
use keyferry_domain::plan::{Blocked, Decision, WaitReason, Warning};
use keyferry_domain::planner::{ROTATIONS_MAX, plan, plan_settled};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::step::{ImportKind, Step, StepKind};
use keyferry_domain::validity::Validity;
use keyferry_domain::view::{EffectOutcome, Field, HORIZON, OwnEffect, RotationStatus};

use crate::model::{self, material_id};
use crate::support::*;
use crate::world::{End, World};

/// A key that shall rotate from version 1 to version 2.
fn rotating() -> World {
    let mut world = World::settled(symmetric());
    let change = op::rotate_in_place(&world.intent, version(2), world.now, all_kept);
    world.intent = change.unwrap().or(&world.intent);
    world
}

fn import_new(number: u32) -> Step {
    let (kind, valid_to) = (ImportKind::Rotate, None);
    Step::ImportMaterial {
        region: region(WEST),
        version: version(number),
        kind,
        valid_to,
    }
}

fn rotate() -> Step {
    Step::RotateOnDemand {
        region: region(WEST),
    }
}

/// Somebody, or an import of ours without an answer, leaves material that waits for its rotation.
fn leave_pending(world: &mut World, bytes: u32, description: Option<&str>) {
    let set = &mut world.kms.sets[0];
    let description = description.map(str::to_owned);
    let kind = ImportKind::Rotate;
    model::import(set, &region(WEST), bytes, &kind, None, description, false).unwrap();
}

#[test]
fn new_material_is_imported_and_then_made_current() {
    let mut world = rotating();

    assert_eq!(world.plan().steps(), [import_new(2), rotate()]);
    assert_eq!(world.converge(), End::Reached);
    assert_eq!(world.kms.sets[0].current, Some(2));
}

#[test]
fn pending_material_that_our_import_returned_is_rotated_to() {
    let mut world = rotating();
    leave_pending(&mut world, 2, None);
    world.bindings.insert(material_id(1, 2), version(2));

    assert_eq!(world.plan().steps(), [rotate()]);
}

#[test]
fn pending_material_of_an_unanswered_import_is_removed_and_imported_again() {
    let mut world = rotating();
    leave_pending(&mut world, 2, Some("keyferry/app/v2"));

    let material = Some(material_id(1, 2));
    let removal = Step::DeleteMaterial {
        region: region(WEST),
        material,
    };
    assert_eq!(world.plan().steps(), [removal, import_new(2), rotate()]);
    assert_eq!(world.converge(), End::Reached);
    assert_eq!(world.kms.sets[0].current, Some(2));
}

#[test]
fn pending_material_of_somebody_else_is_never_touched() {
    for description in [None, Some("backup"), Some("keyferry/app/v9")] {
        let mut world = rotating();
        leave_pending(&mut world, 1000, description);

        assert_eq!(
            world.converge(),
            End::Blocked(Blocked::ForeignPendingMaterial)
        );
        assert!(world.executed.is_empty());
    }
}

#[test]
fn without_a_wanted_rotation_nothing_pending_is_removed_though_it_claims_to_be_ours() {
    let mut world = World::settled(symmetric());
    leave_pending(&mut world, 1000, Some("keyferry/app/v1"));

    assert_eq!(
        world.converge(),
        End::Blocked(Blocked::ForeignPendingMaterial)
    );
}

#[test]
fn a_rotation_without_an_answer_is_not_repeated_before_its_horizon() {
    let mut world = rotating();
    assert_eq!(world.run(1), End::Interrupted);
    world.wait(minutes(6));
    let mut view = world.view();
    let signed_at = world.now;
    let outcome = EffectOutcome::Unknown;
    view.own_effects.push(OwnEffect {
        step: rotate(),
        signed_at,
        outcome,
    });

    let before = plan(&world.intent, &view, signed_at + minutes(15));
    let after = plan(&world.intent, &view, signed_at + HORIZON);

    let until = signed_at + HORIZON;
    assert_eq!(
        before.decision,
        Decision::Wait {
            until,
            why: WaitReason::Horizon
        }
    );
    assert_eq!(after.steps(), [rotate()]);
}

#[test]
fn a_removal_without_an_answer_must_not_hit_the_material_once_it_is_current() {
    let mut world = rotating();
    assert_eq!(world.run(1), End::Interrupted);
    let mut view = world.view();
    let signed_at = world.now;
    let step = Step::DeleteMaterial {
        region: region(WEST),
        material: Some(material_id(1, 2)),
    };
    view.own_effects.push(OwnEffect {
        step,
        signed_at,
        outcome: EffectOutcome::Unknown,
    });

    let decision = plan_settled(&world.intent, &view, world.now).decision;

    let until = signed_at + HORIZON;
    assert_eq!(
        decision,
        Decision::Wait {
            until,
            why: WaitReason::Horizon
        }
    );
}

#[test]
fn a_rotation_under_way_is_waited_for() {
    let mut world = rotating();
    assert_eq!(world.run(1), End::Interrupted);
    world.send(rotate());
    let mut view = world.view();
    view.own_effects.clear();

    let decision = plan(&world.intent, &view, world.now).decision;

    assert!(
        matches!(
            decision,
            Decision::Wait {
                why: WaitReason::Rotating,
                ..
            }
        ),
        "{decision:?}"
    );
}

#[test]
fn the_twenty_sixth_rotation_is_refused_and_the_last_five_are_announced() {
    let mut world = rotating();
    world.kms.sets[0].rotations_used = ROTATIONS_MAX - 5;
    assert_eq!(world.plan().warnings, [Warning::RotationsLeft(5)]);

    world.kms.sets[0].rotations_used = ROTATIONS_MAX;

    assert_eq!(world.plan().warnings, [Warning::RotationsLeft(0)]);
    assert_eq!(world.converge(), End::Blocked(Blocked::RotationsUsed));
    assert!(world.executed.is_empty());
}

#[test]
fn former_material_that_ends_before_the_newest_is_warned_of() {
    let mut world = rotating();
    let soon = world.now + minutes(60 * 24);
    world.intent.versions[0].validity = Validity::Until(soon);
    assert_eq!(world.plan().warnings, [Warning::FormerEnds(soon)]);

    world.intent.versions[1].validity = Validity::Until(soon);

    assert_eq!(world.plan().warnings, []);
}

#[test]
fn other_keys_than_symmetric_ones_are_not_rotated_in_place() {
    let mut world = World::settled(intent_for(KeySpec::Hmac256));
    world.bindings.insert(material_id(1, 1), version(1));
    world.intent.versions.push(wanted(2, Validity::Permanent));
    world.intent.current = Some(version(2));

    assert_eq!(
        world.converge(),
        End::Blocked(Blocked::RotationInPlaceImpossible)
    );
}

#[test]
fn where_no_materials_are_listed_a_rotation_in_place_goes_by_what_our_own_requests_brought() {
    let mut world = rotating();
    let unlisted = |world: &mut World| {
        let mut view = world.view();
        view.places.get_mut(&region(WEST)).unwrap().materials = Field::Absent;
        plan_settled(&world.intent, &view, world.now)
    };
    assert_eq!(unlisted(&mut world).steps(), [import_new(2), rotate()]);
    assert_eq!(world.run(1), End::Interrupted);
    assert_eq!(unlisted(&mut world).steps(), [rotate()]);

    assert_eq!(world.converge(), End::Reached);

    world.wait(minutes(20));
    assert!(unlisted(&mut world).is_reached());
}

#[test]
fn a_key_that_shall_be_disabled_is_not_enabled_for_a_rotation() {
    let mut world = World::settled(symmetric());
    world.intent.enabled = false;
    assert_eq!(world.converge(), End::Reached);
    world.intent.versions.push(wanted(2, Validity::Permanent));
    world.intent.current = Some(version(2));
    assert_eq!(world.converge(), End::Blocked(Blocked::PrimaryDisabled));

    world.intent.enabled = true;
    assert_eq!(world.converge(), End::Reached);
}

#[test]
fn another_current_material_than_the_wanted_one_is_an_alarm() {
    let mut world = rotating();
    assert_eq!(world.converge(), End::Reached);
    world.intent.current = Some(version(1));
    world.wait(minutes(20));

    assert_eq!(
        world.converge(),
        End::Blocked(Blocked::WrongCurrentMaterial)
    );
}

#[test]
fn a_rotation_overtaken_by_the_next_one_is_finished_first() {
    let mut world = rotating();
    assert_eq!(world.run(1), End::Interrupted);
    let change = op::rotate_in_place(&world.intent, version(3), world.now, all_kept);
    world.intent = change.unwrap().or(&world.intent);

    assert_eq!(world.converge(), End::Reached);

    let kinds: Vec<StepKind> = world.executed.iter().map(Step::kind).collect();
    let (import, rotate) = (StepKind::ImportMaterial, StepKind::RotateOnDemand);
    assert_eq!(kinds, [import, rotate, import, rotate]);
    assert_eq!(world.kms.sets[0].current, Some(3));
}

#[test]
fn no_newer_material_is_imported_while_an_older_import_may_still_arrive() {
    let mut world = rotating();
    let signed_at = world.now;
    let outcome = EffectOutcome::Unknown;
    let mut view = world.view();
    view.own_effects.push(OwnEffect {
        step: import_new(2),
        signed_at,
        outcome,
    });
    let change = op::rotate_in_place(&world.intent, version(3), world.now, all_kept);
    world.intent = change.unwrap().or(&world.intent);

    let before = plan(&world.intent, &view, signed_at + minutes(15));
    let after = plan(&world.intent, &view, signed_at + HORIZON);

    let until = signed_at + HORIZON;
    assert_eq!(
        before.decision,
        Decision::Wait {
            until,
            why: WaitReason::Horizon
        }
    );
    assert_eq!(after.steps(), [import_new(3), rotate()]);
}

/// AWS's own material that shall have been rotated once, and what AWS shows of it.
fn native() -> (keyferry_domain::intent::Intent, keyferry_domain::view::View) {
    let mut world = World::settled(symmetric());
    let mut intent = world.intent.clone();
    intent.shape.origin = Origin::AwsKms;
    intent.versions.clear();
    intent.current = None;
    let change = op::rotate_native(&intent, 0).unwrap();
    let mut view = world.view();
    for place in view.places.values_mut() {
        if let Field::Value(described) = &mut place.described {
            described.shape.origin = Origin::AwsKms;
        }
        place.rotation = Field::Value(RotationStatus::default());
    }
    (change.or(&intent), view)
}

#[test]
fn g7_native_material_is_rotated_once_and_not_while_a_request_is_open() {
    let (intent, mut view) = native();
    assert_eq!(plan(&intent, &view, start()).steps(), [rotate()]);

    view.own_effects.push(OwnEffect {
        step: rotate(),
        signed_at: start(),
        outcome: EffectOutcome::Unknown,
    });
    let open = plan(&intent, &view, start() + minutes(15));
    assert_eq!(open.waits_for(), Some(WaitReason::Horizon));
    let over = plan(&intent, &view, start() + HORIZON);
    assert_eq!(over.steps(), [rotate()]);

    for place in view.places.values_mut() {
        if let Field::Value(status) = &mut place.rotation {
            status.on_demand_used = 1;
        }
    }
    assert!(plan(&intent, &view, start()).is_reached());
}

#[test]
fn g7_native_material_of_which_no_count_can_be_read_is_not_rotated() {
    let (intent, mut view) = native();
    for place in view.places.values_mut() {
        place.rotation = Field::Unreadable;
    }

    let plan = plan(&intent, &view, start());

    assert_eq!(plan.steps(), []);
    assert_eq!(plan.waits_for(), Some(WaitReason::Unreadable));
}
