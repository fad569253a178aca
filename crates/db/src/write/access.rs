//! Writing people, tokens, sessions, seals, keyring.

use keyferry_domain::id::{SealId, SessionId};
use keyferry_ports::records::{ApiToken, Expect, Seal, SealedKeyring, Session, User};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::access::{
    SEAL, SESSION, TOKEN, USER, seal_values, session_values, token_values, user_values,
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

    pub(super) async fn put_session(&mut self, row: &Session) -> Result<(), Failure> {
        self.upsert("sessions", SESSION, session_values(row), SESSIONS)
            .await
    }

    pub(super) async fn delete_session(&mut self, id: SessionId) -> Result<(), Failure> {
        let sql = "DELETE FROM sessions WHERE id = $1";
        self.transaction
            .run(Statement::new(sql, vec![Value::text(id)]))
            .await?;
        Ok(())
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
