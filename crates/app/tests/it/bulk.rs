//! One operation on many KMS keys.

use std::sync::Arc;

use keyferry_app::kms_keys::{
    Bulk, BulkAnswer, BulkOperation, Matching, Mode, Rotate, RotationMethod, Selection,
    UpdateKmsKey,
};
use keyferry_app::{Actor, AppError};
use keyferry_domain::id::{AssignmentId, JobId, UserId};
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::life::Life;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::view::KeyState;
use keyferry_ports::records::{
    Batch, Change, Commits as _, Job, JobRecords, JobState, KmsKeyFilter, Page, RoleAssignment,
    Target, TargetFilter, TargetState,
};
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::records::administrator;
use keyferry_testkit::world::World;
use kms_sim::{Fault, ScriptedFault};

use crate::scene::described;

/// A world with so many KMS keys, `k000` and so on.
pub(crate) async fn fleet(count: usize) -> World {
    let world = World::calm(5);
    world.with_keystore().await.expect("the account answers");
    world.know_actor().await;
    for index in 0..count {
        let answer = world.create(&name(index), KeySpec::Aes256).await;
        answer.expect("it is accepted");
    }
    world.run().await;
    world
}

fn name(index: usize) -> String {
    format!("k{index:03}")
}

pub(crate) fn everything() -> Selection {
    Selection::Matching(Box::default())
}

pub(crate) fn tagging(value: &str) -> BulkOperation {
    BulkOperation::Update(Box::new(UpdateKmsKey {
        set_tags: [("team".to_owned(), value.to_owned())].into(),
        ..UpdateKmsKey::default()
    }))
}

async fn ask(
    world: &World,
    selection: Selection,
    operation: BulkOperation,
    confirmed_count: Option<u32>,
) -> Result<BulkAnswer, AppError> {
    let command = Bulk {
        selection,
        operation,
        confirmed_count,
    };
    let keys = &world.app.kms_keys;
    keys.bulk(&world.actor, command, &Mode::default()).await
}

pub(crate) async fn start(world: &World, selection: Selection, operation: BulkOperation) -> JobId {
    match ask(world, selection, operation, None).await {
        Ok(BulkAnswer::Started(job)) => job.id,
        other => panic!("no job: {other:?}"),
    }
}

pub(crate) async fn job(world: &World, id: JobId) -> Job {
    world.outside.records.find_job(id).await.unwrap().unwrap()
}

pub(crate) async fn targets(world: &World, job: JobId, state: TargetState) -> Vec<Target> {
    let page = Page {
        limit: 1_000,
        cursor: None,
    };
    let filter = TargetFilter::in_state(job, state);
    let found = world.outside.records.page_targets(&filter, &page).await;
    found.unwrap().rows
}

/// Another process works until it dies at a point, in the midst of the job.
async fn run_and_die(world: &World) {
    let fuse = Fuse::crash_at(60);
    let other = world.outside.start(Arc::clone(&fuse), 1);
    tokio::select! {
        biased;
        () = fuse.burnt() => {}
        rests = other.comes_to_rest() => panic!("it came to its end: {rests}"),
    }
    world.outside.advance_minutes(1);
}

async fn tag(world: &World, index: usize) -> Option<String> {
    let key = world.kms_key(&name(index)).await;
    key.intent.tags.get("team").cloned()
}

#[tokio::test]
async fn j1_a_bulk_job_shows_progress_and_messages() {
    let world = fleet(200).await;
    let keys = &world.app.kms_keys;
    let empty = keys
        .deactivate(&world.actor, "k007", &Mode::naming("k007"))
        .await;
    world.succeed(empty).await;
    let selection = Selection::Matching(Box::new(Matching {
        filter: KmsKeyFilter {
            region: Some("eu-central-1".to_owned()),
            text: Some("K".to_owned()),
            ..KmsKeyFilter::default()
        },
        ..Matching::default()
    }));

    let id = start(&world, selection, BulkOperation::Disable).await;

    let before = job(&world, id).await;
    assert_eq!(
        (before.state, before.progress.total),
        (JobState::Queued, 200)
    );
    assert_eq!(before.title, "kms-key.disable 200 KMS keys");
    world.run().await;
    let after = job(&world, id).await;
    assert_eq!(after.state, JobState::Stuck);
    assert_eq!((after.progress.done, after.progress.stuck), (199, 1));
    let stuck = targets(&world, id, TargetState::Stuck).await.remove(0);
    let (code, why) = stuck.note.clone().unwrap();
    assert_eq!(stuck.subject, world.kms_key("k007").await.id.into());
    assert!(code.starts_with("kms-key."), "{code}");
    assert!(why.contains(';'), "it names a way out: {why}");
    assert!(!stuck.begun);
    for index in [0, 6, 8, 199] {
        assert_eq!(
            described(&world, &name(index)).await["KeyState"],
            "Disabled"
        );
    }
    assert_eq!(world.kms_key("k007").await.intent.life, Life::Inactive);
}

#[tokio::test]
async fn what_refused_goes_on_once_it_fits_and_the_job_is_tried_again() {
    let world = fleet(3).await;
    let keys = &world.app.kms_keys;
    let empty = keys
        .deactivate(&world.actor, "k001", &Mode::naming("k001"))
        .await;
    world.succeed(empty).await;
    let id = start(&world, everything(), BulkOperation::Disable).await;
    world.run().await;
    assert_eq!(job(&world, id).await.progress.stuck, 1);
    world
        .succeed(keys.activate(&world.actor, "k001", &Mode::default()).await)
        .await;

    world.app.jobs.retry(&world.actor, id).await.unwrap();
    world.run().await;

    assert_eq!(job(&world, id).await.state, JobState::Succeeded);
    assert_eq!(described(&world, "k001").await["KeyState"], "Disabled");
}

#[tokio::test]
async fn of_a_paused_job_nothing_is_started_until_it_goes_on() {
    let world = fleet(20).await;
    let id = start(&world, everything(), tagging("pay")).await;
    run_and_die(&world).await;

    let paused = world.app.jobs.pause(&world.actor, id).await.unwrap();
    world.run().await;

    assert_eq!(paused.state, JobState::Paused);
    let held = job(&world, id).await;
    assert_eq!(held.state, JobState::Paused);
    assert!((1..15).contains(&held.progress.done), "{held:?}");
    assert_eq!(tag(&world, 19).await, None);
    world.app.jobs.resume(&world.actor, id).await.unwrap();
    world.run().await;
    let done = job(&world, id).await;
    assert_eq!((done.state, done.progress.done), (JobState::Succeeded, 20));
    assert_eq!(tag(&world, 19).await.as_deref(), Some("pay"));
}

#[tokio::test]
async fn what_protects_cannot_be_paused_and_what_is_not_paused_not_resumed() {
    let world = fleet(1).await;
    let protects = start(&world, everything(), BulkOperation::Disable).await;
    let jobs = &world.app.jobs;

    let paused = jobs.pause(&world.actor, protects).await.unwrap_err();
    let resumed = jobs.resume(&world.actor, protects).await.unwrap_err();

    assert_eq!(paused.code(), "job.protects");
    assert_eq!(resumed.code(), "job.wrong-state");
    world.run().await;
    let ended = jobs.pause(&world.actor, protects).await.unwrap_err();
    assert_eq!(ended.code(), "job.wrong-state");
}

#[tokio::test]
async fn a_job_that_is_cancelled_midway_leaves_the_rest_as_they_were() {
    let world = fleet(20).await;
    let last = world.kms_key(&name(19)).await;
    let id = start(&world, everything(), tagging("pay")).await;
    run_and_die(&world).await;

    world.app.jobs.cancel(&world.actor, id).await.unwrap();
    world.run().await;

    let ended = job(&world, id).await;
    assert_eq!(ended.state, JobState::Cancelled);
    assert!(ended.finished_at.is_some());
    let progress = ended.progress;
    assert_eq!(progress.done + progress.cancelled, 20, "{progress:?}");
    assert!((1..15).contains(&progress.done), "{progress:?}");
    assert_eq!(world.kms_key(&name(19)).await, last);
    assert_eq!(tag(&world, 0).await.as_deref(), Some("pay"));
}

#[tokio::test]
async fn before_it_begins_nothing_is_wanted_of_a_kms_key_and_it_is_free() {
    let world = fleet(2).await;
    let before = world.kms_key("k001").await;
    let id = start(&world, everything(), tagging("pay")).await;
    world.app.jobs.pause(&world.actor, id).await.unwrap();

    assert_eq!(world.kms_key("k001").await, before);
    let keys = &world.app.kms_keys;
    let other = keys
        .deactivate(&world.actor, "k001", &Mode::naming("k001"))
        .await;
    world.succeed(other).await;

    world.app.jobs.resume(&world.actor, id).await.unwrap();
    world.run().await;
    let after = world.kms_key("k001").await;
    assert_eq!(after.intent.life, Life::Inactive);
    assert_eq!(after.intent.tags["team"], "pay");
}

#[tokio::test]
async fn a_kms_key_on_which_another_job_works_waits_for_its_turn() {
    let world = fleet(2).await;
    let throttle = ScriptedFault::next("DeleteImportedKeyMaterial", Fault::Throttle);
    world.outside.sim.add_fault(throttle.times(2));
    let keys = &world.app.kms_keys;
    let under_way = keys
        .deactivate(&world.actor, "k001", &Mode::naming("k001"))
        .await;
    assert!(under_way.is_ok());

    let id = start(&world, everything(), BulkOperation::Activate).await;
    world.run().await;

    assert_eq!(job(&world, id).await.state, JobState::Succeeded);
    assert_eq!(described(&world, "k001").await["KeyState"], "Enabled");
}

#[tokio::test]
async fn consent_to_many_is_their_number() {
    let world = fleet(3).await;
    let delete = || BulkOperation::ScheduleDeletion { days: 7 };

    for wrong in [None, Some(2), Some(4)] {
        let refused = ask(&world, everything(), delete(), wrong).await;
        assert_eq!(refused.unwrap_err().code(), "request.count-not-confirmed");
    }
    let surprised = ask(&world, everything(), tagging("x"), Some(2)).await;
    assert_eq!(surprised.unwrap_err().code(), "request.count-not-confirmed");
    let Ok(BulkAnswer::Started(started)) = ask(&world, everything(), delete(), Some(3)).await
    else {
        panic!("it was refused");
    };
    world.run().await;

    assert_eq!(job(&world, started.id).await.state, JobState::Succeeded);
    for index in 0..3 {
        let state = described(&world, &name(index)).await["KeyState"].clone();
        assert_eq!(state, "PendingDeletion");
    }
}

#[tokio::test]
async fn a_selection_is_frozen_when_the_job_starts() {
    let world = fleet(3).await;
    let chosen = Selection::Chosen(vec!["k001".into(), "alias/k001".into(), "k002".into()]);
    let tagged = start(&world, chosen, tagging("pay")).await;
    world.run().await;
    assert_eq!(job(&world, tagged).await.progress.total, 2);
    let by_tag = Selection::Matching(Box::new(Matching {
        tags: [("team".to_owned(), Some("pay".to_owned()))].into(),
        ..Matching::default()
    }));

    let id = start(&world, by_tag.clone(), tagging("other")).await;
    world
        .succeed(world.create("late", KeySpec::Aes256).await)
        .await;

    assert_eq!(job(&world, id).await.progress.total, 2);
    let nothing = ask(&world, by_tag, tagging("x"), None).await;
    assert_eq!(nothing.unwrap_err().code(), "request.invalid");
    assert_eq!(tag(&world, 0).await, None);
}

#[tokio::test]
async fn what_each_kms_key_has_for_itself_is_not_given_to_many() {
    let world = fleet(1).await;
    let rename = UpdateKmsKey {
        name: Some("other".parse().unwrap()),
        ..UpdateKmsKey::default()
    };
    let alias = UpdateKmsKey {
        add_aliases: ["other".parse().unwrap()].into(),
        ..UpdateKmsKey::default()
    };

    for update in [rename, alias] {
        let operation = BulkOperation::Update(Box::new(update));
        let refused = ask(&world, everything(), operation, None).await;
        assert_eq!(refused.unwrap_err().code(), "request.invalid");
    }
}

#[tokio::test]
async fn whoever_is_no_user_any_more_changes_nothing() {
    let world = fleet(2).await;
    let id = UserId::new(uuid::Uuid::from_u128(99));
    let stranger = Actor::person(id, "gone".parse().unwrap());
    let role = administrator(id)[0].clone();
    let role = RoleAssignment {
        id: AssignmentId::new(uuid::Uuid::from_u128(98)),
        ..role
    };
    let given = Change::InsertAssignment {
        row: role,
        excluded: Vec::new(),
    };
    let records = &world.outside.records;
    records.commit(Batch::new().with(given)).await.unwrap();
    let command = Bulk {
        selection: everything(),
        operation: tagging("pay"),
        confirmed_count: None,
    };
    let keys = &world.app.kms_keys;
    let answer = keys.bulk(&stranger, command, &Mode::default()).await;
    let Ok(BulkAnswer::Started(started)) = answer else {
        panic!("{answer:?}")
    };

    world.run().await;

    let stuck = targets(&world, started.id, TargetState::Stuck).await;
    let codes: Vec<_> = stuck.iter().flat_map(|target| &target.note).collect();
    assert!(
        codes.iter().all(|(code, _)| code == "access.denied"),
        "{codes:?}"
    );
    assert_eq!((stuck.len(), tag(&world, 0).await), (2, None));
}

#[tokio::test]
async fn the_same_request_twice_is_one_job() {
    let world = fleet(2).await;
    let mode = Mode {
        idempotency_key: Some("once".to_owned()),
        ..Mode::default()
    };
    let keys = &world.app.kms_keys;
    let command = |operation| Bulk {
        selection: everything(),
        operation,
        confirmed_count: None,
    };
    let first = keys.bulk(&world.actor, command(tagging("a")), &mode).await;
    let second = keys.bulk(&world.actor, command(tagging("a")), &mode).await;
    let other = keys.bulk(&world.actor, command(tagging("b")), &mode).await;

    let (Ok(BulkAnswer::Started(first)), Ok(BulkAnswer::Started(second))) = (first, second) else {
        panic!("refused");
    };
    assert_eq!(first.id, second.id);
    assert_eq!(other.unwrap_err().code(), "request.idempotency-key-reused");
}

#[tokio::test]
async fn rotating_many_makes_a_successor_for_each() {
    let world = fleet(3).await;
    let rotate = BulkOperation::Rotate(Rotate {
        method: RotationMethod::NewKey(OldKey::KeepEnabled),
    });

    let id = start(&world, everything(), rotate).await;
    world.run().await;

    let ended = job(&world, id).await;
    assert_eq!(
        (ended.state, ended.progress.total),
        (JobState::Succeeded, 6)
    );
    for index in 0..3 {
        let successor = world.kms_key(&name(index)).await;
        assert!(successor.predecessor.is_some());
        assert_eq!(successor.intent.life, Life::Active);
        let place = &successor.observed[&World::region()];
        assert_eq!(place.described.value().unwrap().state, KeyState::Enabled);
    }
}

#[tokio::test]
async fn releasing_many_sends_nothing_and_ends_at_once() {
    let world = fleet(3).await;
    let id = start(&world, everything(), BulkOperation::Release).await;

    world.run().await;

    let ended = world.app.jobs.show(&world.actor, id).await.unwrap();
    assert_eq!(ended.job.state, JobState::Succeeded);
    assert!(
        ended
            .targets
            .iter()
            .all(|(_, attempts)| attempts.is_empty())
    );
    assert_eq!(world.kms_key("k002").await.intent.life, Life::Released);
}

#[tokio::test]
async fn a_dry_run_of_many_says_what_each_would_do_and_who_would_refuse() {
    let world = fleet(3).await;
    let keys = &world.app.kms_keys;
    let empty = keys
        .deactivate(&world.actor, "k001", &Mode::naming("k001"))
        .await;
    world.succeed(empty).await;
    let command = Bulk {
        selection: everything(),
        operation: BulkOperation::Disable,
        confirmed_count: None,
    };
    let dry = Mode {
        dry_run: true,
        ..Mode::default()
    };

    let answer = keys.bulk(&world.actor, command, &dry).await.unwrap();

    let BulkAnswer::Planned(plan) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!((plan.selected, plan.planned.len()), (3, 2));
    assert!(plan.is_fresh);
    assert_eq!(plan.refused[0].0, "k001");
    assert_eq!(described(&world, "k000").await["KeyState"], "Enabled");
}
