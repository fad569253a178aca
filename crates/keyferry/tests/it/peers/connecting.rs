//! Into an account: access keys, roles, and what keeps others out.

use serde_json::Value;

use super::emulator::AccessKey;
use super::gaps::Feature;
use super::scene::{Scene, text};

journeys!(
    an_iam_user_with_the_printed_policy_can_do_the_main_job,
    a_wrong_secret_is_refused_and_nothing_is_stored,
    a_role_is_assumed_with_its_external_id_and_not_with_another,
);

fn connections(scene: &Scene) -> Value {
    scene.keyferry("connection list")
}

fn an_iam_user_with_the_printed_policy_can_do_the_main_job(scene: &Scene) {
    let (arn, key) = scene.ferry();

    let added = scene.keyferry(&format!("connection add cloud {}", scene.link(&key)));

    assert_eq!(added["connection"]["account"], scene.account.as_str());
    let found = &added["verification"];
    assert_eq!(found["principal"], arn.as_str());
    assert_eq!(found["regions"][0]["problem"], Value::Null, "{found}");
    assert_eq!(found["missing_actions"], serde_json::json!([]), "{found}");
    scene.keyferry("keystore create keys --connection cloud");
    scene.create("orders", "--alias orders --tag team=payments");
    scene.keyferry("kms-key remove-from-cloud orders --yes");
    scene.is("orders", "INACTIVE", "PendingImport");
    scene.keyferry("kms-key activate orders");
    scene.is("orders", "ACTIVE", "Enabled");
    scene.keyferry("kms-key schedule-deletion orders --days 7 --yes");
    scene.is("orders", "PENDING_DELETION", "PendingDeletion");
}

fn a_wrong_secret_is_refused_and_nothing_is_stored(scene: &Scene) {
    let (_, key) = scene.ferry();
    let wrong = AccessKey {
        id: key.id,
        secret: "x".repeat(key.secret.len()),
    };
    let add = format!("connection add cloud {}", scene.link(&wrong));

    if scene.peer.has(Feature::ChecksSecrets) {
        scene.refused(&add, "aws.wrong-credentials");
        assert_eq!(connections(scene), serde_json::json!([]));
    } else {
        scene.keyferry(&add);
    }
}

fn a_role_is_assumed_with_its_external_id_and_not_with_another(scene: &Scene) {
    let base = format!("arn:aws:iam::{}:user/base", scene.account);
    let role = format!("--name ferry --principal {base} --external-id right-one");
    let (arn, key) = scene
        .aws
        .user("base", &scene.document("base-identity", &role));
    assert_eq!(arn, base);
    let mut policies = vec![scene.document("permissions", &role)];
    policies.extend(scene.policy_for_gaps());
    let trust = scene.document("trust", &role);
    let role = scene.aws.role("ferry", &trust, &policies);
    let add = |name: &str, external_id: &str| {
        format!(
            "connection add {name} {} --role-arn {role} --external-id {external_id}",
            scene.link(&key)
        )
    };

    if scene.peer.has(Feature::ChecksExternalIds) {
        let done = scene.refused(&add("other", "wrong-one"), "aws.role-not-assumed");
        let told = "AWS refused AssumeRole: AccessDenied";
        assert!(done.stderr.contains(told), "{}", done.stderr);
        assert_eq!(connections(scene), serde_json::json!([]));
    } else {
        scene.keyferry(&add("other", "wrong-one"));
    }
    let added = scene.keyferry(&add("cloud", "right-one"));
    let principal = text(&added["verification"]["principal"]);
    let session = format!("arn:aws:sts::{}:assumed-role/ferry/", scene.account);
    assert!(principal.starts_with(&session), "{principal}");
    scene.keyferry("keystore create keys --connection cloud");
    scene.create("orders", "");
}
