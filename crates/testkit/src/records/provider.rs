//! OpenID providers, rules, identities, sign-ins under way.

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::id::{ProviderId, SignInRuleId, UserId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    Expect, ProviderIdentity, ProviderRecords, Records, SIGN_IN_RULE, SignInCode, SignInFlow,
    SignInProvider, SignInRule,
};

use super::MemoryRecords;
use super::state::{State, conflict, ensure, ensure_seen, next_revision, whole_micros};

#[async_trait]
impl ProviderRecords for MemoryRecords {
    async fn find_provider(&self, id: ProviderId) -> Records<Option<SignInProvider>> {
        let state = self.lock();
        Ok(state.providers.rows().find(|row| row.id == id).cloned())
    }

    async fn find_provider_by_name(&self, name: &Name) -> Records<Option<SignInProvider>> {
        let state = self.lock();
        Ok(state
            .providers
            .rows()
            .find(|row| row.name == *name)
            .cloned())
    }

    async fn list_providers(&self) -> Records<Vec<SignInProvider>> {
        let mut rows: Vec<SignInProvider> = self.lock().providers.rows().cloned().collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    async fn list_sign_in_rules(&self, provider: ProviderId) -> Records<Vec<SignInRule>> {
        let state = self.lock();
        let rows = state.rules.rows().filter(|row| row.provider == provider);
        let mut rows: Vec<SignInRule> = rows.cloned().collect();
        rows.sort_by_key(said);
        Ok(rows)
    }

    async fn find_sign_in_rule(&self, id: SignInRuleId) -> Records<Option<SignInRule>> {
        let state = self.lock();
        Ok(state.rules.rows().find(|row| row.id == id).cloned())
    }

    async fn find_identity(&self, user: UserId) -> Records<Option<ProviderIdentity>> {
        let state = self.lock();
        Ok(state
            .identities
            .rows()
            .find(|row| row.user == user)
            .cloned())
    }

    async fn find_identity_by_subject(
        &self,
        provider: ProviderId,
        subject: &str,
    ) -> Records<Option<ProviderIdentity>> {
        let state = self.lock();
        let is_it = |row: &&ProviderIdentity| {
            row.provider == provider && row.subject.as_deref() == Some(subject)
        };
        Ok(state.identities.rows().find(is_it).cloned())
    }

    async fn find_awaited_identity(
        &self,
        provider: ProviderId,
        name: &str,
    ) -> Records<Option<ProviderIdentity>> {
        let state = self.lock();
        let is_it = |row: &&ProviderIdentity| {
            row.provider == provider && row.awaited.as_deref() == Some(name)
        };
        Ok(state.identities.rows().find(is_it).cloned())
    }

    async fn list_identities(&self, provider: ProviderId) -> Records<Vec<ProviderIdentity>> {
        let state = self.lock();
        let rows = state.identities.rows();
        Ok(rows
            .filter(|row| row.provider == provider)
            .cloned()
            .collect())
    }

    async fn find_sign_in_flow(&self, state: &[u8; 32]) -> Records<Option<SignInFlow>> {
        let rows = self.lock();
        Ok(rows.flows.rows().find(|row| row.state == *state).cloned())
    }

    async fn count_sign_in_flows(&self) -> Records<u64> {
        Ok(u64::try_from(self.lock().flows.len()).unwrap_or(u64::MAX))
    }

    async fn find_sign_in_code(&self, hash: &[u8; 32]) -> Records<Option<SignInCode>> {
        let rows = self.lock();
        Ok(rows.codes.rows().find(|row| row.hash == *hash).cloned())
    }
}

/// What a rule says, in the order of lists.
fn said(row: &SignInRule) -> (String, String, String, String) {
    let group = row.group.map(|id| id.to_string()).unwrap_or_default();
    let (claim, value) = (row.claim.clone(), row.value.clone());
    (claim, value, row.role.to_string(), group)
}

impl State {
    pub(super) fn put_provider(&mut self, mut row: SignInProvider, expect: Expect) -> Records<()> {
        let found = self.providers.get(&row.id).map(|old| old.revision);
        row.revision = next_revision(expect, found, "sign-in provider revision")?;
        let is_other = |other: &SignInProvider| other.id != row.id && other.name == row.name;
        let is_taken = self.providers.rows().any(is_other);
        ensure(!is_taken, "sign-in provider name")?;
        row.created_at = whole_micros(row.created_at);
        self.providers.put(row.id, row);
        Ok(())
    }

    pub(super) fn delete_provider(&mut self, id: ProviderId, expect: Expect) -> Records<()> {
        let found = self.providers.get(&id).map(|old| old.revision);
        ensure_seen(expect, found, "sign-in provider revision")?;
        let rules = self.rules.rows().filter(|row| row.provider == id);
        for rule in rules.map(|row| row.id).collect::<Vec<_>>() {
            self.rules.remove(&rule);
        }
        let identities = self.identities.rows().filter(|row| row.provider == id);
        for user in identities.map(|row| row.user).collect::<Vec<_>>() {
            self.identities.remove(&user);
        }
        let flows = self.flows.rows().filter(|row| row.provider == id);
        for state in flows.map(|row| row.state).collect::<Vec<_>>() {
            self.flows.remove(&state);
        }
        self.providers.remove(&id);
        Ok(())
    }

    pub(super) fn insert_rule(&mut self, mut row: SignInRule) -> Records<()> {
        let is_same = |other: &SignInRule| {
            other.id == row.id || (other.provider == row.provider && said(other) == said(&row))
        };
        ensure(!self.rules.rows().any(is_same), SIGN_IN_RULE)?;
        ensure(self.providers.has(&row.provider), "provider of the rule")?;
        row.made_at = whole_micros(row.made_at);
        self.rules.put(row.id, row);
        Ok(())
    }

    pub(super) fn delete_rule(&mut self, id: SignInRuleId) -> Records<()> {
        ensure(self.rules.has(&id), SIGN_IN_RULE)?;
        self.rules.remove(&id);
        Ok(())
    }

    pub(super) fn insert_identity(&mut self, mut row: ProviderIdentity) -> Records<()> {
        let is_taken = |other: &ProviderIdentity| {
            let is_there = other.provider == row.provider;
            other.user == row.user
                || (is_there && row.subject.is_some() && other.subject == row.subject)
                || (is_there && row.awaited.is_some() && other.awaited == row.awaited)
        };
        let is_taken = self.identities.rows().any(is_taken);
        ensure(!is_taken, "identity at the provider")?;
        let is_known = self.users.has(&row.user) && self.providers.has(&row.provider);
        ensure(is_known, "person or provider of the identity")?;
        row.bound_at = row.bound_at.map(whole_micros);
        self.identities.put(row.user, row);
        Ok(())
    }

    pub(super) fn bind_identity(
        &mut self,
        user: UserId,
        subject: String,
        at: Timestamp,
    ) -> Records<()> {
        let found = self
            .identities
            .get(&user)
            .filter(|row| row.subject.is_none());
        let Some(row) = found.map(|row| ProviderIdentity::clone(row)) else {
            return conflict("identity at the provider");
        };
        let row = ProviderIdentity {
            subject: Some(subject),
            awaited: None,
            bound_at: Some(whole_micros(at)),
            ..row
        };
        let is_taken = |other: &ProviderIdentity| {
            other.provider == row.provider && other.subject == row.subject
        };
        let is_taken = self.identities.rows().any(is_taken);
        ensure(!is_taken, "identity at the provider")?;
        self.identities.put(user, row);
        Ok(())
    }

    pub(super) fn insert_flow(&mut self, mut row: SignInFlow) -> Records<()> {
        ensure(!self.flows.has(&row.state), "sign-in that was begun")?;
        ensure(self.providers.has(&row.provider), "provider of the sign-in")?;
        row.created_at = whole_micros(row.created_at);
        row.expires_at = whole_micros(row.expires_at);
        self.flows.put(row.state, row);
        Ok(())
    }

    pub(super) fn take_flow(&mut self, state: &[u8; 32]) -> Records<()> {
        ensure(self.flows.has(state), "sign-in that was begun")?;
        self.flows.remove(state);
        Ok(())
    }

    pub(super) fn insert_code(&mut self, mut row: SignInCode) -> Records<()> {
        ensure(!self.codes.has(&row.hash), "sign-in code")?;
        ensure(self.users.has(&row.user), "person of the sign-in code")?;
        row.confirmed_at = whole_micros(row.confirmed_at);
        row.expires_at = whole_micros(row.expires_at);
        self.codes.put(row.hash, row);
        Ok(())
    }

    pub(super) fn take_code(&mut self, hash: &[u8; 32]) -> Records<()> {
        ensure(self.codes.has(hash), "sign-in code")?;
        self.codes.remove(hash);
        Ok(())
    }

    pub(super) fn trim_flows(&mut self, begun_from: Option<&str>, keep: u64) {
        let mut meant: Vec<_> = self
            .flows
            .rows()
            .filter(|row| begun_from.is_none_or(|from| row.begun_from == from))
            .map(|row| (std::cmp::Reverse(row.created_at), row.state))
            .collect();
        meant.sort_unstable();
        let keep = usize::try_from(keep).unwrap_or(usize::MAX);
        for (_, state) in meant.into_iter().skip(keep) {
            self.flows.remove(&state);
        }
    }

    pub(super) fn prune_flows(&mut self, before: Timestamp) {
        let before = whole_micros(before);
        let lapsed = self.flows.rows().filter(|row| row.expires_at < before);
        for state in lapsed.map(|row| row.state).collect::<Vec<_>>() {
            self.flows.remove(&state);
        }
        let lapsed = self.codes.rows().filter(|row| row.expires_at < before);
        for hash in lapsed.map(|row| row.hash).collect::<Vec<_>>() {
            self.codes.remove(&hash);
        }
    }
}
