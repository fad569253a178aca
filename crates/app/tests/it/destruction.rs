//! Destroying versions: late, cancellable, and never while a KMS key may need them.

use std::sync::Arc;

use jiff::SignedDuration;
use keyferry_app::keys::UpdateKey;
use keyferry_app::kms_keys::{Mode, Properties, UploadKey};
use keyferry_app::{Actor, AppError};
use keyferry_domain::intent::WantedVersion;
use keyferry_domain::key::KeyVersion;
use keyferry_domain::life::Life;
use keyferry_domain::material::VersionIdentity;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::validity::Validity;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{
    AuditFilter, AuditRecords as _, Batch, Change, Commits as _, Expect, KeyRecords as _, Page,
};
use keyferry_testkit::clock::VirtualClock;
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::sim_aws::{Mistake, SimAws};
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

/// What a running server does from time to time.
async fn look(world: &World) -> usize {
    world.app.scheduler.destroy_due().await.unwrap()
}

/// Lets days pass on a running server; answers how many versions were destroyed.
pub(crate) async fn after_days(world: &World, days: i64) -> usize {
    let mut destroyed = look(world).await;
    for _ in 0..days {
        advance_hours(world, 24);
        destroyed += look(world).await;
    }
    destroyed
}

/// Codes and details of open alerts about destructions, by code.
async fn told(world: &World) -> Vec<(String, String)> {
    let alerts = open_alerts(world).await.into_iter();
    let is_ours = |alert: &keyferry_ports::records::Alert| alert.code.contains("destruction");
    let mut told: Vec<_> = alerts
        .filter(is_ours)
        .map(|alert| (alert.code, alert.details))
        .collect();
    told.sort();
    told
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
async fn h7_a_version_is_destroyed_30_days_later_at_the_earliest_and_its_public_facts_stay() {
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
    assert_eq!(told(&world).await, []);
    assert_eq!(after_days(&world, 1).await, 0);
    let near = told(&world).await;
    assert_eq!(near[0].0, "schedule.destruction-near", "{near:?}");
    assert!(near[0].1.contains("cancel-destruction spare 1"), "{near:?}");
    advance_hours(&world, 23);
    assert_eq!(look(&world).await, 0);
    advance_hours(&world, 1);
    assert_eq!(look(&world).await, 1);
    assert_eq!(told(&world).await, []);
    let destroyed = version(&world, "spare", FIRST).await;
    assert_eq!(destroyed.state, VersionState::Destroyed);
    assert_eq!((&destroyed.sealed, destroyed.destroy_due), (&None, None));
    assert_eq!(destroyed.destroyed_at(), Some(destroyed.state_since));
    assert_eq!(destroyed.fingerprint, before.fingerprint);
    assert_eq!(destroyed.created_at, before.created_at);
    assert_eq!(after_days(&world, 400).await, 0, "it is done once");
    let log = entries(&world, "key.destroy-version").await;
    assert_eq!(log.len(), 3, "{log:?}");
    assert!(log[0].contains("key/spare") && log[2].contains("user/"));
    assert!(log[1].contains("announced"), "{log:?}");
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
    let planned = keys.cancel_destruction(&world.actor, "kept", FIRST, true);
    assert_eq!(planned.await.unwrap().versions[0].destroy_due, None);
    assert!(version(&world, "kept", FIRST).await.destroy_due.is_some());
    for _ in 0..2 {
        let cancelled = keys.cancel_destruction(&world.actor, "kept", FIRST, false);
        assert_eq!(cancelled.await.unwrap().versions[0].destroy_due, None);
    }

    look(&world).await;
    advance_hours(&world, 400 * 24);
    assert_eq!(after_days(&world, 30).await, 0);
    assert_eq!(after_days(&world, 2).await, 1);

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
    let base = world().await;
    idle_key(&base, "spare").await;
    destroy(&base, "spare", None, &Mode::naming("spare")).await;
    assert_eq!(after_days(&base, 30).await, 0);
    advance_hours(&base, 24);
    let mut held = 0;
    for at in 0.. {
        let records = Arc::new(base.outside.records.fork());
        let outside = base
            .outside
            .copy_with(Arc::clone(&base.outside.sim), records, 7);
        let fuse = Fuse::hold_at(at);
        let (slow, quick) = (
            outside.start(Arc::clone(&fuse), 0),
            outside.start(Fuse::whole(), 1),
        );
        let mut destroying = Box::pin(slow.app.scheduler.destroy_due());
        let ended = tokio::select! {
            biased;
            () = fuse.burnt() => None,
            done = &mut destroying => Some(done.unwrap()),
        };
        let other = look(&quick).await;
        fuse.release();
        let is_held = ended.is_none();
        let own = match ended {
            Some(done) => done,
            None => destroying.await.unwrap(),
        };
        assert_eq!(own + other, 1, "held at point {at}");
        assert_eq!(entries(&quick, "key.destroy-version").await.len(), 3);
        if !is_held {
            break;
        }
        held += 1;
    }
    assert!(held >= 4, "between reading and committing too, but {held}");
}

#[tokio::test]
async fn h7_a_version_stays_while_a_kms_key_may_need_it_until_its_deletion_is_proved() {
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

    assert_eq!(after_days(&world, 31).await, 1);
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
    after_days(&world, 30).await;
    let spare = version(&world, "spare", FIRST).await;
    let (second, third) = (FIRST.next(), FIRST.next().next());
    let mut holder = world.kms_key("app").await;
    holder.source = Some(spare.identity.key);
    holder.intent.current = Some(second);
    holder.intent.versions = vec![WantedVersion {
        number: third,
        validity: Validity::Permanent,
    }];
    let doomed = |version| KeyVersion {
        destroy_due: Some(world.outside.clock.now()),
        identity: VersionIdentity {
            version,
            ..spare.identity.clone()
        },
        ..spare.clone()
    };
    let expect = Expect::Revision(holder.revision);
    let batch = Batch::new()
        .with(Change::PutKmsKey(holder, expect))
        .with(Change::InsertVersion(doomed(second)))
        .with(Change::InsertVersion(doomed(third)));
    world.outside.records.commit(batch).await.unwrap();
    let doomed = doomed(second);

    assert_eq!(after_days(&world, 1).await, 0);

    let later = version(&world, "spare", second).await;
    assert_eq!(later.sealed, doomed.sealed);
    assert!(later.destroy_due > doomed.destroy_due);
    let both = told(&world).await;
    assert_eq!(both.len(), 1, "{both:?}");
    assert_eq!(both[0].0, "schedule.destruction-refused");
    assert!(both[0].1.contains("key.version-held"), "{both:?}");
    for number in [second, third] {
        assert!(
            both[0].1.contains(&format!("version {number}:")),
            "{both:?}"
        );
    }
    let keys = &world.app.keys;
    let cancelled = keys.cancel_destruction(&world.actor, "spare", second, false);
    cancelled.await.unwrap();
    let other = told(&world).await;
    assert_eq!(other.len(), 1, "the other version is still refused");
    assert!(!other[0].1.contains("version 2:") && other[0].1.contains("version 3:"));
    let cancelled = keys.cancel_destruction(&world.actor, "spare", third, false);
    cancelled.await.unwrap();
    assert_eq!(told(&world).await, []);
}

#[tokio::test]
async fn nothing_is_made_of_a_version_that_is_destroyed() {
    let world = world().await;
    idle_key(&world, "spare").await;
    destroy(&world, "spare", None, &Mode::naming("spare")).await;
    assert_eq!(after_days(&world, 31).await, 1);
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
        confirmed_name: Some(key.to_owned()),
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
    look(&world).await;
    let shared = version(&world, "app", FIRST).await;
    assert_eq!(
        (shared.state, shared.destroy_due),
        (VersionState::Active, None),
        "the copy still needs it"
    );
    bury(&world, "copy").await;
    look(&world).await;

    let scheduled = version(&world, "app", FIRST).await;
    assert_eq!(scheduled.state, VersionState::Deactivated);
    assert!(scheduled.destroy_due.is_some());
    let told_then = told(&world).await;
    assert_eq!(told_then.len(), 1, "{told_then:?}");
    assert_eq!(told_then[0].0, "schedule.destruction-scheduled");
    assert!(told_then[0].1.contains("cancel-destruction app 1"));
    advance_hours(&world, 2);
    look(&world).await;
    assert_eq!(version(&world, "app", FIRST).await, scheduled);
    assert_eq!(told(&world).await, told_then);
    assert_eq!(after_days(&world, 29).await, 0);
    assert_eq!(after_days(&world, 2).await, 1);
    assert_eq!(told(&world).await, []);
    let log = entries(&world, "key.destroy-version").await;
    assert_eq!(log.len(), 3, "{log:?}");
    assert!(log[2].contains("key/app") && log[2].contains("deleted_kms_key"));
}

#[tokio::test]
async fn h7_a_key_keeps_its_versions_after_the_deletion_of_its_kms_keys_unless_it_says_otherwise() {
    let world = world().await;
    bury(&world, "app").await;
    let kept = version(&world, "app", FIRST).await;
    assert_eq!((kept.state, kept.destroy_due), (VersionState::Active, None));
    look(&world).await;
    assert_eq!(version(&world, "app", FIRST).await, kept);
    opt_in(&world, "app").await;
    advance_hours(&world, 2);
    look(&world).await;
    assert!(version(&world, "app", FIRST).await.destroy_due.is_some());

    let keys = &world.app.keys;
    let cancelled = keys.cancel_destruction(&world.actor, "app", FIRST, false);
    assert!(!cancelled.await.unwrap().key.destroy_after_deletion);
    assert_eq!(told(&world).await, []);
    advance_hours(&world, 2);
    look(&world).await;

    assert_eq!(version(&world, "app", FIRST).await.destroy_due, None);
    assert_eq!(after_days(&world, 400).await, 0);
}

#[tokio::test]
async fn a_destruction_survives_a_crash_at_every_point() {
    let base = world().await;
    idle_key(&base, "spare").await;
    destroy(&base, "spare", None, &Mode::naming("spare")).await;
    after_days(&base, 29).await;
    // First the look that announces it, then the one that destroys.
    for phase in 0..2 {
        advance_hours(&base, 24);
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
            let is_announced = is_destroyed || found.destroy_announced.is_some();
            assert_eq!(found.sealed.is_none(), is_destroyed, "at point {at}");
            assert!(phase == 1 || !is_destroyed, "not before it is announced");
            let entries_now = entries(&between, "key.destroy-version").await.len();
            let steps = usize::from(is_announced) + usize::from(is_destroyed);
            assert_eq!(entries_now, 1 + steps, "at point {at}");
            let is_near = told(&between).await.len() == 1;
            assert_eq!(is_near, is_announced && !is_destroyed, "at point {at}");
            after_days(&between, 1).await;
            let end = version(&between, "spare", FIRST).await;
            assert_eq!(end.state, VersionState::Destroyed);
            assert_eq!(entries(&between, "key.destroy-version").await.len(), 3);
            if is_whole {
                break;
            }
            crashes += 1;
        }
        assert!(crashes >= 2, "before and after the commit, but {crashes}");
        look(&base).await;
    }
}

#[tokio::test]
async fn h7_a_server_that_is_restored_destroys_nothing_while_it_is_sealed_nor_at_once_after() {
    let world = world().await;
    for name in ["spare", "kept"] {
        idle_key(&world, name).await;
        destroy(&world, name, None, &Mode::naming(name)).await;
    }
    look(&world).await;
    let scheduled = version(&world, "spare", FIRST).await;
    advance_hours(&world, 40 * 24);

    let sealed = world.outside.start_sealed(5);
    assert_eq!(after_days(&sealed, 3).await, 0);

    assert_eq!(version(&sealed, "spare", FIRST).await, scheduled);
    let keys = &sealed.app.keys;
    let cancelled = keys.cancel_destruction(&sealed.actor, "kept", FIRST, false);
    assert_eq!(cancelled.await.unwrap().versions[0].destroy_due, None);
    let open = world.outside.start(Fuse::whole(), 6);
    assert_eq!(after_days(&open, 29).await, 0);
    let refused = told(&open).await;
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].0, "schedule.destruction-refused");
    assert!(refused[0].1.contains("old backup"), "{refused:?}");
    assert_eq!(version(&open, "spare", FIRST).await, scheduled);
    assert_eq!(after_days(&open, 1).await, 0);
    assert_eq!(told(&open).await[0].0, "schedule.destruction-near");
    assert_eq!(after_days(&open, 1).await, 1);
    assert!(version(&open, "kept", FIRST).await.sealed.is_some());
}

#[tokio::test]
async fn h7_a_clock_that_jumps_by_a_year_destroys_nothing_for_30_days() {
    let world = world().await;
    idle_key(&world, "spare").await;
    destroy(&world, "spare", Some(60), &Mode::naming("spare")).await;
    assert_eq!(after_days(&world, 31).await, 0);

    advance_hours(&world, 365 * 24);

    assert_eq!(after_days(&world, 29).await, 0);
    let found = version(&world, "spare", FIRST).await;
    assert!(found.sealed.is_some() && found.destroy_announced.is_none());
    assert_eq!(told(&world).await[0].0, "schedule.destruction-refused");
}

#[tokio::test]
async fn h7_an_announcement_from_before_a_pause_does_not_count() {
    let world = world().await;
    idle_key(&world, "spare").await;
    destroy(&world, "spare", None, &Mode::naming("spare")).await;
    assert_eq!(after_days(&world, 30).await, 0);
    let announced = version(&world, "spare", FIRST).await.destroy_announced;
    assert!(announced.is_some());

    advance_hours(&world, 5 * 24);

    assert_eq!(after_days(&world, 5).await, 0);
    let again = version(&world, "spare", FIRST).await.destroy_announced;
    assert!(again > announced, "it is announced anew");
    assert_eq!(after_days(&world, 1).await, 1);
}

#[tokio::test]
async fn h7_a_server_whose_clock_differs_from_the_clock_of_aws_destroys_nothing() {
    let world = world().await;
    idle_key(&world, "spare").await;
    destroy(&world, "spare", None, &Mode::naming("spare")).await;
    assert_eq!(after_days(&world, 30).await, 0);
    advance_hours(&world, 24);
    let outside = &world.outside;
    let own = outside.clock.now() + SignedDuration::from_mins(10);
    let own = Arc::new(VirtualClock::auto(own));
    let sim = Arc::clone(&outside.sim);
    let aws = SimAws::new(sim, outside.clock.clone(), Mistake::None).seen_by(own.clone());
    let off = outside.start_on(Arc::new(aws), own, Fuse::whole(), 3);
    let seen = off.app.kms_keys.observe(&off.actor, "app").await;
    seen.expect("what is read is signed with the time of AWS");

    assert_eq!(look(&off).await, 0);

    let refused = told(&off).await;
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused[1].1.contains("off AWS's"), "{refused:?}");
    assert_eq!(look(&world).await, 1, "the other server's clock is right");
}

#[tokio::test]
async fn h7_only_what_aws_took_in_of_a_symmetric_key_goes_by_itself() {
    let world = world().await;
    let keys = &world.app.keys;
    keys.new_version(&world.actor, "app").await.unwrap();
    world
        .succeed(world.create("signs", KeySpec::EcP256).await)
        .await;
    for name in ["app", "signs"] {
        opt_in(&world, name).await;
        bury(&world, name).await;
    }
    let mut wished = world.kms_key("app").await;
    wished.intent.current = Some(FIRST.next());
    let expect = Expect::Revision(wished.revision);
    let batch = Batch::new().with(Change::PutKmsKey(wished, expect));
    world.outside.records.commit(batch).await.unwrap();

    look(&world).await;

    assert!(version(&world, "app", FIRST).await.destroy_due.is_some());
    for (name, number) in [("app", FIRST.next()), ("signs", FIRST)] {
        let kept = version(&world, name, number).await;
        assert_eq!((kept.state, kept.destroy_due), (VersionState::Active, None));
    }
}

#[tokio::test]
async fn h7_a_key_that_shall_lose_its_versions_after_deletion_wants_its_name_typed() {
    let world = world().await;
    let keys = &world.app.keys;
    let wish = |name: Option<&str>, is_on| UpdateKey {
        destroy_after_deletion: Some(is_on),
        confirmed_name: name.map(str::to_owned),
        ..UpdateKey::default()
    };
    for wrong in [None, Some("other")] {
        let refused = keys.update(&world.actor, "app", wish(wrong, true)).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.code(), "request.name-not-confirmed");
        assert!(refused.to_string().ends_with("the name of the key"));
    }

    opt_in(&world, "app").await;

    let again = keys.update(&world.actor, "app", wish(None, true)).await;
    again.expect("it is on already");
    let off = keys.update(&world.actor, "app", wish(None, false)).await;
    assert!(!off.unwrap().key.destroy_after_deletion);
}

#[tokio::test]
async fn what_helps_against_a_refused_destruction_is_what_the_refusal_is_about() {
    let world = world().await;
    idle_key(&world, "spare").await;
    let named = Mode::naming("spare");
    let keys = &world.app.keys;
    let long = keys.destroy_version(&world.actor, "spare", FIRST, Some(4_000), &named);
    assert!(long.await.unwrap_err().hint().contains("30 to 3,650"));
    destroy(&world, "spare", None, &named).await;
    assert_eq!(after_days(&world, 31).await, 1);

    let gone = keys.destroy_version(&world.actor, "spare", FIRST, None, &named);

    assert!(gone.await.unwrap_err().hint().contains("gone already"));
}
