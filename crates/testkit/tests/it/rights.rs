//! Rights that are taken at one server are gone at the other.

use std::sync::Arc;

use keyferry_testkit::contract::rights::what_was_taken_elsewhere_gives_no_right_any_more;
use keyferry_testkit::records::MemoryRecords;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a11_what_was_taken_at_another_server_gives_no_right_any_more() {
    let records = Arc::new(MemoryRecords::new());
    what_was_taken_elsewhere_gives_no_right_any_more([records.clone(), records]).await;
}
