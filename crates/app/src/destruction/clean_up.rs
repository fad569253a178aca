//! What follows from the proved deletion of KMS keys: where a key says so, its versions are to be destroyed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keyferry_domain::destruction::{DELAY_DAYS_MIN, check, due};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::version::{VersionAction, VersionNumber};
use keyferry_ports::records::{Batch, Change, KmsKeyFilter, Page, RecordsError};

use super::told::SCHEDULED;
use super::{Dates, set_due};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

/// KMS keys read at once.
const PAGE: u32 = 500;

impl Shared {
    /// For every KMS key whose deletion is proved, and whose key says so: schedules the destruction of every version that it
    /// took in and no other KMS key needs, and deactivates those in use. Of symmetric keys alone, and only versions that AWS
    /// has shown as a material of it. Nothing is done twice; what another server or a person was faster with is left to the
    /// next look.
    pub(super) async fn clean_up(&self) -> Result<(), AppError> {
        let filter = KmsKeyFilter {
            life: Some(Life::Deleted.as_str().to_owned()),
            ..KmsKeyFilter::default()
        };
        let mut cursor = None;
        loop {
            let page = Page {
                limit: PAGE,
                cursor,
            };
            let found = self.ports.records.list_kms_keys(&filter, &page).await?;
            for deleted in &found.rows {
                self.let_versions_go(deleted).await?;
            }
            cursor = found.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    async fn let_versions_go(&self, deleted: &KmsKey) -> Result<(), AppError> {
        let Some(source) = deleted.source else {
            return Ok(());
        };
        let records = &self.ports.records;
        let key = records.find_key(source).await?;
        let Some(key) = key.filter(|key| key.destroy_after_deletion && key.spec.is_symmetric())
        else {
            return Ok(());
        };
        let actor = Actor::of_key(&key.name);
        self.permit(&actor, Action::KeyDestroyVersion).await?;
        let taken_in: BTreeSet<VersionNumber> = deleted.bindings.values().copied().collect();
        for number in taken_in {
            let version = records.read_back_version(key.id, number).await?;
            let Some(version) = version.filter(|version| !version.is_doomed()) else {
                continue;
            };
            if !records.holders(key.id, number).await?.is_empty() {
                continue;
            }
            let changes = self.scheduled(&actor, &key, &version, deleted).await?;
            match self.commit(Batch::from(changes)).await {
                Ok(()) | Err(RecordsError::Conflict { .. } | RecordsError::Unknown) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Deactivates a version where it is in use, schedules its destruction, and tells of it.
    async fn scheduled(
        &self,
        actor: &Actor,
        key: &ManagedKey,
        version: &KeyVersion,
        deleted: &KmsKey,
    ) -> Result<Vec<Change>, AppError> {
        let (now, number) = (self.now(), version.identity.version);
        let idle = version.state.after(VersionAction::Deactivate);
        let state = idle.unwrap_or(version.state);
        let (Ok(()), Ok(due_at)) = (check(state, Vec::new()), due(now, DELAY_DAYS_MIN)) else {
            return Ok(Vec::new());
        };
        let mut changes = Vec::new();
        if state != version.state {
            changes.push(Change::SetVersionState {
                key: key.id,
                version: number,
                from: version.state,
                to: state,
                at: now,
            });
        }
        let idle = KeyVersion {
            state,
            ..version.clone()
        };
        let about = object("key", key.id, &key.name);
        let word = Action::KeyDestroyVersion.as_str();
        let fact = Fact::intent(&actor.to_string(), word, about, now)
            .detail("version", number)
            .detail("from", version.state)
            .detail("due", due_at)
            .detail("deleted_kms_key", deleted.id);
        changes.extend([set_due(&idle, Dates::due(due_at)), fact.change()]);
        let detail = detail(deleted, due_at, &key.name, number);
        let told = self.told_of_version(key, number, (SCHEDULED, &detail));
        changes.extend(told.await?);
        Ok(changes)
    }
}

fn detail(
    deleted: &KmsKey,
    due: Timestamp,
    key: &impl std::fmt::Display,
    number: VersionNumber,
) -> String {
    format!(
        "destroyed after {due}, for the KMS key {} is deleted and its key says --destroy-after-deletion; \
         `keyferry key-version cancel-destruction {key} {number}` cancels it",
        deleted.name
    )
}
