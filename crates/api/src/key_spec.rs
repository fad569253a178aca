//! Kinds of key: what goes with which.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::page::page;

/// A kind of key that the vault makes and AWS takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeySpecView {
    /// Our name, such as `AES-256`.
    pub spec: String,
    /// AWS's name, such as `SYMMETRIC_DEFAULT`.
    pub aws_spec: String,
    /// AWS's `KeyUsage`s that a KMS key of it may have; the first is what it has unless another is given.
    pub usages: Vec<String>,
    /// What applications may do with a key of it unless something else is given.
    pub usual_operations: Vec<String>,
    /// Everything that a key of it can be permitted.
    pub possible_operations: Vec<String>,
    /// Whether a KMS key of it can get new material in place.
    pub rotates_in_place: bool,
}

page! {
    /// Every spec, the usual one first.
    KeySpecPage of KeySpecView
}
