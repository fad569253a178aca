//! Versions of keys: their states, and the KMS keys that may hold them.

use std::collections::BTreeMap;

use keyferry_audit::Outcome;
use keyferry_domain::id::KeyId;
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::key_link::Copied;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::version::{VersionAction, VersionNumber, VersionState};
use keyferry_ports::records::{Batch, Change, KeyTies, KmsKeyFilter, Page};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::keys::{KeyWithVersions, Keys};
use crate::log::{Fact, object};
use crate::parts::Shared;

/// KMS keys read at once.
const PAGE: u32 = 1_000;

impl Keys {
    /// Deactivates a version: it protects nothing new, and goes on decrypting and verifying. KMS keys that hold it stay
    /// as they are. On a deactivated version nothing changes.
    ///
    /// # Errors
    ///
    /// [`AppError::VersionState`] for states from which no way leads there.
    pub async fn deactivate_version(
        &self,
        actor: &Actor,
        selector: &str,
        number: VersionNumber,
    ) -> Result<KeyWithVersions, AppError> {
        let change = (Action::KeyDeactivateVersion, VersionAction::Deactivate);
        self.change_state(actor, selector, number, change, VersionState::Deactivated)
            .await
    }

    /// Reports a version as known, or feared to be known, by others. Every KMS key that holds it or could still need it is
    /// named in the log and in the answer; what becomes of them is for a person to decide.
    ///
    /// # Errors
    ///
    /// [`AppError::VersionState`] for a destroyed version.
    pub async fn compromise_version(
        &self,
        actor: &Actor,
        selector: &str,
        number: VersionNumber,
    ) -> Result<KeyWithVersions, AppError> {
        let change = (
            Action::KeyCompromiseVersion,
            VersionAction::ReportCompromise,
        );
        self.change_state(actor, selector, number, change, VersionState::Compromised)
            .await
    }

    async fn change_state(
        &self,
        actor: &Actor,
        selector: &str,
        number: VersionNumber,
        (action, by): (Action, VersionAction),
        wanted: VersionState,
    ) -> Result<KeyWithVersions, AppError> {
        let (_, found) = self.shared.permit_for_key(actor, action, selector).await?;
        let found = self.shared.with_all(found).await?;
        let version = find_version(&found, number)?;
        if version.state == wanted {
            return Ok(found);
        }
        let now = self.shared.now();
        let to = version.state.after(by)?;
        let mut batch = Batch::new().with(Change::SetVersionState {
            key: found.key.id,
            version: number,
            from: version.state,
            to,
            at: now,
        });
        let about = object("key", found.key.id, &found.key.name);
        let fact = Fact::done(actor, action, about, now)
            .detail("version", number)
            .detail("from", version.state)
            .detail("to", to);
        batch.push(fact.change());
        if to == VersionState::Compromised {
            for holder in found.holders.get(&number).into_iter().flatten() {
                let about = object("kms-key", holder.kms_key, &holder.name);
                let fact =
                    Fact::outcome(&actor.to_string(), action.as_str(), Outcome::Ok, about, now);
                let fact = fact.detail("key", found.key.id).detail("version", number);
                batch.push(fact.change());
            }
        }
        let after = found.after(&batch.changes);
        self.shared.commit(batch).await?;
        Ok(after)
    }
}

/// The version of a key with this number.
pub(crate) fn find_version(
    found: &KeyWithVersions,
    number: VersionNumber,
) -> Result<&KeyVersion, AppError> {
    let is_it = |version: &&KeyVersion| version.identity.version == number;
    found
        .versions
        .iter()
        .find(is_it)
        .ok_or_else(|| AppError::NotFound {
            what: "key version",
            selector: format!("{} version {number}", found.key.name),
        })
}

impl Shared {
    /// A key with its versions and the KMS keys that were made from it.
    pub(crate) async fn with_versions(&self, key: ManagedKey) -> Result<KeyWithVersions, AppError> {
        let ties = self.ports.records.find_key_ties(key.id).await?;
        self.with_all((key, ties)).await
    }

    /// The same, where it was looked at already.
    pub(crate) async fn with_all(
        &self,
        (key, ties): (ManagedKey, KeyTies),
    ) -> Result<KeyWithVersions, AppError> {
        let records = &self.ports.records;
        let versions = ties.versions;
        let kms_keys = match ties.has_kms_keys {
            true => self.kms_keys_from(key.id).await?,
            false => Vec::new(),
        };
        let numbers = versions.iter().map(|one| one.identity.version);
        let mut holders: BTreeMap<_, Vec<_>> = numbers.map(|one| (one, Vec::new())).collect();
        let held = match ties.has_holders {
            true => records.holders_of_all(key.id).await?,
            false => Vec::new(),
        };
        for (number, holder) in held {
            holders.entry(number).or_default().push(holder);
        }
        let copies = match ties.has_copies {
            true => records.list_key_links(key.id).await?,
            false => Vec::new(),
        };
        let copied_from = match ties.is_copy {
            true => records.find_key_link(Copied::Key(key.id)).await?,
            false => None,
        };
        Ok(KeyWithVersions {
            key,
            versions,
            kms_keys,
            holders,
            copies,
            copied_from,
        })
    }

    async fn kms_keys_from(&self, key: KeyId) -> Result<Vec<KmsKey>, AppError> {
        let filter = KmsKeyFilter {
            source: Some(key),
            ..KmsKeyFilter::default()
        };
        let mut found = Vec::new();
        let mut page = Page {
            limit: PAGE,
            cursor: None,
        };
        loop {
            let part = self.ports.records.list_kms_keys(&filter, &page).await?;
            found.extend(part.rows);
            page.cursor = part.next;
            if page.cursor.is_none() {
                break;
            }
        }
        found.retain(|one| one.intent.life != Life::Deleted);
        Ok(found)
    }

    /// Only an active version goes into a KMS key for the first time: it is about to protect something new.
    pub(crate) async fn check_current_is_active(&self, key: &ManagedKey) -> Result<(), AppError> {
        let versions = self.ports.records.list_versions(key.id).await?;
        refuse_without_copy(key, &versions, |version| version == key.current)?;
        check_current_is_active(key, &versions)
    }
}

/// What nobody was promised a copy of goes nowhere but where its file went.
pub(crate) fn refuse_without_copy(
    key: &ManagedKey,
    versions: &[KeyVersion],
    is_meant: impl Fn(VersionNumber) -> bool,
) -> Result<(), AppError> {
    let has_none = |one: &&KeyVersion| one.is_passed_through() && is_meant(one.identity.version);
    match versions.iter().find(has_none) {
        Some(one) => Err(AppError::NoCopyKept {
            key: key.name.to_string(),
            version: one.identity.version,
        }),
        None => Ok(()),
    }
}

/// The same with the key's versions at hand.
pub(crate) fn check_current_is_active(
    key: &ManagedKey,
    versions: &[KeyVersion],
) -> Result<(), AppError> {
    let mut versions = versions.iter();
    match versions.find(|version| version.identity.version == key.current) {
        Some(current) if current.state != VersionState::Active => Err(AppError::VersionNotActive {
            key: key.name.to_string(),
            version: key.current,
            state: current.state,
        }),
        _ => Ok(()),
    }
}
