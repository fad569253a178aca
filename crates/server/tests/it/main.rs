//! The real router over records in memory, a real vault and the simulator.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as tests do"
)]

mod approvals;
mod bad_links;
mod changes;
mod clients;
mod config;
mod consent;
mod console;
mod exports;
mod features;
mod grid;
mod journeys;
mod key_import;
mod oidc;
mod one_voice;
mod parsing;
mod people;
mod rates;
mod regressions;
mod request_log;
mod rights;
mod sign_in;
mod site;
mod trials;
mod unseal;
mod wire;
