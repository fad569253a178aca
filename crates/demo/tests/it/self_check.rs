//! The whole main job, and checks that must notice when something is wrong.

use keyferry_demo::checks::audit::{is_complete, leaves};
use keyferry_demo::checks::{CHECKS, material};
use keyferry_demo::{KEYFERRY_USER, PRODUCTION, REGIONS, Rig, self_check};
use kms_sim::Caller;
use serde_json::json;

const OURS: &str = "arn:aws:iam::111122223333:user/keyferry";

/// The names are a promise to scripts.
const NAMES: [&str; 21] = [
    "connection-verified",
    "bad-secret-refused",
    "aes-imported",
    "hmac-imported-and-mac-equal",
    "rsa-public-key-equal",
    "ecc-public-key-equal",
    "removed-then-reimported-decrypts",
    "wrong-material-refused",
    "rotate-new-key-moves-alias",
    "rotate-in-place-keeps-id-and-decrypts",
    "deactivate-activate",
    "schedule-cancel-deletion",
    "adopt-filled-key",
    "crash-after-create-key-leaves-one-key",
    "lost-answer-leaves-one-key",
    "drift-healed",
    "foreign-deletion-restored",
    "multi-region-replica-filled",
    "multi-region-in-place-rotation",
    "schedule-rotates",
    "audit-complete",
];

/// Runs one check by its name.
async fn run(rig: &mut Rig, name: &str) -> Result<String, String> {
    let check = CHECKS.iter().find(|check| check.name == name).unwrap();
    (check.run)(rig).await.map_err(|why| why.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_check_of_the_main_job_is_well() {
    let mut told = Vec::new();

    let report = self_check(|check| told.push(check.name)).await;

    let failed: Vec<_> = report.checks.iter().filter(|check| !check.ok).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(report.ok);
    assert_eq!(told, NAMES);
    let shown = serde_json::to_value(&report).unwrap();
    assert_eq!(shown["checks"][0]["name"], "connection-verified");
    assert_eq!(shown["checks"][0]["ok"], true);
    assert!(shown["checks"][0]["detail"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_fails_where_aws_does_not_let_it_and_says_why_and_the_next_goes_on() {
    let mut rig = Rig::start().await.unwrap();
    rig.simulator().configure(|aws| aws.keys_per_region = 0);

    let refused = run(&mut rig, "aes-imported").await.unwrap_err();
    rig.simulator().configure(|aws| aws.keys_per_region = 100);
    let next = run(&mut rig, "ecc-public-key-equal").await;

    assert!(refused.contains("limit-exceeded"), "{refused}");
    assert!(next.is_ok(), "{next:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_key_that_somebody_deletes_is_noticed() {
    let mut rig = Rig::start().await.unwrap();
    run(&mut rig, "aes-imported").await.unwrap();
    let key = rig
        .app()
        .kms_keys
        .show(rig.actor(), "check-aes")
        .await
        .unwrap();
    material::aes_is_imported(&rig, &key).unwrap();

    let hand = rig.simulator().foreign_hand(PRODUCTION, REGIONS[0]);
    let arn = key.arn.clone().unwrap().to_string();
    hand.schedule_deletion(&arn, 7, rig.clock().micros())
        .unwrap();

    let why = material::aes_is_imported(&rig, &key)
        .unwrap_err()
        .to_string();
    assert!(why.contains("PendingDeletion"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_tampered_with_is_not_complete() {
    let mut rig = Rig::start().await.unwrap();
    run(&mut rig, "aes-imported").await.unwrap();
    let journal = rig.simulator().journal();
    let whole = leaves(&rig).await.unwrap();
    is_complete(&whole, &journal, OURS).unwrap();

    let mut altered = whole.clone();
    let bytes = String::from_utf8(altered[3].leaf.bytes.clone()).unwrap();
    altered[3].leaf.bytes = bytes.replace("check", "nobod").into_bytes();
    assert_ne!(altered[3], whole[3]);
    let mut cut = whole.clone();
    cut.remove(3);
    // Whoever cuts the end of the log leaves a tree that fits: the effects tell.
    let outcome = whole
        .iter()
        .rposition(|record| {
            String::from_utf8_lossy(&record.leaf.bytes).contains("ImportKeyMaterial")
        })
        .unwrap();
    let short = &whole[..outcome];

    for (log, word) in [
        (&altered[..], "Altered"),
        (&cut[..], "Missing"),
        (short, "no outcome names"),
    ] {
        let why = is_complete(log, &journal, OURS).unwrap_err().to_string();
        assert!(why.contains(word), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_that_the_log_does_not_tell_is_noticed() {
    let mut rig = Rig::start().await.unwrap();
    run(&mut rig, "aes-imported").await.unwrap();
    run(&mut rig, "audit-complete").await.unwrap();
    let ours = Caller::User(PRODUCTION.to_owned(), KEYFERRY_USER.to_owned());

    let policy = json!({ "Origin": "EXTERNAL", "Tags": [
        { "TagKey": "keyferry:op", "TagValue": "none" } ] });
    let now = rig.clock().micros();
    rig.simulator()
        .kms(&ours, REGIONS[0], "CreateKey", policy, now)
        .unwrap();

    let why = run(&mut rig, "audit-complete").await.unwrap_err();
    assert!(why.contains("CreateKey"), "{why}");
}
