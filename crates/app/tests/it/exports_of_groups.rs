//! Leaving with everything: all keys of a group, with a manifest that names what is there and what is not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use keyferry_app::exports::{Departure, ExportFile, Ready};
use keyferry_app::keys::CreateKey;
use keyferry_app::kms_keys::Mode;
use keyferry_app::rights::BuiltInRole;
use keyferry_app::{Action, Actor, AppError};
use keyferry_audit::{NoteVerifier, Outcome, Phase, open_statement};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::AuditRecords as _;
use keyferry_testkit::world::World;
use serde_json::Value;
use tempfile::TempDir;

use crate::destruction::after_days;
use crate::exports::{entries, house, key, openssl, pair, proven, script, wanted};
use crate::key_import::BYTES;
use crate::rights::{code, give, person};
use crate::scene::described;

const GROUP: &str = "default";

/// A second administrator.
pub(crate) async fn carol(world: &World) -> Actor {
    let carol = person(world, "carol").await;
    give(world, BuiltInRole::Administrator, "carol", Some(GROUP)).await;
    carol
}

pub(crate) async fn prepare(world: &World, who: &Actor) -> Result<Ready, AppError> {
    let exports = &world.app.exports;
    exports
        .prepare_group(who, GROUP, wanted(&pair().public))
        .await
}

pub(crate) async fn begin(world: &World, who: &Actor) -> Result<Departure, AppError> {
    let who = proven(world, who);
    let begun = world.app.exports.export(&who, GROUP, None).await?;
    Ok(begun.1.unwrap())
}

pub(crate) async fn all(mut departure: Departure) -> Result<Vec<ExportFile>, AppError> {
    let mut files = Vec::new();
    while let Some(more) = departure.next().await? {
        files.extend(more);
    }
    Ok(files)
}

/// The manifest, if the log signed it.
pub(crate) async fn manifest(world: &World, files: &[ExportFile]) -> Value {
    let last = files.last().unwrap();
    assert_eq!(last.path, "manifest.json");
    let key = world
        .outside
        .records
        .find_audit_key()
        .await
        .unwrap()
        .unwrap();
    let key = NoteVerifier::parse(&key.verifier).unwrap();
    open_statement(str::from_utf8(&last.bytes).unwrap(), &key).unwrap()
}

pub(crate) fn write(files: &[ExportFile], folder: &Path) {
    for file in files {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.bytes).unwrap();
    }
}

/// Versions of a manifest by the name of their key.
pub(crate) fn versions(manifest: &Value) -> BTreeMap<String, Vec<Value>> {
    let keys = manifest["keys"].as_array().unwrap().iter();
    let row = |key: &Value| {
        let name = key["name"].as_str().unwrap().to_owned();
        (name, key["versions"].as_array().unwrap().clone())
    };
    keys.map(row).collect()
}

/// An installation with something of everything: `canary` of which the bytes are known, several versions, private keys, and keys
/// of which nothing leaves.
async fn furnished() -> (World, Actor) {
    let (world, _) = house().await;
    let keys = &world.app.keys;
    keys.new_version(&world.actor, "canary").await.unwrap();
    key(&world, "rsa", KeySpec::Rsa2048, true).await;
    key(&world, "ed", KeySpec::Ed25519, true).await;
    key(&world, "mac", KeySpec::Hmac512, true).await;
    key(&world, "stays", KeySpec::Aes256, false).await;
    key(&world, "gone", KeySpec::Aes256, true).await;
    let first = VersionNumber::FIRST;
    keys.deactivate_version(&world.actor, "gone", first)
        .await
        .unwrap();
    let mode = Mode::naming("gone");
    let doomed = keys.destroy_version(&world.actor, "gone", first, None, &mode);
    doomed.await.unwrap();
    assert_eq!(after_days(&world, 32).await, 1);
    let carol = carol(&world).await;
    (world, carol)
}

#[tokio::test]
async fn i2_a_whole_group_leaves_and_the_manifest_names_what_stays_and_why() {
    let (world, carol) = Box::pin(furnished()).await;
    prepare(&world, &carol).await.unwrap();
    let files = all(begin(&world, &world.actor).await.unwrap())
        .await
        .unwrap();
    let manifest = manifest(&world, &files).await;

    let versions = versions(&manifest);
    let names: Vec<&str> = versions.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["app", "canary", "ed", "gone", "mac", "rsa", "stays"]
    );
    let why = |name: &str| versions[name][0]["left_out"].clone();
    assert_eq!(why("gone"), "destroyed");
    assert_eq!(why("stays"), "not-exportable");
    assert_eq!(why("app"), "not-exportable");
    assert_eq!(versions["canary"].len(), 2);
    let material = described(&world, "app").await["CurrentKeyMaterialId"].clone();
    assert_eq!(
        versions["app"][0]["kms_materials"][0]["material_id"],
        material
    );
    let counts = serde_json::json!({"keys": 7, "versions": 8, "left_out": 3});
    assert_eq!(manifest["counts"], counts);
    assert_eq!(manifest["prepared_by"], "carol");
    assert_eq!(manifest["taken_by"], "user/ann");

    let named: BTreeSet<&str> = versions
        .values()
        .flatten()
        .filter_map(|one| one["file"].as_str())
        .collect();
    let there: BTreeSet<&str> = files
        .iter()
        .map(|file| &*file.path)
        .filter(|path| path.starts_with("material/"))
        .collect();
    assert_eq!(
        named, there,
        "nothing is there without being named, nor named without being there"
    );
    for row in versions
        .values()
        .flatten()
        .filter(|row| row["file"].is_string())
    {
        let file = files.iter().find(|file| row["file"] == *file.path).unwrap();
        assert_eq!(row["sha256"], hex::encode(digest(&SHA256, &file.bytes)));
    }
}

#[tokio::test]
async fn i2_the_script_in_an_export_opens_all_of_it_with_openssl_alone() {
    let (world, carol) = Box::pin(furnished()).await;
    prepare(&world, &carol).await.unwrap();
    let files = all(begin(&world, &world.actor).await.unwrap())
        .await
        .unwrap();
    let manifest = manifest(&world, &files).await;
    let folder = TempDir::new().unwrap();
    let (export, out) = (folder.path().join("export"), folder.path().join("out"));
    write(&files, &export);
    script(&export, &out);

    let shipped = std::fs::read(export.join("unwrap-export.sh")).unwrap();
    let kept = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../scripts/unwrap-export.sh"
    );
    assert_eq!(shipped, std::fs::read(kept).unwrap());
    let mut opened = 0;
    for key in manifest["keys"].as_array().unwrap() {
        let id = key["id"].as_str().unwrap();
        for version in key["versions"].as_array().unwrap() {
            if version["file"].is_null() {
                assert!(
                    !out.join(id)
                        .join(format!("{}.bin", version["number"]))
                        .exists()
                );
                continue;
            }
            opened += 1;
            let place = out.join(id).join(version["number"].to_string());
            match version["public_key"].as_str() {
                Some(public) => {
                    let path = place.with_extension("der");
                    let der = openssl(&[
                        "pkey",
                        "-inform",
                        "DER",
                        "-in",
                        path.to_str().unwrap(),
                        "-pubout",
                        "-outform",
                        "DER",
                    ]);
                    assert_eq!(
                        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der),
                        public
                    );
                }
                None => {
                    let bytes = std::fs::read(place.with_extension("bin")).unwrap();
                    let bits = key["spec"].as_str().unwrap().rsplit_once('-').unwrap().1;
                    assert_eq!(bytes.len() * 8, bits.parse::<usize>().unwrap());
                    if key["name"] == "canary" && version["number"] == 1 {
                        assert_eq!(bytes, BYTES);
                    }
                }
            }
        }
    }
    assert_eq!(opened, 5);
}

#[tokio::test]
async fn i2_a_group_leaves_by_two_administrators_and_once() {
    let (world, bob) = house().await;
    let carol = carol(&world).await;
    assert_eq!(
        code(prepare(&world, &bob).await),
        "access.denied",
        "an operator"
    );
    prepare(&world, &carol).await.unwrap();
    let code_of = async |who: &Actor| code(begin(&world, who).await.map(|_| ()));
    assert_eq!(code_of(&bob).await, "access.denied");
    assert_eq!(code_of(&carol).await, "export.same-person");
    let by_token = world.app.exports.export(&world.actor, GROUP, None).await;
    assert_eq!(code(by_token.map(|_| ())), "export.not-recent");

    all(begin(&world, &world.actor).await.unwrap())
        .await
        .unwrap();
    assert_eq!(code_of(&world.actor).await, "export.not-prepared");
    let told = entries(&world, Action::KeyExport).await;
    let told: Vec<(Phase, &str)> = told
        .iter()
        .map(|one| (one.phase, &*one.object.name))
        .collect();
    let done = Phase::Outcome(Outcome::Ok);
    let wanted = [
        (Phase::Intent, "default"),
        (done, "canary"),
        (done, "default"),
    ];
    assert_eq!(told, wanted, "begun, each key, and whole");
}

#[tokio::test]
async fn i2_a_thousand_keys_leave_page_by_page_each_told_before_it_leaves() {
    let (world, _) = house().await;
    let carol = carol(&world).await;
    for number in 0..1_050 {
        let key = CreateKey {
            exportable: true,
            ..CreateKey::called(format!("k{number:04}").parse().unwrap(), KeySpec::Aes256)
        };
        world.app.keys.create(&world.actor, key).await.unwrap();
    }
    prepare(&world, &carol).await.unwrap();
    let mut departure = begin(&world, &world.actor).await.unwrap();
    let (mut files, mut most) = (Vec::new(), 0);
    while let Some(more) = departure.next().await.unwrap() {
        most = most.max(more.len());
        files.extend(more);
        let material = files
            .iter()
            .filter(|file| file.path.starts_with("material/"));
        let done = entries(&world, Action::KeyExport).await;
        let told = done
            .iter()
            .filter(|entry| entry.object.kind == "key")
            .count();
        assert_eq!(told, material.count(), "what leaves is in the log");
    }
    assert!(most <= 50, "{most} at once");
    let manifest = manifest(&world, &files).await;
    let counts = serde_json::json!({"keys": 1_052, "versions": 1_052, "left_out": 1});
    assert_eq!(manifest["counts"], counts);
    let paths: BTreeSet<&str> = files.iter().map(|file| &*file.path).collect();
    assert_eq!(
        paths.len(),
        1_051 + 3,
        "each once, the papers and the manifest"
    );
}

#[tokio::test]
async fn i2_an_export_ends_where_whoever_takes_it_loses_the_right() {
    let (world, _) = house().await;
    let carol = carol(&world).await;
    let dora = person(&world, "dora").await;
    give(&world, BuiltInRole::Administrator, "dora", Some(GROUP)).await;
    prepare(&world, &dora).await.unwrap();
    let mut departure = begin(&world, &carol).await.unwrap();
    departure.next().await.unwrap();
    let roles = &world.app.roles;
    let given = roles.assignments(&world.actor).await.unwrap();
    let is_hers = |name: &keyferry_domain::name::Name| name.as_str() == "carol";
    let row = given
        .into_iter()
        .find(|one| one.holder.as_ref().is_some_and(is_hers));
    roles.take(&world.actor, row.unwrap().row.id).await.unwrap();

    assert_eq!(code(departure.next().await), "access.denied");
    assert_eq!(departure.next().await.unwrap(), None, "nothing follows");
    let told = entries(&world, Action::KeyExport).await;
    assert_eq!(told.len(), 1, "begun, and never whole");
    assert_eq!(told[0].phase, Phase::Intent);
}
