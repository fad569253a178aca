//! Real cryptography on the imported bytes.

pub(crate) mod blob;
pub(crate) mod material;
pub(crate) mod sign;
pub(crate) mod wrapping;
