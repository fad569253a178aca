//! Commands as a person types them, against a real server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as tests do"
)]

mod changes;
mod commands;
mod docs;
mod dry_run;
mod errors;
mod key_import;
mod pinning;
mod promises;
mod rotation;
mod shell;
