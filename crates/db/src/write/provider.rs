//! Writing OpenID providers, rules, identities, and sign-ins under way.

use jiff::Timestamp;
use keyferry_domain::id::{ProviderId, SignInRuleId, UserId};
use keyferry_ports::records::{
    Expect, ProviderIdentity, SIGN_IN_RULE, SignInCode, SignInFlow, SignInProvider, SignInRule,
};

use super::{Conflicts, Writer};
use crate::failure::Failure;
use crate::rows::provider::{
    CODE, FLOW, IDENTITY, PROVIDER, RULE, code_values, flow_values, identity_values,
    provider_values, rule_values,
};
use crate::sql::{Statement, Value};

const PROVIDERS: Conflicts = Conflicts {
    seen: "sign-in provider revision",
    taken: "sign-in provider name",
    reference: "sign-in provider in use",
};
const RULES: Conflicts = Conflicts {
    seen: SIGN_IN_RULE,
    taken: SIGN_IN_RULE,
    reference: "provider of the rule",
};
const IDENTITIES: Conflicts = Conflicts {
    seen: "identity at the provider",
    taken: "identity at the provider",
    reference: "person or provider of the identity",
};
const FLOWS: Conflicts = Conflicts {
    seen: "sign-in that was begun",
    taken: "sign-in that was begun",
    reference: "provider of the sign-in",
};
const CODES: Conflicts = Conflicts {
    seen: "sign-in code",
    taken: "sign-in code",
    reference: "person of the sign-in code",
};

impl Writer {
    pub(super) async fn put_provider(
        &mut self,
        row: &SignInProvider,
        expect: Expect,
    ) -> Result<(), Failure> {
        let values = provider_values(row);
        self.put("sign_in_providers", PROVIDER, values, expect, PROVIDERS)
            .await
    }

    pub(super) async fn delete_provider(
        &mut self,
        id: ProviderId,
        expect: Expect,
    ) -> Result<(), Failure> {
        for table in ["sign_in_rules", "provider_identities", "sign_in_flows"] {
            let sql = format!("DELETE FROM {table} WHERE provider_id = $1");
            let statement = Statement::new(sql, vec![Value::text(id)]);
            self.transaction.run(statement).await?;
        }
        self.delete("sign_in_providers", id, expect, PROVIDERS)
            .await
    }

    pub(super) async fn insert_rule(&mut self, row: &SignInRule) -> Result<(), Failure> {
        self.insert("sign_in_rules", RULE, rule_values(row), RULES)
            .await
    }

    pub(super) async fn delete_rule(&mut self, id: SignInRuleId) -> Result<(), Failure> {
        let sql = "DELETE FROM sign_in_rules WHERE id = $1";
        self.run(Statement::new(sql, vec![Value::text(id)]), RULES)
            .await
    }

    pub(super) async fn insert_identity(&mut self, row: &ProviderIdentity) -> Result<(), Failure> {
        let values = identity_values(row);
        self.insert("provider_identities", IDENTITY, values, IDENTITIES)
            .await
    }

    pub(super) async fn bind_identity(
        &mut self,
        user: UserId,
        subject: &str,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let sql = "UPDATE provider_identities SET subject = $2, awaited = NULL, bound_at = $3 \
             WHERE user_id = $1 AND subject IS NULL";
        let values = vec![Value::text(user), Value::text(subject), Value::time(at)];
        self.run(Statement::new(sql, values), IDENTITIES).await
    }

    pub(super) async fn insert_flow(&mut self, row: &SignInFlow) -> Result<(), Failure> {
        self.insert("sign_in_flows", FLOW, flow_values(row), FLOWS)
            .await
    }

    pub(super) async fn take_flow(&mut self, state: &[u8; 32]) -> Result<(), Failure> {
        let sql = "DELETE FROM sign_in_flows WHERE state_hash = $1";
        self.run(Statement::new(sql, vec![Value::bytes(state)]), FLOWS)
            .await
    }

    pub(super) async fn insert_code(&mut self, row: &SignInCode) -> Result<(), Failure> {
        self.insert("sign_in_codes", CODE, code_values(row), CODES)
            .await
    }

    pub(super) async fn take_code(&mut self, hash: &[u8; 32]) -> Result<(), Failure> {
        let sql = "DELETE FROM sign_in_codes WHERE hash = $1";
        self.run(Statement::new(sql, vec![Value::bytes(hash)]), CODES)
            .await
    }

    pub(super) async fn trim_flows(
        &mut self,
        begun_from: Option<&str>,
        keep: u64,
    ) -> Result<(), Failure> {
        let kept = "ORDER BY created_at DESC, state_hash LIMIT $1";
        let count = Value::count(keep);
        let (sql, values) = match begun_from {
            Some(from) => (
                format!(
                    "DELETE FROM sign_in_flows WHERE begun_from = $2 AND state_hash NOT IN \
                     (SELECT state_hash FROM sign_in_flows WHERE begun_from = $2 {kept})"
                ),
                vec![count, Value::text(from)],
            ),
            None => (
                format!(
                    "DELETE FROM sign_in_flows WHERE state_hash NOT IN \
                     (SELECT state_hash FROM sign_in_flows {kept})"
                ),
                vec![count],
            ),
        };
        self.transaction.run(Statement::new(sql, values)).await?;
        Ok(())
    }

    pub(super) async fn prune_flows(&mut self, before: Timestamp) -> Result<(), Failure> {
        for table in ["sign_in_flows", "sign_in_codes"] {
            let sql = format!("DELETE FROM {table} WHERE expires_at < $1");
            let statement = Statement::new(sql, vec![Value::time(before)]);
            self.transaction.run(statement).await?;
        }
        Ok(())
    }
}
