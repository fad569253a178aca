//! New versions: in a new KMS key, and in the same.

use super::gaps::Feature;
use super::scene::{Scene, text};

journeys!(
    a_rotation_by_new_key_moves_the_alias,
    a_rotation_in_place_keeps_the_key_and_changes_its_material,
);

const MESSAGE: &[u8] = b"older than the rotation";

fn a_rotation_by_new_key_moves_the_alias(scene: &Scene) {
    scene.prepare();
    let old = scene.create("orders", "--alias orders");
    let old_id = text(&scene.show("orders")["id"]);
    let ciphertext = scene.aws.encrypt(&old, MESSAGE);

    let rotated = scene.keyferry("kms-key rotate orders --method new-key --old-key keep-enabled");

    assert_eq!(rotated["job"]["state"], "succeeded", "{rotated}");
    let new = scene.aws.alias_target("alias/orders");
    assert_ne!(new, old);
    assert_eq!(scene.aws.aliases(&old), Vec::<String>::new());
    assert_eq!(scene.is("alias/orders", "ACTIVE", "Enabled"), new);
    assert_eq!(scene.is(&old_id, "REPLACED", "Enabled"), old);
    assert_eq!(scene.show("alias/orders")["current_version"], 2);
    let decrypted = scene.aws.decrypt(&old, &ciphertext);
    assert_eq!(decrypted.as_deref(), Some(MESSAGE));
}

fn a_rotation_in_place_keeps_the_key_and_changes_its_material(scene: &Scene) {
    scene.prepare();
    let arn = scene.create("orders", "--alias orders");
    let material = scene.aws.current_material(&arn);
    let rotate = "kms-key rotate orders --method in-place";

    let plan = scene.keyferry(&format!("{rotate} --dry-run"));
    let steps = plan["steps"].as_array().unwrap();
    let operations: Vec<_> = steps.iter().map(|step| &step["aws_operation"]).collect();
    assert_eq!(operations, ["ImportKeyMaterial", "RotateKeyOnDemand"]);
    if !scene.peer.has(Feature::RotatesInPlace) {
        assert_eq!(scene.aws.current_material(&arn), material);
        return;
    }
    let ciphertext = scene.aws.encrypt(&arn, MESSAGE);
    scene.keyferry(rotate);

    assert_eq!(scene.is("orders", "ACTIVE", "Enabled"), arn);
    assert_ne!(scene.aws.current_material(&arn), material);
    assert_eq!(scene.aws.alias_target("alias/orders"), arn);
    let decrypted = scene.aws.decrypt(&arn, &ciphertext);
    assert_eq!(decrypted.as_deref(), Some(MESSAGE));
    let shown = scene.show("orders");
    assert_eq!(shown["current_version"], 2);
    if scene.peer.has(Feature::ListsMaterials) {
        let materials = shown["places"][0]["materials"].as_array().unwrap();
        assert_eq!(materials.len(), 2, "{shown}");
    }
}
