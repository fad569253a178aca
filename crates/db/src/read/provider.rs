//! Reads of OpenID providers, and of sign-ins under way.

use async_trait::async_trait;
use keyferry_domain::id::{ProviderId, SignInRuleId, UserId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    ProviderIdentity, ProviderRecords, Records, SignInCode, SignInFlow, SignInProvider, SignInRule,
};

use super::Noun;
use crate::Database;
use crate::rows::provider::{
    CODE, FLOW, IDENTITY, PROVIDER, RULE, read_code, read_flow, read_identity, read_provider,
    read_rule,
};
use crate::sql::{Statement, Value, without_nul};

const PROVIDERS: Noun<SignInProvider> = Noun {
    what: "sign-in provider",
    table: "sign_in_providers",
    columns: PROVIDER,
    read: read_provider,
};
const RULES: Noun<SignInRule> = Noun {
    what: "sign-in rule",
    table: "sign_in_rules",
    columns: RULE,
    read: read_rule,
};
const IDENTITIES: Noun<ProviderIdentity> = Noun {
    what: "identity at the provider",
    table: "provider_identities",
    columns: IDENTITY,
    read: read_identity,
};
const FLOWS: Noun<SignInFlow> = Noun {
    what: "sign-in that was begun",
    table: "sign_in_flows",
    columns: FLOW,
    read: read_flow,
};
const CODES: Noun<SignInCode> = Noun {
    what: "sign-in code",
    table: "sign_in_codes",
    columns: CODE,
    read: read_code,
};

#[async_trait]
impl ProviderRecords for Database {
    async fn find_provider(&self, id: ProviderId) -> Records<Option<SignInProvider>> {
        PROVIDERS.find_by(self, "id", Value::text(id)).await
    }

    async fn find_provider_by_name(&self, name: &Name) -> Records<Option<SignInProvider>> {
        PROVIDERS.find_by(self, "name", Value::text(name)).await
    }

    async fn list_providers(&self) -> Records<Vec<SignInProvider>> {
        PROVIDERS.list(self, "ORDER BY name", Vec::new()).await
    }

    async fn list_sign_in_rules(&self, provider: ProviderId) -> Records<Vec<SignInRule>> {
        let clause = "WHERE provider_id = $1 ORDER BY claim, value, role, group_id";
        RULES.list(self, clause, vec![Value::text(provider)]).await
    }

    async fn find_sign_in_rule(&self, id: SignInRuleId) -> Records<Option<SignInRule>> {
        RULES.find_by(self, "id", Value::text(id)).await
    }

    async fn find_identity(&self, user: UserId) -> Records<Option<ProviderIdentity>> {
        IDENTITIES.find_by(self, "user_id", Value::text(user)).await
    }

    async fn find_identity_by_subject(
        &self,
        provider: ProviderId,
        subject: &str,
    ) -> Records<Option<ProviderIdentity>> {
        let subject = without_nul(subject.to_owned());
        let values = vec![Value::text(provider), Value::text(subject)];
        IDENTITIES
            .find(self, "WHERE provider_id = $1 AND subject = $2", values)
            .await
    }

    async fn find_awaited_identity(
        &self,
        provider: ProviderId,
        name: &str,
    ) -> Records<Option<ProviderIdentity>> {
        let name = without_nul(name.to_owned());
        let values = vec![Value::text(provider), Value::text(name)];
        IDENTITIES
            .find(self, "WHERE provider_id = $1 AND awaited = $2", values)
            .await
    }

    async fn list_identities(&self, provider: ProviderId) -> Records<Vec<ProviderIdentity>> {
        let clause = "WHERE provider_id = $1 ORDER BY user_id";
        IDENTITIES
            .list(self, clause, vec![Value::text(provider)])
            .await
    }

    async fn find_sign_in_flow(&self, state: &[u8; 32]) -> Records<Option<SignInFlow>> {
        FLOWS.find_by(self, "state_hash", Value::bytes(state)).await
    }

    async fn count_sign_in_flows(&self) -> Records<u64> {
        let sql = "SELECT COUNT(*) FROM sign_in_flows";
        let rows = self
            .engine
            .read("sign-ins that were begun", Statement::new(sql, Vec::new()))
            .await?;
        match rows.into_iter().next() {
            Some(mut row) => row.count(),
            None => Ok(0),
        }
    }

    async fn find_sign_in_code(&self, hash: &[u8; 32]) -> Records<Option<SignInCode>> {
        CODES.find_by(self, "hash", Value::bytes(hash)).await
    }
}
