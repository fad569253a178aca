//! Rules of state, aliases, tags, policy and deletion.

use keyferry_domain::arn::Partition;
use keyferry_domain::id::JobId;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::life::Life;
use keyferry_domain::operation as op;
use keyferry_domain::plan::{Blocked, Decision, Stop, WaitReason, Warning};
use keyferry_domain::planner::{healing, plan, plan_settled};
use keyferry_domain::step::{Step, StepKind};
use keyferry_domain::view::{Field, KeyState, SETTLE};

use crate::model::{Deletion, Target};
use crate::support::*;
use crate::world::{End, World};

fn kinds(world: &mut World) -> Vec<StepKind> {
    world.plan().steps().iter().map(Step::kind).collect()
}

fn state(world: &World) -> KeyState {
    world.kms.sets[0].state(&region(WEST)).unwrap()
}

fn place(world: &mut World) -> &mut crate::model::ModelPlace {
    world.kms.sets[0].places.get_mut(&region(WEST)).unwrap()
}

#[test]
fn a_reached_intent_needs_nothing() {
    assert!(World::settled(symmetric()).plan().is_reached());
}

#[test]
fn a_key_that_somebody_disabled_is_enabled_again() {
    let mut world = World::settled(symmetric());
    place(&mut world).enabled = false;

    assert_eq!(kinds(&mut world), [StepKind::Enable]);
    assert_eq!(world.converge(), End::Reached);
    assert_eq!(state(&world), KeyState::Enabled);
}

#[test]
fn a_key_without_material_is_neither_enabled_nor_disabled() {
    let mut world = World::settled(symmetric());
    world.intent = op::deactivate(&world.intent).unwrap().or(&world.intent);
    assert_eq!(world.converge(), End::Reached);
    world.wait(SETTLE);

    for enabled in [true, false] {
        world.intent.enabled = enabled;
        assert!(world.plan().is_reached());
    }
}

#[test]
fn what_is_blocked_does_not_keep_a_person_from_disabling_the_key() {
    let mut world = World::settled(symmetric());
    world
        .kms
        .aliases
        .insert((region(WEST), alias("app")), Target::Foreign);
    world.importable.clear();
    place(&mut world).materials[0].valid_to = Some(start() + days(1));
    assert!(matches!(
        world.plan().decision,
        Decision::Blocked(Blocked::NoCopyKept { .. })
    ));

    world.intent.enabled = false;

    assert_eq!(kinds(&mut world), [StepKind::Disable]);
}

#[test]
fn what_shall_be_disabled_is_disabled_before_anything_else_is_put_right() {
    let mut world = World::settled(symmetric());
    world.intent.policy = Some(policy("ours"));
    let found = place(&mut world);
    found.tags.insert("foreign".to_owned(), "1".to_owned());
    found.description = "foreign".to_owned();
    assert_eq!(kinds(&mut world)[0], StepKind::Untag);

    world.intent = op::disable(&world.intent, None).unwrap().or(&world.intent);

    assert_eq!(kinds(&mut world)[0], StepKind::Disable);
    assert_eq!(world.converge(), End::Reached);
    assert_eq!(state(&world), KeyState::Disabled);
}

#[test]
fn a_replica_is_disabled_though_the_primary_cannot_be_read_and_the_other_way_round() {
    for (far, near) in [(WEST, CENTRAL), (CENTRAL, WEST)] {
        let mut world = World::settled(multi_region(&[WEST, CENTRAL]));
        world.intent.enabled = false;
        let mut view = world.view();
        view.places.get_mut(&region(far)).unwrap().described = Field::Unreadable;

        let plan = plan_settled(&world.intent, &view, world.now);

        let disable = Step::Disable {
            region: region(near),
        };
        assert_eq!(plan.steps(), [disable], "{near}");
        assert_eq!(plan.stop, Some(Stop::Wait(WaitReason::Unreadable)));
    }
}

#[test]
fn healing_puts_right_what_it_may_beside_a_key_that_others_enabled() {
    let mut world = World::settled(symmetric());
    world.intent.enabled = false;
    assert_eq!(world.converge(), End::Reached);
    world.wait(minutes(20));
    let found = place(&mut world);
    found.enabled = true;
    found.tags.insert("foreign".to_owned(), "1".to_owned());

    let view = world.view();
    let healed = healing(&plan_settled(&world.intent, &view, world.now), &view);

    let kinds = |steps: &[Step]| steps.iter().map(Step::kind).collect::<Vec<_>>();
    assert_eq!(kinds(&healed.steps), [StepKind::Untag]);
    assert_eq!(kinds(&healed.left_to_people), [StepKind::Disable]);
}

#[test]
fn nothing_is_disabled_or_emptied_before_callers_had_time_to_move() {
    let mut world = World::settled(symmetric());
    let now = world.now;
    world.intent = op::replace(&world.intent, OldKey::Deactivate, now)
        .unwrap()
        .or(&world.intent);

    let calm = Decision::Wait {
        until: now + op::CALM,
        why: WaitReason::Calm,
    };
    assert_eq!(world.plan().decision, calm);
    assert_eq!(world.converge(), End::Reached);
    assert!(world.now >= now + op::CALM);
    assert_eq!(
        world.executed.iter().map(Step::kind).collect::<Vec<_>>(),
        [StepKind::Disable, StepKind::DeleteMaterial]
    );
}

#[test]
fn an_alias_of_the_predecessor_moves_only_after_the_new_key_works() {
    let mut world = World::new(symmetric());
    world.predecessor = Some(arn("old"));
    world
        .kms
        .aliases
        .insert((region(WEST), alias("app")), Target::Predecessor);

    assert_eq!(world.converge(), End::Reached);

    assert_eq!(
        world.executed.iter().map(Step::kind).collect::<Vec<_>>(),
        [
            StepKind::CreateKmsKey,
            StepKind::ImportMaterial,
            StepKind::MoveAlias
        ]
    );
}

#[test]
fn an_alias_does_not_move_onto_a_disabled_key_in_use() {
    let mut world = World::settled(symmetric());
    world.intent.enabled = false;
    assert_eq!(world.converge(), End::Reached);
    world.predecessor = Some(arn("old"));
    world
        .kms
        .aliases
        .insert((region(WEST), alias("app")), Target::Predecessor);
    world.wait(SETTLE);

    assert!(world.plan().is_reached());
}

#[test]
fn an_alias_that_points_at_a_strange_key_is_never_taken() {
    let mut world = World::settled(symmetric());
    world
        .kms
        .aliases
        .insert((region(WEST), alias("app")), Target::Foreign);

    let expected = Blocked::ForeignAlias {
        alias: alias("app"),
        key_id: "somebody-else".to_owned(),
    };
    assert_eq!(world.converge(), End::Blocked(expected));
}

#[test]
fn only_an_alias_that_the_intent_names_for_removal_is_deleted() {
    let mut world = World::settled(symmetric());
    world
        .kms
        .aliases
        .insert((region(WEST), alias("theirs")), Target::Ours(1));
    let update = op::Update {
        aliases: Some([alias("new")].into()),
        ..Default::default()
    };
    world.intent = op::update(&world.intent, update, world.now)
        .unwrap()
        .or(&world.intent);

    assert_eq!(world.converge(), End::Reached);

    let names: Vec<String> = world
        .kms
        .aliases
        .keys()
        .map(|key| key.1.to_string())
        .collect();
    assert_eq!(names, ["alias/new", "alias/theirs"]);
    assert!(world.intent.aliases_to_remove.is_empty());
}

#[test]
fn disabling_emptying_and_deleting_leave_aliases_where_they_are() {
    for change in [
        op::deactivate,
        |i: &_| op::schedule_deletion(i, 7, true),
        |i: &_| op::disable(i, None),
    ] {
        let mut world = World::settled(symmetric());
        world.intent = change(&world.intent).unwrap().or(&world.intent);
        assert_eq!(world.converge(), End::Reached);
        assert_eq!(world.kms.aliases.len(), 1);
    }
}

#[test]
fn foreign_tags_go_our_own_and_those_of_aws_stay() {
    let mut world = World::settled(symmetric());
    world.intent.tags = tags(&[("team", "blue")]);
    let found = tags(&[
        ("keyferry:op", "x"),
        ("aws:x", "y"),
        ("foreign", "z"),
        ("team", "red"),
    ]);
    place(&mut world).tags = found;

    let plan = world.plan();

    assert_eq!(
        plan.steps(),
        [
            Step::Untag {
                region: region(WEST),
                keys: vec!["foreign".to_owned()]
            },
            Step::Tag {
                region: region(WEST),
                tags: tags(&[("team", "blue")])
            },
        ]
    );
}

#[test]
fn no_material_goes_in_before_a_new_policy_was_read_back() {
    let mut world = World::settled(symmetric());
    place(&mut world).materials[0].is_present = false;
    world.intent.policy = Some(policy("new"));
    let mut stale = world.view();
    assert_eq!(world.run(1), End::Interrupted);
    stale.own_effects = world.effects.clone();

    let decision = plan_settled(&world.intent, &stale, world.now).decision;

    assert!(
        matches!(
            decision,
            Decision::Wait {
                why: WaitReason::Settling,
                ..
            }
        ),
        "{decision:?}"
    );
    assert_eq!(kinds(&mut world), [StepKind::ImportMaterial]);
}

#[test]
fn a_wanted_deletion_is_scheduled_and_then_nothing_else_is_touched() {
    let mut world = World::settled(symmetric());
    world.intent = op::schedule_deletion(&world.intent, 14, true)
        .unwrap()
        .or(&world.intent);
    world.intent.description = "ignored".to_owned();

    let plan = world.plan();

    assert_eq!(
        plan.steps(),
        [Step::ScheduleDeletion {
            region: region(WEST),
            days: 14
        }]
    );
    assert_eq!(plan.warnings, [Warning::BecomesUnusable]);
    assert_eq!(world.converge(), End::Reached);
}

#[test]
fn a_deletion_that_nobody_here_asked_for_is_blocked_until_it_is_restored() {
    let mut world = World::settled(symmetric());
    place(&mut world).deletion = Some(Deletion::At(start() + days(30)));
    assert_eq!(world.converge(), End::Blocked(Blocked::ForeignDeletion));

    world.intent = op::restore(&world.intent).unwrap().or(&world.intent);

    assert_eq!(
        kinds(&mut world),
        [StepKind::CancelDeletion, StepKind::Enable]
    );
    assert_eq!(world.converge(), End::Reached);
    assert_eq!(state(&world), KeyState::Enabled);
    assert!(!world.intent.cancel_deletion);
}

#[test]
fn a_cancelled_deletion_leaves_the_key_disabled_or_empty_as_asked() {
    for (empty, expected) in [(false, KeyState::Disabled), (true, KeyState::PendingImport)] {
        let mut world = World::settled(symmetric());
        world.intent = op::schedule_deletion(&world.intent, 7, true)
            .unwrap()
            .or(&world.intent);
        assert_eq!(world.converge(), End::Reached);

        world.intent = op::cancel_deletion(&world.intent, empty)
            .unwrap()
            .or(&world.intent);

        assert_eq!(world.converge(), End::Reached);
        assert_eq!(
            (world.intent.life, state(&world)),
            (Life::Inactive, expected)
        );
    }
}

#[test]
fn healing_restores_material_and_then_the_disabled_state_but_disables_nothing_else() {
    let mut world = World::settled(symmetric());
    world.intent.enabled = false;
    assert_eq!(world.converge(), End::Reached);
    world.wait(minutes(20));
    place(&mut world).materials[0].is_present = false;
    let view = world.view();
    let lost = healing(&plan_settled(&world.intent, &view, world.now), &view);

    assert_eq!(world.converge(), End::Reached);
    world.wait(minutes(20));
    place(&mut world).enabled = true;
    let view = world.view();
    let enabled = healing(&plan_settled(&world.intent, &view, world.now), &view);

    let kinds = |steps: &[Step]| steps.iter().map(Step::kind).collect::<Vec<_>>();
    assert_eq!(
        kinds(&lost.steps),
        [StepKind::ImportMaterial, StepKind::Disable]
    );
    assert_eq!(kinds(&enabled.steps), []);
    assert_eq!(kinds(&enabled.left_to_people), [StepKind::Disable]);
}

fn with_grants(world: &mut World, ids: &[&str]) {
    let grant = |id: &&str| keyferry_domain::view::Grant {
        id: (*id).to_owned(),
        grantee: "arn:aws:iam::111122223333:role/app".to_owned(),
        ..keyferry_domain::view::Grant::default()
    };
    place(world).grants = ids.iter().map(grant).collect();
}

fn revoking(world: &mut World, ids: &[&str]) {
    let ids = ids.iter().map(|id| (*id).to_owned()).collect();
    let after = op::revoke_grants(&world.intent, ids, &|_| false, []).unwrap();
    world.intent = after.or(&world.intent);
}

#[test]
fn grants_that_shall_go_are_revoked_one_by_one_and_no_others() {
    let mut world = World::settled(symmetric());
    with_grants(&mut world, &["a", "b", "c"]);
    revoking(&mut world, &["a", "c", "gone already"]);

    assert_eq!(world.converge(), End::Reached);

    let kinds: Vec<_> = world.executed.iter().map(Step::kind).collect();
    assert_eq!(kinds, [StepKind::RevokeGrant; 2]);
    let left: Vec<_> = place(&mut world)
        .grants
        .iter()
        .map(|grant| &grant.id)
        .collect();
    assert_eq!(left, ["b"]);
    let after = op::reached(&world.intent, None).or(&world.intent);
    assert!(after.errands.is_empty());
}

#[test]
fn who_may_use_a_key_that_is_to_be_deleted_loses_that_first() {
    let mut world = World::settled(symmetric());
    with_grants(&mut world, &["a"]);
    revoking(&mut world, &["a"]);
    world.intent = op::schedule_deletion(&world.intent, 30, true)
        .unwrap()
        .or(&world.intent);

    assert_eq!(world.converge(), End::Reached);

    let kinds: Vec<_> = world.executed.iter().map(Step::kind).collect();
    assert_eq!(kinds, [StepKind::RevokeGrant, StepKind::ScheduleDeletion]);
}

#[test]
fn grants_that_cannot_be_read_keep_nobody_from_cancelling_a_deletion_or_disabling() {
    let mut world = World::settled(symmetric());
    revoking(&mut world, &["a"]);
    world.intent = op::schedule_deletion(&world.intent, 30, true)
        .unwrap()
        .or(&world.intent);
    assert_eq!(world.converge(), End::Reached);
    let cancelled = op::cancel_deletion(&world.intent, false).unwrap();
    let cancelled = cancelled.or(&world.intent);
    let mut view = world.view();
    for place in view.places.values_mut() {
        place.grants = Field::Unreadable;
    }
    let first = |plan: keyferry_domain::plan::Plan| plan.steps().first().map(Step::kind);
    assert_eq!(
        first(plan(&cancelled, &view, world.now)),
        Some(StepKind::CancelDeletion)
    );

    let mut world = World::settled(symmetric());
    with_grants(&mut world, &["a"]);
    revoking(&mut world, &["a"]);
    let disabled = op::disable(&world.intent, None).unwrap().or(&world.intent);
    assert_eq!(
        first(plan(&disabled, &world.view(), world.now)),
        Some(StepKind::Disable)
    );
}

#[test]
fn healing_goes_past_a_grant_that_shall_be_taken_back() {
    let mut world = World::settled(symmetric());
    with_grants(&mut world, &["a"]);
    revoking(&mut world, &["a"]);
    world.intent.description = "another".to_owned();
    let view = world.view();

    let healing = healing(&plan(&world.intent, &view, world.now), &view);

    let kinds = |steps: &[Step]| steps.iter().map(Step::kind).collect::<Vec<_>>();
    assert_eq!(kinds(&healing.steps), [StepKind::SetDescription]);
    assert_eq!(kinds(&healing.left_to_people), [StepKind::RevokeGrant]);
}

#[test]
fn no_grant_is_taken_for_gone_because_grants_cannot_be_read() {
    let mut world = World::settled(symmetric());
    revoking(&mut world, &["a"]);
    let mut view = world.view();
    for place in view.places.values_mut() {
        place.grants = Field::Unreadable;
    }

    let plan = plan(&world.intent, &view, world.now);

    let why = WaitReason::Unreadable;
    assert!(
        matches!(plan.decision, Decision::Wait { why: found, .. } if found == why),
        "{plan:?}"
    );
}

#[test]
fn grants_on_a_replaced_key_are_pointed_out() {
    let mut world = World::settled(symmetric());
    with_grants(&mut world, &["a", "b"]);
    let now = world.now;
    world.intent = op::replace(&world.intent, OldKey::KeepEnabled, now)
        .unwrap()
        .or(&world.intent);

    assert_eq!(world.plan().warnings, [Warning::GrantsStay(2)]);
}

fn giving(world: &mut World, name: &str) {
    let after = op::create_grant(&world.intent, wanted_grant(name), Partition::Aws).unwrap();
    world.intent = after.or(&world.intent);
}

#[test]
fn k4_a_grant_is_given_once_in_every_place() {
    let mut world = World::settled(multi_region(&[WEST, CENTRAL]));
    giving(&mut world, "payments");

    assert_eq!(world.converge(), End::Reached);

    let kinds: Vec<_> = world.executed.iter().map(Step::kind).collect();
    assert_eq!(kinds, [StepKind::CreateGrant; 2]);
    let after = op::reached(&world.intent, None).or(&world.intent);
    assert!(after.errands.is_empty());
}

#[test]
fn k4_a_grant_of_the_same_name_and_other_content_is_for_a_person() {
    let mut world = World::settled(symmetric());
    with_grants(&mut world, &["a"]);
    let mut grants = std::mem::take(&mut place(&mut world).grants);
    let mut other = grants.pop_first().unwrap();
    other.name = Some("payments".to_owned());
    place(&mut world).grants.insert(other);
    giving(&mut world, "payments");

    let differs = Blocked::GrantDiffers {
        name: "payments".to_owned(),
        region: region(WEST),
    };
    assert_eq!(world.converge(), End::Blocked(differs));
    assert_eq!(world.executed, []);
}

#[test]
fn k4_what_is_to_be_disabled_or_deleted_is_given_no_grant() {
    let mut world = World::settled(symmetric());
    giving(&mut world, "payments");
    let wish = world.intent.clone();
    world.intent = op::disable(&wish, None).unwrap().or(&wish);
    assert_eq!(world.converge(), End::Reached);
    assert!(place(&mut world).grants.is_empty());

    let grant = wanted_grant("another");
    let refused = op::create_grant(&world.intent, grant, Partition::Aws);
    assert_eq!(refused, Err(op::Refusal::NoGrantOnDisabled));

    let mut world = World::settled(symmetric());
    giving(&mut world, "payments");
    let wish = world.intent.clone();
    world.intent = op::schedule_deletion(&wish, 30, true).unwrap().or(&wish);
    assert_eq!(world.converge(), End::Reached);
    assert!(place(&mut world).grants.is_empty());
}

#[test]
fn k4_a_grant_that_is_given_up_is_taken_back_when_it_comes_after_all() {
    let mut world = World::settled(symmetric());
    giving(&mut world, "payments");
    let step = world.plan().steps()[0].clone();
    let after = op::revoke_grants(&world.intent, [].into(), &|_| true, []).unwrap();
    world.intent = after.or(&world.intent);
    assert_eq!(world.intent.grants_to_give().count(), 0);
    let Step::CreateGrant { grant, .. } = step else {
        panic!("{step:?}");
    };
    let shown = keyferry_domain::view::Grant {
        id: "late".to_owned(),
        name: Some(grant.name),
        grantee: grant.grantee,
        operations: vec!["DescribeKey".to_owned()],
        ..keyferry_domain::view::Grant::default()
    };
    place(&mut world).grants.insert(shown);

    assert_eq!(world.converge(), End::Reached);

    assert!(place(&mut world).grants.is_empty());
}

#[test]
fn k4_a_grant_that_could_not_be_retired_can_be_revoked() {
    let mut world = World::settled(symmetric());
    with_grants(&mut world, &["a"]);
    let ids = || ["a".to_owned()].into();
    let retired = op::retire_grants(&world.intent, ids(), &|_| false).unwrap();
    let refused = retired.or(&world.intent);
    let revoked = op::revoke_grants(&refused, ids(), &|_| false, []).unwrap();
    world.intent = revoked.or(&refused);

    assert_eq!(world.converge(), End::Reached);

    let kinds: Vec<_> = world.executed.iter().map(Step::kind).collect();
    assert_eq!(kinds, [StepKind::RevokeGrant]);
}

#[test]
fn k4_each_job_does_about_grants_what_it_was_asked_to_and_no_other_job_does() {
    let mut world = World::settled(symmetric());
    with_grants(&mut world, &["a", "b"]);
    let jobs: [JobId; 3] = [1, 2, 3].map(|number| {
        format!("01900000-0000-7000-8000-00000000000{number}")
            .parse()
            .unwrap()
    });
    giving(&mut world, "payments");
    world.intent.assign_errand(jobs[0]);
    for (job, id) in [(jobs[1], "a"), (jobs[2], "b")] {
        let retired = op::retire_grants(&world.intent, [id.to_owned()].into(), &|_| false);
        world.intent = retired.unwrap().or(&world.intent);
        world.intent.assign_errand(job);
    }
    let whole = world.intent.clone();

    let mut planned = |job| {
        world.intent = whole.on(job).into_owned();
        world.plan().steps().to_vec()
    };
    assert_eq!(planned(None), []);
    assert!(matches!(
        planned(Some(jobs[0]))[..],
        [Step::CreateGrant { .. }]
    ));
    for (job, id) in [(jobs[1], "a"), (jobs[2], "b")] {
        let steps = planned(Some(job));
        assert!(
            matches!(&steps[..], [Step::RetireGrant { grant, .. }] if grant == id),
            "{steps:?}"
        );
    }

    let after = op::reached(&whole, Some(jobs[1])).or(&whole);
    assert_eq!(after.grants_to_retire().collect::<Vec<_>>(), ["b"]);
    assert_eq!(after.grants_to_give().count(), 1);
}

#[test]
fn k4_a_grant_is_retired_and_the_others_stay() {
    let mut world = World::settled(symmetric());
    with_grants(&mut world, &["a", "b"]);
    let after = op::retire_grants(&world.intent, ["a".to_owned()].into(), &|_| false).unwrap();
    world.intent = after.or(&world.intent);

    assert_eq!(world.converge(), End::Reached);

    let kinds: Vec<_> = world.executed.iter().map(Step::kind).collect();
    assert_eq!(kinds, [StepKind::RetireGrant]);
    assert_eq!(place(&mut world).grants.len(), 1);
}
