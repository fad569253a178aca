//! Grants on a KMS key: shown, and taken back (K4).

use keyferry_app::AppError;
use keyferry_app::kms_keys::{Answer, GrantChoice, Mode};
use keyferry_domain::view::{Field, Grant};
use keyferry_testkit::world::{ACCOUNT, World};
use serde_json::json;

use crate::scene::{DRY, MODE, aws, code, planned, world};

fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// Somebody in the account gives a grant. Answers AWS's id of it.
async fn given(world: &World, to: &str) -> String {
    let arn = world.arn("app").await.to_string();
    let grant = json!({ "KeyId": arn, "GranteePrincipal": role(to), "Operations": ["Decrypt"] });
    let answer = aws(world, "CreateGrant", grant);
    answer["GrantId"].as_str().expect("an id").to_owned()
}

async fn revoke(world: &World, choice: GrantChoice, mode: &Mode) -> Result<Answer, AppError> {
    let kms_keys = &world.app.kms_keys;
    kms_keys
        .revoke_grants(&world.actor, "app", choice, mode)
        .await
}

/// Who has a grant, as AWS says.
async fn grantees(world: &World) -> Vec<String> {
    let arn = world.arn("app").await.to_string();
    let listed = aws(world, "ListGrants", json!({ "KeyId": arn }));
    let grants = listed["Grants"].as_array().expect("a list").iter();
    let name = |grant: &serde_json::Value| grant["GranteePrincipal"].as_str().map(str::to_owned);
    grants.filter_map(name).collect()
}

#[tokio::test]
async fn one_grant_is_taken_back_and_the_others_stay() {
    let world = world().await;
    let one = given(&world, "one").await;
    given(&world, "two").await;

    let choice = GrantChoice::These([one].into());
    world.succeed(revoke(&world, choice, &MODE).await).await;

    assert_eq!(grantees(&world).await, [role("two")]);
    let key = world.kms_key("app").await;
    assert!(key.intent.grants_to_revoke.is_empty());
    let kms_keys = &world.app.kms_keys;
    let shown = kms_keys.grants(&world.actor, "app").await.expect("read");
    let shown: Vec<&Grant> = shown.values().filter_map(Field::value).flatten().collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(shown[0].operations, ["Decrypt"]);
}

#[tokio::test]
async fn a_principal_loses_all_its_grants_and_a_dry_run_takes_none() {
    let world = world().await;
    given(&world, "one").await;
    given(&world, "one").await;
    given(&world, "two").await;

    let plan = planned(revoke(&world, GrantChoice::Of(role("one")), &DRY).await);
    assert_eq!(plan, ["RevokeGrant", "RevokeGrant"]);
    assert_eq!(grantees(&world).await.len(), 3);

    let choice = GrantChoice::Of(role("one"));
    world.succeed(revoke(&world, choice, &MODE).await).await;
    assert_eq!(grantees(&world).await, [role("two")]);
}

#[tokio::test]
async fn a_grant_that_aws_does_not_show_is_refused_before_anything_is_sent() {
    let world = world().await;
    given(&world, "one").await;

    let misspelt = GrantChoice::These(["nosuchgrant".to_owned()].into());
    assert_eq!(
        code(revoke(&world, misspelt, &MODE).await),
        "request.invalid"
    );
    let nobody = GrantChoice::Of(role("nobody"));
    assert_eq!(
        code(revoke(&world, nobody, &MODE).await),
        "kms-key.no-grant"
    );

    assert_eq!(grantees(&world).await, [role("one")]);
}

#[tokio::test]
async fn a_grant_is_taken_back_from_a_key_that_is_disabled() {
    let world = world().await;
    given(&world, "one").await;
    let kms_keys = &world.app.kms_keys;
    let disabled = kms_keys.disable(&world.actor, "app", &MODE).await;
    world.succeed(disabled).await;

    let unnamed = code(revoke(&world, GrantChoice::All, &MODE).await);
    assert_eq!(unnamed, "request.name-not-confirmed");
    let named = Mode::naming("app");
    world
        .succeed(revoke(&world, GrantChoice::All, &named).await)
        .await;

    assert_eq!(grantees(&world).await, Vec::<String>::new());
}

#[tokio::test]
async fn where_grants_cannot_be_read_none_is_chosen() {
    let world = world().await;
    given(&world, "one").await;
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Action": "kms:ListGrants", "Resource": "*" },
    ] });
    let sim = &world.outside.sim;
    sim.create_user(ACCOUNT, "keyferry", &[&policy.to_string()])
        .unwrap();

    assert_eq!(
        code(revoke(&world, GrantChoice::All, &MODE).await),
        "request.invalid"
    );
}
