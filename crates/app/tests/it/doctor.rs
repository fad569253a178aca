//! Examining a connection against the simulator, with an administrator's rights and with those of our own policy.

use keyferry_app::connections::policy::{
    DEFAULT_NAME, DocumentKind, Format, PolicyIdentity, PolicyRequest, documents,
};
use keyferry_app::connections::tier::actions_of;
use keyferry_app::connections::{LinkRequest, UpdateConnection};
use keyferry_app::doctor::{DoctorReport, DoctorRequest, expectations};
use keyferry_domain::arn::{Account, Partition};
use keyferry_domain::connection::Tier;
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::{ACCOUNT, Outside, REGION, World};
use kms_sim::{Caller, SimConfig};
use serde_json::{Value, json};

const SANDBOX: DoctorRequest = DoctorRequest {
    sandbox: true,
    region: None,
};

/// Examines while the engine works.
async fn examine(world: &World, request: &DoctorRequest) -> DoctorReport {
    let engine = async {
        loop {
            world
                .app
                .engine
                .run_due()
                .await
                .expect("records in memory answer");
            tokio::task::yield_now().await;
        }
    };
    let examined = world.app.doctor.examine(&world.actor, "aws", request);
    tokio::select! {
        report = examined => report.expect("the connection is there"),
        () = engine => unreachable!("the engine works on"),
    }
}

async fn world() -> World {
    let world = World::calm(5);
    world.with_keystore().await.expect("the account answers");
    world
}

/// The policy that `connection policy` prints for a user with the tier full.
fn least_privilege() -> String {
    let request = PolicyRequest {
        tier: Tier::Full,
        format: Format::Json,
        account: Some(Account {
            partition: Partition::Aws,
            id: ACCOUNT.parse().unwrap(),
        }),
        partition: Partition::Aws,
        regions: vec![REGION.parse().unwrap()],
        name: DEFAULT_NAME.to_owned(),
        identity: PolicyIdentity::User,
        multi_region: false,
        native: false,
        grants: false,
    };
    let documents = documents(&request).unwrap();
    let permissions = documents
        .iter()
        .find(|one| one.kind == DocumentKind::Permissions);
    permissions.unwrap().text.clone()
}

/// An account whose access key has the rights of one policy.
fn outside_with(policy: &str) -> Outside {
    let mut outside = Outside::new(6, SimConfig::default());
    outside
        .sim
        .create_user(ACCOUNT, "least", &[policy])
        .expect("the policy is one");
    let key = outside
        .sim
        .create_access_key(ACCOUNT, Some("least"))
        .expect("the user is there");
    outside.access_key = (key.id, key.secret);
    outside
}

/// A world whose connection has the rights of one policy.
async fn world_with(policy: &str) -> World {
    let world = outside_with(policy).start(Fuse::whole(), 0);
    world.with_keystore().await.expect("the account answers");
    world
}

fn failed(report: &DoctorReport) -> Vec<&str> {
    let failed = report.checks.iter().filter(|check| !check.ok);
    failed.map(|check| check.name.as_str()).collect()
}

fn keys_in_aws(world: &World) -> usize {
    let now = world.outside.clock_now();
    let listed = world
        .outside
        .sim
        .kms(&Caller::root(ACCOUNT), REGION, "ListKeys", json!({}), now);
    listed.unwrap()["Keys"].as_array().unwrap().len()
}

#[tokio::test]
async fn the_simulator_shows_everything_that_the_table_expects() {
    let world = world().await;

    let report = examine(&world, &SANDBOX).await;

    assert!(report.is_ok(), "{report:#?}");
    for row in expectations() {
        let name = format!("{} {}", row.spec, row.operation.as_str());
        assert!(
            report.checks.iter().any(|check| check.name == name),
            "{name} was not tried"
        );
    }
}

#[tokio::test]
async fn every_throw_away_key_is_scheduled_for_deletion() {
    let world = world().await;

    let report = examine(&world, &SANDBOX).await;

    assert_eq!(report.left.len(), keys_in_aws(&world));
    for key in &report.left {
        assert!(
            key.deletion_date.is_some() && key.problem.is_none(),
            "{key:?}"
        );
    }
}

#[tokio::test]
async fn without_the_sandbox_nothing_is_made() {
    let world = world().await;

    let report = examine(&world, &DoctorRequest::default()).await;

    assert!(report.is_ok(), "{report:#?}");
    assert_eq!(keys_in_aws(&world), 0);
    assert!(report.left.is_empty());
}

#[tokio::test]
async fn the_printed_policy_is_enough_for_the_main_job() {
    let world = world_with(&least_privilege()).await;

    let report = examine(&world, &SANDBOX).await;

    assert!(report.is_ok(), "{report:#?}");
    let found = report.checks.iter().find(|one| one.name == "permissions");
    let found = found.unwrap();
    assert!(found.detail.starts_with("all "), "{found:?}");
}

/// The printed policy without one action.
fn least_privilege_without(missing: &str) -> String {
    let mut policy: Value = serde_json::from_str(&least_privilege()).unwrap();
    for statement in policy["Statement"].as_array_mut().unwrap() {
        if let Some(actions) = statement["Action"].as_array_mut() {
            actions.retain(|action| action != missing);
        }
    }
    policy.to_string()
}

/// What verification misses for the tier full.
async fn missing_with(policy: &str) -> Vec<String> {
    let world = outside_with(policy).start(Fuse::whole(), 0);
    let request = LinkRequest {
        link: world.link(),
        regions: vec![World::region()],
        tier: Tier::Full,
    };
    let verified = world.app.connections.verify(&world.actor, &request).await;
    let verified = verified.expect("the account answers");
    assert_eq!(verified.actions_unchecked, None);
    verified.missing_actions
}

#[tokio::test]
async fn verification_misses_nothing_in_the_printed_policy_and_exactly_what_is_taken_from_it() {
    assert_eq!(missing_with(&least_privilege()).await, Vec::<String>::new());
    // Without the right to ask, nothing is checked at all. Either of the two ways to list Regions is enough.
    let asking = "iam:SimulatePrincipalPolicy";
    let either = ["account:ListRegions", "ec2:DescribeRegions"];
    for action in either {
        let missing = missing_with(&least_privilege_without(action)).await;

        assert_eq!(missing, Vec::<String>::new(), "{action}");
    }
    for action in actions_of(Tier::Full)
        .iter()
        .filter(|action| *action != asking && !either.contains(&action.as_str()))
    {
        let missing = missing_with(&least_privilege_without(action)).await;

        assert_eq!(missing, std::slice::from_ref(action));
    }
}

#[tokio::test]
async fn a_missing_right_is_found_and_the_rest_is_still_cleaned_up() {
    let world = world_with(&least_privilege_without("kms:RotateKeyOnDemand")).await;

    let report = examine(&world, &SANDBOX).await;

    let found = failed(&report);
    assert!(found.contains(&"permissions"), "{report:#?}");
    assert!(found.contains(&"AES-256 rotate in place"), "{report:#?}");
    assert!(!found.contains(&"clean-up"), "{report:#?}");
    assert!(report.left.iter().all(|key| key.deletion_date.is_some()));
}

#[tokio::test]
async fn the_sandbox_is_refused_where_its_keys_could_not_be_removed() {
    let world = world().await;
    let lower = UpdateConnection {
        tier: Some(Tier::Import),
        ..UpdateConnection::default()
    };
    world
        .app
        .connections
        .update(&world.actor, "aws", lower)
        .await
        .unwrap();

    let refused = world
        .app
        .doctor
        .examine(&world.actor, "aws", &SANDBOX)
        .await;

    assert_eq!(refused.unwrap_err().code(), "request.invalid");
}

#[tokio::test]
async fn a_lost_access_key_is_a_finding_and_no_error() {
    let world = world().await;
    let id = &world.outside.access_key.0;
    let now = world.outside.clock_now();
    let input = json!({ "UserName": "keyferry", "AccessKeyId": id });
    let root = Caller::root(ACCOUNT);
    let (iam, operation) = (kms_sim::Service::Iam, "DeleteAccessKey");
    let deleted = world
        .outside
        .sim
        .service(iam, &root, REGION, operation, input, now);
    assert!(deleted.is_ok(), "{deleted:?}");

    let report = examine(&world, &SANDBOX).await;

    assert_eq!(failed(&report), ["identity", "sandbox"]);
}
