//! The records in memory keep the contract of records.

use std::collections::BTreeSet;

use keyferry_domain::id::KmsKeyId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_ports::records::{AuditRecords, Batch, Change, Commits, Expect};
use keyferry_testkit::contract::records::samples::Samples;
use keyferry_testkit::contract::records::{Check, Ways, read_everything};
use keyferry_testkit::records::MemoryRecords;

async fn with_memory(_name: &str, check: Check) {
    check(Ways::same(&MemoryRecords::new())).await;
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

#[tokio::test]
async fn what_is_wanted_disabled_from_the_beginning_is_known_whatever_is_wanted_later() {
    let records = MemoryRecords::new();
    let mut samples = Samples::new();
    let (keystore, changes) = samples.home("prod");
    let mut key = |name: &str, is_enabled: bool, former: Option<KmsKeyId>| {
        let mut key = samples.kms_key(name, &keystore);
        key.intent.enabled = is_enabled;
        key.predecessor = former;
        key
    };
    let on = key("on", true, None);
    let off = key("off", false, None);
    let after_on = key("after-on", false, Some(on.id));
    let after_off = key("after-off", false, Some(off.id));
    let put = |key: &KmsKey, expect| Change::PutKmsKey(key.clone(), expect);
    let mut batch = Batch::from(changes);
    for key in [&on, &off, &after_on, &after_off] {
        batch.push(put(key, Expect::New));
    }
    records.commit(batch).await.unwrap();

    let (mut on, mut off) = (on, off);
    on.intent.enabled = false;
    off.intent.enabled = true;
    for key in [&on, &off] {
        let batch = Batch::new().with(put(key, Expect::Revision(1)));
        records.commit(batch).await.unwrap();
    }

    // The successor of one that was enabled then was disabled by nobody's wish.
    let made = BTreeSet::from([off.id, after_off.id]);
    assert_eq!(records.made_disabled(), made);
}
