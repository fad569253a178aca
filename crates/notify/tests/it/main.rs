//! Webhooks and mail against servers that speak the protocols, over real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail loudly"
)]

mod mail;
mod outlets;
mod support;
mod webhook;
