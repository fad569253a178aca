//! Who can have a role: people and applications.

use keyferry_audit::{Object as Told, Outcome};
use keyferry_domain::name::Name;
use keyferry_ports::records::{Change, Expect, RoleAssignment, RoleHolder};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AccessError, AppError, ApplicationError};
use crate::log::{Fact, object};
use crate::parts::Shared;

use super::AnyRole;

/// What the name of an application begins with where people are named too.
pub(super) const APPLICATION: &str = "application/";

/// Somebody who can have a role.
pub(super) struct Holder {
    pub(super) id: RoleHolder,
    pub(super) name: Name,
}

impl Holder {
    /// For the log.
    pub(super) fn object(&self) -> Told {
        match self.id {
            RoleHolder::Application(id) => object("application", id, &self.name),
            RoleHolder::User(id) => object("user", id, &self.name),
        }
    }

    /// Refuses a role that is for others, and that anybody gives itself.
    pub(super) fn may_have(&self, actor: &Actor, role: &AnyRole) -> Result<(), AppError> {
        let is_application = matches!(self.id, RoleHolder::Application(_));
        if role.is_for_applications() != is_application {
            let role = role.name().to_owned();
            return Err(ApplicationError::RoleForOthers { role }.into());
        }
        if matches!(actor, Actor::User { id, .. } if self.id == (*id).into()) {
            let name = self.name.to_string();
            let action = Action::RoleManage;
            return Err(AccessError::OnOneself { action, name }.into());
        }
        Ok(())
    }
}

/// What an entry says of a role.
pub(super) fn told_of(fact: Fact, row: &RoleAssignment) -> Fact {
    fact.detail("role", &row.role).given_in(row.group)
}

impl Shared {
    /// A person by id or name; an application where `application/` stands before.
    pub(super) async fn find_holder(
        &self,
        actor: &Actor,
        selector: &str,
    ) -> Result<Holder, AppError> {
        if let Some(selector) = selector.strip_prefix(APPLICATION) {
            let permit = self.permit(actor, Action::ApplicationRead).await?;
            let found = self.find_application(&permit, selector).await?;
            return Ok(Holder {
                id: found.id.into(),
                name: found.name,
            });
        }
        let user = self.find_user(selector).await?;
        Ok(Holder {
            id: user.id.into(),
            name: user.name,
        })
    }

    /// Who that is; `None` where it is gone.
    pub(super) async fn holder_of(&self, id: RoleHolder) -> Result<Option<Holder>, AppError> {
        let records = &self.ports.records;
        let name = match id {
            RoleHolder::Application(id) => records.find_application(id).await?.map(|row| row.name),
            RoleHolder::User(id) => records.find_user(id).await?.map(|row| row.name),
        };
        Ok(name.map(|name| Holder { id, name }))
    }

    /// That roles go with something else: an entry for each, as where somebody takes it. Who had which role at a moment is read
    /// from these entries alone.
    pub(crate) async fn told_taken(
        &self,
        actor: &Actor,
        rows: &[RoleAssignment],
    ) -> Result<Vec<Change>, AppError> {
        let (mut told, by) = (Vec::new(), actor.to_string());
        for row in rows {
            let Some(holder) = self.holder_of(row.holder).await? else {
                continue;
            };
            let (action, about) = (Action::RoleManage.as_str(), holder.object());
            let fact = Fact::outcome(&by, action, Outcome::Ok, about, self.now());
            let fact = told_of(fact, row).detail("given", "false");
            let fact = fact.requested(actor);
            told.push(fact.change());
        }
        Ok(told)
    }

    /// The change that ends all access of a holder.
    pub(super) async fn ended(&self, id: RoleHolder) -> Result<Option<Change>, AppError> {
        let records = &self.ports.records;
        Ok(match id {
            RoleHolder::Application(id) => records.find_application(id).await?.map(|mut row| {
                let expect = Expect::Revision(row.revision);
                row.end_access();
                Change::PutApplication(row, expect)
            }),
            RoleHolder::User(id) => records.find_user(id).await?.map(|mut row| {
                let expect = Expect::Revision(row.revision);
                row.end_access();
                Change::PutUser(row, expect)
            }),
        })
    }
}
