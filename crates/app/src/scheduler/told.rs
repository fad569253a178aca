//! Rotations that could not be begun: told by an alert, and tried again later and later.

use jiff::{SignedDuration, Timestamp};
use keyferry_audit::Object;
use keyferry_domain::connection::Connection;
use keyferry_domain::id::GroupId;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::kms_key::KmsKey;
use keyferry_ports::records::{Alert, Change, Subject};

use crate::alerts::{Trouble, ended};
use crate::error::AppError;
use crate::log::object;
use crate::parts::Shared;

/// The code of the alert of a rotation that could not be begun.
pub const REFUSED: &str = "schedule.rotation-refused";

/// The shortest and the longest pause before it is tried again.
const PAUSES: (SignedDuration, SignedDuration) =
    (SignedDuration::from_mins(5), SignedDuration::from_hours(6));

/// What an alert is about.
pub(crate) struct About {
    pub(super) subject: Subject,
    pub(super) object: Object,
    group: GroupId,
}

impl About {
    /// What goes wrong with it again and again.
    pub(super) fn trouble(
        self,
        code: &'static str,
        message: &'static str,
        detail: String,
    ) -> Trouble {
        Trouble {
            subject: self.subject,
            name: self.object.name,
            group: self.group,
            code,
            message,
            detail,
        }
    }

    pub(crate) fn kms_key(key: &KmsKey) -> Self {
        Self {
            subject: key.id.into(),
            object: object("kms-key", key.id, &key.name),
            group: key.group,
        }
    }

    pub(crate) fn connection(connection: &Connection) -> Self {
        Self {
            subject: connection.id.into(),
            object: object("connection", connection.id, &connection.name),
            group: connection.group,
        }
    }

    pub(crate) fn key(key: &ManagedKey) -> Self {
        Self {
            subject: key.id.into(),
            object: object("key", key.id, &key.name),
            group: key.group,
        }
    }
}

/// When a rotation is tried again that has been refused since `since`: after as long again, within bounds.
pub(crate) fn next_try(since: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let (shortest, longest) = PAUSES;
    let passed = since.map_or(SignedDuration::ZERO, |since| now.duration_since(since));
    now + passed.clamp(shortest, longest)
}

impl Shared {
    /// Since when rotations of this are refused.
    pub(crate) async fn refused_since(
        &self,
        subject: Subject,
    ) -> Result<Option<Timestamp>, AppError> {
        let open = self.refusal_of(subject).await?;
        Ok(open.map(|alert| alert.opened_at))
    }

    /// Opens the alert, or tells the newest reason in the open one. `again` is when it is tried next.
    pub(crate) async fn rotation_refused(
        &self,
        about: About,
        error: &AppError,
        again: Option<Timestamp>,
    ) -> Result<Change, AppError> {
        let again = again.map_or_else(
            || "rotate it yourself".to_owned(),
            |at| format!("tried again at {at}"),
        );
        let message = "a rotation that was due could not be begun";
        let detail = format!("{error} ({}); {again}", error.code());
        self.alerted(about.trouble(REFUSED, message, detail)).await
    }

    /// It rotates, or shall not any more: what was told of it is over.
    pub(crate) async fn rotation_goes_on(
        &self,
        subject: Subject,
    ) -> Result<Option<Change>, AppError> {
        let open = self.refusal_of(subject).await?;
        Ok(open.map(|alert| ended(&alert, self.now())))
    }

    async fn refusal_of(&self, subject: Subject) -> Result<Option<Alert>, AppError> {
        self.open_alert(subject, REFUSED).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_later_and_later_within_bounds() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1_000);
        let pause = |minutes| {
            let since = now - SignedDuration::from_mins(minutes);
            next_try(Some(since), now).duration_since(now).as_mins()
        };

        assert_eq!(next_try(None, now).duration_since(now).as_mins(), 5);
        assert_eq!((pause(1), pause(30), pause(10_000)), (5, 30, 360));
    }
}
