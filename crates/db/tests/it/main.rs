//! The records in SQLite and PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests panic as tests do"
)]

mod broken;
mod contract;
mod golden;
mod kill;
mod leases;
mod rights;
mod same_answers;
mod schema;
mod sign_in;
mod support;
mod together;
mod upgrade;
