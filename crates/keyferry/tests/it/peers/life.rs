//! States and deletion, and looking without touching.

use super::scene::{Scene, text};

journeys!(
    a_key_is_disabled_and_enabled,
    a_key_is_deactivated_and_activated,
    a_deletion_is_scheduled_and_cancelled,
    a_dry_run_sends_nothing,
);

fn a_key_is_disabled_and_enabled(scene: &Scene) {
    scene.prepare();
    let arn = scene.create("orders", "");

    scene.keyferry("kms-key disable orders");
    assert_eq!(scene.is("orders", "ACTIVE", "Disabled"), arn);
    assert_eq!(scene.show("orders")["status"], "DISABLED");
    scene.keyferry("kms-key enable orders");

    scene.is("orders", "ACTIVE", "Enabled");
    assert_eq!(scene.show("orders")["status"], "AVAILABLE");
}

fn a_key_is_deactivated_and_activated(scene: &Scene) {
    scene.prepare();
    let arn = scene.create("orders", "--alias orders");
    let material = scene.aws.current_material(&arn);

    scene.keyferry("kms-key deactivate orders --yes");
    scene.is("orders", "INACTIVE", "PendingImport");
    assert_eq!(scene.show("orders")["status"], "NOT AVAILABLE");
    assert_eq!(scene.aws.aliases(&arn), ["alias/orders"]);
    scene.keyferry("kms-key activate orders");

    assert_eq!(scene.is("orders", "ACTIVE", "Enabled"), arn);
    assert_eq!(scene.aws.current_material(&arn), material);
}

fn a_deletion_is_scheduled_and_cancelled(scene: &Scene) {
    scene.prepare();
    let arn = scene.create("orders", "");

    scene.keyferry("kms-key schedule-deletion orders --days 7 --yes");
    scene.is("orders", "PENDING_DELETION", "PendingDeletion");
    let date = scene.aws.describe(&arn).deletion_date.unwrap().secs();
    let shown = text(&scene.show("orders")["deletion_date"]);
    let shown: jiff::Timestamp = shown.parse().unwrap();
    assert_eq!(shown.as_second(), date);
    scene.keyferry("kms-key cancel-deletion orders");

    scene.is("orders", "INACTIVE", "Disabled");
    scene.keyferry("kms-key activate orders");
    scene.is("orders", "ACTIVE", "Enabled");
}

fn a_dry_run_sends_nothing(scene: &Scene) {
    scene.prepare();
    let arn = scene.create("orders", "--alias orders");
    let before = scene.aws.describe(&arn);
    let dry = |line: &str, first: &str| {
        let plan = scene.keyferry(&format!("{line} --dry-run"));
        let steps = plan["steps"].as_array().unwrap();
        let operations = steps.iter().map(|step| &step["aws_operation"]);
        assert!(operations.clone().any(|found| found == first), "{plan}");
    };

    dry("kms-key create others --keystore keys", "CreateKey");
    dry("kms-key rotate orders --method new-key", "CreateKey");
    dry("kms-key disable orders", "DisableKey");
    dry(
        "kms-key remove-from-cloud orders",
        "DeleteImportedKeyMaterial",
    );
    dry("kms-key schedule-deletion orders", "ScheduleKeyDeletion");

    assert_eq!(scene.aws.describe(&arn), before);
    assert_eq!(scene.aws.keys(), 1);
    assert_eq!(scene.aws.alias_target("alias/orders"), arn);
    assert_eq!(scene.keyferry("key show orders")["current_version"], 1);
    assert_eq!(scene.keyferry("key list").as_array().unwrap().len(), 1);
}
