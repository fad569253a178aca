//! Writes batches to a SQLite file until it is killed: `endless_writer FILE FIRST`.
//!
//! Prints the number of each batch once it is acknowledged. A test kills it and counts.

use std::io::Write as _;

use keyferry_db::{Database, DatabaseUrl, PoolLimits};
use keyferry_ports::records::{Batch, Change, Commits as _, Expect};
use keyferry_testkit::contract::records::samples::Samples;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("the file is missing")?;
    let first: u32 = arguments
        .next()
        .ok_or("the first number is missing")?
        .parse()?;
    let database = Database::open(&DatabaseUrl::sqlite(path), PoolLimits::default()).await?;
    let mut samples = Samples::starting_at(first * 1_000);
    for number in first.. {
        database.commit(batch(&mut samples, number)).await?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{number}")?;
        out.flush()?;
    }
    Ok(())
}

/// A key, a job with two targets, and three audit leaves, all with the number.
fn batch(samples: &mut Samples, number: u32) -> Batch {
    let job = samples.job(&number.to_string());
    let mut batch = Batch::new()
        .with(Change::PutKey(
            samples.key(&format!("key {number}")),
            Expect::New,
        ))
        .with(Change::InsertJob(job.clone()));
    for ordinal in 0..2 {
        batch.push(Change::InsertTarget(samples.target(&job, ordinal)));
    }
    for _ in 0..3 {
        batch.push(Change::AppendAudit(samples.leaf(
            "writer",
            "write",
            &number.to_string(),
        )));
    }
    batch
}
