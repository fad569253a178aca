//! Reads of what is prepared to be taken out of the vault.

use async_trait::async_trait;
use keyferry_domain::id::PreparationId;
use keyferry_domain::preparation::{Preparation, Prepared};
use keyferry_ports::records::{PreparationRecords, Records};

use super::Noun;
use crate::Database;
use crate::rows::preparation::{PREPARATION, read_preparation};
use crate::sql::Value;

const PREPARATIONS: Noun<Preparation> = Noun {
    what: "preparation",
    table: "preparations",
    columns: PREPARATION,
    read: read_preparation,
};

#[async_trait]
impl PreparationRecords for Database {
    async fn find_preparation(&self, id: PreparationId) -> Records<Option<Preparation>> {
        PREPARATIONS.find_by(self, "id", Value::text(id)).await
    }

    async fn find_preparation_of(&self, what: Prepared) -> Records<Option<Preparation>> {
        PREPARATIONS.find_by(self, "what", Value::text(what)).await
    }

    async fn list_preparations(&self) -> Records<Vec<Preparation>> {
        let order = "ORDER BY created_at, id";
        PREPARATIONS.list(self, order, Vec::new()).await
    }
}
