//! Short ways to a world with a KMS key, and to what AWS says of it.

use keyferry_app::AppError;
use keyferry_app::keys::KeyOptions;
use keyferry_app::kms_keys::{Answer, CreateKmsKey, Mode, Properties};
use keyferry_audit::Entry;
use keyferry_domain::arn::Region;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::{Alert, AlertFilter, AuditFilter, JobState, Page};
use keyferry_testkit::world::{ACCOUNT, REGION, World};
use kms_sim::Caller;
use serde_json::{Value, json};

/// Where replicas are.
pub(crate) const REPLICA: &str = "eu-west-1";

pub(crate) const MODE: Mode = Mode {
    dry_run: false,
    idempotency_key: None,
    confirmed_name: None,
};

pub(crate) const DRY: Mode = Mode {
    dry_run: true,
    idempotency_key: None,
    confirmed_name: None,
};

/// A world with the AES KMS key `app` and its alias.
pub(crate) async fn world() -> World {
    let world = World::calm(11);
    world.with_keystore().await.expect("the account answers");
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    world
}

/// What AWS says to anybody in the account.
pub(crate) fn ask(world: &World, operation: &str, input: Value) -> Result<Value, String> {
    world.outside.ask(operation, input)
}

/// The same, where it must not fail.
pub(crate) fn aws(world: &World, operation: &str, input: Value) -> Value {
    world.outside.aws(operation, input)
}

/// What `DescribeKey` says of a KMS key.
pub(crate) async fn described(world: &World, name: &str) -> Value {
    let arn = world.arn(name).await.to_string();
    aws(world, "DescribeKey", json!({ "KeyId": arn }))["KeyMetadata"].clone()
}

/// The code with which something was refused.
pub(crate) fn code(answer: Result<Answer, AppError>) -> &'static str {
    match answer {
        Err(error) => error.code(),
        Ok(answer) => panic!("it was accepted: {answer:?}"),
    }
}

/// Lets hours pass.
pub(crate) fn advance_hours(world: &World, hours: i64) {
    world.outside.advance_minutes(hours * 60);
}

/// AWS operations that a dry run shows.
pub(crate) fn planned(answer: Result<Answer, AppError>) -> Vec<&'static str> {
    match answer {
        Ok(Answer::Planned(planned)) => planned
            .iter()
            .flat_map(|one| one.plan.steps())
            .map(|step| step.kind().aws_operation())
            .collect(),
        other => panic!("no plan: {other:?}"),
    }
}

/// A world with two Regions, and the multi-Region KMS key `app` in the first so many of them.
pub(crate) async fn multi_region(places: usize) -> World {
    let world = World::calm(11);
    world.with_keystore().await.expect("the account answers");
    let regions: Vec<Region> = [REGION, REPLICA].map(|one| one.parse().unwrap()).to_vec();
    let connection = keyferry_app::connections::UpdateConnection {
        regions: Some(regions.clone()),
        ..Default::default()
    };
    let connections = &world.app.connections;
    let updated = connections.update(&world.actor, "aws", connection).await;
    updated.expect("both Regions are enabled");
    let keystore = keyferry_app::keystores::UpdateKeystore {
        regions: Some(regions.clone()),
        ..Default::default()
    };
    let keystores = &world.app.keystores;
    let updated = keystores.update(&world.actor, "store", keystore).await;
    updated.expect("the connection has both");
    let command = CreateKmsKey {
        keystore: "store".to_owned(),
        name: "app".parse().unwrap(),
        spec: Some(KeySpec::Aes256),
        key: KeyOptions::default(),
        properties: Properties {
            regions: regions[..places].to_vec(),
            multi_region: Some(true),
            ..Properties::default()
        },
    };
    let keys = &world.app.kms_keys;
    world
        .succeed(keys.create(&world.actor, command, &MODE).await)
        .await;
    world.outside.advance_minutes(20);
    world
}

/// AWS's state of the KMS key in one Region.
pub(crate) fn state_in(world: &World, key: &KmsKey, region: &str) -> Value {
    let place: Region = region.parse().unwrap();
    let arn = key.arn.clone().expect("it was made").in_region(&place);
    let input = json!({ "KeyId": arn.to_string() });
    let (root, now) = (Caller::root(ACCOUNT), world.outside.clock_now());
    let sim = &world.outside.sim;
    let described = sim.kms(&root, region, "DescribeKey", input, now).unwrap();
    described["KeyMetadata"]["KeyState"].clone()
}

/// Looks through the whole account, long after our own writes.
pub(crate) async fn sync(world: &World) {
    world.outside.advance_minutes(20);
    let watch = &world.app.watch;
    let job = watch.sync(&world.actor, "store").await.expect("it begins");
    world.run().await;
    let ended = world.app.jobs.show(&world.actor, job.id).await;
    let ended = ended.expect("the job is there");
    assert_eq!(ended.job.state, JobState::Succeeded, "{ended:#?}");
}

/// What a person should look at.
pub(crate) async fn open_alerts(world: &World) -> Vec<Alert> {
    let filter = AlertFilter {
        is_open: Some(true),
        ..AlertFilter::default()
    };
    let alerts = &world.app.alerts;
    let found = alerts.list(&world.actor, &filter, &Page::default()).await;
    found.expect("records in memory answer").rows
}

/// Lets Keyferry do everything but this.
pub(crate) fn rights(world: &World, denied: &[&str]) {
    let mut statements = vec![json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })];
    if !denied.is_empty() {
        statements.push(json!({ "Effect": "Deny", "Action": denied, "Resource": "*" }));
    }
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    let sim = &world.outside.sim;
    sim.create_user(ACCOUNT, "keyferry", &[&policy.to_string()])
        .unwrap();
}

/// All entries of the log, oldest first.
pub(crate) async fn entries(world: &World) -> Vec<Entry> {
    let page = Page {
        limit: 1_000,
        cursor: None,
    };
    let audits = &world.app.audits;
    let listed = audits
        .list(&world.actor, &AuditFilter::default(), &page)
        .await;
    let rows = listed.expect("records in memory answer").rows;
    rows.into_iter().rev().map(|row| row.entry).collect()
}
