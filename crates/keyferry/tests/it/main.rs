//! The real binary: processes, files, signals.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::zombie_processes,
    reason = "helpers of tests may fail as tests do"
)]

mod host;
mod oidc;
mod peers;
mod server;
mod several_servers;
mod ssrf;
mod trial_by_schema;
