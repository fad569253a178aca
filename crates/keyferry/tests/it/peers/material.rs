//! Our bytes in AWS: every kind of key, gone and back again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};

use super::gaps::Feature;
use super::scene::{Scene, text};

journeys!(
    aes_material_comes_back_and_decrypts_what_it_encrypted,
    hmac_material_comes_back_and_makes_the_same_mac,
    rsa_public_keys_are_the_same_here_and_there,
    ecc_public_keys_are_the_same_here_and_there,
    material_expires_when_it_was_asked_to,
    a_key_looks_as_it_was_asked_to,
);

const MESSAGE: &[u8] = b"a message of no importance";

fn aes_material_comes_back_and_decrypts_what_it_encrypted(scene: &Scene) {
    scene.prepare();
    let arn = scene.create("orders", "--spec AES-256");
    let material = scene.aws.current_material(&arn);
    let ciphertext = scene.aws.encrypt(&arn, MESSAGE);

    scene.keyferry("kms-key remove-from-cloud orders --yes");
    assert_eq!(scene.is("orders", "INACTIVE", "PendingImport"), arn);
    assert_eq!(scene.aws.decrypt(&arn, &ciphertext), None);
    scene.keyferry("kms-key activate orders");

    assert_eq!(scene.is("orders", "ACTIVE", "Enabled"), arn);
    assert_eq!(scene.aws.current_material(&arn), material);
    let decrypted = scene.aws.decrypt(&arn, &ciphertext);
    if scene.peer.has(Feature::DecryptsAfterImportAgain) {
        assert_eq!(decrypted.as_deref(), Some(MESSAGE));
    } else {
        assert_eq!(decrypted, None);
    }
}

fn hmac_material_comes_back_and_makes_the_same_mac(scene: &Scene) {
    scene.prepare();
    let arn = scene.create("orders", "--spec HMAC-256");
    let other = scene.create("others", "--spec HMAC-256");
    let mac = scene.aws.mac(&arn, MESSAGE);
    assert_ne!(scene.aws.mac(&other, MESSAGE), mac);

    scene.keyferry("kms-key remove-from-cloud orders --yes");
    scene.is("orders", "INACTIVE", "PendingImport");
    scene.keyferry("kms-key activate orders");

    scene.is("orders", "ACTIVE", "Enabled");
    assert_eq!(scene.aws.mac(&arn, MESSAGE), mac);
}

fn rsa_public_keys_are_the_same_here_and_there(scene: &Scene) {
    public_keys_are_the_same(scene, "--spec RSA-2048 --usage SIGN_VERIFY");
}

fn ecc_public_keys_are_the_same_here_and_there(scene: &Scene) {
    public_keys_are_the_same(scene, "--spec ECC-P256");
}

/// At first, and after the material was gone.
fn public_keys_are_the_same(scene: &Scene, options: &str) {
    scene.prepare();
    let arn = scene.create("orders", options);
    let key = scene.keyferry("key show orders");
    let ours = der(&text(&key["versions"][0]["public_key"]));
    assert_eq!(scene.aws.public_key(&arn), ours);

    scene.keyferry("kms-key remove-from-cloud orders --yes");
    scene.is("orders", "INACTIVE", "PendingImport");
    scene.keyferry("kms-key activate orders");

    scene.is("orders", "ACTIVE", "Enabled");
    assert_eq!(scene.aws.public_key(&arn), ours);
}

fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).unwrap()
}

#[allow(
    clippy::disallowed_methods,
    reason = "the emulators have no clock but the machine's"
)]
fn material_expires_when_it_was_asked_to(scene: &Scene) {
    if !scene.peer.has(Feature::ShowsValidTo) {
        return;
    }
    scene.prepare();
    let end = (Timestamp::now() + SignedDuration::from_hours(90 * 24)).as_second();
    let asked = Timestamp::from_second(end).unwrap();

    let arn = scene.create("orders", &format!("--expires {asked}"));

    assert_eq!(scene.aws.describe(&arn).valid_to.unwrap().secs(), end);
    let shown = text(&scene.show("orders")["places"][0]["expires_at"]);
    assert_eq!(shown.parse::<Timestamp>().unwrap(), asked);
}

fn a_key_looks_as_it_was_asked_to(scene: &Scene) {
    scene.prepare();
    let (user, _) = scene.aws.user(
        "alice",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetCallerIdentity","Resource":"*"}]}"#,
    );

    let arn = scene.create(
        "orders",
        &format!("--alias orders --alias alias/team/orders --tag team=payments --description of-orders --key-user {user}"),
    );

    assert_eq!(scene.aws.alias_target("alias/orders"), arn);
    assert_eq!(scene.aws.alias_target("alias/team/orders"), arn);
    assert_eq!(scene.aws.tags(&arn)["team"], "payments");
    assert_eq!(
        scene.aws.describe(&arn).description.as_deref(),
        Some("of-orders")
    );
    let policy = scene.aws.policy(&arn).to_string();
    assert!(policy.contains(&user), "{policy}");
    let shown = scene.show("orders");
    let place = &shown["places"][0];
    assert_eq!(
        place["aliases"],
        serde_json::json!(["alias/orders", "alias/team/orders"])
    );
    assert_eq!(place["tags"]["team"], "payments");
    assert_eq!(shown["access"]["users"], serde_json::json!([user]));
}
