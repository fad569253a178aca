//! What something is done to, as far as rights go.

use std::collections::BTreeSet;
use std::fmt::Display;

use keyferry_authz::Resource;
use keyferry_domain::connection::Connection;
use keyferry_domain::group::Group;
use keyferry_domain::id::GroupId;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::use_period::UsePeriod;
use keyferry_ports::records::{Alert, Application, Job, UsedKey};

use crate::action::Action;

/// One object of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    /// The action of looking at it; its noun is the object's.
    read: Action,
    id: String,
    name: String,
    pub(super) group: GroupId,
}

impl Object {
    fn new(read: Action, id: impl Display, name: impl Display, group: GroupId) -> Self {
        Self {
            read,
            id: id.to_string(),
            name: name.to_string(),
            group,
        }
    }

    pub(crate) fn alert(alert: &Alert) -> Self {
        Self::new(Action::AlertRead, alert.id, &alert.name, alert.group)
    }

    pub(crate) fn application(row: &Application) -> Self {
        Self::new(Action::ApplicationRead, row.id, &row.name, row.group)
    }

    pub(crate) fn connection(row: &Connection) -> Self {
        Self::new(Action::ConnectionRead, row.id, &row.name, row.group)
    }

    pub(crate) fn group(group: &Group) -> Self {
        Self::new(Action::GroupRead, group.id, &group.name, group.id)
    }

    /// A job, in one of the groups that own what it is about.
    pub(crate) fn job(job: &Job, group: GroupId) -> Self {
        Self::new(Action::JobRead, job.id, &job.title, group)
    }

    pub(crate) fn key(key: &ManagedKey) -> Self {
        Self::new(Action::KeyRead, key.id, &key.name, key.group)
    }

    pub(crate) fn keystore(row: &Keystore) -> Self {
        Self::new(Action::KeystoreRead, row.id, &row.name, row.group)
    }

    pub(crate) fn kms_key(key: &KmsKey) -> Self {
        Self::new(Action::KmsKeyRead, key.id, &key.name, key.group)
    }

    pub(crate) fn use_period(row: &UsePeriod) -> Self {
        let name = &row.application_name;
        Self::new(Action::UsePeriodRead, row.id, name, row.group)
    }

    /// The same as something that is done in this group, wherever it belongs.
    pub(crate) fn within(self, group: GroupId) -> Self {
        Self { group, ..self }
    }

    /// Its noun and name.
    pub(super) fn title(&self) -> String {
        format!("{}/{}", self.read.noun(), self.name)
    }

    /// Whether an API key for these keys is good for it.
    pub(super) fn is_among(&self, keys: &BTreeSet<UsedKey>) -> bool {
        let text = format!("{}/{}", self.read.noun(), self.id);
        keys.is_empty() || keys.iter().any(|key| key.to_string() == text)
    }

    /// Its kind and id.
    pub(super) fn known_as(&self) -> String {
        format!("{}/{}", self.read.noun(), self.id)
    }

    /// The action of looking at it.
    pub(super) fn read(&self) -> Action {
        self.read
    }

    /// What Cedar is asked about. An action of another noun, as making a KMS key in a keystore, is asked of the group.
    pub(super) fn resource(&self, action: Action) -> Resource {
        if action.noun() != self.read.noun() {
            return Resource::Group(self.group.to_string());
        }
        Resource::Object {
            kind: action.noun().to_owned(),
            id: self.id.clone(),
            name: self.name.clone(),
            group: self.group.to_string(),
        }
    }
}
