//! Whole accounts: what others changed is told, mended where that is allowed, and found where nobody knew of it.

use jiff::SignedDuration;
use keyferry_app::keystores::UpdateKeystore;
use keyferry_app::kms_keys::{Mode, Rotate, RotationMethod, UpdateKmsKey};
use keyferry_domain::drift::Severity;
use keyferry_domain::keystore::HealPolicy;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::validity::Validity;
use keyferry_domain::view::Field;
use keyferry_ports::records::{
    Batch, Change, Commits as _, ConfigurationRecords as _, Expect, FleetRecords as _, FoundKey,
    FoundKeyFilter, JobState, Page, Sweep,
};
use keyferry_testkit::world::{ACCOUNT, World};
use kms_sim::{Fault, ScriptedFault};
use serde_json::{Value, json};

use crate::scene::{aws, open_alerts, rights, sync};

async fn world(heal: HealPolicy) -> World {
    let world = World::calm(1);
    world.with_keystore().await.expect("the account answers");
    let change = UpdateKeystore {
        heal: Some(heal),
        ..UpdateKeystore::default()
    };
    let keystores = &world.app.keystores;
    let updated = keystores.update(&world.actor, "store", change).await;
    updated.expect("the keystore takes the policy");
    world
        .succeed(world.create("payments", KeySpec::Aes256).await)
        .await;
    // Our own writes count as seen only after a while.
    world.outside.advance_minutes(20);
    world
}

async fn on_key(world: &World, operation: &str, mut input: Value) -> Value {
    input["KeyId"] = json!(world.arn("payments").await.to_string());
    aws(world, operation, input)
}

async fn state(world: &World) -> Value {
    on_key(world, "DescribeKey", json!({})).await["KeyMetadata"]["KeyState"].clone()
}

async fn codes(world: &World) -> Vec<String> {
    let open = open_alerts(world).await;
    open.into_iter().map(|alert| alert.code).collect()
}

async fn unmanaged(world: &World, with_gone: bool) -> Vec<FoundKey> {
    let filter = FoundKeyFilter {
        with_gone,
        ..FoundKeyFilter::default()
    };
    let page = Page {
        limit: 1_000,
        cursor: None,
    };
    let watch = &world.app.watch;
    let found = watch.unmanaged(&world.actor, &filter, &page).await;
    found.expect("records in memory answer").rows
}

#[tokio::test]
async fn a_key_that_nobody_touched_raises_no_alert() {
    let world = world(HealPolicy::Auto).await;

    sync(&world).await;

    assert_eq!(open_alerts(&world).await, []);
    assert_eq!(unmanaged(&world, true).await, []);
}

#[tokio::test]
async fn a_key_that_others_disabled_is_a_critical_alert_until_it_is_enabled() {
    let world = world(HealPolicy::Alert).await;
    on_key(&world, "DisableKey", json!({})).await;

    sync(&world).await;
    sync(&world).await;

    let open = open_alerts(&world).await;
    assert_eq!(open.len(), 1, "{open:#?}");
    let told = (
        open[0].code.as_str(),
        open[0].severity,
        open[0].name.as_str(),
    );
    assert_eq!(told, ("drift.disabled", Severity::Critical, "payments"));
    assert_eq!(state(&world).await, "Disabled");

    on_key(&world, "EnableKey", json!({})).await;
    sync(&world).await;

    assert_eq!(open_alerts(&world).await, []);
}

#[tokio::test]
async fn with_the_policy_off_nothing_is_said() {
    let world = world(HealPolicy::Off).await;
    on_key(&world, "DisableKey", json!({})).await;

    sync(&world).await;

    assert_eq!(open_alerts(&world).await, []);
    assert_eq!(state(&world).await, "Disabled");
}

#[tokio::test]
async fn with_the_policy_auto_what_others_took_away_comes_back() {
    let world = world(HealPolicy::Auto).await;
    let blob = on_key(&world, "Encrypt", json!({ "Plaintext": "aGVsbG8=" })).await;
    let blob = blob["CiphertextBlob"].clone();
    on_key(&world, "DeleteImportedKeyMaterial", json!({})).await;
    let name = json!({ "AliasName": "alias/payments" });
    aws(&world, "DeleteAlias", name);

    sync(&world).await;

    let plain = aws(&world, "Decrypt", json!({ "CiphertextBlob": blob }));
    assert_eq!(plain["Plaintext"], "aGVsbG8=");
    let by_alias = aws(&world, "DescribeKey", json!({ "KeyId": "alias/payments" }));
    let arn = world.arn("payments").await.to_string();
    assert_eq!(by_alias["KeyMetadata"]["Arn"], arn);
    sync(&world).await;
    assert_eq!(open_alerts(&world).await, []);
}

#[tokio::test]
async fn healing_never_disables_what_others_enabled() {
    let world = world(HealPolicy::Auto).await;
    let kms_keys = &world.app.kms_keys;
    let mode = Mode::default();
    let disabled = kms_keys.disable(&world.actor, "payments", &mode).await;
    world.succeed(disabled).await;
    world.outside.advance_minutes(20);
    on_key(&world, "EnableKey", json!({})).await;

    sync(&world).await;

    assert_eq!(codes(&world).await, ["drift.enabled"]);
    assert_eq!(state(&world).await, "Enabled");
}

#[tokio::test]
async fn a_deletion_that_others_scheduled_is_critical_and_restore_ends_it() {
    let world = world(HealPolicy::Auto).await;
    let days = json!({ "PendingWindowInDays": 7 });
    on_key(&world, "ScheduleKeyDeletion", days).await;

    sync(&world).await;

    assert_eq!(codes(&world).await, ["drift.deletion-scheduled"]);
    let kms_keys = &world.app.kms_keys;
    let mode = Mode::default();
    let restored = kms_keys.restore(&world.actor, "payments", &mode).await;
    world.succeed(restored).await;
    assert_eq!(state(&world).await, "Enabled");
    assert_eq!(open_alerts(&world).await, [], "at once");
    sync(&world).await;
    assert_eq!(open_alerts(&world).await, [], "and for good");
}

#[tokio::test]
async fn a_new_grant_is_told_until_somebody_takes_note() {
    let world = world(HealPolicy::Alert).await;
    sync(&world).await;
    let grant = json!({
        "GranteePrincipal": format!("arn:aws:iam::{ACCOUNT}:role/other"),
        "Operations": ["Decrypt"],
    });
    on_key(&world, "CreateGrant", grant).await;

    sync(&world).await;
    sync(&world).await;

    assert_eq!(codes(&world).await, ["drift.grant"]);
    let id = open_alerts(&world).await[0].id;
    let alerts = &world.app.alerts;
    alerts.acknowledge(&world.actor, id).await.expect("noted");
    sync(&world).await;
    assert_eq!(open_alerts(&world).await, []);
}

/// A grant that somebody here gave to `role`.
async fn grant(world: &World, role: &str) {
    let grant = json!({
        "GranteePrincipal": format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
        "Operations": ["Decrypt"],
    });
    on_key(world, "CreateGrant", grant).await;
}

#[tokio::test]
async fn a_new_grant_is_told_whoever_else_saw_it_first() {
    let world = world(HealPolicy::Alert).await;
    sync(&world).await;
    grant(&world, "one").await;
    let kms_keys = &world.app.kms_keys;

    kms_keys.observe(&world.actor, "payments").await.unwrap();
    let mode = Mode::default();
    let enabled = kms_keys.enable(&world.actor, "payments", &mode).await;
    world.succeed(enabled).await;
    rights(&world, &["kms:ListGrants"]);
    sync(&world).await;
    rights(&world, &[]);
    sync(&world).await;
    grant(&world, "two").await;
    sync(&world).await;

    let open = open_alerts(&world).await;
    assert_eq!(open.len(), 1, "{open:#?}");
    assert_eq!(open[0].code, "drift.grant");
    for role in ["role/one", "role/two"] {
        assert!(open[0].details.contains(role), "{}", open[0].details);
    }
}

#[tokio::test]
async fn whoever_takes_our_sight_away_ends_no_alert() {
    let world = world(HealPolicy::Alert).await;
    let days = json!({ "PendingWindowInDays": 7 });
    on_key(&world, "ScheduleKeyDeletion", days).await;
    sync(&world).await;
    assert_eq!(codes(&world).await, ["drift.deletion-scheduled"]);

    rights(&world, &["kms:DescribeKey"]);
    sync(&world).await;

    let mut both = codes(&world).await;
    both.sort();
    assert_eq!(both, ["drift.deletion-scheduled", "drift.no-access"]);

    rights(&world, &[]);
    sync(&world).await;
    assert_eq!(codes(&world).await, ["drift.deletion-scheduled"]);
}

/// Until its successor has the aliases, the former key is the one in use.
#[tokio::test]
async fn a_key_whose_rotation_hangs_is_watched_all_the_same() {
    let world = world(HealPolicy::Auto).await;
    let arn = world.arn("payments").await.to_string();
    let throttle = ScriptedFault::next("GetParametersForImport", Fault::TimeoutBefore);
    world.outside.sim.add_fault(throttle.times(u32::MAX));
    let rotate = Rotate {
        method: RotationMethod::NewKey(OldKey::Disable),
    };
    let (kms_keys, mode) = (&world.app.kms_keys, Mode::naming("payments"));
    let rotated = kms_keys
        .rotate(&world.actor, "payments", rotate, &mode)
        .await;
    rotated.expect("it begins");
    let days = json!({ "KeyId": arn, "PendingWindowInDays": 7 });
    aws(&world, "ScheduleKeyDeletion", days);

    let watch = &world.app.watch;
    watch.sync(&world.actor, "store").await.expect("it begins");
    let engine = &world.app.engine;
    for _ in 0..20 {
        let next = engine.run_due().await.expect("records in memory answer");
        world.outside.clock.set(next.expect("the rotation is open"));
    }

    assert_eq!(codes(&world).await, ["drift.deletion-scheduled"]);
    assert_eq!(healing_jobs(&world).await, 0);
}

#[tokio::test]
async fn keys_that_nobody_manages_are_found_whatever_their_number_and_told_gone() {
    let world = world(HealPolicy::Alert).await;
    let made: Vec<Value> = (0..250)
        .map(|_| aws(&world, "CreateKey", json!({}))["KeyMetadata"]["Arn"].clone())
        .collect();
    let alias = json!({ "AliasName": "alias/legacy", "TargetKeyId": made[7] });
    aws(&world, "CreateAlias", alias);

    sync(&world).await;

    let found = unmanaged(&world, false).await;
    assert_eq!(found.len(), 250);
    assert!(found.iter().any(|key| key.name == "legacy"));

    let days = json!({ "KeyId": made[7], "PendingWindowInDays": 7 });
    aws(&world, "ScheduleKeyDeletion", days);
    let weeks = SignedDuration::from_hours(24 * 9);
    world.outside.clock.advance(weeks);
    sync(&world).await;

    assert_eq!(unmanaged(&world, false).await.len(), 249);
    let gone: Vec<FoundKey> = unmanaged(&world, true).await;
    let gone: Vec<&FoundKey> = gone.iter().filter(|key| key.is_gone).collect();
    assert_eq!(gone.len(), 1);
    assert_eq!(json!(gone[0].arn.to_string()), made[7]);
}

#[tokio::test]
async fn a_watch_is_begun_once_and_finds_a_drift_within_one_rest() {
    let world = world(HealPolicy::Alert).await;
    let watch = &world.app.watch;
    assert_eq!(watch.ensure().await.expect("it begins"), 1);
    assert_eq!(watch.ensure().await.expect("it begins"), 0);
    let engine = &world.app.engine;
    engine.run_due().await.expect("records in memory answer");
    on_key(&world, "DisableKey", json!({})).await;

    let began = keyferry_ports::clock::Clock::now(&*world.outside.clock);
    while codes(&world).await.is_empty() {
        let next = engine.run_due().await.expect("records in memory answer");
        let next = next.expect("a watch never ends");
        assert!(next <= began + SignedDuration::from_secs(330), "{next}");
        world.outside.clock.set(next);
    }

    assert_eq!(codes(&world).await, ["drift.disabled"]);
}

/// A policy under which we may neither enable the KMS key nor change its policy.
fn closed_policy() -> Value {
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let ours = json!({ "AWS": keyferry_testkit::world::OURS });
    json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Principal": { "AWS": root }, "Action": "kms:*", "Resource": "*" },
            {
                "Effect": "Deny",
                "Principal": ours,
                "Action": ["kms:PutKeyPolicy", "kms:EnableKey"],
                "Resource": "*",
            },
        ],
    })
}

async fn healing_jobs(world: &World) -> usize {
    let jobs = world.jobs().await;
    let is_healing = |one: &&keyferry_app::jobs::JobDetails| one.job.kind == "kms-key.heal";
    jobs.iter().filter(is_healing).count()
}

#[tokio::test]
async fn healing_that_needs_a_person_is_not_begun_again_in_every_pass() {
    let world = world(HealPolicy::Auto).await;
    on_key(&world, "DisableKey", json!({})).await;
    let policy = json!({ "Policy": closed_policy().to_string() });
    on_key(&world, "PutKeyPolicy", policy).await;

    sync(&world).await;
    sync(&world).await;
    sync(&world).await;

    assert_eq!(healing_jobs(&world).await, 1);
    world.outside.advance_minutes(6 * 60);
    sync(&world).await;
    assert_eq!(healing_jobs(&world).await, 2);
}

#[tokio::test]
async fn alerts_end_when_nobody_wants_to_hear_of_them_any_more() {
    let world = world(HealPolicy::Alert).await;
    on_key(&world, "DisableKey", json!({})).await;
    sync(&world).await;
    assert_eq!(codes(&world).await, ["drift.disabled"]);

    let mode = Mode::default();
    let kms_keys = &world.app.kms_keys;
    let released = kms_keys.release(&world.actor, "payments", &mode).await;
    released.expect("a KMS key can be released");
    sync(&world).await;

    assert_eq!(open_alerts(&world).await, []);
}

#[tokio::test]
async fn the_alerts_of_a_forgotten_key_end_with_it() {
    let world = world(HealPolicy::Alert).await;
    on_key(
        &world,
        "ScheduleKeyDeletion",
        json!({ "PendingWindowInDays": 7 }),
    )
    .await;
    world.outside.advance_minutes(8 * 24 * 60);
    sync(&world).await;
    assert_ne!(open_alerts(&world).await, []);

    let (kms_keys, mode) = (&world.app.kms_keys, Mode::default());
    let forgotten = kms_keys.forget(&world.actor, "payments", &mode).await;

    forgotten.expect("it is gone");
    assert_eq!(open_alerts(&world).await, []);
}

#[tokio::test]
async fn what_people_start_is_a_whole_pass_wherever_the_watch_stands() {
    let world = world(HealPolicy::Alert).await;
    sync(&world).await;
    on_key(&world, "DisableKey", json!({})).await;
    let records = &world.outside.records;
    let sweep = records.list_sweeps().await.unwrap().remove(0);
    let expect = Expect::Revision(sweep.revision);
    let nearly_done = Sweep {
        started_at: sweep.finished_at,
        marker: Some("gone ".to_owned()),
        ..sweep
    };
    let batch = Batch::new().with(Change::PutSweep(nearly_done, expect));
    records.commit(batch).await.unwrap();

    sync(&world).await;

    assert_eq!(codes(&world).await, ["drift.disabled"]);
}

#[tokio::test]
async fn asking_again_for_a_look_that_is_under_way_does_not_begin_it_anew() {
    let world = world(HealPolicy::Alert).await;
    let watch = &world.app.watch;

    let first = watch.sync(&world.actor, "store").await.expect("it begins");
    let again = watch.sync(&world.actor, "store").await.expect("it runs");
    world.run().await;
    let later = watch.sync(&world.actor, "store").await.expect("it begins");

    assert_eq!(first.id, again.id);
    assert_ne!(first.id, later.id);
}

#[tokio::test]
async fn keys_that_cannot_be_read_hide_nothing_of_the_others_and_end_no_pass() {
    let world = world(HealPolicy::Alert).await;
    for _ in 0..3 {
        aws(&world, "CreateKey", json!({}));
    }
    let unanswered = ScriptedFault::next("DescribeKey", Fault::LostReply).times(u32::MAX);
    world.outside.sim.add_fault(unanswered);

    sync(&world).await;

    let found = unmanaged(&world, false).await;
    assert_eq!(found.len(), 3);
    assert!(
        found
            .iter()
            .all(|key| key.place.described == Field::Unreadable)
    );
}

#[tokio::test]
async fn what_was_found_once_and_cannot_be_read_now_is_not_gone() {
    let world = world(HealPolicy::Alert).await;
    aws(&world, "CreateKey", json!({}));
    sync(&world).await;
    let before = unmanaged(&world, false).await;
    let unanswered = ScriptedFault::next("DescribeKey", Fault::LostReply).times(u32::MAX);
    world.outside.sim.add_fault(unanswered);

    sync(&world).await;

    let after = unmanaged(&world, true).await;
    assert_eq!(before[0].place, after[0].place);
    assert!(!after[0].is_gone);
}

#[tokio::test]
async fn a_watch_that_a_person_has_to_help_waits_and_no_second_one_is_begun() {
    let world = world(HealPolicy::Alert).await;
    let records = &world.outside.records;
    let mut connection = records.list_connections().await.unwrap().remove(0);
    let expect = Expect::Revision(connection.revision);
    connection.link_mac = keyferry_domain::connection::LinkMac::new(Vec::new());
    let batch = Batch::new().with(Change::PutConnection(connection, expect));
    records.commit(batch).await.unwrap();
    let watch = &world.app.watch;
    assert_eq!(watch.ensure().await.expect("it begins"), 1);

    world.app.engine.run_due().await.expect("records answer");

    assert_eq!(watch.ensure().await.expect("it looks"), 0);
    let jobs = world.jobs().await;
    let is_watch = |one: &&keyferry_app::jobs::JobDetails| one.job.kind == "connection.watch";
    let job = jobs.iter().find(is_watch).expect("the watch is there");
    let note = job.targets[0].0.note.clone().expect("it says why");
    assert_eq!(note.0, "connection.foreign-link");
    assert_ne!(job.job.state, JobState::Stuck);
}

#[tokio::test]
async fn material_whose_validity_goes_beyond_a_year_is_renewed_by_the_watch() {
    let world = world(HealPolicy::Auto).await;
    let now = keyferry_ports::clock::Clock::now(&*world.outside.clock);
    let end = Validity::Until(now + SignedDuration::from_hours(24 * 800));
    let change = UpdateKmsKey {
        stay: Some(end.into()),
        ..UpdateKmsKey::default()
    };
    let kms_keys = &world.app.kms_keys;
    let mode = Mode::default();
    let updated = kms_keys.update(&world.actor, "payments", change, &mode);
    world.succeed(updated.await).await;
    let first = ends(&world).await;
    let weeks = SignedDuration::from_hours(24 * 350);
    world.outside.clock.advance(weeks);

    sync(&world).await;

    let renewed = ends(&world).await;
    assert!(renewed > first + 300.0 * 86_400.0, "{first} {renewed}");
    sync(&world).await;
    assert_eq!(open_alerts(&world).await, []);
}

/// When AWS drops the material, in seconds since 1970.
async fn ends(world: &World) -> f64 {
    let described = on_key(world, "DescribeKey", json!({})).await;
    let valid_to = &described["KeyMetadata"]["ValidTo"];
    valid_to.as_f64().expect("the material expires")
}

#[tokio::test]
async fn a_server_puts_its_accounts_under_watch_as_soon_as_it_runs() {
    let world = world(HealPolicy::Alert).await;

    world.app.watch.run(std::future::ready(())).await;

    let watch = &world.app.watch;
    assert_eq!(watch.ensure().await.expect("it looks"), 0);
}
