//! Groups: who owns keys and keystores.

use std::sync::Arc;

use keyferry_domain::group::Group;
use keyferry_domain::id::GroupId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{Batch, Change, Expect};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::{DEFAULT_GROUP, Shared};
use crate::rights::{BuiltInRole, Object, Permit};

/// The name of the group that is always there, and owns what names no other.
pub const DEFAULT_NAME: &str = "default";

/// Use cases of groups.
pub struct Groups {
    shared: Arc<Shared>,
}

impl Groups {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Makes a group.
    ///
    /// # Errors
    ///
    /// [`AppError::NameTaken`]; case counts.
    pub async fn create(
        &self,
        actor: &Actor,
        name: Name,
        description: String,
    ) -> Result<Group, AppError> {
        self.shared.permit(actor, Action::GroupCreate).await?;
        let known = self.shared.groups().await?;
        if known.iter().any(|group| group.name == name) {
            return Err(AppError::NameTaken {
                what: "group",
                name: name.to_string(),
            });
        }
        let now = self.shared.now();
        let group = Group {
            id: GroupId::new(self.shared.new_uuid()),
            name,
            description,
            created_at: now,
            revision: 1,
        };
        let about = object("group", group.id, &group.name);
        let mut batch = Batch::new()
            .with(Change::PutGroup(group.clone(), Expect::New))
            .with(Fact::done(actor, Action::GroupCreate, about, now).change());
        // Whoever makes a group gives its roles.
        if let Actor::User { id, .. } = actor {
            let role = BuiltInRole::Administrator;
            let given = self
                .shared
                .assignment((*id).into(), role, Some(group.id), actor);
            batch.push(given?);
        }
        self.shared.commit(batch).await?;
        Ok(group)
    }

    /// All groups, by name; the default one first.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Group>, AppError> {
        let permit = self.shared.permit(actor, Action::GroupRead).await?;
        let seen = permit.groups()?;
        let groups = self.shared.groups().await?.into_iter();
        Ok(groups.filter(|group| seen.holds(group.id)).collect())
    }

    /// One group, by id or name.
    pub async fn show(&self, actor: &Actor, selector: &str) -> Result<Group, AppError> {
        let permit = self.shared.permit(actor, Action::GroupRead).await?;
        self.shared.find_group(&permit, Some(selector)).await
    }
}

impl Shared {
    /// All groups, the default one first, then by name.
    pub(crate) async fn groups(&self) -> Result<Vec<Group>, AppError> {
        let mut groups = vec![Group {
            id: DEFAULT_GROUP,
            name: DEFAULT_NAME.parse()?,
            description: "owns what names no other group".to_owned(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
            revision: 1,
        }];
        groups.extend(self.ports.records.list_groups().await?);
        Ok(groups)
    }

    /// A group by id or name, among those that the actor sees; `None` is the default one.
    pub(crate) async fn find_group(
        &self,
        permit: &Permit,
        selector: Option<&str>,
    ) -> Result<Group, AppError> {
        let found = self.group_called(selector).await?;
        permit.admit(found, Object::group, || no_group(selector))
    }

    /// A group that a record or a command names that was looked at already; `None` is the default one.
    pub(crate) async fn group_of(&self, selector: Option<&str>) -> Result<Group, AppError> {
        let found = self.group_called(selector).await?;
        found.ok_or_else(|| no_group(selector))
    }

    async fn group_called(&self, selector: Option<&str>) -> Result<Option<Group>, AppError> {
        let selector = selector.unwrap_or(DEFAULT_NAME);
        let id: Option<GroupId> = selector.parse().ok();
        let mut groups = self.groups().await?.into_iter();
        Ok(groups.find(|group| Some(group.id) == id || group.name.as_str() == selector))
    }
}

fn no_group(selector: Option<&str>) -> AppError {
    AppError::NotFound {
        what: "group",
        selector: selector.unwrap_or(DEFAULT_NAME).to_owned(),
    }
}
