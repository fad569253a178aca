//! A writer that is killed leaves every acknowledged batch and no half of one.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use keyferry_db::Database;
use keyferry_ports::records::{
    AuditFilter, AuditRecords as _, JobFilter, JobRecords as _, KeyRecords as _, Page,
};

use crate::support::SqliteFile;

/// Examples are built beside the tests.
fn writer() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let target = test.parent().and_then(std::path::Path::parent).unwrap();
    target
        .join("examples")
        .join(format!("endless_writer{}", std::env::consts::EXE_SUFFIX))
}

/// Lets the writer begin with batch `first`, and kills it after `count` acknowledgements, while it writes on;
/// the last batch that was acknowledged.
fn write_and_kill(file: &SqliteFile, first: u32, count: usize) -> u32 {
    let mut child = Command::new(writer())
        .arg(file.path())
        .arg(first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let acknowledged: Vec<u32> = lines
        .by_ref()
        .take(count)
        .map(|line| line.unwrap().parse().unwrap())
        .collect();
    assert_eq!(acknowledged.len(), count, "the writer ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said between the last line that was read and its death counts too.
    let late = lines.filter_map(|line| line.ok()?.parse().ok()).last();
    late.unwrap_or(acknowledged[count - 1])
}

/// The parts of a batch that are there: key, targets, leaves.
async fn parts_of(database: &Database, number: u32) -> (usize, usize, usize) {
    let key = format!("key {number}").parse().unwrap();
    let key = database.find_keys_called(&key).await.unwrap().pop();
    let filter = AuditFilter {
        object: Some(number.to_string()),
        ..AuditFilter::default()
    };
    let leaves = database
        .find_leaves(&filter, &Page::default())
        .await
        .unwrap();
    let page = Page {
        limit: 1000,
        cursor: None,
    };
    let jobs = database
        .list_jobs(&JobFilter::default(), &page)
        .await
        .unwrap();
    let mut targets = 0;
    for job in jobs
        .rows
        .iter()
        .filter(|job| job.title == number.to_string())
    {
        assert_eq!(job.progress.total, 2);
        targets += database.list_targets(job.id).await.unwrap().len();
    }
    (usize::from(key.is_some()), targets, leaves.rows.len())
}

#[tokio::test]
async fn a_killed_writer_leaves_every_acknowledged_batch_and_no_half_of_one() {
    let file = SqliteFile::new();
    let mut next = 1;
    for count in [1, 7, 20] {
        let last = write_and_kill(&file, next, count);

        let database = file.open().await;
        for number in next..=last {
            assert_eq!(
                parts_of(&database, number).await,
                (1, 2, 3),
                "batch {number} was acknowledged"
            );
        }
        let unanswered = parts_of(&database, last + 1).await;
        assert!(
            [(0, 0, 0), (1, 2, 3)].contains(&unanswered),
            "half a batch: {unanswered:?}"
        );
        let size = database.audit_size().await.unwrap();
        assert_eq!(
            database.list_leaves(0, u32::MAX).await.unwrap().len() as u64,
            size
        );
        database.close().await;
        next = last + 2;
    }
}
