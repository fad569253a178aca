//! Carries out rotation schedules: what is due is rotated by the same use cases that people use.
//!
//! Due times are in the database. A rotation, the next due time and the job are one commit that expects the revision it
//! read: of several servers one comes first, and the others meet its change.

mod list;
mod stuck;
pub(crate) mod told;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keyferry_audit::Outcome;
use keyferry_domain::id::{ConnectionId, KeyId, KmsKeyId};
use keyferry_domain::key::ManagedKey;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_ports::records::{Batch, Change, Expect, RotationSubject, Subject};

use crate::access_keys::AccessKeys;
use crate::action::Action;
use crate::actor::Actor;
use crate::driver::KmsKeyDriver;
use crate::error::AppError;
use crate::kms_keys::KmsKeys;
use crate::log::Fact;
use crate::parts::Shared;

pub use list::Schedule;

pub use stuck::STUCK;
pub use told::REFUSED;

use told::{About, next_try};

/// How often schedules are looked at where nothing is due before.
const LOOK_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Rotations begun in one look, at most.
const AT_ONCE: u32 = 1_000;

/// Runs schedules.
pub struct Scheduler {
    shared: Arc<Shared>,
    kms_keys: KmsKeys,
    access_keys: AccessKeys,
}

impl Scheduler {
    pub(crate) fn new(shared: Arc<Shared>, driver: Arc<KmsKeyDriver>) -> Self {
        let kms_keys = KmsKeys::new(Arc::clone(&shared), driver);
        let access_keys = AccessKeys::new(Arc::clone(&shared));
        Self {
            shared,
            kms_keys,
            access_keys,
        }
    }

    /// Does what is due, again and again, until `shutdown` returns.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let clock = &self.shared.ports.clock;
        tokio::pin!(shutdown);
        loop {
            if let Err(error) = self.run_due().await {
                tracing::error!(%error, "schedules could not be carried out");
            }
            if let Err(error) = self.destroy_due().await {
                tracing::error!(%error, "versions could not be destroyed");
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = clock.sleep_until(self.next_look().await) => {}
            }
        }
    }

    /// Begins every rotation that is due now. Answers how many were begun; what was refused has an alert and a later
    /// due time.
    ///
    /// # Errors
    ///
    /// Where the records fail, after the others were begun: nothing is lost, and what failed is still due.
    pub async fn run_due(&self) -> Result<usize, AppError> {
        let now = self.shared.now();
        let due = self
            .shared
            .ports
            .records
            .due_rotations(now, AT_ONCE)
            .await?;
        let (mut begun, mut failed) = (0, None);
        for row in due {
            let result = match row.subject {
                RotationSubject::KmsKey(id) => Box::pin(self.rotate_kms_key(id, now)).await,
                RotationSubject::Key(id) => self.rotate_key(id, now).await,
                RotationSubject::Connection(id) => self.rotate_access_key(id, now).await,
            };
            match result {
                Ok(is_begun) => begun += usize::from(is_begun),
                // Another server, or a person, came first; or it is still due at the next look.
                Err(AppError::Changed { .. }) => {}
                // One that cannot be read does not keep the others.
                Err(error) => failed = Some(error),
            }
        }
        let told = [self.end_alerts().await, self.tell_of_stuck().await];
        let untold = told.into_iter().find_map(Result::err);
        failed.or(untold).map_or(Ok(begun), Err)
    }

    /// Destroys every version that is due now; answers how many. What is refused has an alert and a later due time.
    ///
    /// # Errors
    ///
    /// Where the records fail, after the others were destroyed: nothing is lost, and what failed is still due.
    pub async fn destroy_due(&self) -> Result<usize, AppError> {
        self.shared.destroy_due().await
    }

    async fn next_look(&self) -> Timestamp {
        let now = self.shared.now();
        let latest = now + LOOK_AFTER;
        let records = &self.shared.ports.records;
        let rotation = records.next_rotation(now).await.ok().flatten();
        let destruction = records.next_destruction(now).await.ok().flatten();
        let next = rotation.into_iter().chain(destruction);
        next.fold(latest, Timestamp::min)
    }

    async fn rotate_kms_key(&self, id: KmsKeyId, now: Timestamp) -> Result<bool, AppError> {
        let Some(key) = self.shared.ports.records.find_kms_key(id).await? else {
            return Ok(false);
        };
        let is_due =
            key.intent.life == Life::Active && key.rotation_due.is_some_and(|at| at <= now);
        let Some(schedule) = key.intent.rotation.clone().filter(|_| is_due) else {
            return Ok(false);
        };
        let keystore = self.shared.keystore_of(key.keystore).await?;
        let actor = Actor::of_keystore(&keystore.name);
        let begun = self
            .kms_keys
            .rotate_as_scheduled(&actor, key.clone(), &schedule)
            .await;
        match begun {
            Ok(_) => Ok(true),
            Err(error) => {
                let (of, about) = ((&actor, Action::KmsKeyRotate), About::kms_key(&key));
                let expect = Expect::Revision(key.revision);
                let later = |again| {
                    let rotation_due = Some(again);
                    Change::PutKmsKey(
                        KmsKey {
                            rotation_due,
                            ..key
                        },
                        expect,
                    )
                };
                self.put_off(of, about, error, later).await
            }
        }
    }

    async fn rotate_key(&self, id: KeyId, now: Timestamp) -> Result<bool, AppError> {
        let Some(key) = self.shared.ports.records.find_key(id).await? else {
            return Ok(false);
        };
        let is_due = key.rotation_due.is_some_and(|at| at <= now);
        let Some(rule) = key.rotation.clone().filter(|_| is_due) else {
            return Ok(false);
        };
        let actor = Actor::of_key(&key.name);
        let begun = self
            .kms_keys
            .rotate_key_as_scheduled(&actor, key.clone(), &rule)
            .await;
        match begun {
            Ok(_) => Ok(true),
            Err(error) => {
                let (of, about) = ((&actor, Action::KeyRotate), About::key(&key));
                let expect = Expect::Revision(key.revision);
                let later = |again| {
                    let rotation_due = Some(again);
                    Change::PutKey(
                        ManagedKey {
                            rotation_due,
                            ..key
                        },
                        expect,
                    )
                };
                self.put_off(of, about, error, later).await
            }
        }
    }

    async fn rotate_access_key(&self, id: ConnectionId, now: Timestamp) -> Result<bool, AppError> {
        let Some(connection) = self.shared.ports.records.find_connection(id).await? else {
            return Ok(false);
        };
        if connection.access_key.due.is_none_or(|at| at > now) {
            return Ok(false);
        }
        let actor = Actor::of_connection(&connection.name);
        let begun = self
            .access_keys
            .rotate_as_scheduled(&actor, connection.clone())
            .await;
        match begun {
            Ok(_) => Ok(true),
            Err(error) => {
                let of = (&actor, Action::ConnectionRotateAccessKey);
                let about = About::connection(&connection);
                let expect = Expect::Revision(connection.revision);
                let later = |again| {
                    let mut later = connection;
                    later.access_key.due = Some(again);
                    Change::PutConnection(later, expect)
                };
                self.put_off(of, about, error, later).await
            }
        }
    }

    /// Commits alert, log entry and the time of the next try, which `later` writes. Where the records themselves fail, nothing
    /// is put off.
    async fn put_off(
        &self,
        (actor, action): (&Actor, Action),
        about: About,
        error: AppError,
        later: impl FnOnce(Timestamp) -> Change,
    ) -> Result<bool, AppError> {
        if matches!(error, AppError::Changed { .. } | AppError::Records(_)) {
            return Err(error);
        }
        tracing::warn!(%error, code = error.code(), "a rotation that is due is refused");
        let now = self.shared.now();
        let again = next_try(self.shared.refused_since(about.subject).await?, now);
        let fact = Fact::outcome(
            &actor.to_string(),
            action.as_str(),
            Outcome::Refused,
            about.object.clone(),
            now,
        );
        let told = self
            .shared
            .rotation_refused(about, &error, Some(again))
            .await?;
        let batch = Batch::new()
            .with(later(again))
            .with(told)
            .with(fact.detail("code", error.code()).change());
        self.shared.commit(batch).await?;
        Ok(false)
    }

    /// Ends alerts about what no schedule rotates any more.
    async fn end_alerts(&self) -> Result<(), AppError> {
        for alert in self.open_alerts(REFUSED).await? {
            if !self.still_rotates(alert.subject).await?
                && let Some(over) = self.shared.rotation_goes_on(alert.subject).await?
            {
                self.put(over).await?;
            }
        }
        Ok(())
    }

    /// Whether a schedule rotates this: its own, or that of the key whose current version a KMS key does not have yet.
    async fn still_rotates(&self, subject: Subject) -> Result<bool, AppError> {
        let records = &self.shared.ports.records;
        match subject {
            Subject::KmsKey(id) => {
                let Some(key) = records.find_kms_key(id).await? else {
                    return Ok(false);
                };
                let source = match key.source {
                    Some(source) => records.find_key(source).await?,
                    None => None,
                };
                let is_behind = source.is_some_and(|source| {
                    source.rotation.is_some_and(|rule| rule.with_copies)
                        && key.intent.current != Some(source.current)
                });
                Ok(key.intent.life == Life::Active && (key.intent.rotation.is_some() || is_behind))
            }
            Subject::Key(id) => {
                let key = records.find_key(id).await?;
                Ok(key.is_some_and(|key| key.rotation.is_some()))
            }
            Subject::Connection(id) => {
                let connection = records.find_connection(id).await?;
                Ok(connection.is_some_and(|connection| connection.access_key.rotation.is_some()))
            }
            Subject::Sweep(_)
            | Subject::Destination(_)
            | Subject::Group(_)
            | Subject::User(_)
            | Subject::AuditLog => Ok(false),
        }
    }
}
