//! Using keys: what applications do with keys of the vault, and with KMS keys through Keyferry.
//!
//! Each use has an entry in the audit log, committed before its answer leaves; where it cannot be committed, for example
//! because the application's access has ended meanwhile, there is no answer.

mod asked;
mod kms;
mod vault;

use std::sync::Arc;

use crate::parts::Shared;

pub use asked::{
    By, Checked, Data, KmsData, KmsMade, KmsOpened, Made, Message, Opened, Proof, Wrapped, Wrapping,
};

/// Use cases of using keys.
pub struct KeyUses {
    shared: Arc<Shared>,
}

impl KeyUses {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}
