//! Foreign hands, and the journal.

use kms_sim::MINUTE;
use serde_json::json;

use crate::support::{ACCOUNT, Aws, REGION, text};

#[test]
fn somebody_else_may_do_anything_whatever_policies_say() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let hand = aws.sim.foreign_hand(ACCOUNT, REGION);
    let now = aws.now.get();
    let closed = json!({
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny", "Principal": "*", "Action": "kms:DisableKey", "Resource": "*",
        },
    });
    let closed = closed.to_string();
    hand.edit_policy(&key, &closed, now).expect("policy");
    assert_eq!(
        aws.refused("DescribeKey", json!({ "KeyId": key })),
        "AccessDeniedException"
    );
    hand.disable(&key, now).expect("disable");
    hand.enable(&key, now).expect("enable");
    hand.schedule_deletion(&key, 7, now).expect("schedule");
    hand.cancel_deletion(&key, now).expect("cancel");
    hand.delete_material(&key, None, now).expect("delete");
    hand.tag(&key, "a", "b", now).expect("tag");
    hand.untag(&key, "a", now).expect("untag");
    hand.create_grant(&key, "arn:aws:iam::111122223333:user/x", &["Decrypt"], now)
        .expect_err("an empty key takes no grants, from nobody");
}

#[test]
fn aliases_are_stolen() {
    let aws = Aws::new();
    let (mine, his) = (aws.filled(1), aws.filled(2));
    aws.kms(
        "CreateAlias",
        json!({ "AliasName": "alias/a", "TargetKeyId": mine }),
    );
    let hand = aws.sim.foreign_hand(ACCOUNT, REGION);
    hand.move_alias("alias/a", &his, aws.now.get())
        .expect("moved");
    hand.move_alias("alias/new", &his, aws.now.get())
        .expect("made");
    assert_eq!(aws.describe("alias/a")["Arn"], his);
    assert_eq!(aws.describe("alias/new")["Arn"], his);
    hand.delete_alias("alias/a", aws.now.get())
        .expect("deleted");
}

#[test]
fn foreign_material_is_planted() {
    let aws = Aws::new();
    let key = aws.filled(1);
    let hand = aws.sim.foreign_hand(ACCOUNT, REGION);
    let id = hand
        .plant_material(&key, &[9; 32], aws.now.get())
        .expect("planted");
    let materials = aws.materials(&key);
    assert_eq!(materials[1]["KeyMaterialId"], id);
    assert_eq!(materials[1]["KeyMaterialState"], "PENDING_ROTATION");
    assert_eq!(
        aws.import_refused(&key, &[2; 32], json!({ "ImportType": "NEW_KEY_MATERIAL" })),
        "KMSInvalidStateException"
    );
    let empty = aws.external();
    hand.plant_material(&empty, &[9; 32], aws.now.get())
        .expect("planted");
    assert_eq!(
        aws.import_refused(&empty, &[1; 32], json!({})),
        "IncorrectKeyMaterialException"
    );
}

#[test]
fn look_alikes_and_foreign_keys_are_planted() {
    let aws = Aws::new();
    let hand = aws.sim.foreign_hand(ACCOUNT, REGION);
    let now = aws.now.get();
    let fake = hand
        .plant_look_alike(&[("keyferry:op", "x")], "EXTERNAL", now)
        .expect("key");
    let tags = aws.kms("ListResourceTags", json!({ "KeyId": fake }))["Tags"].clone();
    assert_eq!(tags[0]["TagKey"], "keyferry:op");
    let managed = hand.plant_aws_managed_key("s3", now).expect("key");
    assert_eq!(aws.describe(&managed)["KeyManager"], "AWS");
    let stored = hand.plant_custom_store_key(true, now).expect("key");
    assert_eq!(aws.describe(&stored)["Origin"], "AWS_CLOUDHSM");
    assert_eq!(aws.state(&stored), "Enabled");
}

#[test]
fn the_journal_keeps_what_changed_and_nothing_else() {
    let aws = Aws::new();
    let key = aws.external();
    aws.describe(&key);
    aws.refused("EnableKey", json!({ "KeyId": key }));
    aws.import(&key, &[1; 32], json!({}));
    let journal = aws.sim.journal();
    let operations: Vec<&str> = journal
        .iter()
        .map(|entry| entry.operation.as_str())
        .collect();
    assert_eq!(operations, ["CreateKey", "ImportKeyMaterial"]);
    let entry = &journal[1];
    assert_eq!(entry.key_arn.as_deref(), Some(key.as_str()));
    assert_eq!(entry.account, ACCOUNT);
    assert_eq!(entry.region, REGION);
    assert_eq!(entry.time, aws.now.get());
    assert!(entry.write && !entry.request_id.is_empty());
    let current = aws.describe(&key)["CurrentKeyMaterialId"].clone();
    assert_eq!(text(&entry.detail["keyMaterialId"]), text(&current));

    aws.sim.clear_journal();
    aws.sim.configure(|config| config.journal_reads = true);
    aws.advance(MINUTE);
    aws.describe(&key);
    let journal = aws.sim.journal();
    assert_eq!(journal.len(), 1);
    assert_eq!(journal[0].number, 2);
    assert!(!journal[0].write);
    assert_eq!(aws.sim.journal_from(3), []);
}
