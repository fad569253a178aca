//! What the audit crate promises, from outside.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a failed test")]

mod entries;
mod notes;
mod trees;
mod whole_logs;
