//! Writing which KMS keys need which versions, and destroying versions that none needs.
//!
//! Both sides lock the version's row before they look at the other side: whoever destroys writes it first, and whoever
//! begins to need it locks it against changes.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keyferry_domain::destruction::Erasure;
use keyferry_domain::id::{KeyId, KmsKeyId};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::material::SealedMaterial;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::{VERSION_DOOMED, VERSION_NEEDED};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::sql::{Row, Statement, Value};

const CONFLICTS: Conflicts = Conflicts {
    seen: "key version destruction",
    taken: "key version destruction",
    reference: "key version destruction",
};

type Version = (KeyId, VersionNumber);

impl Writer {
    pub(super) async fn set_destruction(
        &mut self,
        (key, version): Version,
        state: VersionState,
        (seen, due, announced): (Option<Timestamp>, Option<Timestamp>, Option<Timestamp>),
    ) -> Result<(), Failure> {
        let mut values = vec![
            Value::opt_time(due),
            Value::text(key),
            Value::count(version.get()),
            Value::text(state),
            Value::opt_time(announced),
        ];
        let as_seen = match seen {
            Some(seen) => {
                values.push(Value::time(seen));
                "destroy_due_at = $6"
            }
            None => "destroy_due_at IS NULL",
        };
        let sql = format!(
            "UPDATE key_versions SET destroy_due_at = $1, destroy_announced_at = $5 \
             WHERE key_id = $2 AND number = $3 AND state = $4 AND {as_seen}"
        );
        self.run(Statement::new(sql, values), CONFLICTS).await?;
        if seen.is_none() && due.is_some() {
            self.refuse_needed((key, version)).await?;
        }
        Ok(())
    }

    pub(super) async fn destroy_version(
        &mut self,
        (key, version): Version,
        from: VersionState,
        why: Erasure,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let mut values = vec![
            Value::text(VersionState::Destroyed),
            Value::time(at),
            Value::text(key),
            Value::count(version.get()),
            Value::text(from),
        ];
        let as_seen = match why {
            Erasure::Scheduled(due) => {
                values.push(Value::time(due));
                "AND destroy_due_at = $6 AND destroy_announced_at IS NOT NULL"
            }
            Erasure::NoCopyKept => "AND state <> 'destroyed' AND origin = 'passed-through'",
        };
        let sql = format!(
            "UPDATE key_versions SET sealed = NULL, state = $1, state_since = $2, destroy_due_at = NULL, \
             destroy_announced_at = NULL WHERE key_id = $3 AND number = $4 AND state = $5 {as_seen}"
        );
        self.run(Statement::new(sql, values), CONFLICTS).await?;
        match why {
            Erasure::Scheduled(_) => self.refuse_needed((key, version)).await,
            Erasure::NoCopyKept => Ok(()),
        }
    }

    pub(super) async fn bring_back_version(
        &mut self,
        (key, version): Version,
        sealed: &SealedMaterial,
        to: VersionState,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let sql = "UPDATE key_versions SET sealed = $1, state = $2, state_since = $3 \
             WHERE key_id = $4 AND number = $5 AND state = 'destroyed' AND origin = 'passed-through'";
        let values = vec![
            Value::bytes(sealed.as_bytes()),
            Value::text(to),
            Value::time(at),
            Value::text(key),
            Value::count(version.get()),
        ];
        self.run(Statement::new(sql, values), CONFLICTS).await
    }

    async fn refuse_needed(&mut self, (key, version): Version) -> Result<(), Failure> {
        let sql = "SELECT 1 FROM version_holders WHERE key_id = $1 AND version = $2 LIMIT 1";
        let values = vec![Value::text(key), Value::count(version.get())];
        if self.has(Statement::new(sql, values)).await? {
            return Err(Failure::Conflict(VERSION_NEEDED));
        }
        Ok(())
    }

    /// Notes what a KMS key needs. What it needs already was allowed when it began to.
    pub(super) async fn put_needs(&mut self, row: &KmsKey) -> Result<(), Failure> {
        let (had, needs) = (self.find_needs(row.id).await?, row.needs());
        for version in needs.difference(&had) {
            self.insert_need(row.id, *version).await?;
            self.refuse_doomed(*version).await?;
        }
        for (key, version) in had.difference(&needs) {
            let sql = "DELETE FROM version_holders \
                 WHERE key_id = $1 AND version = $2 AND kms_key_id = $3";
            let values = vec![
                Value::text(key),
                Value::count(version.get()),
                Value::text(row.id),
            ];
            self.transaction.run(Statement::new(sql, values)).await?;
        }
        Ok(())
    }

    async fn find_needs(&mut self, id: KmsKeyId) -> Result<BTreeSet<Version>, Failure> {
        let sql = "SELECT key_id, version FROM version_holders WHERE kms_key_id = $1";
        let rows = self
            .transaction
            .fetch("version holder", Statement::new(sql, vec![Value::text(id)]))
            .await?;
        let read = |mut row: Row| {
            let key = row.parse()?;
            let number = VersionNumber::new(row.count()?);
            let number = number.ok_or_else(|| row.corrupt("a version number is zero"))?;
            Ok((key, number))
        };
        rows.into_iter().map(read).collect()
    }

    async fn insert_need(&mut self, id: KmsKeyId, (key, version): Version) -> Result<(), Failure> {
        let values = vec![
            Value::text(key),
            Value::count(version.get()),
            Value::text(id),
        ];
        let columns = ["key_id", "version", "kms_key_id"];
        let statement = Statement::insert("version_holders", &columns, values);
        self.run(statement, CONFLICTS).await
    }

    /// A version that is not there yet comes with the same batch or never.
    async fn refuse_doomed(&mut self, (key, version): Version) -> Result<(), Failure> {
        let lock = self.transaction.dialect().for_share;
        let sql = format!(
            "SELECT state, destroy_due_at FROM key_versions WHERE key_id = $1 AND number = $2 {lock}"
        );
        let values = vec![Value::text(key), Value::count(version.get())];
        let rows = self
            .transaction
            .fetch("key version", Statement::new(sql, values))
            .await?;
        for mut row in rows {
            let state = row.word(VersionState::from_word)?;
            if state == VersionState::Destroyed || row.opt_time()?.is_some() {
                return Err(Failure::Conflict(VERSION_DOOMED));
            }
        }
        Ok(())
    }

    /// What it needs stays known when its row is gone, with the name by which people knew it.
    pub(super) async fn keep_needs(&mut self, id: KmsKeyId) -> Result<(), Failure> {
        let sql = "UPDATE version_holders \
             SET name = (SELECT name FROM kms_keys WHERE id = $1), \
             arn = (SELECT arn FROM kms_keys WHERE id = $1) WHERE kms_key_id = $1";
        self.transaction
            .run(Statement::new(sql, vec![Value::text(id)]))
            .await?;
        Ok(())
    }
}
