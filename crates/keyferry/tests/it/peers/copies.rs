//! Copies of one key: in several KMS keys, and rotated together.

use super::gaps::Feature;
use super::scene::{Scene, text};

journeys!(
    copies_of_a_key_hold_the_same_material,
    copies_rotate_with_their_source,
);

const MESSAGE: &[u8] = b"the same for both";

/// Two KMS keys with the material of the key `tokens`. Answers their ARNs.
fn two_copies(scene: &Scene, spec: &str) -> [String; 2] {
    scene.prepare();
    scene.keyferry(&format!("key create tokens --spec {spec} --exportable"));
    ["one", "two"].map(|name| {
        let copy = format!("key copy tokens --to-keystore keys --name {name}");
        let copied = scene.keyferry(&copy);
        assert_eq!(copied["job"]["state"], "succeeded", "{copied}");
        scene.is(name, "ACTIVE", "Enabled")
    })
}

fn copies_of_a_key_hold_the_same_material(scene: &Scene) {
    let [one, two] = two_copies(scene, "HMAC-256");

    assert_ne!(one, two);
    assert_eq!(scene.aws.mac(&one, MESSAGE), scene.aws.mac(&two, MESSAGE));
}

fn copies_rotate_with_their_source(scene: &Scene) {
    let copies = two_copies(scene, "AES-256");
    let before = copies.each_ref().map(|arn| scene.aws.current_material(arn));
    let rotate = |method: &str| format!("key rotate tokens --copies all --method {method}");

    if scene.peer.has(Feature::RotatesInPlace) {
        scene.keyferry(&rotate("in-place"));
        for (name, (arn, former)) in ["one", "two"].iter().zip(copies.iter().zip(&before)) {
            assert_eq!(&scene.is(name, "ACTIVE", "Enabled"), arn);
            assert_ne!(&scene.aws.current_material(arn), former);
        }
    }
    scene.keyferry(&rotate("new-key"));

    let versions = scene.keyferry("key show tokens")["current_version"].clone();
    for (name, arn) in ["one", "two"].iter().zip(&copies) {
        let shown = scene.show(name);
        assert_ne!(&text(&shown["arn"]), arn);
        assert_eq!(shown["current_version"], versions);
        assert_eq!(scene.aws.state(&text(&shown["arn"])), "Enabled");
    }
}
