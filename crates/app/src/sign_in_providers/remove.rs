//! Removing a provider, with all access that came by it.

use keyferry_ports::records::{
    Batch, Change, Expect, ProviderIdentity, RoleAssignment, SignInProvider,
};

use super::{SignInProviders, about, giver};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AccessError, AppError};
use crate::log::Fact;
use crate::rights::BuiltInRole;

const RUNS_IT: BuiltInRole = BuiltInRole::SystemAdministrator;

impl SignInProviders {
    /// Removes a provider. Whoever came by it is signed out, with all API tokens, and loses the roles that its rules gave; the records of these
    /// people stay, without a way in until somebody gives them a password.
    ///
    /// # Errors
    ///
    /// [`AccessError::LastAdministrator`] where nobody would be left who can administer, and
    /// [`AccessError::LastSecurityOfficer`] where its rules made all who watch over the installation.
    pub async fn remove(&self, actor: &Actor, selector: &str) -> Result<(), AppError> {
        let action = Action::SignInProviderDelete;
        self.shared.permit(actor, action).await?;
        let provider = self.shared.find_provider(selector).await?;
        let records = &self.shared.ports.records;
        let identities = records.list_identities(provider.id).await?;
        let given = records.list_assignments().await?;
        self.refuse_nobody_left(&provider, &identities, &given)
            .await?;
        let mut batch = Batch::new();
        for identity in &identities {
            if let Some(mut user) = records.find_user(identity.user).await? {
                let expect = Expect::Revision(user.revision);
                let tokens = self.shared.tokens_of(&user).await?;
                batch.changes.extend(self.shared.revoked(&tokens));
                user.end_access();
                batch.push(Change::PutUser(user, expect));
            }
        }
        let by_rule = giver(&provider.name);
        let mut taken = given;
        taken.retain(|row| row.given_by == by_rule);
        for row in &taken {
            batch.push(Change::DeleteAssignment {
                id: row.id,
                keep_one: BuiltInRole::is_kept(&row.role),
            });
        }
        let told = self.shared.told_taken(actor, &taken);
        batch.changes.extend(told.await?);
        let fact = Fact::done(actor, action, about(&provider), self.shared.now())
            .detail("people", identities.len());
        let expect = Expect::Revision(provider.revision);
        let batch = batch
            .with(Change::DeleteSignInProvider(provider.id, expect))
            .with(fact.change());
        let committed = self.shared.commit(batch).await;
        if committed.is_err() {
            let name = comers(&provider);
            self.shared.refuse_last_holder(&taken, &name).await?;
        }
        committed.map_err(AppError::from)
    }

    /// Refuses where everybody who can administer comes by this provider.
    async fn refuse_nobody_left(
        &self,
        provider: &SignInProvider,
        identities: &[ProviderIdentity],
        given: &[RoleAssignment],
    ) -> Result<(), AppError> {
        if identities.is_empty() {
            return Ok(());
        }
        let users = self.shared.ports.records.list_users().await?;
        let is_left = users.iter().any(|user| {
            let comes_by_it = identities.iter().any(|one| one.user == user.id);
            let runs_it = |row: &RoleAssignment| {
                row.holder == user.id.into() && row.role.as_str() == RUNS_IT.as_str()
            };
            !comes_by_it && user.may_enter() && given.iter().any(runs_it)
        });
        if is_left {
            return Ok(());
        }
        let name = comers(provider);
        Err(AccessError::LastAdministrator { name }.into())
    }
}

fn comers(provider: &SignInProvider) -> String {
    format!("whoever comes by {}", provider.name)
}
