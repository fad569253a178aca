//! Applications: programs that use keys and manage nothing.

mod certificates;
mod keys;
mod let_in;

use std::sync::Arc;

use keyferry_domain::group::Group;
use keyferry_domain::id::ApplicationId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{APPLICATION_NAME, Application, Batch, Change, Expect, RecordsError};

use crate::action::Action;
use crate::actor::Actor;
use crate::connections::check_revision;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::rights::{Object, Permit};

pub use keys::{NewApplicationKey, OVERLAP_DEFAULT, OVERLAP_MAX};

/// What every API key of an application begins with, so that scanners find leaked ones, and the server knows whose it is.
pub const KEY_PREFIX: &str = "kfa_";

/// An application to make.
#[derive(Clone, Debug)]
pub struct CreateApplication {
    /// Its name. No two applications have the same.
    pub name: Name,
    /// Free text.
    pub description: String,
    /// The owning group, by id or name; `None` is the default one.
    pub group: Option<String>,
}

/// What may change about an application; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct UpdateApplication {
    /// The revision that the caller saw; `None` takes any.
    pub revision: Option<u64>,
    /// Another name.
    pub name: Option<Name>,
    /// Free text.
    pub description: Option<String>,
}

/// An application with the name of its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// The application.
    pub application: Application,
    /// Its group's name.
    pub group: Name,
}

/// Use cases of applications.
pub struct Applications {
    pub(crate) shared: Arc<Shared>,
}

impl Applications {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Makes an application. It may do nothing until it has a role, and is let in by nothing until it has an API key or a
    /// certificate.
    ///
    /// # Errors
    ///
    /// [`AppError::NameTaken`]; case counts.
    pub async fn create(
        &self,
        actor: &Actor,
        command: CreateApplication,
    ) -> Result<Owned, AppError> {
        let action = Action::ApplicationCreate;
        let permit = self.shared.permit(actor, action).await?;
        let group = command.group.as_deref();
        let group = self.shared.find_group(&permit, group).await?;
        let now = self.shared.now();
        let application = Application {
            id: ApplicationId::new(self.shared.new_uuid()),
            group: group.id,
            name: command.name,
            description: command.description,
            is_locked: false,
            access_epoch: 1,
            created_at: now,
            revision: 1,
        };
        let fact = Fact::done(actor, action, told(&application), now);
        let batch = Batch::new()
            .with(Change::PutApplication(application.clone(), Expect::New))
            .with(fact.detail("group", &group.name).change());
        let committed = self.shared.commit(batch).await;
        committed.map_err(|error| taken(error, &application.name))?;
        Ok(Owned {
            application,
            group: group.name,
        })
    }

    /// All applications that the actor sees, by name.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Owned>, AppError> {
        let permit = self.shared.permit(actor, Action::ApplicationRead).await?;
        let (seen, groups) = (permit.groups()?, self.shared.groups().await?);
        let rows = self.shared.ports.records.list_applications().await?;
        let rows = rows.into_iter().filter(|row| seen.holds(row.group));
        Ok(rows.filter_map(|row| owned(row, &groups)).collect())
    }

    /// One application, by id or name.
    pub async fn show(&self, actor: &Actor, selector: &str) -> Result<Owned, AppError> {
        let application = self.find(actor, Action::ApplicationRead, selector).await?;
        self.owned(application).await
    }

    /// Changes name or description.
    pub async fn update(
        &self,
        actor: &Actor,
        selector: &str,
        command: UpdateApplication,
    ) -> Result<Owned, AppError> {
        let action = Action::ApplicationUpdate;
        let mut row = self.find(actor, action, selector).await?;
        check_revision("application", command.revision, row.revision)?;
        row.name = command.name.unwrap_or(row.name);
        row.description = command.description.unwrap_or(row.description);
        self.write(actor, action, row).await
    }

    /// Refuses an application from now on: API keys, certificates, and what is under way.
    pub async fn lock(&self, actor: &Actor, selector: &str) -> Result<Owned, AppError> {
        let action = Action::ApplicationLock;
        let mut row = self.find(actor, action, selector).await?;
        row.is_locked = true;
        row.end_access();
        self.write(actor, action, row).await
    }

    /// Lets an application in again.
    pub async fn unlock(&self, actor: &Actor, selector: &str) -> Result<Owned, AppError> {
        let action = Action::ApplicationUnlock;
        let mut row = self.find(actor, action, selector).await?;
        row.is_locked = false;
        self.write(actor, action, row).await
    }

    /// Removes an application, with its API keys, certificates and roles. The audit log keeps what it did.
    pub async fn delete(&self, actor: &Actor, selector: &str) -> Result<(), AppError> {
        let action = Action::ApplicationDelete;
        let row = self.find(actor, action, selector).await?;
        let fact = Fact::done(actor, action, told(&row), self.shared.now());
        let expect = Expect::Revision(row.revision);
        let roles = self.shared.ports.records.list_assignments_of(row.id.into());
        let roles = roles.await?;
        let taken = self.shared.told_taken(actor, &roles);
        let batch = Batch::from(taken.await?)
            .with(Change::DeleteApplication(row.id, expect))
            .with(fact.change());
        Ok(self.shared.commit(batch).await?)
    }

    async fn find(
        &self,
        actor: &Actor,
        action: Action,
        selector: &str,
    ) -> Result<Application, AppError> {
        let permit = self.shared.permit(actor, action).await?;
        self.shared.find_application(&permit, selector).await
    }

    async fn write(
        &self,
        actor: &Actor,
        action: Action,
        mut row: Application,
    ) -> Result<Owned, AppError> {
        let fact = Fact::done(actor, action, told(&row), self.shared.now());
        let expect = Expect::Revision(row.revision);
        let batch = Batch::new()
            .with(Change::PutApplication(row.clone(), expect))
            .with(fact.change());
        let committed = self.shared.commit(batch).await;
        committed.map_err(|error| taken(error, &row.name))?;
        row.revision += 1;
        self.owned(row).await
    }

    async fn owned(&self, application: Application) -> Result<Owned, AppError> {
        let group = application.group.to_string();
        let group = self.shared.group_of(Some(&group)).await?.name;
        Ok(Owned { application, group })
    }
}

impl Shared {
    /// An application by id or name, among those that the actor sees.
    pub(crate) async fn find_application(
        &self,
        permit: &Permit,
        selector: &str,
    ) -> Result<Application, AppError> {
        let records = &self.ports.records;
        let found = match (selector.parse::<ApplicationId>(), selector.parse::<Name>()) {
            (Ok(id), _) => records.find_application(id).await?,
            (_, Ok(name)) => records.find_application_by_name(&name).await?,
            _ => None,
        };
        permit.admit(found, Object::application, || AppError::NotFound {
            what: "application",
            selector: selector.to_owned(),
        })
    }
}

/// An application, for the log.
fn told(row: &Application) -> keyferry_audit::Object {
    object("application", row.id, &row.name)
}

fn owned(application: Application, groups: &[Group]) -> Option<Owned> {
    let group = groups.iter().find(|group| group.id == application.group)?;
    Some(Owned {
        application,
        group: group.name.clone(),
    })
}

fn taken(error: RecordsError, name: &Name) -> AppError {
    match error {
        RecordsError::Conflict {
            what: APPLICATION_NAME,
        } => AppError::NameTaken {
            what: "application",
            name: name.to_string(),
        },
        other => other.into(),
    }
}
