//! Writing KMS keys and the words by which they are looked up.

use std::collections::BTreeSet;

use keyferry_domain::id::KmsKeyId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_ports::records::Expect;

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::kms_key::{KMS_KEY, kms_key_values, words_of};
use crate::sql::{Statement, Value};

const CONFLICTS: Conflicts = Conflicts {
    seen: "kms key revision",
    taken: "kms key name",
    reference: "kms key in use",
};

const ARN_CONFLICTS: Conflicts = Conflicts {
    taken: "kms key arn",
    ..CONFLICTS
};

impl Writer {
    pub(super) async fn put_kms_key(
        &mut self,
        row: &KmsKey,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.put("kms_keys", KMS_KEY, kms_key_values(row)?, expect, CONFLICTS)
            .await?;
        if expect == Expect::New {
            self.lock_keystore(row).await?;
        }
        self.put_words(row, expect).await?;
        self.put_needs(row).await
    }

    /// Keeps the keystore from being removed before the KMS key is there to be seen.
    async fn lock_keystore(&mut self, row: &KmsKey) -> Result<(), Failure> {
        let lock = self.transaction.dialect().for_key_share;
        let sql = format!("SELECT 1 FROM keystores WHERE id = $1 {lock}");
        if self
            .has(Statement::new(sql, vec![Value::text(row.keystore)]))
            .await?
        {
            return Ok(());
        }
        Err(Failure::Conflict("keystore of the kms key"))
    }

    /// Most updates change no word: those are found by one read.
    async fn put_words(&mut self, row: &KmsKey, expect: Expect) -> Result<(), Failure> {
        let words = words_of(row);
        if expect != Expect::New {
            if self.find_words(row.id).await?
                == words
                    .iter()
                    .map(|(kind, word)| ((*kind).to_owned(), word.clone()))
                    .collect()
            {
                return Ok(());
            }
            let sql = "DELETE FROM kms_key_words WHERE kms_key_id = $1";
            self.transaction
                .run(Statement::new(sql, vec![Value::text(row.id)]))
                .await?;
        }
        if words.is_empty() {
            return Ok(());
        }
        let values = words
            .into_iter()
            .flat_map(|(kind, word)| [Value::text(kind), Value::text(word), Value::text(row.id)])
            .collect();
        let columns = ["kind", "word", "kms_key_id"];
        let statement = Statement::insert("kms_key_words", &columns, values);
        self.run(statement, ARN_CONFLICTS).await
    }

    async fn find_words(&mut self, id: KmsKeyId) -> Result<BTreeSet<(String, String)>, Failure> {
        let sql = "SELECT kind, word FROM kms_key_words WHERE kms_key_id = $1";
        let rows = self
            .transaction
            .fetch("word", Statement::new(sql, vec![Value::text(id)]))
            .await?;
        let read = |mut row: crate::sql::Row| Ok((row.text()?, row.text()?));
        rows.into_iter().map(read).collect()
    }

    pub(super) async fn delete_kms_key(
        &mut self,
        id: KmsKeyId,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.keep_needs(id).await?;
        self.delete("kms_keys", id, expect, CONFLICTS).await
    }
}
