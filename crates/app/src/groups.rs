//! Groups: who owns keys and keystores.

use std::sync::Arc;

use keyferry_domain::group::Group;
use keyferry_domain::id::GroupId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{Batch, Change, Expect};

use crate::action::{Action, authorize};
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::{DEFAULT_GROUP, Shared};

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
        authorize(actor, Action::GroupCreate)?;
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
        let batch = Batch::new()
            .with(Change::PutGroup(group.clone(), Expect::New))
            .with(Fact::done(actor, Action::GroupCreate, about, now).change());
        self.shared.commit(batch).await?;
        Ok(group)
    }

    /// All groups, by name; the default one first.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Group>, AppError> {
        authorize(actor, Action::GroupRead)?;
        self.shared.groups().await
    }

    /// One group, by id or name.
    pub async fn show(&self, actor: &Actor, selector: &str) -> Result<Group, AppError> {
        authorize(actor, Action::GroupRead)?;
        self.shared.find_group(Some(selector)).await
    }
}

impl Shared {
    async fn groups(&self) -> Result<Vec<Group>, AppError> {
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

    /// A group by id or name; `None` is the default one.
    pub(crate) async fn find_group(&self, selector: Option<&str>) -> Result<Group, AppError> {
        let selector = selector.unwrap_or(DEFAULT_NAME);
        let id: Option<GroupId> = selector.parse().ok();
        self.groups()
            .await?
            .into_iter()
            .find(|group| Some(group.id) == id || group.name.as_str() == selector)
            .ok_or_else(|| AppError::NotFound {
                what: "group",
                selector: selector.to_owned(),
            })
    }
}
