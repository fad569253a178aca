//! Memory, SQLite and PostgreSQL answer random batches and questions alike.

use keyferry_testkit::contract::records::differential::Differential;
use keyferry_testkit::records::MemoryRecords;

use crate::support::{PostgresSchema, SqliteFile};

/// Each round ends with closing and opening the databases.
async fn compare(seed: u64, rounds: usize, steps: usize) {
    let memory = MemoryRecords::new();
    let file = SqliteFile::new();
    let schema = PostgresSchema::create().await;
    let mut run = Differential::new(seed);
    for _ in 0..rounds {
        let (sqlite, postgres) = (file.open().await, schema.open().await);
        run.run(steps, &[&memory, &sqlite, &postgres]).await;
        sqlite.close().await;
        postgres.close().await;
    }
    let accepted = run.accepted();
    assert!(
        accepted > rounds * steps / 4,
        "seed {seed}: only {accepted} batches were accepted"
    );
    schema.drop().await;
}

#[tokio::test]
async fn random_batches_and_questions_are_answered_alike_by_seed_1() {
    compare(1, 4, 150).await;
}

#[tokio::test]
async fn random_batches_and_questions_are_answered_alike_by_seed_2() {
    compare(2, 4, 150).await;
}

#[tokio::test]
async fn random_batches_and_questions_are_answered_alike_by_seed_3() {
    compare(3, 4, 150).await;
}
