//! Groups: who owns keys and keystores.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyferry_domain::group::Group;
use keyferry_domain::id::GroupId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    Batch, Change, Expect, GROUP_IN_USE, KeyFilter, KmsKeyFilter, Page, RecordsError, RoleHolder,
};

use crate::action::{Action, ActionScope};
use crate::actor::Actor;
use crate::error::{AccessError, AppError};
use crate::log::{Fact, object};
use crate::parts::{DEFAULT_GROUP, Shared};
use crate::rights::{BuiltInRole, Object, Permit};

/// The name of the group that is always there, and owns what names no other.
pub const DEFAULT_NAME: &str = "default";

/// How many things of a kind are named that keep a group from being removed.
const NAMED_MAX: u32 = 5;

/// What changes of a group.
#[derive(Clone, Debug, Default)]
pub struct UpdateGroup {
    /// Its name.
    pub name: Option<Name>,
    /// Free text.
    pub description: Option<String>,
    /// The revision that the caller saw; `None` is any.
    pub seen: Option<u64>,
}

/// Somebody with roles in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub name: Name,
    /// Which roles.
    pub roles: Vec<Name>,
}

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

    /// Changes a group's name or description. What belongs to it stays.
    ///
    /// # Errors
    ///
    /// [`AppError::NameTaken`]; [`AccessError::DefaultGroup`].
    pub async fn update(
        &self,
        actor: &Actor,
        selector: &str,
        command: UpdateGroup,
    ) -> Result<Group, AppError> {
        let action = Action::GroupUpdate;
        let mut group = self.changeable(actor, action, selector).await?;
        let known = self.shared.groups().await?;
        if let Some(name) = command.name {
            if known
                .iter()
                .any(|one| one.name == name && one.id != group.id)
            {
                return Err(AppError::NameTaken {
                    what: "group",
                    name: name.to_string(),
                });
            }
            group.name = name;
        }
        group.description = command.description.unwrap_or(group.description);
        let expect = Expect::Revision(command.seen.unwrap_or(group.revision));
        let about = object("group", group.id, &group.name);
        let batch = Batch::new()
            .with(Change::PutGroup(group.clone(), expect))
            .with(Fact::done(actor, action, about, self.shared.now()).change());
        self.shared.commit(batch).await?;
        group.revision += 1;
        Ok(group)
    }

    /// Removes a group to which nothing belongs, with the roles that were given in it and the rules about it: for sign-in and
    /// for approvals. Whoever had a role is signed out.
    ///
    /// # Errors
    ///
    /// [`AccessError::GroupInUse`] says what belongs to it; [`AccessError::DefaultGroup`].
    pub async fn delete(&self, actor: &Actor, selector: &str) -> Result<(), AppError> {
        let action = Action::GroupDelete;
        let group = self.changeable(actor, action, selector).await?;
        let what = self.holdings(group.id).await?;
        if !what.is_empty() {
            return Err(in_use(&group, what.join(", ")));
        }
        let all = self.shared.ports.records.list_assignments().await?;
        let mut taken = all;
        taken.retain(|row| row.group == Some(group.id));
        let holders: BTreeSet<RoleHolder> = taken.iter().map(|row| row.holder).collect();
        let mut batch = Batch::from(self.shared.access_ended(holders).await?);
        let told = self.shared.told_taken(actor, &taken);
        batch.changes.extend(told.await?);
        batch.push(Change::DeleteGroup(
            group.id,
            Expect::Revision(group.revision),
        ));
        let about = object("group", group.id, &group.name);
        batch.push(Fact::done(actor, action, about, self.shared.now()).change());
        let committed = self.shared.commit(batch).await;
        committed.map_err(|error| match error {
            RecordsError::Conflict { what: GROUP_IN_USE } => {
                in_use(&group, "something that was just added".to_owned())
            }
            other => other.into(),
        })
    }

    /// A group that can be changed.
    async fn changeable(
        &self,
        actor: &Actor,
        action: Action,
        selector: &str,
    ) -> Result<Group, AppError> {
        let permit = self.shared.permit(actor, action).await?;
        let group = match action.scope() {
            // Who may do it for the installation sees every group.
            ActionScope::Installation => self.shared.group_of(Some(selector)).await?,
            _ => self.shared.find_group(&permit, Some(selector)).await?,
        };
        match group.id == DEFAULT_GROUP {
            true => Err(AccessError::DefaultGroup.into()),
            false => Ok(group),
        }
    }

    /// What belongs to a group, in words; of each kind a few by name.
    async fn holdings(&self, group: GroupId) -> Result<Vec<String>, AppError> {
        let records = &self.shared.ports.records;
        let page = Page {
            limit: NAMED_MAX,
            cursor: None,
        };
        let groups = keyferry_ports::records::Groups::Only([group].into());
        let keys = KeyFilter {
            groups: groups.clone(),
            ..KeyFilter::default()
        };
        let kms_keys = KmsKeyFilter {
            groups,
            ..KmsKeyFilter::default()
        };
        let applications = records.list_applications().await?.into_iter();
        let connections = records.list_connections().await?.into_iter();
        let keystores = records.list_keystores().await?.into_iter();
        let keys = records.list_keys(&keys, &page).await?.rows.into_iter();
        let kms_keys = records.list_kms_keys(&kms_keys, &page).await?.rows;
        let applications = applications.filter(|row| row.group == group);
        let connections = connections.filter(|row| row.group == group);
        let keystores = keystores.filter(|row| row.group == group);
        let mut found: Vec<String> = Vec::new();
        found.extend(applications.map(|row| format!("application `{}`", row.name)));
        found.extend(connections.map(|row| format!("connection `{}`", row.name)));
        found.extend(keystores.map(|row| format!("keystore `{}`", row.name)));
        found.extend(keys.map(|row| format!("key `{}`", row.name)));
        found.extend(
            kms_keys
                .into_iter()
                .map(|row| format!("KMS key `{}`", row.name)),
        );
        Ok(found)
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

    /// Who has a role in a group that the actor sees, by name.
    pub async fn members(&self, actor: &Actor, group: GroupId) -> Result<Vec<Member>, AppError> {
        let permit = self.shared.permit(actor, Action::RoleRead).await?;
        if !permit.groups()?.holds(group) {
            return Err(permit.denied());
        }
        let records = &self.shared.ports.records;
        let mut roles: BTreeMap<RoleHolder, Vec<Name>> = BTreeMap::new();
        for row in records.list_assignments().await? {
            if row.group == Some(group) {
                roles.entry(row.holder).or_default().push(row.role);
            }
        }
        let users = records.list_users().await?.into_iter();
        let member = |user: keyferry_ports::records::User| {
            let roles = roles.remove(&user.id.into())?;
            Some(Member {
                name: user.name,
                roles,
            })
        };
        Ok(users.filter_map(member).collect())
    }
}

fn in_use(group: &Group, what: String) -> AppError {
    AccessError::GroupInUse {
        name: group.name.to_string(),
        what,
    }
    .into()
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
