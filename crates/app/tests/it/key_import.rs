//! Material from files: it becomes keys and versions, and goes to AWS like any other.

use keyferry_app::AppError;
use keyferry_app::key_import::{ImportAs, MaterialFile};
use keyferry_app::keys::{CreateKey, KeyWithVersions, UpdateKey};
use keyferry_app::kms_keys::{Properties, UploadKey};
use keyferry_domain::key::MaterialOrigin;
use keyferry_domain::key_file::{KeyFileFormat, KeyFileWrapping};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::{AuditFilter, AuditRecords as _, Page};
use keyferry_ports::secret::SecretBytes;
use keyferry_testkit::world::World;
use serde_json::json;

use crate::scene::{MODE, aws, world};

pub(crate) const BYTES: [u8; 32] = *b"thirty-two bytes that are a key.";

pub(crate) fn file(bytes: &[u8]) -> MaterialFile {
    MaterialFile {
        bytes: SecretBytes::new(bytes.into()),
        format: KeyFileFormat::Raw,
        spec: None,
        wrapped: None,
    }
}

pub(crate) fn new_key(name: &str) -> CreateKey {
    CreateKey {
        group: None,
        name: name.parse().unwrap(),
        spec: KeySpec::Aes256,
        description: String::new(),
        active_versions_max: None,
        permitted: None,
        exportable: false,
        rotation: None,
    }
}

pub(crate) async fn import(
    world: &World,
    name: &str,
    file: MaterialFile,
) -> Result<KeyWithVersions, AppError> {
    let wanted = ImportAs::NewKey(Box::new(new_key(name)));
    world.app.keys.import(&world.actor, wanted, file).await
}

async fn import_version(
    world: &World,
    key: &str,
    file: MaterialFile,
) -> Result<KeyWithVersions, AppError> {
    let wanted = ImportAs::VersionOf(key.to_owned());
    world.app.keys.import(&world.actor, wanted, file).await
}

#[tokio::test]
async fn e16_a_file_becomes_a_key_whose_kms_key_computes_with_its_bytes() {
    let world = world().await;
    let made = import(
        &world,
        "mac",
        MaterialFile {
            spec: Some(KeySpec::Hmac256),
            ..file(&BYTES)
        },
    )
    .await
    .unwrap();
    assert_eq!(made.key.spec, KeySpec::Hmac256);
    assert_eq!(made.versions[0].origin, MaterialOrigin::Imported);
    assert_eq!(made.versions[0].state, VersionState::Active);

    let upload = UploadKey {
        keystore: "store".to_owned(),
        key: "mac".to_owned(),
        name: None,
        properties: Properties::default(),
    };
    let started = world.app.kms_keys.upload(&world.actor, upload, &MODE).await;
    world.succeed(started).await;

    let arn = world.arn("mac").await.to_string();
    let mac = aws(
        &world,
        "GenerateMac",
        json!({"KeyId": arn, "MacAlgorithm": "HMAC_SHA_256", "Message": "aGVsbG8="}),
    );
    // printf hello | openssl dgst -sha256 -mac HMAC -macopt hexkey:… -binary | base64
    assert_eq!(mac["Mac"], "5OjLTsfsqNExZ8DauGgCYwLwX5bKYLS6C6jLrGA8J1g=");
}

#[tokio::test]
async fn a_file_becomes_the_next_version_of_a_key_of_its_spec_and_not_twice() {
    let world = world().await;

    let wrong = import_version(&world, "app", file(&BYTES[..28])).await;
    assert_eq!(wrong.unwrap_err().code(), "key-file.wrong-length");
    let other = MaterialFile {
        spec: Some(KeySpec::Hmac256),
        ..file(&BYTES)
    };
    let other = import_version(&world, "app", other).await;
    assert_eq!(other.unwrap_err().code(), "request.invalid");
    let made = import_version(&world, "app", file(&BYTES)).await.unwrap();
    let again = import_version(&world, "app", file(&BYTES)).await;

    assert_eq!(made.key.current.get(), 2);
    let origins: Vec<_> = made.versions.iter().map(|version| version.origin).collect();
    assert_eq!(
        origins,
        [MaterialOrigin::Generated, MaterialOrigin::Imported]
    );
    assert_eq!(again.unwrap_err().code(), "key.same-material");
    let found = world.app.keys.show(&world.actor, "app").await.unwrap();
    assert_eq!(found.versions.len(), 2);
    let uploaded = world
        .app
        .kms_keys
        .upload_version(&world.actor, "app", &MODE)
        .await;
    world.succeed(uploaded).await;
    assert_eq!(
        world.kms_key("app").await.intent.current,
        VersionNumber::new(2)
    );
}

/// RFC 5649 of [`BYTES`] under 32 bytes of 0x42: openssl enc -id-aes256-wrap-pad -iv A65959A6 -K 4242… -in bytes
pub(crate) const WRAPPED: &str =
    "539e238265e757e23b60e5006a6042c6262bb82c5e144571e610dd4a3760ddb5a7c733315df3fe66";

#[tokio::test]
async fn e17_a_file_wrapped_under_a_vault_key_is_imported() {
    let world = world().await;
    import(&world, "kek", file(&[0x42; 32])).await.unwrap();
    import(&world, "plain", file(&BYTES)).await.unwrap();
    let wrapped = || MaterialFile {
        format: KeyFileFormat::Hex,
        wrapped: Some(("kek".to_owned(), KeyFileWrapping::AesKwp)),
        ..file(WRAPPED.as_bytes())
    };

    let made = import(&world, "unwrapped", wrapped()).await.unwrap();
    let plain = world.app.keys.show(&world.actor, "plain").await.unwrap();
    assert_eq!(made.versions[0].fingerprint, plain.versions[0].fingerprint);

    // A key that may not unwrap, another key, and one of another kind.
    let update = UpdateKey {
        permitted: Some(Default::default()),
        ..UpdateKey::default()
    };
    world
        .app
        .keys
        .update(&world.actor, "kek", update)
        .await
        .unwrap();
    let code = async |by: &str| {
        let file = MaterialFile {
            wrapped: Some((by.to_owned(), KeyFileWrapping::AesKwp)),
            ..wrapped()
        };
        import(&world, "another", file).await.unwrap_err().code()
    };
    assert_eq!(code("kek").await, "key.operation-not-permitted");
    assert_eq!(code("plain").await, "key-file.does-not-unwrap");
    assert_eq!(code("nothing").await, "request.not-found");
    let rsa = MaterialFile {
        wrapped: Some(("plain".to_owned(), KeyFileWrapping::RsaOaepSha256)),
        ..wrapped()
    };
    let rsa = import(&world, "another", rsa).await.unwrap_err();
    assert_eq!(rsa.code(), "key-file.wrong-wrapping-key");
    let nothing_came_of_it = world.app.keys.show(&world.actor, "another").await;
    assert_eq!(nothing_came_of_it.unwrap_err().code(), "request.not-found");
}

#[tokio::test]
async fn an_import_is_in_the_audit_log_without_a_byte_of_the_file() {
    let world = world().await;
    import(&world, "brought", file(&BYTES)).await.unwrap();
    let error = import(&world, "worse", file(&BYTES[..30]))
        .await
        .unwrap_err();

    let filter = AuditFilter::default();
    let page = Page {
        limit: 1000,
        cursor: None,
    };
    let entries = world.outside.records.find_leaves(&filter, &page);
    let leaves = entries.await.unwrap().rows;
    let leaves: Vec<_> = leaves
        .iter()
        .map(|record| String::from_utf8_lossy(&record.leaf.bytes).into_owned())
        .collect();
    let log = format!("{leaves:?} {error} {error:?}");
    assert!(log.contains("key.import"), "{log}");
    for secret in ["thirty-two", &hex(&BYTES[..8]), "116, 104, 105"] {
        assert!(!log.contains(secret), "{secret}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
