//! The simulator in its folder: what it keeps from one start to the next, and for whose eyes.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use keyferry_demo::{PRODUCTION, REGIONS, STAGING, SimulatedAws, SimulatorSettings};
use kms_sim::{Caller, SimClock};
use serde_json::json;

async fn start(folder: &Path, seed: u64) -> SimulatedAws {
    let settings = SimulatorSettings {
        folder: folder.to_owned(),
        listen: None,
        clock: SimClock::system(),
        seed,
    };
    SimulatedAws::start(settings).await.unwrap()
}

fn keys_in(aws: &SimulatedAws, account: &str) -> usize {
    let now = SimClock::system().now();
    let listed = aws.simulator().kms(
        &Caller::root(account),
        REGIONS[0],
        "ListKeys",
        json!({}),
        now,
    );
    listed.unwrap()["Keys"].as_array().unwrap().len()
}

#[tokio::test]
async fn keys_access_keys_address_and_certificate_survive_a_new_start() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path(), 1).await;
    let now = SimClock::system().now();
    let root = Caller::root(PRODUCTION);
    first
        .simulator()
        .kms(&root, REGIONS[0], "CreateKey", json!({}), now)
        .unwrap();
    first.save().unwrap();
    let (url, ca, keys) = (
        first.url(),
        first.ca().to_owned(),
        first.access_keys().to_vec(),
    );
    drop(first);
    // The listener goes with its task, which ends when the runtime next looks at it.
    tokio::task::yield_now().await;

    let second = start(folder.path(), 2).await;

    assert_eq!(keys_in(&second, PRODUCTION), 1);
    assert_eq!(keys_in(&second, STAGING), 0);
    assert_eq!(
        (second.url(), second.ca(), second.access_keys()),
        (url, ca.as_str(), &keys[..])
    );
}

#[tokio::test]
async fn only_the_owner_may_read_access_keys_and_state() {
    let folder = tempfile::tempdir().unwrap();
    let aws = start(folder.path(), 1).await;

    assert_eq!(aws.access_keys().len(), 4);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.file_name());
    }
    let shown = format!("{aws:?}");
    assert!(!shown.contains(&aws.access_keys()[0].secret_access_key));
}

#[tokio::test]
async fn another_seed_makes_other_secrets() {
    let folders = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());

    let (one, other) = (
        start(folders.0.path(), 1).await,
        start(folders.1.path(), 2).await,
    );

    let secrets = |aws: &SimulatedAws| aws.access_keys()[0].secret_access_key.clone();
    assert_ne!(secrets(&one), secrets(&other));
}
