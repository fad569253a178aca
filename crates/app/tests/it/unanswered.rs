//! Requests without an answer, and what is written of every request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyferry_app::kms_keys::Mode;
use keyferry_audit::{Entry, Outcome, Phase};
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::{AuditFilter, AuditRecords as _, Page};
use keyferry_testkit::fuse::{Fuse, Point};
use keyferry_testkit::world::{ACCOUNT, Outside, REGION, World};
use kms_sim::{Caller, Fault, ScriptedFault, SimConfig};
use serde_json::json;

const MODE: Mode = Mode {
    dry_run: false,
    idempotency_key: None,
    confirmed_name: None,
};

async fn world() -> World {
    let world = World::calm(1);
    world.with_keystore().await.expect("the account answers");
    world
        .succeed(world.create("app", KeySpec::Aes256).await)
        .await;
    world
}

async fn state(world: &World) -> String {
    let input = json!({ "KeyId": world.arn("app").await.to_string() });
    let (root, now) = (Caller::root(ACCOUNT), world.outside.clock_now());
    let described = world
        .outside
        .sim
        .kms(&root, REGION, "DescribeKey", input, now)
        .unwrap();
    described["KeyMetadata"]["KeyState"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The first enabling gets no answer and arrives three minutes later; the second succeeds, so that AWS shows what both
/// asked for. Then somebody disables.
#[tokio::test]
async fn a_disabling_is_not_final_while_an_earlier_enabling_may_still_arrive() {
    let world = world().await;
    let keys = &world.app.kms_keys;
    world
        .succeed(keys.disable(&world.actor, "app", &MODE).await)
        .await;
    let after = 3 * 60 * 1_000_000;
    world.outside.sim.add_fault(ScriptedFault::next(
        "EnableKey",
        Fault::DelayedEffect { after },
    ));
    world
        .succeed(keys.enable(&world.actor, "app", &MODE).await)
        .await;

    world
        .succeed(keys.disable(&world.actor, "app", &MODE).await)
        .await;

    world.outside.advance_minutes(30);
    assert_eq!(state(&world).await, "Disabled");
}

#[tokio::test]
async fn every_attempt_stands_in_the_log_before_and_after_it_was_sent() {
    let world = world().await;
    let page = Page {
        limit: 1_000,
        cursor: None,
    };
    let listed = world
        .app
        .audits
        .list(&world.actor, &AuditFilter::default(), &page)
        .await
        .unwrap();
    let mut phases: BTreeMap<String, Vec<Phase>> = BTreeMap::new();
    for row in listed.rows.into_iter().rev() {
        if row.entry.aws_operation.is_some() {
            let attempt = row.entry.attempt_id.unwrap_or_default();
            phases.entry(attempt).or_default().push(row.entry.phase);
        }
    }

    let sent: usize = world.jobs().await[0].targets[0].1.len();
    assert_eq!(phases.len(), sent);
    for (attempt, phases) in phases {
        let both = [Phase::Intent, Phase::Outcome(Outcome::Ok)];
        assert_eq!(phases, both, "{attempt}");
    }
}

/// The process dies with AWS's answer in its hand; the next one finds the attempt without an outcome.
#[tokio::test]
async fn an_outcome_that_a_crash_swallowed_is_told_of_the_same_object_as_its_intent() {
    let outside = Outside::new(1, SimConfig::default());
    let first = outside.start(Fuse::whole(), 0);
    first.with_keystore().await.unwrap();
    let asked = first.create("app", KeySpec::Aes256).await;
    assert!(asked.is_ok());
    drop(first);
    for at in 0.. {
        let fuse = Fuse::crash_at(at);
        let dying = outside.start(Arc::clone(&fuse), 1 + at as u64);
        tokio::select! {
            biased;
            () = fuse.burnt() => {}
            () = dying.run() => panic!("no call was answered"),
        }
        if fuse.passed().last() == Some(&Point::AfterCall) {
            break;
        }
    }

    let world = outside.start(Fuse::whole(), 99);
    world.run().await;

    let mut objects: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in outside.records.list_leaves(0, 1_000).await.unwrap() {
        let entry = Entry::from_leaf_bytes(&record.leaf.bytes).unwrap();
        if let Some(attempt) = entry.attempt_id {
            objects.entry(attempt).or_default().insert(entry.object.id);
        }
    }
    let key = world.kms_key("app").await.id.to_string();
    assert!(objects.len() > 1);
    for (attempt, told) in objects {
        assert_eq!(told, BTreeSet::from([key.clone()]), "{attempt}");
    }
}

#[tokio::test]
async fn a_verification_of_a_stored_connection_stands_in_the_log() {
    let world = world().await;
    let count = async || world.app.audits.size(&world.actor).await.unwrap();
    let before = count().await;

    world
        .app
        .connections
        .test(&world.actor, "aws")
        .await
        .unwrap();

    assert_eq!(count().await, before + 1);
}
