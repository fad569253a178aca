//! What the application needs from outside: clock, entropy, vault, AWS and records.
//!
//! Traits in our own words with our own errors. Adapters implement them; nothing here does IO.

pub mod aws;
pub mod clock;
pub mod durable;
pub mod entropy;
pub mod identity;
pub mod marks;
pub mod messenger;
pub mod outlet;
pub mod policy;
pub mod records;
pub mod request_log;
pub mod secret;
pub mod vault;
