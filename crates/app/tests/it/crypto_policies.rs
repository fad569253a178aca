//! Crypto policies: what they refuse, what they leave, and what becomes of keys outside of them.

use std::collections::BTreeSet;

use keyferry_app::key_copies::CopyToGroup;
use keyferry_app::key_import::{ImportAs, MaterialFile};
use keyferry_app::keys::{CreateKey, UpdateKey};
use keyferry_app::kms_keys::{Properties, Rotate, RotationMethod, UploadKey};
use keyferry_app::rights::BuiltInRole;
use keyferry_app::{Actor, AppError};
use keyferry_domain::crypto_policy::{CryptoPolicy, OutsideKeys};
use keyferry_domain::key_file::{KeyFileFormat, KeyFileWrapping};
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::spec::{KeySpec, KeyUsage};
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use keyferry_ports::records::{AuditRecords as _, PolicyRecords as _};
use keyferry_ports::secret::SecretBytes;
use keyferry_testkit::world::{ACCOUNT, REGION, World};
use serde_json::json;

use crate::applications::{PLAIN, billing, data, give, make_key, person, wrapped};
use crate::key_import::{BYTES, file};
use crate::scene::{DRY, MODE, code as answered, described, world};

fn code<T>(answer: Result<T, AppError>) -> &'static str {
    answer.err().map_or("ok", |error| error.code())
}

fn only(specs: &[KeySpec]) -> CryptoPolicy {
    CryptoPolicy {
        specs: Some(specs.iter().copied().collect()),
        ..CryptoPolicy::ANY
    }
}

async fn set(world: &World, group: Option<&str>, policy: CryptoPolicy) {
    let policies = &world.app.crypto_policies;
    policies.set(&world.actor, group, policy).await.unwrap();
}

async fn create(world: &World, name: &str, spec: KeySpec, exportable: bool) -> &'static str {
    let command = CreateKey {
        exportable,
        ..CreateKey::called(name.parse().unwrap(), spec)
    };
    code(world.app.keys.create(&world.actor, command).await)
}

#[tokio::test]
async fn a15_keys_that_a_policy_does_not_permit_are_made_nowhere_and_those_there_stay() {
    let world = world().await;
    make_key(&world, "old", KeySpec::Rsa2048).await;
    world.create("mail", KeySpec::EcP256).await.unwrap();
    world.run().await;
    let policies = &world.app.crypto_policies;
    let strict = only(&[KeySpec::Aes256, KeySpec::Rsa4096]);

    let trial = world.app.trial();
    let tried = trial
        .crypto_policies
        .set(&world.actor, None, strict.clone());
    let tried = tried.await.unwrap();
    let named: Vec<(&str, usize)> = tried
        .outside
        .named
        .iter()
        .map(|one| (one.name.as_str(), one.versions.len()))
        .collect();
    assert_eq!(named, [("mail", 1), ("old", 1), ("mail", 1)]);
    assert_eq!((tried.outside.keys, tried.outside.kms_keys), (2, 1));
    let kept = world.outside.records.list_crypto_policies().await.unwrap();
    assert!(kept.is_empty(), "a trial keeps nothing");

    set(&world, None, strict.clone()).await;
    set(
        &world,
        Some("default"),
        only(&[KeySpec::Aes256, KeySpec::Hmac256]),
    )
    .await;
    assert_eq!(
        create(&world, "a", KeySpec::Rsa2048, false).await,
        "crypto-policy.refused"
    );
    assert_eq!(
        create(&world, "b", KeySpec::Hmac256, false).await,
        "crypto-policy.refused"
    );
    assert_eq!(
        create(&world, "c", KeySpec::Rsa4096, false).await,
        "crypto-policy.refused"
    );
    assert_eq!(create(&world, "d", KeySpec::Aes256, true).await, "ok");
    let refused = world.create("e", KeySpec::EcP256).await;
    assert_eq!(answered(refused), "crypto-policy.refused");
    let version = world.app.keys.new_version(&world.actor, "old").await;
    let error = version.unwrap_err();
    assert_eq!(error.code(), "crypto-policy.refused");
    let words = error.to_string();
    assert!(words.contains("the installation (specs)"), "{words}");
    for mode in [DRY, MODE] {
        let rotate = Rotate {
            method: RotationMethod::NewKey(OldKey::KeepEnabled),
        };
        let rotated = world
            .app
            .kms_keys
            .rotate(&world.actor, "mail", rotate, &mode);
        assert_eq!(answered(rotated.await), "crypto-policy.refused");
    }
    let hmac = MaterialFile {
        spec: Some(KeySpec::Hmac256),
        ..file(&BYTES)
    };
    let imported = crate::key_import::import(&world, "brought", hmac).await;
    assert_eq!(code(imported), "crypto-policy.refused");

    // What is there goes on: it is emptied and filled again.
    let keys = &world.app.kms_keys;
    let mode = keyferry_app::kms_keys::Mode::naming("mail");
    world
        .succeed(keys.deactivate(&world.actor, "mail", &mode).await)
        .await;
    world
        .succeed(keys.activate(&world.actor, "mail", &MODE).await)
        .await;
    assert_eq!(described(&world, "mail").await["KeyState"], "Enabled");

    let shown = policies.show(&world.actor, Some("default")).await.unwrap();
    assert_eq!(
        shown.effective.specs,
        Some(BTreeSet::from([KeySpec::Aes256]))
    );
    policies
        .remove(&world.actor, Some("default"))
        .await
        .unwrap();
    assert_eq!(create(&world, "c", KeySpec::Rsa4096, false).await, "ok");
    let again = policies.remove(&world.actor, Some("default")).await;
    assert_eq!(code(again), "request.not-found");
}

#[tokio::test]
async fn a15_material_goes_to_aws_only_by_a_permitted_way() {
    let world = world().await;
    let by = |algorithm| CryptoPolicy {
        wrapping: Some(BTreeSet::from([algorithm])),
        ..CryptoPolicy::ANY
    };
    // AWS refuses the way that is preferred for ECC keys: what arrives went by the other.
    let deny = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Action": "kms:GetParametersForImport", "Resource": "*", "Condition":
            { "StringEquals": { "kms:WrappingAlgorithm": "RSA_AES_KEY_WRAP_SHA_256" } } },
    ]});
    let rights = |text: &str| world.outside.sim.create_user(ACCOUNT, "keyferry", &[text]);
    rights(&deny.to_string()).unwrap();
    set(&world, None, by(WrappingAlgorithm::RsaesOaepSha256)).await;
    let refused = world.create("sign", KeySpec::Rsa2048).await;
    assert_eq!(
        answered(refused),
        "crypto-policy.refused",
        "RSA keys take the other way alone"
    );
    world
        .succeed(world.create("curve", KeySpec::EcP256).await)
        .await;
    let (id, secret) = &world.outside.access_key;
    let caller = kms_sim::Caller::credentials(id, secret, None);
    let other = json!({
        "KeyId": world.arn("curve").await.to_string(),
        "WrappingAlgorithm": "RSA_AES_KEY_WRAP_SHA_256",
        "WrappingKeySpec": "RSA_4096",
    });
    let (operation, now) = ("GetParametersForImport", world.outside.clock_now());
    let denied = world
        .outside
        .sim
        .kms(&caller, REGION, operation, other, now);
    let denied = denied.unwrap_err().to_string();
    assert!(denied.contains("AccessDenied"), "{denied}");
    let everything = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
    ]});
    rights(&everything.to_string()).unwrap();

    set(&world, None, by(WrappingAlgorithm::RsaAesKeyWrapSha256)).await;
    let refused = world.create("bulk", KeySpec::Aes256).await;
    assert_eq!(
        answered(refused),
        "crypto-policy.refused",
        "AES takes OAEP alone"
    );
    world
        .succeed(world.create("sign", KeySpec::Rsa2048).await)
        .await;
}

#[tokio::test]
async fn a15_a_policy_that_becomes_narrower_holds_new_material_back_and_nothing_that_aws_had() {
    let world = world().await;
    let narrow = CryptoPolicy {
        wrapping: Some(BTreeSet::from([WrappingAlgorithm::RsaAesKeyWrapSha256])),
        ..CryptoPolicy::ANY
    };
    world.create("late", KeySpec::Aes256).await.unwrap();
    set(&world, None, narrow).await;
    world.run().await;
    let jobs = world.jobs().await;
    let told = format!("{jobs:?}");
    assert!(told.contains("crypto-policy.refused"), "{told}");

    let keys = &world.app.kms_keys;
    let mode = keyferry_app::kms_keys::Mode::naming("app");
    world
        .succeed(keys.deactivate(&world.actor, "app", &mode).await)
        .await;
    world
        .succeed(keys.activate(&world.actor, "app", &MODE).await)
        .await;
    assert_eq!(described(&world, "app").await["KeyState"], "Enabled");
}

#[tokio::test]
async fn a15_what_may_not_be_exported_is_not_made_exportable_nor_copied_to_another_group() {
    let world = world().await;
    assert_eq!(create(&world, "source", KeySpec::Aes256, true).await, "ok");
    let groups = &world.app.groups;
    let other = "other".parse().unwrap();
    groups
        .create(&world.actor, other, String::new())
        .await
        .unwrap();
    let closed = CryptoPolicy {
        export: false,
        ..CryptoPolicy::ANY
    };
    set(&world, Some("default"), closed.clone()).await;

    assert_eq!(
        create(&world, "x", KeySpec::Aes256, true).await,
        "crypto-policy.refused"
    );
    let copy = |name: &str, group: &str, exportable| CopyToGroup {
        group: group.to_owned(),
        name: Some(name.parse().unwrap()),
        exportable,
    };
    let keys = &world.app.keys;
    let copied = keys.copy_to_group(&world.actor, "source", copy("y", "other", false));
    assert_eq!(code(copied.await), "crypto-policy.refused");
    let copied = keys.copy_to_group(&world.actor, "source", copy("y", "default", false));
    assert_eq!(code(copied.await), "ok");
    let shown = world
        .app
        .crypto_policies
        .show(&world.actor, Some("default"))
        .await
        .unwrap();
    assert_eq!(shown.outside.named[0].name.as_str(), "source");

    world
        .app
        .crypto_policies
        .remove(&world.actor, Some("default"))
        .await
        .unwrap();
    set(&world, Some("other"), closed).await;
    let copied = keys.copy_to_group(&world.actor, "source", copy("z", "other", true));
    assert_eq!(code(copied.await), "crypto-policy.refused");
    let copied = keys.copy_to_group(&world.actor, "source", copy("z", "other", false));
    assert_eq!(code(copied.await), "ok");
    groups.delete(&world.actor, "other").await.unwrap_err();
}

#[tokio::test]
async fn a15_applications_go_on_with_keys_outside_of_a_policy_or_only_undo_as_it_says() {
    let world = world().await;
    let billing = billing(&world).await;
    let uses = &world.app.key_uses;
    let sealed = uses
        .encrypt(&billing, "data", data(PLAIN))
        .await
        .unwrap()
        .bytes;
    let narrow = |outside_keys| CryptoPolicy {
        outside_keys,
        ..only(&[KeySpec::Rsa4096])
    };

    set(&world, None, narrow(OutsideKeys::Use)).await;
    assert_eq!(
        code(uses.encrypt(&billing, "data", data(PLAIN)).await),
        "ok"
    );
    set(&world, None, narrow(OutsideKeys::Process)).await;
    let refused = uses.encrypt(&billing, "data", data(PLAIN)).await;
    assert_eq!(code(refused), "crypto-policy.refused");
    let opened = uses.decrypt(&billing, "data", wrapped(&sealed)).await;
    assert_eq!(opened.unwrap().plaintext.expose(), PLAIN);
}

#[tokio::test]
async fn a15_policies_are_for_who_governs_and_each_change_is_told() {
    let world = world().await;
    let policies = &world.app.crypto_policies;
    let operator = person(&world, "olga").await;
    give(&world, BuiltInRole::Operator, "olga", Some("default")).await;
    let strict = only(&[KeySpec::Aes256]);
    let refused = policies
        .set(&operator, Some("default"), strict.clone())
        .await;
    assert_eq!(code(refused), "access.denied");
    assert_eq!(code(policies.show(&operator, Some("default")).await), "ok");
    let nothing = policies.set(&world.actor, None, only(&[])).await;
    assert_eq!(code(nothing), "request.invalid");

    set(&world, None, strict).await;
    set(&world, None, CryptoPolicy::ANY).await;
    let leaves = world.outside.records.list_leaves(0, 999).await.unwrap();
    let told: Vec<String> = leaves
        .into_iter()
        .map(|row| String::from_utf8(row.leaf.bytes).unwrap())
        .filter(|text| text.contains("crypto-policy.manage"))
        .collect();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(
        told[0].contains(r#""relaxes":"false""#) && told[0].contains("AES-256"),
        "{}",
        told[0]
    );
    assert!(told[1].contains(r#""relaxes":"true""#), "{}", told[1]);
}

/// A file with an AES key, wrapped under the key of the vault in two layers, as others would wrap it: with the wrapped AES key
/// first.
async fn file_under(world: &World, key: &str, billing: &Actor) -> Vec<u8> {
    let wrapping = keyferry_app::key_use::Wrapping {
        key: SecretBytes::new((&BYTES[..]).into()),
        wrapping: Some(KeyFileWrapping::RsaAesKeyWrapSha256),
        version: None,
    };
    let made = world.app.key_uses.wrap(billing, key, wrapping).await;
    made.unwrap().bytes
}

#[tokio::test]
async fn k12_a_key_that_unwraps_files_undoes_nothing_for_applications() {
    let world = world().await;
    let billing = billing(&world).await;
    make_key(&world, "rsa", KeySpec::Rsa2048).await;
    let blob = file_under(&world, "rsa", &billing).await;
    let import = |key: &str| {
        let wanted = ImportAs::NewKey(Box::new(crate::key_import::new_key("inner")));
        let file = MaterialFile {
            bytes: SecretBytes::new(blob.clone().into()),
            format: KeyFileFormat::Raw,
            spec: None,
            wrapped: Some((key.to_owned(), KeyFileWrapping::RsaAesKeyWrapSha256)),
        };
        world.app.keys.import(&world.actor, wanted, file)
    };
    assert_eq!(code(import("rsa").await), "key.operation-not-permitted");

    let update = async |permitted: &[KeyOperation]| {
        let update = UpdateKey {
            permitted: Some(permitted.iter().copied().collect()),
            ..UpdateKey::default()
        };
        code(world.app.keys.update(&world.actor, "rsa", update).await)
    };
    use KeyOperation::{Decrypt, Sign, Unwrap, UnwrapFile, Wrap};
    assert_eq!(update(&[UnwrapFile, Unwrap]).await, "key.mixed-purpose");
    assert_eq!(update(&[UnwrapFile, Wrap, Sign]).await, "ok");
    assert_eq!(update(&[UnwrapFile, Decrypt]).await, "key.mixed-purpose");
    assert_eq!(
        update(&[Wrap]).await,
        "key.mixed-purpose",
        "it stays what it is for"
    );
    let upload = |usage| UploadKey {
        keystore: "store".to_owned(),
        key: "rsa".to_owned(),
        name: None,
        properties: Properties {
            usage: Some(usage),
            ..Properties::default()
        },
    };
    let kms_keys = &world.app.kms_keys;
    let decrypting = upload(KeyUsage::EncryptDecrypt);
    let decrypting = kms_keys.upload(&world.actor, decrypting, &MODE);
    assert_eq!(code(decrypting.await), "key.mixed-purpose", "nor does AWS");
    let signing = upload(KeyUsage::SignVerify);
    let signing = kms_keys.upload(&world.actor, signing, &DRY);
    assert_eq!(code(signing.await), "ok");
    // The first layer alone, an AES key that the vault does not know, would open the second one anywhere.
    let first = world
        .app
        .key_uses
        .decrypt(&billing, "rsa", wrapped(&blob[..256]))
        .await;
    assert_eq!(code(first), "key.operation-not-permitted");
    let whole = world
        .app
        .key_uses
        .unwrap(&billing, "rsa", wrapped(&blob))
        .await;
    assert_eq!(code(whole), "key.operation-not-permitted");

    let sized = CryptoPolicy {
        rsa_wrapping_min: WrappingKeySpec::Rsa3072,
        ..CryptoPolicy::ANY
    };
    set(&world, None, sized).await;
    assert_eq!(code(import("rsa").await), "crypto-policy.refused");
    set(&world, None, CryptoPolicy::ANY).await;
    assert_eq!(code(import("rsa").await), "ok");
}
