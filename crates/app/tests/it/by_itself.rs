//! What a KMS key does by itself once it was changed takes the rights to do it at once, and their consent.

use jiff::SignedDuration;
use keyferry_app::keys::{CreateKey, KeyOptions};
use keyferry_app::keystores::UpdateKeystore;
use keyferry_app::kms_keys::{
    Bulk, BulkOperation, CreateKmsKey, Properties, Selection, Stay, UpdateKmsKey,
};
use keyferry_app::rights::BuiltInRole;
use keyferry_app::{Actor, AppError};
use keyferry_domain::approval::{ApprovalClass, ApprovalRule};
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::schedule::{
    AtBudget, Recurrence, RotationSchedule, ScheduledMethod, SourceRotation,
};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::validity::Validity;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{Batch, Change, Commits as _, Expect};
use keyferry_testkit::world::{World, beginning};

use crate::applications::{give, make_key, person};
use crate::scene::{DRY, MODE, world};

fn code<T>(answer: Result<T, AppError>) -> &'static str {
    answer.err().map_or("ok", |error| error.code())
}

/// Somebody who works with keys, and may neither empty nor delete.
async fn operator(world: &World) -> Actor {
    let olga = person(world, "olga").await;
    give(world, BuiltInRole::Operator, "olga", Some("default")).await;
    olga
}

fn emptying(method: ScheduledMethod) -> RotationSchedule {
    RotationSchedule {
        method,
        old_key: OldKey::Deactivate,
        at_budget: AtBudget::SwitchMethod,
        ..RotationSchedule::new(Recurrence::Every("90d".parse().unwrap()))
    }
}

async fn schedule(world: &World, who: &Actor, rule: RotationSchedule) -> &'static str {
    let choice = RotationChoice::Own(rule);
    let set = world.app.kms_keys.set_rotation(who, "app", choice, None);
    code(set.await)
}

fn in_days(world: &World, days: i64) -> UpdateKmsKey {
    let end = world.outside.clock.now() + SignedDuration::from_hours(24 * days);
    UpdateKmsKey {
        stay: Some(Stay::from(Validity::Until(end))),
        ..UpdateKmsKey::default()
    }
}

#[tokio::test]
async fn g4_a_schedule_that_empties_old_keys_takes_the_right_to_empty_them() {
    let world = world().await;
    let olga = operator(&world).await;
    for method in [ScheduledMethod::NewKey, ScheduledMethod::InPlace] {
        assert_eq!(
            schedule(&world, &olga, emptying(method)).await,
            "access.denied"
        );
    }
    let harmless = RotationSchedule {
        old_key: OldKey::Disable,
        ..emptying(ScheduledMethod::NewKey)
    };
    assert_eq!(schedule(&world, &olga, harmless.clone()).await, "ok");
    let blocks = RotationSchedule {
        at_budget: AtBudget::Block,
        ..emptying(ScheduledMethod::InPlace)
    };
    assert_eq!(
        schedule(&world, &olga, blocks).await,
        "ok",
        "it never makes a new key"
    );
    assert_eq!(
        schedule(&world, &world.actor, emptying(ScheduledMethod::NewKey)).await,
        "ok"
    );

    make_key(&world, "source", KeySpec::Aes256).await;
    let rule = |schedule| SourceRotation {
        schedule,
        with_copies: true,
        deactivate_former: true,
    };
    let keys = &world.app.keys;
    let bad = rule(emptying(ScheduledMethod::NewKey));
    let set = keys.set_rotation(&olga, "source", Some(bad.clone()), None);
    assert_eq!(code(set.await), "access.denied");
    let made = CreateKey {
        rotation: Some(bad),
        ..CreateKey::called("another".parse().unwrap(), KeySpec::Aes256)
    };
    assert_eq!(code(keys.create(&olga, made).await), "access.denied");
    let set = keys.set_rotation(&olga, "source", Some(rule(harmless.clone())), None);
    assert_eq!(code(set.await), "ok");
}

#[tokio::test]
async fn g4_nor_does_a_new_kms_key_or_a_keystore_get_such_a_schedule_without_it() {
    let world = world().await;
    let olga = operator(&world).await;
    let choice = || RotationChoice::Own(emptying(ScheduledMethod::NewKey));
    let create = |who: Actor, name: &'static str| {
        let command = CreateKmsKey {
            keystore: "store".to_owned(),
            name: name.parse().unwrap(),
            spec: None,
            key: KeyOptions::default(),
            properties: Properties {
                rotation: choice(),
                ..Properties::default()
            },
        };
        let kms_keys = &world.app.kms_keys;
        async move { code(kms_keys.create(&who, command, &MODE).await) }
    };
    assert_eq!(create(olga.clone(), "a").await, "access.denied");
    assert_eq!(create(world.actor.clone(), "a").await, "ok");
    let update = async |who: &Actor| {
        let command = UpdateKeystore {
            rotation: Some(choice()),
            ..UpdateKeystore::default()
        };
        code(world.app.keystores.update(who, "store", command).await)
    };
    assert_eq!(update(&olga).await, "access.denied");
    assert_eq!(update(&world.actor).await, "ok");
}

#[tokio::test]
async fn e12_a_nearer_end_takes_the_right_to_remove_the_material() {
    let world = world().await;
    let olga = operator(&world).await;
    let update = async |who: &Actor, days| {
        let kms_keys = &world.app.kms_keys;
        let command = in_days(&world, days);
        let planned = kms_keys.update(who, "app", command.clone(), &DRY).await;
        let done = kms_keys.update(who, "app", command, &MODE).await;
        world.run().await;
        (code(planned), code(done))
    };

    assert_eq!(update(&olga, 100).await, ("access.denied", "access.denied"));
    assert_eq!(update(&world.actor, 100).await, ("ok", "ok"));
    assert_eq!(update(&olga, 200).await, ("ok", "ok"), "later is no loss");
    assert_eq!(update(&olga, 150).await, ("access.denied", "access.denied"));
}

#[tokio::test]
async fn a14_what_happens_by_itself_needs_the_consent_that_it_needs_at_once() {
    let world = world().await;
    let rule = ApprovalRule {
        group: None,
        class: ApprovalClass::Destructive,
        approvers: 1,
        hours: 72,
        changed_at: beginning(),
        revision: 1,
    };
    let batch = Batch::new().with(Change::PutApprovalRule(rule, Expect::New));
    world.outside.records.commit(batch).await.unwrap();

    let ann = &world.actor;
    let set = schedule(&world, ann, emptying(ScheduledMethod::NewKey)).await;
    assert_eq!(set, "approval.needed");
    let kms_keys = &world.app.kms_keys;
    let sooner = kms_keys
        .update(ann, "app", in_days(&world, 10), &MODE)
        .await;
    assert_eq!(code(sooner), "approval.needed");
    let described = UpdateKmsKey {
        description: Some("for invoices".to_owned()),
        ..UpdateKmsKey::default()
    };
    assert_eq!(
        code(kms_keys.update(ann, "app", described, &MODE).await),
        "ok"
    );
    world.run().await;
    let many = Bulk {
        selection: Selection::Chosen(vec!["app".to_owned()]),
        operation: BulkOperation::Update(Box::new(in_days(&world, 10))),
        confirmed_count: None,
    };
    let many = kms_keys.bulk(ann, many, &MODE).await;
    assert_eq!(code(many), "approval.needed");
}
