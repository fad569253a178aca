//! Rights that are taken at one server are gone at the other, on both databases.

use std::sync::Arc;

use keyferry_testkit::contract::rights::what_was_taken_elsewhere_gives_no_right_any_more;

use crate::support::{PostgresSchema, SqliteFile};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a11_what_was_taken_by_another_handle_gives_no_right_any_more_on_sqlite() {
    let file = SqliteFile::new();
    let (here, there) = (file.open().await, file.open().await);
    what_was_taken_elsewhere_gives_no_right_any_more([Arc::new(here), Arc::new(there)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a11_what_was_taken_at_another_server_gives_no_right_any_more_on_postgres() {
    let schema = PostgresSchema::create().await;
    let (here, there) = (schema.open().await, schema.open().await);
    what_was_taken_elsewhere_gives_no_right_any_more([Arc::new(here), Arc::new(there)]).await;
    schema.drop().await;
}
