//! The groups of a person, with its roles there and the links of their connections.

use std::collections::BTreeMap;

use keyferry_domain::connection::LinkHealth;
use keyferry_domain::group::Group;
use keyferry_domain::id::{GroupId, UserId};
use keyferry_domain::name::Name;
use keyferry_ports::records::Groups;

use super::Users;
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ErrorClass};

/// A group of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Which; `None` is the installation.
    pub group: Option<Group>,
    /// The roles that the person has there.
    pub roles: Vec<Name>,
    /// The connections of the group, as far as the actor may look at them, and how their links are.
    pub connections: Vec<(Name, LinkHealth)>,
}

/// How a person signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSignIn {
    /// The provider by which the person comes; `None` with a password here.
    pub provider: Option<Name>,
    /// Whether a second factor is set up here.
    pub has_second_factor: bool,
    /// After how many minutes without use sessions end.
    pub idle_minutes: u32,
}

impl Users {
    /// One's own groups.
    pub async fn own_memberships(&self, actor: &Actor) -> Result<Vec<Membership>, AppError> {
        self.shared.permit(actor, Action::SessionUse).await?;
        match actor {
            Actor::User { id, .. } => self.memberships_of(actor, *id).await,
            _ => Ok(Vec::new()),
        }
    }

    /// How the actor itself signs in; `None` for programs, which do not.
    pub async fn own_sign_in(&self, actor: &Actor) -> Result<Option<OwnSignIn>, AppError> {
        self.shared.permit(actor, Action::SessionUse).await?;
        let Actor::User { id, .. } = actor else {
            return Ok(None);
        };
        let Some(user) = self.shared.ports.records.find_user(*id).await? else {
            return Ok(None);
        };
        Ok(Some(OwnSignIn {
            provider: self.shared.provider_of(&user).await?,
            has_second_factor: user.has_second_factor(),
            idle_minutes: self.shared.session_rules.idle_minutes(),
        }))
    }

    /// The groups of a person.
    pub async fn memberships(
        &self,
        actor: &Actor,
        user: UserId,
    ) -> Result<Vec<Membership>, AppError> {
        self.shared.permit(actor, Action::UserRead).await?;
        self.memberships_of(actor, user).await
    }

    async fn memberships_of(
        &self,
        actor: &Actor,
        user: UserId,
    ) -> Result<Vec<Membership>, AppError> {
        let records = &self.shared.ports.records;
        let mut roles: BTreeMap<Option<GroupId>, Vec<Name>> = BTreeMap::new();
        for row in records.list_assignments_of(user.into()).await? {
            roles.entry(row.group).or_default().push(row.role);
        }
        let seen = match self.shared.permit(actor, Action::ConnectionRead).await {
            Ok(permit) => permit.groups()?,
            Err(error) if error.class() == ErrorClass::Denied => Groups::Only(Default::default()),
            Err(error) => return Err(error),
        };
        let connections = records.list_connections().await?;
        let of_installation = roles.remove(&None).map(|roles| Membership {
            group: None,
            roles,
            connections: Vec::new(),
        });
        let mut found: Vec<Membership> = of_installation.into_iter().collect();
        for group in self.shared.groups().await? {
            let Some(roles) = roles.remove(&Some(group.id)) else {
                continue;
            };
            let own = connections.iter();
            let own = own.filter(|row| row.group == group.id && seen.holds(group.id));
            found.push(Membership {
                connections: own
                    .map(|row| (row.name.clone(), row.health.clone()))
                    .collect(),
                group: Some(group),
                roles,
            });
        }
        Ok(found)
    }
}
