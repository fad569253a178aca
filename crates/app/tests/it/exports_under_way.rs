//! What changes while material is on its way out.

use std::collections::BTreeSet;
use std::process::Command;

use keyferry_app::keys::{CreateKey, UpdateKey};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_testkit::world::World;
use tempfile::TempDir;

use crate::exports::{Pair, house, made, pair, proven, wanted};
use crate::exports_of_groups as whole;
use crate::rights::code;

async fn keys(world: &World, count: usize) {
    for number in 0..count {
        let name = format!("m{number:04}").parse().unwrap();
        let key = CreateKey {
            exportable: true,
            ..CreateKey::called(name, KeySpec::Aes256)
        };
        world.app.keys.create(&world.actor, key).await.unwrap();
    }
}

async fn rename(world: &World, key: &str, name: &str) {
    let update = UpdateKey {
        name: Some(name.parse().unwrap()),
        ..UpdateKey::default()
    };
    let keys = &world.app.keys;
    keys.update(&world.actor, key, update).await.unwrap();
}

#[tokio::test]
async fn i2_a_key_that_gets_another_name_while_its_group_leaves_is_neither_left_out_nor_sent_twice()
{
    let (world, _) = house().await;
    let carol = whole::carol(&world).await;
    keys(&world, 120).await;
    whole::prepare(&world, &carol).await.unwrap();
    let mut departure = whole::begin(&world, &world.actor).await.unwrap();
    let mut files = Vec::new();
    for _ in 0..2 {
        files.extend(departure.next().await.unwrap().unwrap());
    }

    rename(&world, "m0119", "aaaa").await;
    rename(&world, "m0000", "zzzz").await;

    while let Some(more) = departure.next().await.unwrap() {
        files.extend(more);
    }
    let material = files.iter().filter(|file| file.path.contains('/'));
    let paths: Vec<&str> = material.map(|file| file.path.as_str()).collect();
    assert_eq!(paths.len(), 121, "one version of each, and the canary's");
    assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), 121);
}

#[tokio::test]
async fn i1_whoever_prepared_several_versions_of_a_key_can_leave() {
    let (world, bob) = house().await;
    let keys = &world.app.keys;
    keys.new_version(&world.actor, "canary").await.unwrap();
    let exports = &world.app.exports;
    for number in [1, 2] {
        let number = VersionNumber::new(number).unwrap();
        let wanted = wanted(&pair().public);
        let ready = exports.prepare_version(&bob, "canary", number, wanted);
        ready.await.unwrap();
    }

    let left = world.app.users.offboard(&world.actor, "bob").await.unwrap();

    assert_eq!(left.preparations.len(), 2);
}

#[tokio::test]
async fn i2_an_export_stops_where_whoever_prepared_it_is_locked() {
    let (world, _) = house().await;
    let carol = whole::carol(&world).await;
    keys(&world, 120).await;
    whole::prepare(&world, &carol).await.unwrap();
    let mut departure = whole::begin(&world, &world.actor).await.unwrap();
    for _ in 0..2 {
        departure.next().await.unwrap().unwrap();
    }

    world.app.users.lock(&world.actor, "carol").await.unwrap();

    let stopped = departure.next().await;
    assert_eq!(code(stopped), "export.preparer-without-right");
}

#[tokio::test]
async fn i2_the_script_opens_nothing_of_an_export_that_is_not_as_its_manifest_says() {
    let (world, _) = house().await;
    let carol = whole::carol(&world).await;
    keys(&world, 2).await;
    whole::prepare(&world, &carol).await.unwrap();
    let departure = whole::begin(&world, &world.actor).await.unwrap();
    let files = whole::all(departure).await.unwrap();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let [one, other] = [2, 3].map(|place| paths[place]);
    assert!(one.starts_with("material/") && other.starts_with("material/"));
    let spoil: [&dyn Fn(&TempDir); 2] = [
        &|folder| std::fs::remove_file(folder.path().join(one)).unwrap(),
        &|folder| {
            let bytes = std::fs::read(folder.path().join(other)).unwrap();
            std::fs::write(folder.path().join(one), bytes).unwrap();
        },
    ];
    for spoil in spoil {
        let (folder, out) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        whole::write(&files, folder.path());
        spoil(&folder);
        let to = out.path().join("plain");
        let ran = Command::new("sh")
            .arg(folder.path().join("unwrap-export.sh"))
            .args([&pair().private(), folder.path(), &to])
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&ran.stderr);
        assert!(
            !ran.status.success() && words.contains("manifest"),
            "{words}"
        );
        assert!(!to.exists(), "nothing is in the clear");
    }
}

#[tokio::test]
async fn i1_what_was_exchanged_is_not_taken_by_whoever_says_under_which_key_it_must_be() {
    let (world, bob) = house().await;
    let first = VersionNumber::new(1).unwrap();
    let exports = &world.app.exports;
    let prepare = async |pair: &Pair| {
        let wanted = wanted(&pair.public);
        let ready = exports.prepare_version(&bob, "canary", first, wanted);
        ready.await.unwrap().row
    };
    let expected = prepare(pair()).await;
    let id = expected.id.to_string();
    exports.cancel(&world.actor, &id).await.unwrap();
    let other = made(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
    let exchanged = prepare(&other).await;
    let ann = proven(&world, &world.actor);
    let take = async |under: [u8; 32]| {
        let taken = exports.download(&ann, "canary", first, Some(under));
        code(taken.await)
    };

    assert_eq!(take(expected.fingerprint).await, "export.other-public-key");
    assert_eq!(take(exchanged.fingerprint).await, "ok");
}
