//! Carrying out destructions that are due: announced first, and carried out a day later, by a server whose vault is open and
//! whose clock can be trusted.

use jiff::{SignedDuration, Timestamp};
use keyferry_audit::Outcome;
use keyferry_domain::destruction::{Erasure, Looks, Ripeness, check, ripeness};
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_ports::records::{Batch, Change, DueDestruction, RecordsError};

use super::told::{NEAR, REFUSED, SCHEDULED};
use super::{Dates, erased, set_due};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

/// How much later a destruction is tried again that is refused when it is due.
const LATER: SignedDuration = SignedDuration::from_hours(24);

/// Versions looked at in one look, at most.
const AT_ONCE: u32 = 1_000;

/// The setting that says when servers looked: two times, RFC 3339, as in [`Looks`].
const LOOKS: &str = "destruction.looks";

/// How often that is written.
const NOTED_EACH: SignedDuration = SignedDuration::from_hours(1);

/// A clock that is further from AWS's is wrong: AWS takes no request that is signed with it.
const SKEW_MAX: SignedDuration = SignedDuration::from_mins(5);

impl Shared {
    /// Looks at every version whose time has come: announces its destruction, and destroys it a day later. Answers how many
    /// were destroyed; what is refused has an alert. Of several servers one comes first. Nothing at all is done while
    /// the vault is sealed: who has restored a backup has time to look first.
    ///
    /// # Errors
    ///
    /// Where the records fail, after the others were destroyed: nothing is lost, and what failed is still due.
    pub(crate) async fn destroy_due(&self) -> Result<usize, AppError> {
        if !self.ports.vault.is_open() {
            return Ok(0);
        }
        let now = self.now();
        let (looks, is_noted) = self.looked(now).await?;
        let distrust = self.distrust(looks, now);
        if is_noted {
            self.clean_up().await?;
        }
        let records = &self.ports.records;
        let rows = records.due_destructions(now, AT_ONCE).await?;
        let (mut destroyed, mut failed) = (0, None);
        for row in rows {
            let dates = (row.due_at, row.announced_at);
            if ripeness(dates, looks.trusted_from, now) == Ripeness::Waits {
                continue;
            }
            match self.carry_out(&row, looks, distrust.as_deref()).await {
                Ok(is_destroyed) => destroyed += usize::from(is_destroyed),
                // Another server, or a person, came first; or it is still due at the next look.
                Err(AppError::Changed { .. }) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(destroyed), Err)
    }

    /// Notes the look, once an hour. Answers since when looks count, and whether it was noted.
    async fn looked(&self, now: Timestamp) -> Result<(Looks, bool), AppError> {
        let records = &self.ports.records;
        let noted = records.find_setting(LOOKS).await?;
        let before = noted.as_deref().and_then(read_looks);
        let after = before.map_or_else(|| Looks::first(now), |looks| looks.after(now));
        let is_new = before.is_none_or(|before| {
            before.trusted_from != after.trusted_from
                || now.duration_since(before.last).abs() >= NOTED_EACH
        });
        if is_new {
            let change = Change::PutSetting {
                name: LOOKS.to_owned(),
                value: format!("{} {}", after.last, after.trusted_from),
            };
            self.commit(Batch::new().with(change)).await?;
        }
        Ok((after, is_new))
    }

    /// Why the time cannot be trusted now.
    fn distrust(&self, looks: Looks, now: Timestamp) -> Option<String> {
        if self.links.skew_max() > SKEW_MAX {
            let why = "the server's clock is more than 5 minutes off AWS's: set it right";
            return Some(why.to_owned());
        }
        (now < looks.trusted_from).then(|| {
            format!(
                "nobody looked for a while before: the server was off, its clock was changed, or the database is an old \
                 backup. Nothing is destroyed before {}",
                looks.trusted_from
            )
        })
    }

    async fn carry_out(
        &self,
        row: &DueDestruction,
        looks: Looks,
        distrust: Option<&str>,
    ) -> Result<bool, AppError> {
        let records = &self.ports.records;
        let key = records.find_key(row.key).await?;
        let version = records.read_back_version(row.key, row.version).await?;
        let (Some(key), Some(version)) = (key, version) else {
            return Ok(false);
        };
        let now = self.now();
        let Some(due) = version.destroy_due else {
            return Ok(false);
        };
        let ripeness = ripeness((due, version.destroy_announced), looks.trusted_from, now);
        if ripeness == Ripeness::Waits {
            return Ok(false);
        }
        let actor = Actor::of_key(&key.name);
        self.permit(&actor, Action::KeyDestroyVersion).await?;
        if let Some(why) = distrust {
            let told = self.told_of_version(&key, row.version, (REFUSED, why));
            self.commit(Batch::from(told.await?)).await?;
            return Ok(false);
        }
        let holders = records.holders(row.key, row.version).await?;
        if let Err(refused) = check(version.state, holders) {
            self.put_off(&actor, &key, &version, refused.into()).await?;
            return Ok(false);
        }
        if ripeness == Ripeness::Due {
            self.announce(&actor, &key, &version, due).await?;
            return Ok(false);
        }
        let actor = actor.to_string();
        let changes = erased(&actor, &key, &version, Erasure::Scheduled(due), now)?;
        let mut batch = Batch::from(changes.to_vec());
        let codes = [REFUSED, NEAR, SCHEDULED];
        let over = self.no_longer_told(&key, row.version, &codes).await?;
        batch.changes.extend(over);
        match self.commit(batch).await {
            // Whoever looks next sees whether it was.
            Err(RecordsError::Unknown) => Ok(false),
            committed => Ok(committed.map(|()| true)?),
        }
    }

    /// Tells people that the version goes in a day, and how they cancel that.
    async fn announce(
        &self,
        actor: &Actor,
        key: &ManagedKey,
        version: &KeyVersion,
        due: Timestamp,
    ) -> Result<(), AppError> {
        let (now, number) = (self.now(), version.identity.version);
        let detail = format!(
            "destroyed for ever a day after {now}; until then, `keyferry key-version cancel-destruction {} {number}` \
             cancels it",
            key.name
        );
        let about = object("key", key.id, &key.name);
        let word = Action::KeyDestroyVersion.as_str();
        let fact = Fact::intent(&actor.to_string(), word, about, now)
            .detail("version", number)
            .detail("due", due)
            .detail("announced", now);
        let dates = Dates {
            due: Some(due),
            announced: Some(now),
        };
        let mut batch = Batch::new()
            .with(set_due(version, dates))
            .with(fact.change());
        let over = self.no_longer_told(key, number, &[REFUSED]).await?;
        let told = self.told_of_version(key, number, (NEAR, &detail)).await?;
        batch.changes.extend(over.into_iter().chain(told));
        Ok(self.commit(batch).await?)
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
        let detail = format!("{why} ({}); tried again at {again}", why.code());
        let about = object("key", key.id, &key.name);
        let word = Action::KeyDestroyVersion.as_str();
        let fact = Fact::outcome(&actor.to_string(), word, Outcome::Refused, about, now)
            .detail("version", number)
            .detail("code", why.code())
            .detail("due", again);
        let mut batch = Batch::new()
            .with(set_due(version, Dates::due(again)))
            .with(fact.change());
        let over = self.no_longer_told(key, number, &[NEAR]).await?;
        let told = self
            .told_of_version(key, number, (REFUSED, &detail))
            .await?;
        batch.changes.extend(over.into_iter().chain(told));
        Ok(self.commit(batch).await?)
    }
}

/// `None` for what is not understood: then it counts as never.
fn read_looks(text: &str) -> Option<Looks> {
    let (last, trusted_from) = text.split_once(' ')?;
    Some(Looks {
        last: last.parse().ok()?,
        trusted_from: trusted_from.parse().ok()?,
    })
}
