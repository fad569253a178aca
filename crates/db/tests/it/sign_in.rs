//! Lock-out and codes hold where many sign in at once, on both databases.

use std::sync::Arc;

use keyferry_db::Database;
use keyferry_ports::records::AllRecords;
use keyferry_testkit::contract::sign_in::{
    of_many_guesses_at_once_five_are_looked_at, of_sign_ins_with_one_code_at_once_one_is_let_in,
};

use crate::support::{PostgresSchema, SqliteFile};

/// One server.
fn of_one(database: Database) -> [Arc<dyn AllRecords>; 2] {
    let database = Arc::new(database);
    [database.clone(), database]
}

/// Two servers on one database.
async fn of_two(schema: &PostgresSchema) -> [Arc<dyn AllRecords>; 2] {
    [Arc::new(schema.open().await), Arc::new(schema.open().await)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a9_many_guesses_at_once_are_each_counted_on_sqlite() {
    let file = SqliteFile::new();
    of_many_guesses_at_once_five_are_looked_at(of_one(file.open().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a9_many_guesses_at_once_are_each_counted_on_postgres() {
    let schema = PostgresSchema::create().await;
    of_many_guesses_at_once_five_are_looked_at(of_two(&schema).await).await;
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a9_one_code_at_many_places_at_once_lets_in_once_on_sqlite() {
    let file = SqliteFile::new();
    of_sign_ins_with_one_code_at_once_one_is_let_in(of_one(file.open().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a9_one_code_at_many_places_at_once_lets_in_once_on_postgres() {
    let schema = PostgresSchema::create().await;
    of_sign_ins_with_one_code_at_once_one_is_let_in(of_two(&schema).await).await;
    schema.drop().await;
}
