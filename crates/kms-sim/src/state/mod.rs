//! Everything the simulated AWS remembers.

pub(crate) mod account;
pub(crate) mod iam;
pub(crate) mod key;
pub(crate) mod material;
pub(crate) mod tokens;
pub(crate) mod world;
