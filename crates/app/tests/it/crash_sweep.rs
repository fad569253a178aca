//! Jobs killed and put to sleep at every point, at fault rates 0, 10 and 30 %.

use keyferry_testkit::sweep::{Planted, Prepared, Scenario, Tally};

/// Seeds per scenario and fault rate in one `make test`; `KEYFERRY_SWEEP_SEEDS` asks for more.
fn seeds() -> u64 {
    #[allow(clippy::disallowed_methods, reason = "the test's own setting")]
    let asked = std::env::var("KEYFERRY_SWEEP_SEEDS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(SEEDS)
}

const SEEDS: u64 = 20;

/// Restarts that one `make test` counts at least: 20,000 over creation and both rotations.
fn floor(scenario: Scenario) -> u64 {
    match scenario {
        Scenario::CreateAndImport => 5_300,
        Scenario::RotateByNewKey => 10_400,
        Scenario::RotateInPlace => 4_300,
        Scenario::RemoveFromCloud => 4_000,
    }
}

async fn sweep(scenario: Scenario) -> Tally {
    let prepared = Prepared::new(scenario, 1).await;
    let mut tally = Tally::default();
    for seed in 1..=seeds() {
        for fault_percent in [0, 10, 30] {
            prepared
                .sweep(fault_percent, seed, Planted::Nothing, &mut tally)
                .await;
        }
    }
    println!(
        "{scenario:?}: {} runs, {} restarts, {} broken",
        tally.runs,
        tally.restarts,
        tally.broken.len()
    );
    tally
}

fn assert_whole(scenario: Scenario, tally: &Tally) {
    let floor = floor(scenario) * seeds() / SEEDS;
    assert!(
        tally.restarts >= floor,
        "{} restarts of at least {floor}",
        tally.restarts
    );
    let first: Vec<String> = tally
        .broken
        .iter()
        .take(5)
        .map(|(case, broken)| format!("{case}: {broken:?}"))
        .collect();
    assert!(
        first.is_empty(),
        "{} broken, first: {first:#?}",
        tally.broken.len()
    );
}

#[tokio::test]
async fn create_and_import_survives_every_interruption() {
    assert_whole(
        Scenario::CreateAndImport,
        &sweep(Scenario::CreateAndImport).await,
    );
}

#[tokio::test]
async fn rotation_by_new_key_survives_every_interruption() {
    assert_whole(
        Scenario::RotateByNewKey,
        &sweep(Scenario::RotateByNewKey).await,
    );
}

#[tokio::test]
async fn rotation_in_place_survives_every_interruption() {
    assert_whole(
        Scenario::RotateInPlace,
        &sweep(Scenario::RotateInPlace).await,
    );
}

#[tokio::test]
async fn removal_survives_every_interruption() {
    assert_whole(
        Scenario::RemoveFromCloud,
        &sweep(Scenario::RemoveFromCloud).await,
    );
}

/// Whether the sweep notices a mistake within its ordinary budget.
async fn finds(planted: Planted) -> bool {
    let prepared = Prepared::new(Scenario::CreateAndImport, 1).await;
    let mut tally = Tally::default();
    for seed in 1..=seeds() {
        for fault_percent in [0, 10, 30] {
            prepared
                .sweep(fault_percent, seed, planted, &mut tally)
                .await;
            if !tally.broken.is_empty() {
                return true;
            }
        }
    }
    false
}

#[tokio::test]
async fn the_sweep_finds_an_import_before_its_commit() {
    assert!(finds(Planted::ImportBeforeCommit).await);
}

#[tokio::test]
async fn the_sweep_finds_a_blind_retry_of_create_key() {
    assert!(finds(Planted::CreateKeyRetriedBlindly).await);
}

#[tokio::test]
async fn the_sweep_finds_a_request_that_is_signed_anew_after_a_pause() {
    assert!(finds(Planted::SignedAnew).await);
}
