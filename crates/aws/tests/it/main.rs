//! The adapter against servers on this machine, over real TCP, TLS and HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails is a failed test"
)]

mod answers;
mod codes;
mod identities;
mod proxy;
mod settings;
mod signing;
mod simulator;
mod support;
mod tls;
mod unanswered;
