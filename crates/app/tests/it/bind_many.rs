//! Many KMS keys are bound by a manifest, as one job.

use keyferry_app::AppError;
use keyferry_app::kms_keys::{Bindings, Claim, MANIFEST_LINES_MAX, Manifest, ManifestLine, Mode};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{JobState, TargetState};
use keyferry_testkit::world::World;
use serde_json::json;

use crate::adopt::{self, foreign, told};
use crate::bind::{filled, materials};
use crate::scene::{DRY, MODE, sync};

async fn world() -> World {
    let world = adopt::world().await;
    // A job goes on only for whoever still exists.
    world.know_actor().await;
    world
}

fn line(kms_key: &str, key: &str) -> ManifestLine {
    ManifestLine {
        kms_key: kms_key.to_owned(),
        claim: Claim {
            key: key.to_owned(),
            first_version: None,
        },
    }
}

async fn try_bind(
    world: &World,
    lines: Vec<ManifestLine>,
    mode: &Mode,
) -> Result<Bindings, AppError> {
    let manifest = Manifest {
        keystore: "store".to_owned(),
        lines,
    };
    let keys = &world.app.kms_keys;
    keys.bind_many(&world.actor, manifest, mode).await
}

async fn bind(world: &World, lines: Vec<ManifestLine>) -> Bindings {
    let done = try_bind(world, lines, &MODE).await;
    done.expect("the account answers")
}

fn left(done: &Bindings) -> Vec<(&str, &str)> {
    let rows = done.left.iter();
    rows.map(|left| (left.selector.as_str(), left.code.as_str()))
        .collect()
}

/// State and note of each target of the job, in its order.
async fn ended(world: &World, done: &Bindings) -> (JobState, Vec<(TargetState, Option<String>)>) {
    world.run().await;
    let job = done.job.as_ref().expect("a job is under way").id;
    let details = world.app.jobs.show(&world.actor, job).await;
    let details = details.expect("the job is there");
    let note = |one: &(keyferry_ports::records::Target, _)| {
        (one.0.state, one.0.note.as_ref().map(|note| note.0.clone()))
    };
    (
        details.job.state,
        details.targets.iter().map(note).collect(),
    )
}

#[tokio::test]
async fn e24_a_manifest_binds_empty_and_filled_kms_keys_as_one_job_and_lists_what_it_cannot() {
    let world = world().await;
    let own = filled(&world, "orders", KeySpec::Aes256).await;
    let mac = filled(&world, "tokens", KeySpec::Hmac256).await;
    world
        .succeed(world.create("other", KeySpec::Aes256).await)
        .await;
    let wrong = filled(&world, "wrong", KeySpec::Aes256).await;
    let empty = foreign(&world, json!({ "Origin": "EXTERNAL" }));
    let native = foreign(&world, json!({}));
    let before = (materials(&world, &own), materials(&world, &wrong));

    let lines = vec![
        line(&own, "orders"),
        line(&empty, "other"),
        line(&native, "orders"),
        line(&mac, "tokens"),
        line(&own, "other"),
        line(&wrong, "other"),
        line("alias/nobody", "orders"),
        line(&mac, "nothing"),
    ];
    let done = bind(&world, lines).await;

    let wanted = [
        (native.as_str(), "kms-key.origin-aws"),
        (own.as_str(), "kms-key.named-twice"),
        ("alias/nobody", "request.not-found"),
        (mac.as_str(), "request.not-found"),
    ];
    assert_eq!(left(&done), wanted);
    let (state, targets) = ended(&world, &done).await;
    let stuck = Some("kms-key.wrong-material".to_owned());
    assert_eq!(state, JobState::Stuck);
    assert_eq!(
        targets,
        [
            (TargetState::Done, None),
            (TargetState::Done, None),
            (TargetState::Done, None),
            (TargetState::Stuck, stuck),
        ]
    );
    for (arn, key) in [(&own, "orders"), (&mac, "tokens"), (&empty, "other")] {
        let source = world.kms_key(arn).await.source.expect("it is bound");
        let key = world.app.keys.show(&world.actor, key).await;
        assert_eq!(source, key.expect("it is there").key.id);
    }
    assert_eq!(world.kms_key(&wrong).await.source, None);
    assert_eq!((materials(&world, &own), materials(&world, &wrong)), before);
    sync(&world).await;
    assert_eq!(told(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_dry_run_of_a_manifest_names_versions_and_refusals_and_does_nothing() {
    let world = world().await;
    let own = filled(&world, "orders", KeySpec::Aes256).await;
    let native = foreign(&world, json!({}));
    let jobs = world.jobs().await.len();

    let lines = vec![line(&own, "orders"), line(&native, "orders")];
    let shown = try_bind(&world, lines, &DRY).await.expect("it answers");

    assert!(shown.job.is_none());
    let (selector, key) = &shown.bound[0];
    assert_eq!((selector, key.intent.versions.len()), (&own, 1));
    assert_eq!(left(&shown), [(native.as_str(), "kms-key.origin-aws")]);
    assert_eq!(world.jobs().await.len(), jobs);
}

#[tokio::test]
async fn a_manifest_that_is_given_again_goes_on_where_it_stopped_and_one_key_answers_one_job() {
    let world = world().await;
    let own = filled(&world, "orders", KeySpec::Aes256).await;
    let mode = Mode {
        idempotency_key: Some("once".to_owned()),
        ..Mode::default()
    };
    let first = try_bind(&world, vec![line(&own, "orders")], &mode).await;
    let first = first.expect("it answers");

    let repeated = try_bind(&world, vec![line(&own, "orders")], &mode).await;
    let repeated = repeated.expect("it answers");
    let id = |done: &Bindings| done.job.as_ref().expect("a job").id;
    assert_eq!(id(&repeated), id(&first));
    ended(&world, &first).await;

    let again = bind(&world, vec![line(&own, "orders")]).await;
    assert_eq!(left(&again), [(own.as_str(), "kms-key.has-source")]);
    assert!(again.job.is_none());
}

#[tokio::test]
async fn a_line_names_the_version_that_the_oldest_material_is() {
    let world = world().await;
    let own = filled(&world, "orders", KeySpec::Aes256).await;
    let mut wrong = line(&own, "orders");
    wrong.claim.first_version = VersionNumber::new(2);

    let done = bind(&world, vec![wrong]).await;

    assert_eq!(left(&done), [(own.as_str(), "kms-key.too-few-versions")]);
}

#[tokio::test]
async fn too_many_lines_are_refused_at_once() {
    let world = world().await;
    let lines = vec![line("alias/a", "b"); MANIFEST_LINES_MAX + 1];

    let refused = try_bind(&world, lines, &MODE).await;

    assert_eq!(
        refused.expect_err("it is refused").code(),
        "request.invalid"
    );
}
