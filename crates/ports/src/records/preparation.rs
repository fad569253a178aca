//! What is prepared to be taken out of the vault.

use async_trait::async_trait;
use keyferry_domain::id::PreparationId;
use keyferry_domain::preparation::{Preparation, Prepared};

use super::Records;

/// The conflict of preparing what is prepared already.
pub const PREPARED_ALREADY: &str = "what is prepared already";

/// The conflict of taking or cancelling what was taken, cancelled or forgotten meanwhile.
pub const PREPARATION_OVER: &str = "what was prepared";

/// Reads of what is prepared, what has expired and is not yet forgotten included.
#[async_trait]
pub trait PreparationRecords: Send + Sync + 'static {
    /// By id.
    async fn find_preparation(&self, id: PreparationId) -> Records<Option<Preparation>>;
    /// By what may be taken.
    async fn find_preparation_of(&self, what: Prepared) -> Records<Option<Preparation>>;
    /// All, oldest first, then by id.
    async fn list_preparations(&self) -> Records<Vec<Preparation>>;
}
