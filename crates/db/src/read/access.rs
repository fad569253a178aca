//! Reads of people, tokens, sessions and seals.

use async_trait::async_trait;
use keyferry_domain::id::{SealId, SessionId, TokenId, UserId};
use keyferry_ports::records::{
    AccessRecords, ApiToken, CanonicalName, Records, Seal, SealedKeyring, Session, SignInTries,
    User,
};

use super::Noun;
use crate::Database;
use crate::rows::access::{
    SEAL, SESSION, TOKEN, TRIES, USER, read_seal, read_session, read_token, read_tries, read_user,
};
use crate::sql::{Statement, Value};

const USERS: Noun<User> = Noun {
    what: "user",
    table: "users",
    columns: USER,
    read: read_user,
};
const TOKENS: Noun<ApiToken> = Noun {
    what: "token",
    table: "api_tokens",
    columns: TOKEN,
    read: read_token,
};
const SESSIONS: Noun<Session> = Noun {
    what: "session",
    table: "sessions",
    columns: SESSION,
    read: read_session,
};
const TRIED: Noun<SignInTries> = Noun {
    what: "tries to sign in",
    table: "sign_in_tries",
    columns: TRIES,
    read: read_tries,
};
const SEALS: Noun<Seal> = Noun {
    what: "seal",
    table: "seals",
    columns: SEAL,
    read: read_seal,
};
#[async_trait]
impl AccessRecords for Database {
    async fn find_user(&self, id: UserId) -> Records<Option<User>> {
        USERS.find_by(self, "id", Value::text(id)).await
    }

    async fn find_user_by_name(&self, name: &CanonicalName) -> Records<Option<User>> {
        USERS
            .find_by(self, "canonical", Value::text(name.as_str()))
            .await
    }

    async fn list_users(&self) -> Records<Vec<User>> {
        USERS.list(self, "ORDER BY name", Vec::new()).await
    }

    async fn find_token(&self, hash: &[u8; 32]) -> Records<Option<ApiToken>> {
        TOKENS.find_by(self, "hash", Value::bytes(hash)).await
    }

    async fn find_token_by_id(&self, id: TokenId) -> Records<Option<ApiToken>> {
        TOKENS.find_by(self, "id", Value::text(id)).await
    }

    async fn list_tokens(&self, user: UserId) -> Records<Vec<ApiToken>> {
        let clause = "WHERE user_id = $1 ORDER BY created_at DESC, id DESC";
        TOKENS.list(self, clause, vec![Value::text(user)]).await
    }

    async fn find_session(&self, hash: &[u8; 32]) -> Records<Option<Session>> {
        SESSIONS.find_by(self, "hash", Value::bytes(hash)).await
    }

    async fn find_session_by_id(&self, id: SessionId) -> Records<Option<Session>> {
        SESSIONS.find_by(self, "id", Value::text(id)).await
    }

    async fn list_sessions(&self, user: UserId) -> Records<Vec<Session>> {
        let clause = "WHERE user_id = $1 ORDER BY created_at DESC, id DESC";
        SESSIONS.list(self, clause, vec![Value::text(user)]).await
    }

    async fn find_sign_in_tries(&self, name: &[u8; 32]) -> Records<Option<SignInTries>> {
        TRIED.find_by(self, "name_hash", Value::bytes(name)).await
    }

    async fn list_seals(&self) -> Records<Vec<Seal>> {
        SEALS
            .list(self, "ORDER BY created_at, id", Vec::new())
            .await
    }

    async fn find_seal(&self, id: SealId) -> Records<Option<Seal>> {
        SEALS.find_by(self, "id", Value::text(id)).await
    }

    async fn find_keyring(&self) -> Records<Option<SealedKeyring>> {
        let sql = "SELECT sealed, revision FROM keyring WHERE id = 'keyring'";
        let rows = self
            .engine
            .read("keyring", Statement::new(sql, Vec::new()))
            .await?;
        let read = |mut row: crate::sql::Row| {
            Ok(SealedKeyring {
                bytes: row.bytes()?,
                revision: row.count()?,
            })
        };
        rows.into_iter().next().map(read).transpose()
    }
}
