//! Policies of one's own, in Cedar, beside the roles: they permit and forbid what is done to what belongs to groups.
//!
//! They reach nothing of the installation, give no roles, and give work to nobody who runs the installation or watches over
//! it: `super::policies::limits`. A policy that forbids wins over every role. The next request is decided by what was
//! written; what was begun before goes on.

use std::sync::Arc;

use keyferry_domain::name::Name;
use keyferry_ports::records::{AccessPolicy, Batch, Change, Expect};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

use super::effects::{Effects, effects};
use super::policies::{check, compile, named_by};

/// How many policies of its own an installation has at most.
pub const OWN_POLICIES_MAX: usize = 100;

/// The longest text, in bytes.
pub const POLICY_TEXT_MAX: usize = 10 * 1024;

/// Use cases of own policies.
pub struct AccessPolicies {
    shared: Arc<Shared>,
}

impl AccessPolicies {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// All, by name.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<AccessPolicy>, AppError> {
        self.shared.permit(actor, Action::PolicyRead).await?;
        Ok(self.shared.ports.records.list_access_policies().await?)
    }

    /// One, by name.
    pub async fn show(&self, actor: &Actor, name: &str) -> Result<AccessPolicy, AppError> {
        self.shared.permit(actor, Action::PolicyRead).await?;
        self.find(name).await
    }

    /// Adds one.
    ///
    /// # Errors
    ///
    /// [`AccessError::BadPolicy`](crate::AccessError::BadPolicy) says what is wrong and where; [`AppError::NameTaken`];
    /// [`AppError::Invalid`] for one too long or too many.
    pub async fn add(
        &self,
        actor: &Actor,
        name: Name,
        text: String,
    ) -> Result<AccessPolicy, AppError> {
        self.shared.may_watch(actor, Action::PolicyAdd).await?;
        let mut all = self.shared.ports.records.list_access_policies().await?;
        if all.iter().any(|one| one.name == name) {
            return Err(AppError::NameTaken {
                what: "policy",
                name: name.to_string(),
            });
        }
        if all.len() >= OWN_POLICIES_MAX {
            return Err(AppError::Invalid {
                field: "name",
                why: format!("an installation has at most {OWN_POLICIES_MAX} policies of its own"),
            });
        }
        let row = AccessPolicy {
            name,
            text: bounded(text)?,
            created_at: self.shared.now(),
            revision: 1,
        };
        all.push(row.clone());
        self.write(actor, Action::PolicyAdd, row, Expect::New, &all)
            .await
    }

    /// Puts another text in place of one's.
    ///
    /// # Errors
    ///
    /// As for a new one; a conflict where somebody else changed it since `seen`.
    pub async fn update(
        &self,
        actor: &Actor,
        name: &str,
        text: String,
        seen: Option<u64>,
    ) -> Result<AccessPolicy, AppError> {
        self.shared.may_watch(actor, Action::PolicyUpdate).await?;
        let mut row = self.find(name).await?;
        row.text = bounded(text)?;
        let mut all = self.shared.ports.records.list_access_policies().await?;
        all.retain(|one| one.name != row.name);
        all.push(row.clone());
        let expect = Expect::Revision(seen.unwrap_or(row.revision));
        let action = Action::PolicyUpdate;
        let mut row = self.write(actor, action, row, expect, &all).await?;
        row.revision += 1;
        Ok(row)
    }

    /// Removes one.
    pub async fn delete(&self, actor: &Actor, name: &str) -> Result<(), AppError> {
        self.shared.may_watch(actor, Action::PolicyDelete).await?;
        let row = self.find(name).await?;
        let expect = Expect::Revision(row.revision);
        let fact = self.fact(actor, Action::PolicyDelete, &row);
        let batch = Batch::new()
            .with(Change::DeleteAccessPolicy(row.name, expect))
            .with(fact.change());
        Ok(self.shared.commit(batch).await?)
    }

    /// Checks a text and shows who would gain and lose what by it: as a new policy, or in place of the one of that name;
    /// without a text, by the removal of that one. Nothing is kept.
    ///
    /// # Errors
    ///
    /// As for a new one.
    pub async fn check(
        &self,
        actor: &Actor,
        name: &Name,
        text: Option<String>,
    ) -> Result<Effects, AppError> {
        self.shared.permit(actor, Action::PolicyRead).await?;
        let records = &self.shared.ports.records;
        let custom = records.list_custom_roles().await?;
        let before = records.list_access_policies().await?;
        let mut after = before.clone();
        after.retain(|one| one.name != *name);
        let policies = match text {
            Some(text) => {
                let row = AccessPolicy {
                    name: name.clone(),
                    text: bounded(text)?,
                    created_at: self.shared.now(),
                    revision: 1,
                };
                after.push(row.clone());
                check(&custom, &after, &row)?
            }
            None => {
                self.find(name.as_str()).await?;
                compile(&custom, &after)?
            }
        };
        let changed = before.iter().chain(&after).filter(|one| one.name == *name);
        let named = named_by(changed)?;
        let before = compile(&custom, &before)?;
        effects(&self.shared, (&before, &policies), named.as_ref()).await
    }

    async fn write(
        &self,
        actor: &Actor,
        action: Action,
        row: AccessPolicy,
        expect: Expect,
        all: &[AccessPolicy],
    ) -> Result<AccessPolicy, AppError> {
        let custom = self.shared.ports.records.list_custom_roles().await?;
        check(&custom, all, &row)?;
        let batch = Batch::new()
            .with(Change::PutAccessPolicy(row.clone(), expect))
            .with(self.fact(actor, action, &row).change());
        self.shared.commit(batch).await?;
        Ok(row)
    }

    async fn find(&self, name: &str) -> Result<AccessPolicy, AppError> {
        let all = self.shared.ports.records.list_access_policies().await?;
        let mut all = all.into_iter();
        let found = all.find(|one| one.name.as_str() == name);
        found.ok_or_else(|| AppError::NotFound {
            what: "policy",
            selector: name.to_owned(),
        })
    }

    fn fact(&self, actor: &Actor, action: Action, row: &AccessPolicy) -> Fact {
        let about = object("policy", &row.name, &row.name);
        Fact::done(actor, action, about, self.shared.now()).detail("text", &row.text)
    }
}

fn bounded(text: String) -> Result<String, AppError> {
    match text.len() <= POLICY_TEXT_MAX {
        true => Ok(text),
        false => Err(AppError::Invalid {
            field: "text",
            why: format!("a policy has at most {POLICY_TEXT_MAX} bytes"),
        }),
    }
}
