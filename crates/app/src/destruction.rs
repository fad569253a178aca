//! Destroying versions of keys: scheduled by a person, cancellable, carried out when due. [`erased`] is the one place that
//! removes material.

use jiff::{SignedDuration, Timestamp};
use keyferry_audit::Outcome;
use keyferry_domain::destruction::{DELAY_DAYS_MIN, Erasure, check, due};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::version::{VersionAction, VersionNumber};
use keyferry_ports::records::{
    AllRecords, Batch, Change, DueDestruction, Expect, Records, RecordsError,
};

use crate::action::{Action, authorize};
use crate::actor::Actor;
use crate::alerts::{Trouble, ended};
use crate::error::AppError;
use crate::key_versions::find_version;
use crate::keys::{KeyWithVersions, Keys};
use crate::kms_keys::Mode;
use crate::log::{Fact, object};
use crate::parts::Shared;

/// The code of the alert of a destruction that was due and is refused.
pub const REFUSED: &str = "schedule.destruction-refused";

/// How much later a destruction is tried again that is refused when it is due.
const LATER: SignedDuration = SignedDuration::from_hours(24);

/// Versions destroyed in one look, at most.
const AT_ONCE: u32 = 1_000;

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
    /// scheduled already gets the new time where one is given. With `dry_run`, only what would be is answered.
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
        authorize(actor, Action::KeyDestroyVersion)?;
        let now = self.shared.now();
        let due_at = due(now, days.unwrap_or(DELAY_DAYS_MIN))?;
        let key = self.shared.find_key(selector).await?;
        let mut found = self.shared.with_versions(key).await?;
        let version = find_version(&found, number)?.clone();
        let records = &self.shared.ports.records;
        check(version.state, records.holders(found.key.id, number).await?)?;
        mode.confirms_name(&found.key.name)?;
        if version.destroy_due.is_some() && days.is_none() {
            return Ok(found);
        }
        if mode.dry_run {
            let doomed = |one: &&mut KeyVersion| one.identity.version == number;
            if let Some(one) = found.versions.iter_mut().find(doomed) {
                one.destroy_due = Some(due_at);
            }
            return Ok(found);
        }
        let about = object("key", found.key.id, &found.key.name);
        let word = Action::KeyDestroyVersion.as_str();
        let fact = Fact::intent(&actor.to_string(), word, about, now)
            .detail("version", number)
            .detail("due", due_at);
        let batch = Batch::new()
            .with(set_due(&version, Some(due_at)))
            .with(fact.change());
        records.commit(batch).await?;
        self.shared.with_versions(found.key).await
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
        authorize(actor, Action::KeyCancelDestruction)?;
        let key = self.shared.find_key(selector).await?;
        let mut found = self.shared.with_versions(key).await?;
        let version = find_version(&found, number)?.clone();
        Erasure::NoCopyKept.check(version.state)?;
        if version.destroy_due.is_none() {
            return Ok(found);
        }
        if dry_run {
            let kept = |one: &&mut KeyVersion| one.identity.version == number;
            if let Some(one) = found.versions.iter_mut().find(kept) {
                one.destroy_due = None;
            }
            return Ok(found);
        }
        let now = self.shared.now();
        let about = object("key", found.key.id, &found.key.name);
        let fact = Fact::done(actor, Action::KeyCancelDestruction, about, now);
        let mut batch = Batch::new()
            .with(set_due(&version, None))
            .with(fact.detail("version", number).change());
        if found.key.destroy_after_deletion {
            let expect = Expect::Revision(found.key.revision);
            let kept = ManagedKey {
                destroy_after_deletion: false,
                ..found.key.clone()
            };
            batch.push(Change::PutKey(kept, expect));
        }
        let told = self.shared.open_alert(found.key.id.into(), REFUSED).await?;
        batch.changes.extend(told.map(|alert| ended(&alert, now)));
        self.shared.ports.records.commit(batch).await?;
        let key = self.shared.find_key(&found.key.id.to_string()).await?;
        self.shared.with_versions(key).await
    }
}

/// What follows from the proved deletion of a KMS key: where its key says so, the destruction of every version that it ever
/// took in and no other KMS key needs is scheduled, and those in use are deactivated. Nothing is done twice; what another
/// server or a person was faster with is left to the next look.
pub(crate) async fn clean_up(
    records: &dyn AllRecords,
    actor: &str,
    deleted: &KmsKey,
    now: Timestamp,
) -> Records<()> {
    if deleted.intent.life != Life::Deleted {
        return Ok(());
    }
    for (id, number) in deleted.took_in() {
        let key = records.find_key(id).await?;
        let Some(key) = key.filter(|key| key.destroy_after_deletion) else {
            return Ok(());
        };
        let version = records.read_back_version(id, number).await?;
        let Some(version) = version.filter(|version| !version.is_doomed()) else {
            continue;
        };
        if !records.holders(id, number).await?.is_empty() {
            continue;
        }
        let changes = scheduled(actor, &key, &version, deleted, now);
        match records.commit(Batch::from(changes)).await {
            Ok(()) | Err(RecordsError::Conflict { .. } | RecordsError::Unknown) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Deactivates a version where it is in use, and schedules its destruction.
fn scheduled(
    actor: &str,
    key: &ManagedKey,
    version: &KeyVersion,
    deleted: &KmsKey,
    now: Timestamp,
) -> Vec<Change> {
    let number = version.identity.version;
    let idle = version.state.after(VersionAction::Deactivate);
    let state = idle.unwrap_or(version.state);
    let (Ok(()), Ok(due_at)) = (check(state, Vec::new()), due(now, DELAY_DAYS_MIN)) else {
        return Vec::new();
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
    let fact = Fact::intent(actor, Action::KeyDestroyVersion.as_str(), about, now)
        .detail("version", number)
        .detail("from", version.state)
        .detail("due", due_at)
        .detail("deleted_kms_key", deleted.id);
    changes.extend([set_due(&idle, Some(due_at)), fact.change()]);
    changes
}

/// Another due time of what was read.
pub(crate) fn set_due(version: &KeyVersion, due: Option<Timestamp>) -> Change {
    Change::SetDestruction {
        key: version.identity.key,
        version: version.identity.version,
        state: version.state,
        seen: version.destroy_due,
        due,
    }
}

impl Shared {
    /// Destroys every version whose time has come. Answers how many; what is refused has an alert and a later due time. Of
    /// several servers one comes first, and the others find another due time.
    ///
    /// # Errors
    ///
    /// Where the records fail, after the others were destroyed: nothing is lost, and what failed is still due.
    pub(crate) async fn destroy_due(&self) -> Result<usize, AppError> {
        let records = &self.ports.records;
        let rows = records.due_destructions(self.now(), AT_ONCE).await?;
        let (mut destroyed, mut failed) = (0, None);
        for row in rows {
            match self.destroy_one(&row).await {
                Ok(is_destroyed) => destroyed += usize::from(is_destroyed),
                // Another server, or a person, came first; or it is still due at the next look.
                Err(AppError::Changed { .. }) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(destroyed), Err)
    }

    async fn destroy_one(&self, row: &DueDestruction) -> Result<bool, AppError> {
        let records = &self.ports.records;
        let key = records.find_key(row.key).await?;
        let version = records.read_back_version(row.key, row.version).await?;
        let (Some(key), Some(version)) = (key, version) else {
            return Ok(false);
        };
        let now = self.now();
        let is_due = |due: &Timestamp| *due <= now;
        let Some(due) = version.destroy_due.filter(is_due) else {
            return Ok(false);
        };
        let actor = Actor::of_key(&key.name);
        authorize(&actor, Action::KeyDestroyVersion)?;
        let holders = records.holders(row.key, row.version).await?;
        if let Err(refused) = check(version.state, holders) {
            self.put_off(&actor, &key, &version, refused.into()).await?;
            return Ok(false);
        }
        let changes = erased(
            &actor.to_string(),
            &key,
            &version,
            Erasure::Scheduled(due),
            now,
        )?;
        let mut batch = Batch::from(changes.to_vec());
        let told = self.open_alert(key.id.into(), REFUSED).await?;
        batch.changes.extend(told.map(|alert| ended(&alert, now)));
        match records.commit(batch).await {
            // Whoever looks next sees whether it was.
            Err(RecordsError::Unknown) => Ok(false),
            committed => Ok(committed.map(|()| true)?),
        }
    }

    /// Commits alert, log entry and the time of the next try.
    async fn put_off(
        &self,
        actor: &Actor,
        key: &ManagedKey,
        version: &KeyVersion,
        why: AppError,
    ) -> Result<(), AppError> {
        let (now, number) = (self.now(), version.identity.version);
        let again = now + LATER;
        tracing::warn!(key = %key.name, version = %number, error = %why, "a destruction that is due is refused");
        let told = self
            .alerted(Trouble {
                subject: key.id.into(),
                name: key.name.to_string(),
                group: key.group,
                code: REFUSED,
                message: "the destruction of a version that was due is refused",
                detail: format!(
                    "version {number}: {why} ({}); tried again at {again}",
                    why.code()
                ),
            })
            .await?;
        let about = object("key", key.id, &key.name);
        let word = Action::KeyDestroyVersion.as_str();
        let fact = Fact::outcome(&actor.to_string(), word, Outcome::Refused, about, now)
            .detail("version", number)
            .detail("code", why.code())
            .detail("due", again);
        let batch = Batch::new()
            .with(set_due(version, Some(again)))
            .with(told)
            .with(fact.change());
        Ok(self.ports.records.commit(batch).await?)
    }
}
