//! B22: the access key of a connection is rotated, by hand and by schedule; nothing that somebody else made is touched.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use keyferry_app::AppError;
use keyferry_app::access_keys::{AccessKeyAnswer, AccessKeyPlan};
use keyferry_app::connections::UpdateConnection;
use keyferry_app::jobs::JobDetails;
use keyferry_app::kms_keys::Mode;
use keyferry_domain::connection::{Connection, Identity};
use keyferry_domain::schedule::{Recurrence, RotationSchedule};
use keyferry_domain::spec::KeySpec;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{Job, JobState};
use keyferry_ports::secret::SecretText;
use keyferry_testkit::world::{ACCOUNT, World};
use kms_sim::{Fault, ScriptedFault};
use serde_json::json;

use crate::scene::{DRY, MODE, open_alerts, world};

async fn begin(world: &World, mode: &Mode) -> Result<AccessKeyAnswer, AppError> {
    let access_keys = &world.app.access_keys;
    access_keys.rotate(&world.actor, "aws", mode).await
}

async fn begun(world: &World) -> Job {
    match begin(world, &MODE).await {
        Ok(AccessKeyAnswer::Started(job)) => job,
        other => panic!("it did not begin: {other:?}"),
    }
}

async fn plan(world: &World) -> AccessKeyPlan {
    match begin(world, &DRY).await {
        Ok(AccessKeyAnswer::Planned(plan)) => plan,
        other => panic!("no plan: {other:?}"),
    }
}

async fn connection(world: &World) -> Connection {
    let shown = world.app.connections.show(&world.actor, "aws").await;
    shown.expect("the connection is there")
}

async fn in_use(world: &World) -> String {
    let connection = connection(world).await;
    let id = connection.link.identity.access_key_id();
    id.expect("it has an access key").to_owned()
}

async fn details(world: &World, job: &Job) -> JobDetails {
    let shown = world.app.jobs.show(&world.actor, job.id).await;
    shown.expect("the job is there")
}

/// The code and sentence at which a job's only target stands.
async fn note(world: &World, job: &Job) -> (String, String) {
    let details = details(world, job).await;
    let note = details.targets[0].0.note.clone();
    note.unwrap_or_else(|| panic!("no note: {details:#?}"))
}

/// Works on for so long and no longer.
async fn work_for(world: &World, span: SignedDuration) {
    let end = world.outside.clock.now() + span;
    loop {
        let next = world
            .app
            .engine
            .run_due()
            .await
            .expect("the records answer");
        match next.filter(|next| *next <= end) {
            Some(next) => world.outside.clock.set(next),
            None => break,
        }
    }
    world.outside.clock.set(end);
}

async fn schedule(world: &World, every: &str) {
    let rule = RotationSchedule::new(Recurrence::Every(every.parse().unwrap()));
    let update = UpdateConnection {
        access_key_rotation: Some(Some(rule)),
        ..UpdateConnection::default()
    };
    let connections = &world.app.connections;
    let updated = connections.update(&world.actor, "aws", update).await;
    updated.expect("the schedule is taken");
}

#[tokio::test]
async fn an_access_key_is_replaced_and_the_former_one_deleted_a_day_later_b22() {
    let world = world().await;
    let former = world.outside.access_key.0.clone();

    let job = begun(&world).await;
    work_for(&world, SignedDuration::from_mins(10)).await;
    let new = in_use(&world).await;
    let shortly_after = world.outside.access_keys();
    world.run().await;

    assert_ne!(new, former);
    let mut both = [(former.clone(), false), (new.clone(), true)];
    both.sort();
    assert_eq!(shortly_after, both);
    assert_eq!(world.outside.access_keys(), [(new, true)]);
    let ended = details(&world, &job).await.job;
    assert_eq!(ended.state, JobState::Succeeded);
    let lasted = ended.finished_at.unwrap().duration_since(ended.created_at);
    assert!(lasted >= SignedDuration::from_hours(24), "{lasted}");
    world
        .succeed(world.create("later", KeySpec::Aes256).await)
        .await;
}

#[tokio::test]
async fn what_began_with_the_former_access_key_may_end_with_it_b22() {
    let world = world().await;
    let former = world.outside.access_key.0.clone();

    begun(&world).await;
    work_for(&world, SignedDuration::from_mins(4)).await;

    assert_ne!(in_use(&world).await, former);
    let keys = world.outside.access_keys();
    assert!(keys.contains(&(former, true)), "{keys:?}");
}

#[tokio::test]
async fn a_new_access_key_is_used_only_once_aws_knows_it_b22() {
    let world = world().await;
    world
        .outside
        .sim
        .configure(|config| config.consistency.access_keys = 60 * kms_sim::SECOND);
    let former = in_use(&world).await;

    let job = begun(&world).await;
    work_for(&world, SignedDuration::from_secs(1)).await;

    assert_eq!(note(&world, &job).await.0, "access-key.not-known-yet");
    assert_eq!(in_use(&world).await, former);
    world.run().await;
    assert_ne!(in_use(&world).await, former);
    assert_eq!(world.outside.access_keys().len(), 1);
}

#[tokio::test]
async fn a_dry_run_shows_every_step_and_does_nothing_b22() {
    let world = world().await;

    let plan = plan(&world).await;

    let operations: Vec<_> = plan.steps.iter().map(|step| step.aws_operation()).collect();
    assert_eq!(
        operations,
        ["CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"]
    );
    assert_eq!(plan.blocked, None);
    assert_eq!(
        world.outside.access_keys(),
        [(world.outside.access_key.0.clone(), true)]
    );
}

#[tokio::test]
async fn a_second_access_key_of_somebody_else_is_named_and_never_deleted_b22() {
    let world = world().await;
    let made = world
        .outside
        .iam("CreateAccessKey", json!({ "UserName": "keyferry" }));
    let foreign = made["AccessKey"]["AccessKeyId"]
        .as_str()
        .unwrap()
        .to_owned();

    let planned = plan(&world).await.blocked.expect("no room is left");
    let job = begun(&world).await;
    world.run().await;

    assert_eq!(planned.code(), "access-key.second-key");
    let (code, why) = note(&world, &job).await;
    assert_eq!(code, "access-key.second-key");
    assert!(why.contains(&foreign), "{why}");
    assert_eq!(world.outside.access_keys().len(), 2);
    assert_eq!(in_use(&world).await, world.outside.access_key.0);

    world.outside.delete_access_key(&foreign);
    world.app.jobs.retry(&world.actor, job.id).await.unwrap();
    world.run().await;
    assert_eq!(details(&world, &job).await.job.state, JobState::Succeeded);
}

#[tokio::test]
async fn an_access_key_from_a_request_without_an_answer_is_left_to_a_person_b22() {
    let world = world().await;
    let lost = ScriptedFault::next("CreateAccessKey", Fault::LostReply);
    world.outside.sim.add_fault(lost);

    let job = begun(&world).await;
    world.run().await;

    let (code, why) = note(&world, &job).await;
    assert_eq!(code, "access-key.unknown-key");
    let keys = world.outside.access_keys();
    let former = world.outside.access_key.0.clone();
    let unknown = keys.iter().find(|(id, _)| *id != former).unwrap().0.clone();
    assert!(why.contains(&unknown), "{why}");
    assert_eq!((keys.len(), in_use(&world).await), (2, former));

    world.outside.delete_access_key(&unknown);
    world.app.jobs.retry(&world.actor, job.id).await.unwrap();
    world.run().await;
    assert_eq!(details(&world, &job).await.job.state, JobState::Succeeded);
    assert_eq!(world.outside.access_keys().len(), 1);
}

#[tokio::test]
async fn a_cancelled_rotation_names_what_it_made_and_the_next_one_deletes_it_b22() {
    let world = world().await;
    world
        .outside
        .sim
        .configure(|config| config.consistency.access_keys = 600 * kms_sim::SECOND);
    let job = begun(&world).await;
    work_for(&world, SignedDuration::from_secs(1)).await;

    world.app.jobs.cancel(&world.actor, job.id).await.unwrap();
    world.run().await;
    let left = world.outside.access_keys();
    let (_, why) = note(&world, &job).await;
    let next = begun(&world).await;
    world.run().await;

    assert_eq!(details(&world, &job).await.job.state, JobState::Cancelled);
    assert_eq!(left.len(), 2);
    let made = left
        .iter()
        .find(|(id, _)| *id != world.outside.access_key.0);
    assert!(why.contains(&made.unwrap().0), "{why}");
    assert_eq!(details(&world, &next).await.job.state, JobState::Succeeded);
    assert_eq!(world.outside.access_keys(), [(in_use(&world).await, true)]);
}

#[tokio::test]
async fn a_refused_creation_changes_nothing_and_tells_what_is_missing_b22() {
    let world = world().await;
    let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:CreateAccessKey","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let sim = &world.outside.sim;
    sim.create_user(ACCOUNT, "weak", &[deny]).unwrap();
    let weak = sim.create_access_key(ACCOUNT, Some("weak")).unwrap();
    let mut update = UpdateConnection::default();
    update.link.identity = Some(Identity::AccessKey {
        access_key_id: weak.id.clone(),
        secret_access_key: SecretText::new(weak.secret),
    });
    let connections = &world.app.connections;
    let updated = connections.update(&world.actor, "aws", update).await;
    updated.expect("it reads and writes KMS keys");

    let job = begun(&world).await;
    world.run().await;

    let (code, why) = note(&world, &job).await;
    assert_eq!(code, "aws.access-denied");
    assert!(why.contains("CreateAccessKey"), "{why}");
    assert_eq!(in_use(&world).await, weak.id);
}

#[tokio::test]
async fn one_rotation_of_an_access_key_is_under_way_at_a_time_b22() {
    let world = world().await;
    let keyed = Mode {
        idempotency_key: Some("once".to_owned()),
        ..Mode::default()
    };
    let Ok(AccessKeyAnswer::Started(job)) = begin(&world, &keyed).await else {
        panic!("it did not begin");
    };

    let second = begin(&world, &MODE).await.unwrap_err();
    let again = begin(&world, &keyed).await;

    assert_eq!(second.code(), "access-key.busy");
    assert!(matches!(again, Ok(AccessKeyAnswer::Started(same)) if same.id == job.id));
}

#[tokio::test]
async fn a_schedule_rotates_the_access_key_once_and_counts_on_b22() {
    let world = world().await;
    schedule(&world, "90d").await;
    let former = in_use(&world).await;
    let due = connection(&world).await.access_key.due.unwrap();

    let early = world.app.scheduler.run_due().await.unwrap();
    world.outside.clock.set(due);
    let begun = world.app.scheduler.run_due().await.unwrap();
    let twice = world.app.scheduler.run_due().await.unwrap();
    world.run().await;

    assert_eq!((early, begun, twice), (0, 1, 0));
    assert_ne!(in_use(&world).await, former);
    let next = connection(&world).await.access_key.due.unwrap();
    let pause = next.duration_since(due);
    assert!(pause >= SignedDuration::from_hours(90 * 24), "{pause}");
    let jobs = world.jobs().await;
    let actors: Vec<_> = jobs.iter().map(|one| one.job.actor.as_str()).collect();
    assert!(actors.contains(&"connection/aws"), "{actors:?}");
}

#[tokio::test]
async fn a_scheduled_rotation_that_is_refused_is_an_alert_until_it_begins_b22() {
    let world = world().await;
    schedule(&world, "90d").await;
    begun(&world).await;
    let due = connection(&world).await.access_key.due.unwrap();
    world.outside.clock.set(due);

    let begun = world.app.scheduler.run_due().await.unwrap();
    let told = open_alerts(&world).await;
    world.run().await;
    let again = connection(&world).await.access_key.due.unwrap();
    world
        .outside
        .clock
        .set(again.max(world.outside.clock.now()));
    let later = world.app.scheduler.run_due().await.unwrap();

    assert_eq!((begun, later), (0, 1));
    let codes: Vec<_> = told.iter().map(|alert| alert.code.as_str()).collect();
    assert_eq!(codes, ["schedule.rotation-refused"]);
    assert!(
        told[0].details.contains("access-key.busy"),
        "{}",
        told[0].details
    );
    assert_eq!(open_alerts(&world).await, []);
}

#[tokio::test]
async fn only_an_identity_with_an_access_key_has_a_schedule_for_it_b22() {
    let world = world().await;
    let rule = RotationSchedule::new(Recurrence::Every("90d".parse().unwrap()));
    let mut update = UpdateConnection {
        access_key_rotation: Some(Some(rule)),
        allow_unverified: true,
        ..UpdateConnection::default()
    };
    update.link.identity = Some(Identity::Host { profile: None });

    let connections = &world.app.connections;
    let refused = connections.update(&world.actor, "aws", update).await;

    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "request.invalid");
    assert!(
        refused.to_string().contains("access_key_rotation"),
        "{refused}"
    );
    assert_eq!(connection(&world).await.access_key.rotation, None);
}

#[tokio::test]
async fn no_secret_of_a_new_access_key_is_in_any_row_but_sealed_b22() {
    let world = world().await;
    let job = begun(&world).await;
    world.run().await;

    let details = details(&world, &job).await;
    let answer = details.targets[0].1[0].outcome.clone().unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer.answer.unwrap()).unwrap();

    assert!(answer["sealed"].as_str().unwrap().len() > 2 * 40);
    let members: BTreeSet<_> = answer.as_object().unwrap().keys().cloned().collect();
    let wanted = ["access_key_id", "format", "sealed"].map(str::to_owned);
    assert_eq!(members, BTreeSet::from(wanted));
}

#[tokio::test]
async fn an_access_key_that_another_connection_uses_too_is_not_rotated_b22() {
    let world = world().await;
    let other = keyferry_app::connections::AddConnection {
        group: None,
        access_key_rotation: None,
        rotation: None,
        name: "other".parse().unwrap(),
        request: keyferry_app::connections::LinkRequest {
            link: world.link(),
            regions: vec![World::region()],
            tier: keyferry_domain::connection::Tier::Full,
        },
        allow_unverified: false,
    };
    let connections = &world.app.connections;
    connections.add(&world.actor, other).await.expect("added");

    for mode in [&MODE, &DRY] {
        let error = begin(&world, mode).await.unwrap_err();
        assert_eq!(error.code(), "access-key.shared");
        assert!(error.to_string().contains("other"), "{error}");
    }

    let listed = world.outside.access_keys();
    assert_eq!(listed, [(world.outside.access_key.0.clone(), true)]);
}

#[tokio::test]
async fn a_connection_whose_access_key_rotates_is_not_deleted_b22() {
    let world = world().await;
    begun(&world).await;

    let connections = &world.app.connections;
    let refused = connections.delete(&world.actor, "aws").await;

    assert_eq!(refused.unwrap_err().code(), "access-key.busy");
}
