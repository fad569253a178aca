//! Short ways to a world with a KMS key, and to what AWS says of it.

use keyferry_app::AppError;
use keyferry_app::kms_keys::{Answer, Mode};
use keyferry_domain::spec::KeySpec;
use keyferry_testkit::world::World;
use serde_json::{Value, json};

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
