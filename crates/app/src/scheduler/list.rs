//! What schedules will do: everything that rotates by itself, by its next time.

use jiff::Timestamp;
use keyferry_domain::connection::Connection;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::name::Name;
use keyferry_domain::schedule::RotationSchedule;
use keyferry_ports::records::{Page, PageOf, RotationSubject, Subject};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;

use super::Scheduler;

/// Something that rotates by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// What.
    pub subject: Subject,
    /// Its name.
    pub name: Name,
    /// The keystore of a KMS key.
    pub keystore: Option<Name>,
    /// When, and how.
    pub schedule: RotationSchedule,
    /// Of a key: whether the KMS keys that hold it rotate with it.
    pub with_copies: Option<bool>,
    /// When it last rotated, or else was made.
    pub last: Timestamp,
    /// When it is due next; a time that was put off is the next try.
    pub next: Option<Timestamp>,
    /// Since when its rotation is refused.
    pub refused_since: Option<Timestamp>,
}

impl Scheduler {
    /// A page of what is due or will be, by its next time. A KMS key that is not ACTIVE does not rotate, and is not listed.
    pub async fn list(&self, actor: &Actor, page: &Page) -> Result<PageOf<Schedule>, AppError> {
        let permit = self.shared.permit(actor, Action::ScheduleRead).await?;
        let bad = |_| AppError::Invalid {
            field: "cursor",
            why: "it is not from a page before".to_owned(),
        };
        let cursor = page.cursor.as_deref();
        let passed: u32 = cursor.map_or(Ok(0), str::parse).map_err(bad)?;
        let end = passed.saturating_add(page.limit);
        let records = &self.shared.ports.records;
        let found = records
            .due_rotations(Timestamp::MAX, end.saturating_add(1))
            .await?;
        let has_more = found.len() > end as usize;
        let seen = permit.groups()?;
        let mut rows = Vec::new();
        for row in found.into_iter().take(end as usize).skip(passed as usize) {
            let one = match row.subject {
                RotationSubject::KmsKey(id) => match records.find_kms_key(id).await? {
                    Some(key) if seen.holds(key.group) => self.of_kms_key(key).await?,
                    _ => None,
                },
                RotationSubject::Connection(id) => match records.find_connection(id).await? {
                    Some(connection) if seen.holds(connection.group) => {
                        self.of_connection(connection).await?
                    }
                    _ => None,
                },
                RotationSubject::Key(id) => match records.find_key(id).await? {
                    Some(key) if seen.holds(key.group) => self.of_key(key).await?,
                    _ => None,
                },
            };
            rows.extend(one);
        }
        let next = has_more.then(|| end.to_string());
        Ok(PageOf { rows, next })
    }

    /// The schedule of one key or KMS key: `key:ID`, `kms-key:ID`, or what else names either; of a connection's access key by
    /// `connection:ID`.
    ///
    /// # Errors
    ///
    /// [`AppError::Ambiguous`] where a key and a KMS key with schedules are called so.
    pub async fn show(&self, actor: &Actor, selector: &str) -> Result<Schedule, AppError> {
        let permit = self.shared.permit(actor, Action::ScheduleRead).await?;
        if let Ok(Subject::Connection(id)) = selector.parse() {
            let id = id.to_string();
            let connection = self.shared.find_connection(&permit, &id).await?;
            let found = self.of_connection(connection).await?;
            return found.ok_or_else(|| AppError::NotFound {
                what: "schedule",
                selector: selector.to_owned(),
            });
        }
        let (kms_key, key) = match selector.parse::<Subject>() {
            Ok(Subject::KmsKey(id)) => (Some(id.to_string()), None),
            Ok(Subject::Key(id)) => (None, Some(id.to_string())),
            _ => (Some(selector.to_owned()), Some(selector.to_owned())),
        };
        let mut found = Vec::new();
        if let Some(selector) = kms_key
            && let Some(key) = known(self.kms_keys.find(&permit, &selector).await)?
        {
            found.extend(self.of_kms_key(key).await?);
        }
        if let Some(selector) = key
            && let Some(key) = known(self.shared.find_key(&permit, &selector).await)?
        {
            found.extend(self.of_key(key).await?);
        }
        if found.len() > 1 {
            return Err(AppError::Ambiguous {
                what: "schedule",
                selector: selector.to_owned(),
                count: found.len(),
            });
        }
        found.pop().ok_or_else(|| AppError::NotFound {
            what: "schedule",
            selector: selector.to_owned(),
        })
    }

    async fn of_connection(&self, connection: Connection) -> Result<Option<Schedule>, AppError> {
        let care = connection.access_key;
        let Some(schedule) = care.rotation else {
            return Ok(None);
        };
        Ok(Some(Schedule {
            subject: Subject::from(connection.id),
            name: connection.name,
            keystore: None,
            schedule,
            with_copies: None,
            last: care.since.unwrap_or(connection.created_at),
            next: care.due,
            refused_since: self.shared.refused_since(connection.id.into()).await?,
        }))
    }

    async fn of_kms_key(&self, key: KmsKey) -> Result<Option<Schedule>, AppError> {
        let Some(schedule) = key.intent.rotation.clone() else {
            return Ok(None);
        };
        let keystore = self.shared.keystore_of(key.keystore).await?;
        Ok(Some(Schedule {
            subject: Subject::from(key.id),
            keystore: Some(keystore.name),
            schedule,
            with_copies: None,
            last: self.kms_keys.last_rotation(&key).await?,
            next: key.rotation_due,
            refused_since: self.shared.refused_since(key.id.into()).await?,
            name: key.name,
        }))
    }

    async fn of_key(&self, key: ManagedKey) -> Result<Option<Schedule>, AppError> {
        let Some(rule) = key.rotation else {
            return Ok(None);
        };
        let versions = self.shared.ports.records.list_versions(key.id).await?;
        let last = versions.last().map(|version| version.created_at);
        Ok(Some(Schedule {
            subject: Subject::from(key.id),
            name: key.name,
            keystore: None,
            schedule: rule.schedule,
            with_copies: Some(rule.with_copies),
            last: last.unwrap_or(key.created_at),
            next: key.rotation_due,
            refused_since: self.shared.refused_since(key.id.into()).await?,
        }))
    }
}

/// What is not there is no failure yet.
fn known<T>(found: Result<T, AppError>) -> Result<Option<T>, AppError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(AppError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
