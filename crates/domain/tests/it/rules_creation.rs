//! Rules of creation, of creations without an answer, and of what plans never do.

use keyferry_domain::intent::Origin;
use keyferry_domain::life::Life;
use keyferry_domain::plan::{Blocked, Decision, WaitReason};
use keyferry_domain::planner::{adopted_arn, plan, plan_settled};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::step::{ImportKind, Step, StepKind};
use keyferry_domain::view::{
    Candidate, EffectOutcome, Field, Grant, HORIZON, OwnEffect, SETTLE, Search, View,
};

use crate::support::*;
use crate::world::{End, World};

fn kinds(steps: &[Step]) -> Vec<StepKind> {
    steps.iter().map(Step::kind).collect()
}

fn empty_view() -> View {
    View {
        importable: [version(1)].into(),
        ..View::default()
    }
}

/// A creation without an answer, and what a search found after the horizon.
fn unanswered(hits: Vec<Candidate>) -> View {
    let creation = Step::CreateKmsKey {
        region: region(WEST),
    };
    let signed_at = start();
    let search = Search {
        at: signed_at + HORIZON,
        hits,
    };
    View {
        own_effects: vec![OwnEffect {
            step: creation,
            signed_at,
            outcome: EffectOutcome::Unknown,
        }],
        search: Some(search),
        ..empty_view()
    }
}

fn hit(key_id: &str) -> Candidate {
    Candidate {
        arn: arn(key_id),
        tag_is_authentic: true,
        held_material: false,
        matches_request: true,
    }
}

#[test]
fn a_new_key_is_made_filled_and_then_given_its_alias() {
    let plan = plan(&symmetric(), &empty_view(), start());

    assert_eq!(
        plan.steps(),
        [
            Step::CreateKmsKey {
                region: region(WEST)
            },
            Step::ImportMaterial {
                region: region(WEST),
                version: version(1),
                kind: ImportKind::First,
                valid_to: None
            },
            Step::CreateAlias {
                region: region(WEST),
                alias: alias("app")
            },
        ]
    );
}

#[test]
fn tags_policy_and_description_travel_with_the_creation() {
    let mut intent = symmetric();
    intent.tags = tags(&[("team", "blue")]);
    intent.policy = Some(policy("ours"));
    intent.description = "orders".to_owned();

    let mut world = World::new(intent);

    assert_eq!(world.converge(), End::Reached);
    assert_eq!(
        kinds(&world.executed),
        [
            StepKind::CreateKmsKey,
            StepKind::ImportMaterial,
            StepKind::CreateAlias
        ]
    );
    assert_eq!(world.intent.life, Life::Active);
}

#[test]
fn a_new_key_that_shall_be_disabled_is_disabled_after_the_import_enabled_it() {
    let mut intent = symmetric();
    intent.enabled = false;

    let plan = plan(&intent, &empty_view(), start());

    assert_eq!(
        kinds(plan.steps()),
        [
            StepKind::CreateKmsKey,
            StepKind::ImportMaterial,
            StepKind::Disable,
            StepKind::CreateAlias
        ]
    );
}

#[test]
fn a_key_with_material_of_aws_is_made_without_an_import() {
    let mut intent = symmetric();
    intent.shape.origin = Origin::AwsKms;
    intent.versions = Vec::new();
    intent.current = None;
    intent.native_rotation_days = Some(180);

    let plan = plan(&intent, &empty_view(), start());

    assert_eq!(
        kinds(plan.steps()),
        [
            StepKind::CreateKmsKey,
            StepKind::SetNativeRotation,
            StepKind::CreateAlias
        ]
    );
}

#[test]
fn no_key_is_made_whose_alias_is_known_to_be_foreign() {
    let mut world = World::new(symmetric());
    let name = (region(WEST), alias("app"));
    world
        .kms
        .aliases
        .insert(name, crate::model::Target::Foreign);

    let end = world.converge();

    assert!(
        matches!(end, End::Blocked(Blocked::ForeignAlias { .. })),
        "{end:?}"
    );
    assert!(world.executed.is_empty());
}

#[test]
fn no_key_is_made_for_a_version_of_which_the_vault_has_no_copy() {
    let mut view = empty_view();
    view.importable.clear();

    let plan = plan(&symmetric(), &view, start());

    let missing = Blocked::NoCopyKept {
        version: version(1),
    };
    assert_eq!(plan.decision, Decision::Blocked(missing));
}

#[test]
fn in_china_rsa_and_symmetric_material_is_refused_and_hmac_is_not() {
    for (spec, refused) in [
        (KeySpec::Aes256, true),
        (KeySpec::Rsa2048, true),
        (KeySpec::Hmac256, false),
    ] {
        let mut intent = intent_for(spec);
        intent.places = vec![region("cn-north-1")];

        let plan = plan(&intent, &empty_view(), start());

        let blocked = plan.decision == Decision::Blocked(Blocked::ChinaPartition);
        assert_eq!(blocked, refused, "{spec}");
    }
}

#[test]
fn a_creation_without_an_answer_is_not_repeated_before_its_horizon() {
    let mut view = unanswered(Vec::new());
    view.search = None;

    let before = plan(&symmetric(), &view, start() + minutes(15)).decision;
    let after = plan(&symmetric(), &view, start() + HORIZON).decision;

    let horizon = start() + HORIZON;
    assert_eq!(
        before,
        Decision::Wait {
            until: horizon,
            why: WaitReason::Horizon
        }
    );
    assert_eq!(
        after,
        Decision::Wait {
            until: horizon,
            why: WaitReason::SearchNeeded
        }
    );
}

#[test]
fn a_search_from_before_the_horizon_proves_nothing() {
    let mut view = unanswered(Vec::new());
    view.search = Some(Search {
        at: start() + minutes(10),
        hits: Vec::new(),
    });

    let decision = plan(&symmetric(), &view, start() + minutes(20)).decision;

    assert!(matches!(
        decision,
        Decision::Wait {
            why: WaitReason::SearchNeeded,
            ..
        }
    ));
}

#[test]
fn a_creation_that_left_no_key_is_sent_again() {
    let plan = plan(&symmetric(), &unanswered(Vec::new()), start() + minutes(17));

    assert_eq!(plan.steps()[0].kind(), StepKind::CreateKmsKey);
}

#[test]
fn the_single_matching_key_is_adopted_and_filled() {
    let view = unanswered(vec![hit("k1")]);
    let now = start() + minutes(17);

    let plan = plan(&symmetric(), &view, now);

    assert_eq!(adopted_arn(&view, now), Some(arn("k1")));
    assert_eq!(
        kinds(plan.steps()),
        [StepKind::ImportMaterial, StepKind::CreateAlias]
    );
}

#[test]
fn what_a_search_finds_beside_one_perfect_hit_is_for_a_person() {
    let now = start() + minutes(17);
    let forged = Candidate {
        tag_is_authentic: false,
        ..hit("forged")
    };
    let filled = Candidate {
        held_material: true,
        ..hit("filled")
    };
    let other = Candidate {
        matches_request: false,
        ..hit("other")
    };
    let forgery = |key_id: &str| Blocked::ForgedCandidate { arn: arn(key_id) };

    for (hits, expected) in [
        (
            vec![hit("k1"), hit("k2")],
            Blocked::SeveralCandidates { count: 2 },
        ),
        (vec![hit("k1"), forged.clone()], forgery("forged")),
        (vec![forged], forgery("forged")),
        (vec![filled], forgery("filled")),
        (vec![other], forgery("other")),
    ] {
        let view = unanswered(hits);
        assert_eq!(
            plan(&symmetric(), &view, now).decision,
            Decision::Blocked(expected)
        );
        assert_eq!(adopted_arn(&view, now), None);
    }
}

#[test]
fn a_key_whose_creation_was_answered_is_never_created_again_however_late_it_shows() {
    let mut view = empty_view();
    let outcome = EffectOutcome::Done {
        arn: Some(arn("k1")),
        material: None,
        at: start(),
    };
    let step = Step::CreateKmsKey {
        region: region(WEST),
    };
    view.own_effects = vec![OwnEffect {
        step,
        signed_at: start(),
        outcome,
    }];

    for age in [0, 4, 6, 600] {
        for decision in [
            plan_settled(&symmetric(), &view, start() + minutes(age)).decision,
            plan(&symmetric(), &view, start() + minutes(age)).decision,
        ] {
            let Decision::Steps(steps) = decision else {
                continue;
            };
            assert!(
                !kinds(&steps).contains(&StepKind::CreateKmsKey),
                "after {age} minutes"
            );
        }
    }
}

#[test]
fn a_grant_on_a_key_that_never_held_material_is_somebody_elses_trap() {
    let mut world = World::new(symmetric());
    assert_eq!(world.run(1), End::Interrupted);
    let place = world.kms.sets[0].places.get_mut(&region(WEST)).unwrap();
    place.grants.insert(Grant {
        id: "g".to_owned(),
        grantee: "arn:aws:iam::999999999999:root".to_owned(),
        operations: vec!["Decrypt".to_owned()],
        ..Grant::default()
    });

    let end = world.converge();

    assert!(
        matches!(end, End::Blocked(Blocked::ForgedCandidate { .. })),
        "{end:?}"
    );
}

#[test]
fn another_spec_than_wanted_is_blocked() {
    let mut world = World::settled(symmetric());
    world.intent.shape.spec = KeySpec::Hmac256;

    assert_eq!(world.converge(), End::Blocked(Blocked::WrongShape));
}

#[test]
fn a_key_that_aws_no_longer_knows_is_gone_but_only_once_our_writes_have_settled() {
    let mut world = World::settled(symmetric());
    world.kms.sets.clear();

    assert_eq!(world.converge(), End::Blocked(Blocked::Gone));
    world.intent.life = Life::PendingDeletion;
    assert_eq!(world.converge(), End::Reached);
}

#[test]
fn what_cannot_be_read_is_neither_drift_nor_a_step() {
    let mut world = World::settled(symmetric());
    let mut view = world.view();
    let place = view.places.get_mut(&region(WEST)).unwrap();
    place.tags = Field::Unreadable;
    place.aliases = Field::Unreadable;
    place.materials = Field::Unreadable;
    place.grants = Field::Unreadable;
    world.intent.tags = tags(&[("team", "blue")]);
    world.intent.aliases.insert(alias("other"));

    let plan = plan_settled(&world.intent, &view, world.now);

    assert!(plan.is_reached(), "{plan:?}");
    assert_eq!(plan.warnings.len(), 4, "{:?}", plan.warnings);
}

#[test]
fn a_key_that_cannot_be_described_is_looked_at_again_in_a_minute() {
    let mut world = World::settled(symmetric());
    let mut view = world.view();
    view.places.get_mut(&region(WEST)).unwrap().described = Field::Unreadable;

    let decision = plan_settled(&world.intent, &view, world.now).decision;

    let until = world.now + minutes(1);
    assert_eq!(
        decision,
        Decision::Wait {
            until,
            why: WaitReason::Unreadable
        }
    );
}

#[test]
fn released_and_deleted_keys_are_left_alone() {
    for life in [Life::Released, Life::Deleted] {
        let mut intent = symmetric();
        intent.life = life;
        assert!(plan(&intent, &empty_view(), start()).is_reached());
    }
}

#[test]
fn our_own_write_counts_for_five_minutes_though_aws_shows_the_old_value() {
    let mut world = World::settled(symmetric());
    world.intent.description = "new".to_owned();
    let mut stale = world.view();
    let step = Step::SetDescription {
        region: region(WEST),
        description: "new".to_owned(),
    };
    let outcome = EffectOutcome::Done {
        arn: None,
        material: None,
        at: world.now,
    };
    stale.own_effects = vec![OwnEffect {
        step: step.clone(),
        signed_at: world.now,
        outcome,
    }];

    let waits: Vec<i64> = [0, 3, 5, 20, 200]
        .iter()
        .map(|age| {
            let now = world.now + jiff::SignedDuration::from_secs(*age);
            match plan_settled(&world.intent, &stale, now).decision {
                Decision::Wait {
                    until,
                    why: WaitReason::Settling,
                } => until.duration_since(now).as_secs(),
                other => panic!("{other:?}"),
            }
        })
        .collect();
    let after = plan_settled(&world.intent, &stale, world.now + SETTLE);

    assert_eq!(waits, [1, 4, 8, 32, 60]);
    assert_eq!(after.steps(), [step]);
}
