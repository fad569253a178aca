//! Reads of people, tokens, sessions and seals.

use std::cmp::Reverse;

use async_trait::async_trait;
use keyferry_domain::id::{SealId, SessionId, TokenId, UserId};
use keyferry_ports::records::{
    AccessRecords, ApiToken, CanonicalName, Records, Seal, SealedKeyring, Session, SignInTries,
    User,
};

use super::MemoryRecords;

#[async_trait]
impl AccessRecords for MemoryRecords {
    async fn find_user(&self, id: UserId) -> Records<Option<User>> {
        Ok(self.lock().users.get(&id).map(|row| User::clone(row)))
    }

    async fn find_user_by_name(&self, name: &CanonicalName) -> Records<Option<User>> {
        Ok(self
            .lock()
            .users
            .rows()
            .find(|row| CanonicalName::from(&row.name) == *name)
            .cloned())
    }

    async fn list_users(&self) -> Records<Vec<User>> {
        let mut rows: Vec<User> = self.lock().users.rows().cloned().collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    async fn find_token(&self, hash: &[u8; 32]) -> Records<Option<ApiToken>> {
        Ok(self
            .lock()
            .tokens
            .rows()
            .find(|row| row.hash == *hash)
            .cloned())
    }

    async fn find_token_by_id(&self, id: TokenId) -> Records<Option<ApiToken>> {
        Ok(self.lock().tokens.get(&id).map(|row| ApiToken::clone(row)))
    }

    async fn list_tokens(&self, user: UserId) -> Records<Vec<ApiToken>> {
        let mut rows: Vec<ApiToken> = self
            .lock()
            .tokens
            .rows()
            .filter(|row| row.user == user)
            .cloned()
            .collect();
        rows.sort_by_key(|row| Reverse((row.created_at, row.id)));
        Ok(rows)
    }

    async fn find_session(&self, hash: &[u8; 32]) -> Records<Option<Session>> {
        Ok(self
            .lock()
            .sessions
            .rows()
            .find(|row| row.hash == *hash)
            .cloned())
    }

    async fn find_session_by_id(&self, id: SessionId) -> Records<Option<Session>> {
        Ok(self.lock().sessions.get(&id).map(|row| Session::clone(row)))
    }

    async fn list_sessions(&self, user: UserId) -> Records<Vec<Session>> {
        let state = self.lock();
        let rows = state.sessions.rows().filter(|row| row.user == user);
        let mut rows: Vec<Session> = rows.cloned().collect();
        rows.sort_by_key(|row| Reverse((row.created_at, row.id)));
        Ok(rows)
    }

    async fn find_sign_in_tries(&self, name: &[u8; 32]) -> Records<Option<SignInTries>> {
        let state = self.lock();
        Ok(state
            .sign_in_tries
            .get(name)
            .map(|row| SignInTries::clone(row)))
    }

    async fn list_seals(&self) -> Records<Vec<Seal>> {
        let mut rows: Vec<Seal> = self.lock().seals.rows().cloned().collect();
        rows.sort_by_key(|row| (row.created_at, row.id));
        Ok(rows)
    }

    async fn find_seal(&self, id: SealId) -> Records<Option<Seal>> {
        Ok(self.lock().seals.get(&id).map(|row| Seal::clone(row)))
    }

    async fn find_keyring(&self) -> Records<Option<SealedKeyring>> {
        Ok(self
            .lock()
            .keyring
            .get(&())
            .map(|row| SealedKeyring::clone(row)))
    }
}
