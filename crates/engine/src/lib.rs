//! Durable work: jobs, targets, attempts, outcomes, lanes, quotas and recovery.
