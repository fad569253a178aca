//! Writing people, tokens, sessions, seals, keyring.

use jiff::Timestamp;
use keyferry_domain::id::{SealId, SessionId};
use keyferry_ports::records::{
    ACCESS_ENDED, AccessClaim, ApiToken, Expect, Seal, SealedKeyring, Session, SignInTries, User,
    Via,
};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::access::{
    SEAL, SESSION, TOKEN, TRIES, USER, seal_values, session_values, token_values, tries_values,
    user_values,
};
use crate::sql::{Statement, Value};

const USERS: Conflicts = Conflicts {
    seen: "user revision",
    taken: "user name",
    reference: "user in use",
};
const TOKENS: Conflicts = Conflicts {
    seen: "token",
    taken: "token",
    reference: "user of the token",
};
const SESSIONS: Conflicts = Conflicts {
    seen: "session",
    taken: "session",
    reference: "user of the session",
};
const TRIED: Conflicts = Conflicts {
    seen: "tries to sign in",
    taken: "tries to sign in",
    reference: "tries to sign in",
};
const SEALS: Conflicts = Conflicts {
    seen: "seal",
    taken: "seal name",
    reference: "seal in use",
};
const KEYRING: Conflicts = Conflicts {
    seen: "keyring revision",
    taken: "keyring revision",
    reference: "keyring",
};

impl Writer {
    pub(super) async fn put_user(&mut self, row: &User, expect: Expect) -> Result<(), Failure> {
        self.put("users", USER, user_values(row), expect, USERS)
            .await
    }

    pub(super) async fn put_token(&mut self, row: &ApiToken) -> Result<(), Failure> {
        self.upsert("api_tokens", TOKEN, token_values(row), TOKENS)
            .await
    }

    pub(super) async fn insert_session(&mut self, row: &Session) -> Result<(), Failure> {
        self.insert("sessions", SESSION, session_values(row), SESSIONS)
            .await
    }

    pub(super) async fn touch_session(
        &mut self,
        id: SessionId,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let sql = "UPDATE sessions SET used_at = $2 WHERE id = $1";
        let values = vec![Value::text(id), Value::time(at)];
        self.run(Statement::new(sql, values), SESSIONS).await
    }

    pub(super) async fn confirm_session(
        &mut self,
        id: SessionId,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let sql = "UPDATE sessions SET confirmed_at = $2 WHERE id = $1";
        let values = vec![Value::text(id), Value::time(at)];
        self.run(Statement::new(sql, values), SESSIONS).await
    }

    pub(super) async fn delete_session(&mut self, id: SessionId) -> Result<(), Failure> {
        let sql = "DELETE FROM sessions WHERE id = $1";
        self.transaction
            .run(Statement::new(sql, vec![Value::text(id)]))
            .await?;
        Ok(())
    }

    pub(super) async fn put_sign_in_tries(
        &mut self,
        row: &SignInTries,
        expect: Expect,
    ) -> Result<(), Failure> {
        self.put("sign_in_tries", TRIES, tries_values(row), expect, TRIED)
            .await
    }

    pub(super) async fn delete_sign_in_tries(&mut self, name: &[u8; 32]) -> Result<(), Failure> {
        let sql = "DELETE FROM sign_in_tries WHERE name_hash = $1";
        let statement = Statement::new(sql, vec![Value::bytes(name)]);
        self.transaction.run(statement).await?;
        Ok(())
    }

    pub(super) async fn prune_sign_in_tries(&mut self, before: Timestamp) -> Result<(), Failure> {
        let sql = "DELETE FROM sign_in_tries WHERE last_at < $1";
        let statement = Statement::new(sql, vec![Value::time(before)]);
        self.transaction.run(statement).await?;
        Ok(())
    }

    /// Looks once more whether a person is let in, and keeps that from being changed until the batch is written.
    pub(super) async fn check_claim(&mut self, claim: AccessClaim) -> Result<(), Failure> {
        let (table, id, is_valid) = match claim.via {
            Via::Session(id) => ("sessions", id.to_string(), "via.epoch = $2"),
            Via::Token(id) => ("api_tokens", id.to_string(), "via.revoked_at IS NULL"),
        };
        let lock = self.transaction.dialect().for_share;
        let sql = format!(
            "SELECT users.id FROM users JOIN {table} via ON via.user_id = users.id \
             WHERE users.id = $1 AND users.access_epoch = $2 AND users.is_locked = 0 \
             AND users.offboarded_at IS NULL AND via.id = $3 AND {is_valid} {lock}"
        );
        let values = vec![
            Value::text(claim.user),
            Value::count(claim.epoch),
            Value::text(id),
        ];
        self.find(Statement::new(sql, values), ACCESS_ENDED).await
    }

    pub(super) async fn insert_seal(&mut self, row: &Seal) -> Result<(), Failure> {
        self.insert("seals", SEAL, seal_values(row), SEALS).await
    }

    /// All seals are locked, so that two removals at once cannot each leave the other's.
    pub(super) async fn delete_seal(&mut self, id: SealId) -> Result<(), Failure> {
        let lock = self.transaction.dialect().for_update;
        let sql = format!("SELECT id FROM seals ORDER BY id {lock}");
        let mut seals: Vec<SealId> = Vec::new();
        for mut row in self
            .transaction
            .fetch("seal", Statement::new(sql, Vec::new()))
            .await?
        {
            seals.push(row.parse()?);
        }
        if !seals.contains(&id) {
            return Err(Failure::Conflict(SEALS.seen));
        }
        if seals.len() == 1 {
            return Err(Failure::Conflict("last seal"));
        }
        let sql = "DELETE FROM seals WHERE id = $1";
        self.run(Statement::new(sql, vec![Value::text(id)]), SEALS)
            .await
    }

    pub(super) async fn put_keyring(
        &mut self,
        row: &SealedKeyring,
        expect: Expect,
    ) -> Result<(), Failure> {
        let values = vec![Value::text("keyring"), Value::bytes(&row.bytes)];
        self.put(
            "keyring",
            &["id", "sealed", "revision"],
            values,
            expect,
            KEYRING,
        )
        .await
    }
}
