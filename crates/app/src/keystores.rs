//! Keystores: named sets of KMS keys under one connection.

use std::fmt::Display;
use std::sync::Arc;

use jiff::Timestamp;
use keyferry_domain::arn::Region;
use keyferry_domain::connection::Connection;
use keyferry_domain::id::KeystoreId;
use keyferry_domain::keystore::{HealPolicy, Keystore, OnCancelDeletion, Template};
use keyferry_domain::name::Name;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::schedule::RotationSchedule;
use keyferry_domain::tag::check_user_tags;
use keyferry_domain::validity::Lifetime;
use keyferry_ports::records::{Batch, Change, Expect, KmsKeyFilter, Page, RecordsError};

use crate::action::Action;
use crate::actor::Actor;
use crate::connections::check_revision;
use crate::error::AppError;
use crate::kms_keys::check_outlasts;
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::rights::{Object, Permit};

/// A keystore to make.
#[derive(Clone, Debug)]
pub struct CreateKeystore {
    /// Its name.
    pub name: Name,
    /// Free text.
    pub description: String,
    /// The connection, by id or name.
    pub connection: String,
    /// Regions, default first; empty takes those of the connection.
    pub regions: Vec<Region>,
    /// The owning group, by id or name; `None` is the default one.
    pub group: Option<String>,
    /// What new keys look like; its rotation is told by `rotation`.
    pub template: Template,
    /// When new keys rotate; to inherit is to take over the connection's rule as it is now.
    pub rotation: RotationChoice,
    /// What healing may do.
    pub heal: HealPolicy,
    /// What a cancelled deletion leaves.
    pub on_cancel_deletion: OnCancelDeletion,
}

/// What may change; `None` leaves it. A changed template does not touch existing keys.
#[derive(Clone, Debug, Default)]
pub struct UpdateKeystore {
    /// The revision that the caller saw.
    pub revision: Option<u64>,
    /// Another name.
    pub name: Option<Name>,
    /// Free text.
    pub description: Option<String>,
    /// Other Regions.
    pub regions: Option<Vec<Region>>,
    /// What new keys look like; its rotation is told by `rotation`.
    pub template: Option<Template>,
    /// When new keys rotate; keys that are there keep their schedules.
    pub rotation: Option<RotationChoice>,
    /// What healing may do.
    pub heal: Option<HealPolicy>,
    /// What a cancelled deletion leaves.
    pub on_cancel_deletion: Option<OnCancelDeletion>,
}

/// Use cases of keystores.
pub struct Keystores {
    shared: Arc<Shared>,
}

impl Keystores {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Makes a keystore.
    pub async fn create(
        &self,
        actor: &Actor,
        command: CreateKeystore,
    ) -> Result<Keystore, AppError> {
        let permit = self.shared.permit(actor, Action::KeystoreCreate).await?;
        self.refuse_taken_name(&command.name).await?;
        let connection = self
            .shared
            .find_connection(&permit, &command.connection)
            .await?;
        let regions = if command.regions.is_empty() {
            connection.regions.clone()
        } else {
            command.regions
        };
        check_regions(&regions, &connection.regions)?;
        self.shared.check_usable(&connection, &regions).await?;
        check_template(&command.template)?;
        check_end(command.template.lifetime, self.shared.now())?;
        let group = self
            .shared
            .find_group(&permit, command.group.as_deref())
            .await?;
        let of = Object::group(&group);
        self.shared
            .may_empty_by(actor, &command.rotation, &of)
            .await?;
        let template = Template {
            rotation: chosen(command.rotation, &connection),
            ..command.template
        };
        check_pauses(&template, self.shared.now())?;
        let keystore = Keystore {
            id: KeystoreId::new(self.shared.new_uuid()),
            name: command.name,
            description: command.description,
            connection: connection.id,
            regions,
            group: group.id,
            template,
            heal: command.heal,
            on_cancel_deletion: command.on_cancel_deletion,
            created_at: self.shared.now(),
            revision: 1,
        };
        self.store(actor, Action::KeystoreCreate, &keystore, Expect::New)
            .await?;
        Ok(keystore)
    }

    /// All keystores, by name.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Keystore>, AppError> {
        let permit = self.shared.permit(actor, Action::KeystoreRead).await?;
        let seen = permit.groups()?;
        let rows = self.shared.ports.records.list_keystores().await?;
        Ok(rows
            .into_iter()
            .filter(|row| seen.holds(row.group))
            .collect())
    }

    /// One keystore, by id or name.
    pub async fn show(&self, actor: &Actor, selector: &str) -> Result<Keystore, AppError> {
        let permit = self.shared.permit(actor, Action::KeystoreRead).await?;
        self.shared.find_keystore(&permit, selector).await
    }

    /// Changes a keystore.
    pub async fn update(
        &self,
        actor: &Actor,
        selector: &str,
        command: UpdateKeystore,
    ) -> Result<Keystore, AppError> {
        let permit = self.shared.permit(actor, Action::KeystoreUpdate).await?;
        let mut keystore = self.shared.find_keystore(&permit, selector).await?;
        check_revision("keystore", command.revision, keystore.revision)?;
        let expect = Expect::Revision(keystore.revision);
        if let Some(name) = command.name.filter(|name| *name != keystore.name) {
            self.refuse_taken_name(&name).await?;
            keystore.name = name;
        }
        if let Some(regions) = command.regions {
            let connection = self.shared.connection_of(keystore.connection).await?;
            check_regions(&regions, &connection.regions)?;
            self.shared.check_usable(&connection, &regions).await?;
            keystore.regions = regions;
        }
        let former = keystore.template.clone();
        if let Some(template) = command.template {
            check_template(&template)?;
            if template.lifetime != keystore.template.lifetime {
                check_end(template.lifetime, self.shared.now())?;
            }
            keystore.template = Template {
                rotation: keystore.template.rotation,
                ..template
            };
        }
        if let Some(choice) = command.rotation {
            let of = Object::keystore(&keystore);
            self.shared.may_empty_by(actor, &choice, &of).await?;
            let connection = self.shared.connection_of(keystore.connection).await?;
            keystore.template.rotation = chosen(choice, &connection);
        }
        if (&keystore.template.lifetime, &keystore.template.rotation)
            != (&former.lifetime, &former.rotation)
        {
            check_pauses(&keystore.template, self.shared.now())?;
        }
        keystore.description = command.description.unwrap_or(keystore.description);
        keystore.heal = command.heal.unwrap_or(keystore.heal);
        keystore.on_cancel_deletion = command
            .on_cancel_deletion
            .unwrap_or(keystore.on_cancel_deletion);
        self.store(actor, Action::KeystoreUpdate, &keystore, expect)
            .await?;
        keystore.revision += 1;
        Ok(keystore)
    }

    /// Removes a keystore whose KMS keys are all DELETED or RELEASED. Audit entries stay readable.
    ///
    /// # Errors
    ///
    /// [`AppError::InUse`] while it has other KMS keys.
    pub async fn delete(&self, actor: &Actor, selector: &str) -> Result<(), AppError> {
        let permit = self.shared.permit(actor, Action::KeystoreDelete).await?;
        let keystore = self.shared.find_keystore(&permit, selector).await?;
        let about = object("keystore", keystore.id, &keystore.name);
        let batch = Batch::new()
            .with(Change::DeleteKeystore(
                keystore.id,
                Expect::Revision(keystore.revision),
            ))
            .with(Fact::done(actor, Action::KeystoreDelete, about, self.shared.now()).change());
        match self.shared.commit(batch).await {
            Err(RecordsError::Conflict { .. }) if self.has_keys(keystore.id).await? => {
                Err(AppError::InUse { what: "keystore" })
            }
            other => Ok(other?),
        }
    }

    async fn has_keys(&self, id: KeystoreId) -> Result<bool, AppError> {
        let filter = KmsKeyFilter {
            keystore: Some(id),
            ..KmsKeyFilter::default()
        };
        let page = Page {
            limit: 1,
            cursor: None,
        };
        let found = self
            .shared
            .ports
            .records
            .list_kms_keys(&filter, &page)
            .await?;
        Ok(!found.rows.is_empty())
    }

    async fn refuse_taken_name(&self, name: &Name) -> Result<(), AppError> {
        match self
            .shared
            .ports
            .records
            .find_keystore_by_name(name)
            .await?
        {
            Some(_) => Err(AppError::NameTaken {
                what: "keystore",
                name: name.to_string(),
            }),
            None => Ok(()),
        }
    }

    async fn store(
        &self,
        actor: &Actor,
        action: Action,
        keystore: &Keystore,
        expect: Expect,
    ) -> Result<(), AppError> {
        let about = object("keystore", keystore.id, &keystore.name);
        let fact = Fact::done(actor, action, about, self.shared.now());
        let batch = Batch::new()
            .with(Change::PutKeystore(keystore.clone(), expect))
            .with(fact.detail("connection", keystore.connection).change());
        Ok(self.shared.commit(batch).await?)
    }
}

impl Shared {
    /// A keystore by id or name, among those that the actor sees.
    pub(crate) async fn find_keystore(
        &self,
        permit: &Permit,
        selector: &str,
    ) -> Result<Keystore, AppError> {
        let records = &self.ports.records;
        let found = match (selector.parse::<KeystoreId>(), selector.parse::<Name>()) {
            (Ok(id), _) => records.find_keystore(id).await?,
            (_, Ok(name)) => records.find_keystore_by_name(&name).await?,
            _ => None,
        };
        permit.admit(found, Object::keystore, || no_keystore(selector))
    }

    /// The keystore with that id: what a record names, of which the actor may know.
    pub(crate) async fn keystore_of(&self, id: KeystoreId) -> Result<Keystore, AppError> {
        let found = self.ports.records.find_keystore(id).await?;
        found.ok_or_else(|| no_keystore(id))
    }
}

fn no_keystore(selector: impl Display) -> AppError {
    AppError::NotFound {
        what: "keystore",
        selector: selector.to_string(),
    }
}

fn chosen(choice: RotationChoice, connection: &Connection) -> Option<RotationSchedule> {
    match choice {
        RotationChoice::Inherit => connection.rotation.clone(),
        RotationChoice::Never => None,
        RotationChoice::Own(schedule) => Some(schedule),
    }
}

fn check_regions(wanted: &[Region], known: &[Region]) -> Result<(), AppError> {
    match wanted.iter().find(|region| !known.contains(region)) {
        Some(unknown) => Err(AppError::RegionNotInUse {
            region: unknown.to_string(),
            of: "connection",
        }),
        None => Ok(()),
    }
}

fn check_pauses(template: &Template, now: Timestamp) -> Result<(), AppError> {
    check_outlasts(template.lifetime.days(), template.rotation.as_ref(), now)
}

/// An end that is over would let nothing be made any more.
fn check_end(lifetime: Lifetime, now: Timestamp) -> Result<(), AppError> {
    match lifetime {
        Lifetime::Until(until) if until <= now => Err(AppError::Invalid {
            field: "template.expires_at",
            why: format!("it is over: {until} is not in the future"),
        }),
        _ => Ok(()),
    }
}

fn check_template(template: &Template) -> Result<(), AppError> {
    template.spec.usage_or_default(template.usage)?;
    check_user_tags(&template.tags)?;
    if template.description.chars().count() > 8192 {
        return Err(AppError::Invalid {
            field: "template.description",
            why: "AWS takes 8192 characters at most".to_owned(),
        });
    }
    Ok(())
}
