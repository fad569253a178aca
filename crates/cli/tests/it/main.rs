//! Commands as a person types them, against a real server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as tests do"
)]

mod access_key;
mod applications;
mod approvals;
mod around;
mod audit;
mod changes;
mod commands;
mod destruction;
mod docs;
mod dry_run;
mod errors;
mod foreign_hands;
mod grants;
mod grid;
mod jobs;
mod key_export;
mod key_import;
mod kinds_of_key;
mod life;
mod manifest;
mod multi_region;
mod options;
mod own_rights;
mod people;
mod pinning;
mod policies;
mod promises;
mod rates;
mod role;
mod rotation;
mod shell;
