//! Durable work: jobs, targets, attempts, outcomes, lanes, quotas and recovery.

pub mod driver;
pub mod pacer;
