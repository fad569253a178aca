//! Periods of use.

use jiff::{SignedDuration, Timestamp};
use keyferry_api::use_period::{OpenUsePeriodRequest, UsePeriodView};
use keyferry_app::use_periods::OpenUsePeriod;
use keyferry_domain::use_period::{UsePeriod, UsedKey};

pub(crate) fn wanted(request: OpenUsePeriodRequest) -> OpenUsePeriod {
    OpenUsePeriod {
        application: request.application,
        group: request.group,
        keys: request.keys,
        kms_keys: request.kms_keys,
        actions: request.actions.into_iter().collect(),
        length: SignedDuration::from_mins(i64::from(request.minutes)),
        reason: request.reason,
    }
}

pub(crate) fn view(row: UsePeriod, now: Timestamp) -> UsePeriodView {
    let state = match (&row.closed, row.is_open(now)) {
        (Some(_), _) => "closed",
        (None, true) => "open",
        (None, false) => "over",
    };
    UsePeriodView {
        id: row.id.to_string(),
        state: state.to_owned(),
        application: row.application_name.to_string(),
        application_id: row.application.to_string(),
        group: row.group.to_string(),
        keys: row.keys.iter().map(UsedKey::to_string).collect(),
        actions: row.actions.into_iter().collect(),
        reason: row.reason,
        opened_by: row.opened_by,
        opened_at: row.opened_at.to_string(),
        ends_at: row.ends_at.to_string(),
        closed_at: row.closed.as_ref().map(|closed| closed.at.to_string()),
        closed_by: row.closed.map(|closed| closed.by),
    }
}
