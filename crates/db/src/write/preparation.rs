//! Writing what is prepared to be taken out of the vault.

use jiff::Timestamp;
use keyferry_domain::id::PreparationId;
use keyferry_domain::preparation::Preparation;
use keyferry_ports::records::{PREPARATION_OVER, PREPARED_ALREADY};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::preparation::{PREPARATION, preparation_values};
use crate::sql::{Statement, Value};

const NEW: Conflicts = Conflicts {
    seen: PREPARED_ALREADY,
    taken: PREPARED_ALREADY,
    reference: PREPARED_ALREADY,
};
const ENDING: Conflicts = Conflicts {
    seen: PREPARATION_OVER,
    taken: PREPARATION_OVER,
    reference: PREPARATION_OVER,
};

impl Writer {
    pub(super) async fn insert_preparation(&mut self, row: &Preparation) -> Result<(), Failure> {
        let values = preparation_values(row);
        self.insert("preparations", PREPARATION, values, NEW).await
    }

    pub(super) async fn end_preparation(&mut self, id: PreparationId) -> Result<(), Failure> {
        let sql = "DELETE FROM preparations WHERE id = $1";
        let statement = Statement::new(sql, vec![Value::text(id)]);
        self.run(statement, ENDING).await
    }

    pub(super) async fn prune_preparations(&mut self, at: Timestamp) -> Result<(), Failure> {
        let sql = "DELETE FROM preparations WHERE expires_at <= $1";
        let statement = Statement::new(sql, vec![Value::time(at)]);
        self.transaction.run(statement).await?;
        Ok(())
    }
}
