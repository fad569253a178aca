//! The records in memory keep the contract of records.

use keyferry_ports::records::{AuditRecords, Batch, Change, Commits};
use keyferry_testkit::contract::records::samples::Samples;
use keyferry_testkit::contract::records::{Check, read_everything};
use keyferry_testkit::records::MemoryRecords;

async fn with_memory(_name: &str, check: Check) {
    check(&MemoryRecords::new()).await;
}

keyferry_testkit::records_contract!(with_memory);

#[tokio::test]
async fn a_fork_is_independent_of_its_origin() {
    let mut samples = Samples::new();
    let mut batch = |records: MemoryRecords| {
        let leaf = samples.leaf("a", "b", "c");
        async move {
            records
                .commit(Batch::new().with(Change::AppendAudit(leaf)))
                .await
                .unwrap()
        }
    };
    let origin = MemoryRecords::new();
    batch(origin.clone()).await;
    let fork = origin.fork();
    assert_eq!(read_everything(&fork).await, read_everything(&origin).await);

    batch(fork.clone()).await;
    batch(fork.clone()).await;

    assert_eq!(origin.audit_size().await.unwrap(), 1);
    assert_eq!(fork.audit_size().await.unwrap(), 3);
}
