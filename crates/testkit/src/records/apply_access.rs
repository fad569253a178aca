//! Changes of people, tokens, sessions and tries to sign in, and in whose name batches are written.

use jiff::Timestamp;
use keyferry_domain::id::SessionId;
use keyferry_ports::records::{
    ACCESS_ENDED, AccessClaim, ApiToken, CanonicalName, Expect, Records, Session, SignInTries,
    User, Via,
};

use super::state::{State, conflict, ensure, next_revision, whole_micros};

impl State {
    /// Whether a person is let in as when the request came.
    pub(super) fn check_claim(&self, claim: &AccessClaim) -> Records<()> {
        let is_let_in = self
            .users
            .get(&claim.user)
            .is_some_and(|user| user.may_enter() && user.access_epoch == claim.epoch);
        let by = match claim.via {
            Via::Session(id) => self
                .sessions
                .get(&id)
                .is_some_and(|row| row.user == claim.user && row.epoch == claim.epoch),
            Via::Token(id) => self
                .tokens
                .get(&id)
                .is_some_and(|row| row.user == claim.user && row.revoked_at.is_none()),
        };
        ensure(is_let_in && by, ACCESS_ENDED)
    }

    pub(super) fn put_user(&mut self, mut row: User, expect: Expect) -> Records<()> {
        let found = self.users.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "user revision")?;
        let name = CanonicalName::from(&row.name);
        let is_taken = self
            .users
            .rows()
            .any(|other| CanonicalName::from(&other.name) == name && other.id != row.id);
        ensure(!is_taken, "user name")?;
        row.created_at = whole_micros(row.created_at);
        row.offboarded_at = row.offboarded_at.map(whole_micros);
        if let Some(totp) = &mut row.totp {
            totp.confirmed_at = totp.confirmed_at.map(whole_micros);
        }
        self.users.put(row.id, row);
        Ok(())
    }

    pub(super) fn put_token(&mut self, mut row: ApiToken) -> Records<()> {
        let is_taken = self
            .tokens
            .rows()
            .any(|other| other.hash == row.hash && other.id != row.id);
        ensure(!is_taken, "token")?;
        ensure(self.users.has(&row.user), "user of the token")?;
        row.created_at = whole_micros(row.created_at);
        row.expires_at = row.expires_at.map(whole_micros);
        row.revoked_at = row.revoked_at.map(whole_micros);
        self.tokens.put(row.id, row);
        Ok(())
    }

    pub(super) fn insert_session(&mut self, mut row: Session) -> Records<()> {
        let is_taken = self
            .sessions
            .rows()
            .any(|other| other.hash == row.hash || other.id == row.id);
        ensure(!is_taken, "session")?;
        ensure(self.users.has(&row.user), "user of the session")?;
        row.created_at = whole_micros(row.created_at);
        row.confirmed_at = whole_micros(row.confirmed_at);
        row.used_at = whole_micros(row.used_at);
        row.expires_at = whole_micros(row.expires_at);
        self.sessions.put(row.id, row);
        Ok(())
    }

    pub(super) fn touch_session(&mut self, id: SessionId, at: Timestamp) -> Records<()> {
        self.change_session(id, |row| row.used_at = whole_micros(at))
    }

    pub(super) fn confirm_session(&mut self, id: SessionId, at: Timestamp) -> Records<()> {
        self.change_session(id, |row| row.confirmed_at = whole_micros(at))
    }

    fn change_session(&mut self, id: SessionId, change: impl FnOnce(&mut Session)) -> Records<()> {
        let Some(row) = self.sessions.get(&id) else {
            return conflict("session");
        };
        let mut row = Session::clone(row);
        change(&mut row);
        self.sessions.put(id, row);
        Ok(())
    }

    pub(super) fn put_sign_in_tries(
        &mut self,
        mut row: SignInTries,
        expect: Expect,
    ) -> Records<()> {
        let found = self.sign_in_tries.get(&row.name).map(|old| old.revision);
        row.revision = next_revision(expect, found, "tries to sign in")?;
        row.last_at = whole_micros(row.last_at);
        self.sign_in_tries.put(row.name, row);
        Ok(())
    }

    pub(super) fn prune_sign_in_tries(&mut self, before: Timestamp) {
        let before = whole_micros(before);
        let old: Vec<[u8; 32]> = self
            .sign_in_tries
            .rows()
            .filter(|row| row.last_at < before)
            .map(|row| row.name)
            .collect();
        for name in old {
            self.sign_in_tries.remove(&name);
        }
    }
}
