//! IAM policies: reading documents and deciding requests.

pub(crate) mod conditions;
pub(crate) mod document;
pub(crate) mod evaluate;
pub(crate) mod principal;
