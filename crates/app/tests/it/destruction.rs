//! Destroying versions: late, cancellable, and never while a KMS key may need them.

use std::sync::Arc;

use keyferry_app::keys::UpdateKey;
use keyferry_app::kms_keys::{Mode, Properties, UploadKey};
use keyferry_app::{Actor, AppError};
use keyferry_domain::key::KeyVersion;
use keyferry_domain::life::Life;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{
    AuditFilter, AuditRecords as _, Batch, Change, Commits as _, Expect, KeyRecords as _, Page,
};
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::{World, open_vault};

use crate::key_import::new_key;
use crate::scene::{DRY, MODE, advance_hours, open_alerts, sync, world};

const FIRST: VersionNumber = VersionNumber::FIRST;

async fn version(world: &World, key: &str, number: VersionNumber) -> KeyVersion {
    let found = world.app.keys.show(&world.actor, key).await.unwrap();
    let is_it = |version: &KeyVersion| version.identity.version == number;
    found.versions.into_iter().find(is_it).unwrap()
}

/// A key that nothing holds, with its first version deactivated.
async fn idle_key(world: &World, name: &str) {
    let keys = &world.app.keys;
    keys.create(&world.actor, new_key(name)).await.unwrap();
    keys.deactivate_version(&world.actor, name, FIRST)
        .await
        .unwrap();
}

async fn destroy(world: &World, key: &str, days: Option<u32>, mode: &Mode) -> &'static str {
    let keys = &world.app.keys;
    let done = keys
        .destroy_version(&world.actor, key, FIRST, days, mode)
        .await;
    done.map_or_else(|error| error.code(), |_| "scheduled")
}

async fn after_days(world: &World, days: i64) -> usize {
    advance_hours(world, days * 24);
    world.app.scheduler.destroy_due().await.unwrap()
}

async fn entries(world: &World, action: &str) -> Vec<String> {
    let filter = AuditFilter {
        action: Some(action.to_owned()),
        ..AuditFilter::default()
    };
    let page = Page::default();
    let found = world.outside.records.find_leaves(&filter, &page);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let rows = found.await.unwrap().rows;
    rows.into_iter().map(|row| text(row.leaf.bytes)).collect()
}

#[tokio::test]
async fn f24_a_version_is_destroyed_30_days_later_at_the_earliest_and_its_public_facts_stay() {
    let world = world().await;
    let named = Mode::naming("spare");
    let keys = &world.app.keys;
    keys.create(&world.actor, new_key("spare")).await.unwrap();
    assert_eq!(
        destroy(&world, "spare", None, &named).await,
        "key.version-state"
    );
    keys.deactivate_version(&world.actor, "spare", FIRST)
        .await
        .unwrap();
    for days in [0, 29, 3_651] {
        let refused = destroy(&world, "spare", Some(days), &named).await;
        assert_eq!(refused, "key.destruction-delay");
    }
    for wrong in [MODE, Mode::naming("app")] {
        let refused = destroy(&world, "spare", None, &wrong).await;
        assert_eq!(refused, "request.name-not-confirmed");
    }
    let before = version(&world, "spare", FIRST).await;
    assert_eq!(destroy(&world, "spare", None, &DRY).await, "scheduled");
    assert_eq!(version(&world, "spare", FIRST).await, before);

    assert_eq!(destroy(&world, "spare", None, &named).await, "scheduled");

    let scheduled = version(&world, "spare", FIRST).await;
    assert_eq!(scheduled.state, VersionState::Deactivated);
    assert!(scheduled.destroy_due.is_some() && scheduled.sealed.is_some());
    assert_eq!(after_days(&world, 29).await, 0);
    assert_eq!(version(&world, "spare", FIRST).await, scheduled);
    assert_eq!(after_days(&world, 1).await, 1);
    let destroyed = version(&world, "spare", FIRST).await;
    assert_eq!(destroyed.state, VersionState::Destroyed);
    assert_eq!((&destroyed.sealed, destroyed.destroy_due), (&None, None));
    assert_eq!(destroyed.destroyed_at(), Some(destroyed.state_since));
    assert_eq!(destroyed.fingerprint, before.fingerprint);
    assert_eq!(destroyed.created_at, before.created_at);
    assert_eq!(after_days(&world, 400).await, 0, "it is done once");
    let log = entries(&world, "key.destroy-version").await;
    assert_eq!(log.len(), 2, "{log:?}");
    assert!(log[0].contains("key/spare") && log[1].contains("user/"));
}

#[tokio::test]
async fn a_destruction_that_was_missed_is_carried_out_once_and_one_that_was_cancelled_never() {
    let world = world().await;
    idle_key(&world, "spare").await;
    idle_key(&world, "kept").await;
    for name in ["spare", "kept"] {
        let scheduled = destroy(&world, name, Some(40), &Mode::naming(name)).await;
        assert_eq!(scheduled, "scheduled");
    }
    let keys = &world.app.keys;
    let look = keys.cancel_destruction(&world.actor, "kept", FIRST, true);
    assert_eq!(look.await.unwrap().versions[0].destroy_due, None);
    assert!(version(&world, "kept", FIRST).await.destroy_due.is_some());
    for _ in 0..2 {
        let cancelled = keys.cancel_destruction(&world.actor, "kept", FIRST, false);
        assert_eq!(cancelled.await.unwrap().versions[0].destroy_due, None);
    }

    assert_eq!(after_days(&world, 400).await, 1);

    assert_eq!(
        version(&world, "kept", FIRST).await.state,
        VersionState::Deactivated
    );
    assert_eq!(entries(&world, "key.cancel-destruction").await.len(), 1);
    let gone = keys.cancel_destruction(&world.actor, "spare", FIRST, false);
    assert_eq!(gone.await.unwrap_err().code(), "key.version-state");
}

#[tokio::test]
async fn of_several_servers_one_destroys() {
    let world = world().await;
    idle_key(&world, "spare").await;
    destroy(&world, "spare", None, &Mode::naming("spare")).await;
    advance_hours(&world, 31 * 24);
    let scheduler = &world.app.scheduler;

    let (one, other) = futures::join!(scheduler.destroy_due(), scheduler.destroy_due());

    assert_eq!(one.unwrap() + other.unwrap(), 1);
    assert_eq!(entries(&world, "key.destroy-version").await.len(), 2);
}

#[tokio::test]
async fn f24_a_version_stays_while_a_kms_key_may_need_it_until_its_deletion_is_proved() {
    let world = world().await;
    let (keys, kms_keys) = (&world.app.keys, &world.app.kms_keys);
    keys.deactivate_version(&world.actor, "app", FIRST)
        .await
        .unwrap();
    let named = Mode::naming("app");
    let refused = keys
        .destroy_version(&world.actor, "app", FIRST, None, &named)
        .await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "key.version-held");
    let arn = world.arn("app").await.to_string();
    assert!(refused.to_string().contains(&arn), "{refused}");
    let emptied = kms_keys
        .remove_from_cloud(&world.actor, "app", &named)
        .await;
    world.succeed(emptied).await;
    assert_eq!(
        destroy(&world, "app", None, &named).await,
        "key.version-held"
    );
    let scheduled = kms_keys
        .schedule_deletion(&world.actor, "app", 7, &named)
        .await;
    world.succeed(scheduled).await;
    let observe = async |hours: i64| {
        advance_hours(&world, hours);
        let found = kms_keys.observe(&world.actor, "app").await.unwrap();
        found.intent.life
    };
    for hours in [0, 8 * 24 + 1, 23] {
        assert_eq!(observe(hours).await, Life::PendingDeletion);
        assert_eq!(
            destroy(&world, "app", None, &named).await,
            "key.version-held"
        );
    }

    assert_eq!(observe(1).await, Life::Deleted);
    assert_eq!(destroy(&world, "app", None, &named).await, "scheduled");

    assert_eq!(after_days(&world, 30).await, 1);
}

#[tokio::test]
async fn what_was_released_or_forgotten_before_its_deletion_was_proved_holds_its_versions() {
    let world = world().await;
    let (keys, kms_keys) = (&world.app.keys, &world.app.kms_keys);
    keys.deactivate_version(&world.actor, "app", FIRST)
        .await
        .unwrap();
    let named = Mode::naming("app");
    let scheduled = kms_keys
        .schedule_deletion(&world.actor, "app", 7, &named)
        .await;
    world.succeed(scheduled).await;
    kms_keys.observe(&world.actor, "app").await.unwrap();
    advance_hours(&world, 8 * 24 + 1);
    kms_keys.observe(&world.actor, "app").await.unwrap();
    kms_keys.release(&world.actor, "app", &MODE).await.unwrap();
    assert_eq!(
        destroy(&world, "app", None, &named).await,
        "key.version-held"
    );

    kms_keys.forget(&world.actor, "app", &MODE).await.unwrap();

    let refused = keys
        .destroy_version(&world.actor, "app", FIRST, None, &named)
        .await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "key.version-held");
    assert!(refused.to_string().contains("forgotten"), "{refused}");
}

#[tokio::test]
async fn a_destruction_that_is_refused_when_due_is_put_off_and_told_until_it_is_cancelled() {
    let world = world().await;
    idle_key(&world, "spare").await;
    let spare = version(&world, "spare", FIRST).await;
    let mut holder = world.kms_key("app").await;
    holder.source = Some(spare.identity.key);
    holder.intent.current = Some(FIRST.next());
    let due = world.outside.clock.now();
    let doomed = KeyVersion {
        destroy_due: Some(due),
        identity: keyferry_domain::material::VersionIdentity {
            version: FIRST.next(),
            ..spare.identity.clone()
        },
        ..spare
    };
    let expect = Expect::Revision(holder.revision);
    let batch = Batch::new()
        .with(Change::PutKmsKey(holder, expect))
        .with(Change::InsertVersion(doomed.clone()));
    world.outside.records.commit(batch).await.unwrap();

    assert_eq!(after_days(&world, 1).await, 0);

    let later = version(&world, "spare", FIRST.next()).await;
    assert_eq!(later.sealed, doomed.sealed);
    assert!(later.destroy_due > doomed.destroy_due);
    let told = open_alerts(&world).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].code, "schedule.destruction-refused");
    assert!(told[0].details.contains("key.version-held"), "{told:?}");
    let keys = &world.app.keys;
    let cancelled = keys.cancel_destruction(&world.actor, "spare", FIRST.next(), false);
    cancelled.await.unwrap();
    assert!(open_alerts(&world).await.is_empty());
}

#[tokio::test]
async fn nothing_is_made_of_a_version_that_is_destroyed() {
    let world = world().await;
    idle_key(&world, "spare").await;
    destroy(&world, "spare", None, &Mode::naming("spare")).await;
    assert_eq!(after_days(&world, 30).await, 1);
    let identity = version(&world, "spare", FIRST).await.identity;

    let records = &world.outside.records;
    let read = keyferry_ports::durable::attest(&**records, &*open_vault(), &identity).await;

    let error = AppError::from(read.unwrap_err());
    assert_eq!(error.code(), "key.version-destroyed");
    let found = records
        .read_back_version(identity.key, FIRST)
        .await
        .unwrap();
    assert_eq!(found.map(|found| found.sealed), Some(None));
    let again = destroy(&world, "spare", None, &Mode::naming("spare")).await;
    assert_eq!(again, "key.version-state");
}

#[tokio::test]
async fn no_schedule_but_a_key_own_one_destroys() {
    let world = world().await;
    idle_key(&world, "spare").await;
    let keystore = Actor::Keystore {
        name: "store".parse().unwrap(),
    };

    let refused = world
        .app
        .keys
        .destroy_version(&keystore, "spare", FIRST, None, &Mode::naming("spare"))
        .await;

    assert_eq!(refused.unwrap_err().code(), "access.denied");
}

async fn upload(world: &World, name: &str) {
    let command = UploadKey {
        keystore: "store".to_owned(),
        key: "app".to_owned(),
        name: Some(name.parse().unwrap()),
        properties: Properties::default(),
    };
    let kms_keys = &world.app.kms_keys;
    let answer = kms_keys.upload(&world.actor, command, &MODE).await;
    world.succeed(answer).await;
}

async fn opt_in(world: &World, key: &str) {
    let command = UpdateKey {
        destroy_after_deletion: Some(true),
        ..UpdateKey::default()
    };
    let keys = &world.app.keys;
    let updated = keys.update(&world.actor, key, command).await.unwrap();
    assert!(updated.key.destroy_after_deletion);
}

/// Deletes a KMS key, and looks until its deletion is proved and cleaned up.
async fn bury(world: &World, name: &str) {
    let kms_keys = &world.app.kms_keys;
    let named = Mode::naming(name);
    let scheduled = kms_keys.schedule_deletion(&world.actor, name, 7, &named);
    world.succeed(scheduled.await).await;
    for hours in [0, 8 * 24 + 1, 25, 1] {
        advance_hours(world, hours);
        sync(world).await;
    }
    let buried = kms_keys.show(&world.actor, name).await.unwrap();
    assert_eq!(buried.intent.life, Life::Deleted);
}

#[tokio::test]
async fn h7_what_aws_has_deleted_is_proved_deleted_and_its_versions_go_where_the_key_says_so() {
    let world = world().await;
    upload(&world, "copy").await;
    opt_in(&world, "app").await;

    bury(&world, "app").await;
    let shared = version(&world, "app", FIRST).await;
    assert_eq!(
        (shared.state, shared.destroy_due),
        (VersionState::Active, None),
        "the copy still needs it"
    );
    bury(&world, "copy").await;

    let scheduled = version(&world, "app", FIRST).await;
    assert_eq!(scheduled.state, VersionState::Deactivated);
    assert!(scheduled.destroy_due.is_some());
    sync(&world).await;
    assert_eq!(version(&world, "app", FIRST).await, scheduled);
    assert_eq!(after_days(&world, 29).await, 0);
    assert_eq!(after_days(&world, 1).await, 1);
    let log = entries(&world, "key.destroy-version").await;
    assert_eq!(log.len(), 2, "{log:?}");
    assert!(log[1].contains("keystore/store") && log[1].contains("deleted_kms_key"));
}

#[tokio::test]
async fn h7_a_key_keeps_its_versions_after_the_deletion_of_its_kms_keys_unless_it_says_otherwise() {
    let world = world().await;
    bury(&world, "app").await;
    let kept = version(&world, "app", FIRST).await;
    assert_eq!((kept.state, kept.destroy_due), (VersionState::Active, None));
    opt_in(&world, "app").await;
    sync(&world).await;
    assert!(version(&world, "app", FIRST).await.destroy_due.is_some());

    let keys = &world.app.keys;
    let cancelled = keys.cancel_destruction(&world.actor, "app", FIRST, false);
    assert!(!cancelled.await.unwrap().key.destroy_after_deletion);
    sync(&world).await;

    assert_eq!(version(&world, "app", FIRST).await.destroy_due, None);
    assert_eq!(after_days(&world, 400).await, 0);
}

#[tokio::test]
async fn a_destruction_survives_a_crash_at_every_point() {
    let base = world().await;
    idle_key(&base, "spare").await;
    destroy(&base, "spare", None, &Mode::naming("spare")).await;
    advance_hours(&base, 31 * 24);
    let mut crashes = 0;
    for at in 0.. {
        let records = Arc::new(base.outside.records.fork());
        let outside = base
            .outside
            .copy_with(Arc::clone(&base.outside.sim), records, 7);
        let fuse = Fuse::crash_at(at);
        let dying = outside.start(Arc::clone(&fuse), 0);
        let is_whole = tokio::select! {
            biased;
            () = fuse.burnt() => false,
            done = dying.app.scheduler.destroy_due() => { done.unwrap(); true }
        };
        drop(dying);
        let between = outside.start(Fuse::whole(), 1);
        let found = version(&between, "spare", FIRST).await;
        let is_destroyed = found.state == VersionState::Destroyed;
        assert_eq!(found.sealed.is_none(), is_destroyed, "at point {at}");
        let told = entries(&between, "key.destroy-version").await.len();
        assert_eq!(told, 1 + usize::from(is_destroyed), "at point {at}");
        between.app.scheduler.destroy_due().await.unwrap();
        let end = version(&between, "spare", FIRST).await;
        assert_eq!(end.state, VersionState::Destroyed);
        assert_eq!(entries(&between, "key.destroy-version").await.len(), 2);
        if is_whole {
            break;
        }
        crashes += 1;
    }
    assert!(crashes >= 2, "before and after the commit, but {crashes}");
}
