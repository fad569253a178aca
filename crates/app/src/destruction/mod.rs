//! Destroying versions of keys: scheduled by a person, cancellable, announced when due, carried out a day later. [`erased`] is
//! the one place that removes material.

mod carry_out;
mod clean_up;
mod told;

use jiff::Timestamp;
use keyferry_audit::Outcome;
use keyferry_domain::destruction::{DELAY_DAYS_MIN, Erasure, check, due};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::version::{IllegalVersionAction, VersionAction, VersionNumber, VersionState};
use keyferry_ports::records::{Batch, Change, Expect};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::key_versions::find_version;
use crate::keys::{KeyWithVersions, Keys};
use crate::kms_keys::Mode;
use crate::log::{Fact, object};

pub use told::{NEAR, REFUSED, SCHEDULED};

/// What removes a version's sealed material for ever, makes it destroyed and tells of it; to be committed in one batch.
/// The database holds the rules of [`Change::DestroyVersion`] in that transaction.
///
/// # Errors
///
/// [`AppError::VersionState`] for a version that is destroyed; where it was scheduled, also for one that is in use.
pub(crate) fn erased(
    actor: &str,
    key: &ManagedKey,
    version: &KeyVersion,
    why: Erasure,
    now: Timestamp,
) -> Result<[Change; 2], AppError> {
    why.check(version.state)?;
    let number = version.identity.version;
    let about = object("key", key.id, &key.name);
    let reason = match why {
        Erasure::Scheduled(_) => "scheduled",
        Erasure::NoCopyKept => "no copy kept",
    };
    let word = Action::KeyDestroyVersion.as_str();
    let fact = Fact::outcome(actor, word, Outcome::Ok, about, now)
        .detail("version", number)
        .detail("from", version.state)
        .detail("why", reason);
    let destroyed = Change::DestroyVersion {
        key: key.id,
        version: number,
        from: version.state,
        why,
        at: now,
    };
    Ok([destroyed, fact.change()])
}

impl Keys {
    /// Schedules the destruction of a version, `days` from now, 30 unless given. Until then it can be cancelled. One that is
    /// scheduled already gets the new time where one is given. With `dry_run`, it is only tried.
    ///
    /// # Errors
    ///
    /// [`AppError::Destruction`] for other days than 30 to 3,650, for a version that is in use, and while a KMS key holds it
    /// or could still need it; [`AppError::NameNotConfirmed`] without the key's name.
    pub async fn destroy_version(
        &self,
        actor: &Actor,
        selector: &str,
        number: VersionNumber,
        days: Option<u32>,
        mode: &Mode,
    ) -> Result<KeyWithVersions, AppError> {
        let action = Action::KeyDestroyVersion;
        let (_, found) = self.shared.permit_for_key(actor, action, selector).await?;
        let now = self.shared.now();
        let due_at = due(now, days.unwrap_or(DELAY_DAYS_MIN))?;
        let found = self.shared.with_all(found).await?;
        let version = find_version(&found, number)?.clone();
        let records = &self.shared.ports.records;
        check(version.state, records.holders(found.key.id, number).await?)?;
        mode.confirms_name("key", &found.key.name)?;
        if version.destroy_due.is_some() && days.is_none() {
            return Ok(found);
        }
        let about = object("key", found.key.id, &found.key.name);
        let fact = Fact::asked(actor, Action::KeyDestroyVersion, about, now)
            .detail("version", number)
            .detail("due", due_at);
        let batch = Batch::new()
            .with(set_due(&version, Dates::due(due_at)))
            .with(fact.change());
        let after = found.after(&batch.changes);
        self.shared.commit(batch.tried(mode.dry_run)).await?;
        Ok(after)
    }

    /// Cancels the destruction of a version. Where none is scheduled nothing changes. A key that has its versions destroyed
    /// after the deletion of its KMS keys does so no longer: otherwise the next look would schedule it again.
    ///
    /// # Errors
    ///
    /// [`AppError::VersionState`] for a version that is destroyed.
    pub async fn cancel_destruction(
        &self,
        actor: &Actor,
        selector: &str,
        number: VersionNumber,
        dry_run: bool,
    ) -> Result<KeyWithVersions, AppError> {
        let action = Action::KeyCancelDestruction;
        let (_, found) = self.shared.permit_for_key(actor, action, selector).await?;
        let found = self.shared.with_all(found).await?;
        let version = find_version(&found, number)?.clone();
        if version.state == VersionState::Destroyed {
            return Err(AppError::VersionState(IllegalVersionAction {
                state: version.state,
                action: VersionAction::Destroy,
            }));
        }
        if version.destroy_due.is_none() {
            return Ok(found);
        }
        let now = self.shared.now();
        let about = object("key", found.key.id, &found.key.name);
        let fact = Fact::done(actor, Action::KeyCancelDestruction, about, now);
        let mut batch = Batch::new()
            .with(set_due(&version, Dates::default()))
            .with(fact.detail("version", number).change());
        if found.key.destroy_after_deletion {
            let expect = Expect::Revision(found.key.revision);
            let kept = ManagedKey {
                destroy_after_deletion: false,
                ..found.key.clone()
            };
            batch.push(Change::PutKey(kept, expect));
        }
        let codes = [REFUSED, NEAR, SCHEDULED];
        let over = self
            .shared
            .no_longer_told(&found.key, number, &codes)
            .await?;
        batch.changes.extend(over);
        let after = found.after(&batch.changes);
        self.shared.commit(batch.tried(dry_run)).await?;
        Ok(after)
    }
}

/// When a version is destroyed, and when people were told that this comes next.
#[derive(Clone, Copy, Debug, Default)]
struct Dates {
    due: Option<Timestamp>,
    announced: Option<Timestamp>,
}

impl Dates {
    /// Then, and not announced.
    fn due(at: Timestamp) -> Self {
        Self {
            due: Some(at),
            announced: None,
        }
    }
}

/// Other dates of what was read.
fn set_due(version: &KeyVersion, dates: Dates) -> Change {
    Change::SetDestruction {
        key: version.identity.key,
        version: version.identity.version,
        state: version.state,
        seen: version.destroy_due,
        due: dates.due,
        announced: dates.announced,
    }
}
