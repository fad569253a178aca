//! What rotates by itself: when it last did, when it is next, and what is overdue.

use keyferry_ports::records::{KeyFilter, Page};
use serde_json::Value;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;
use crate::scheduler::Scheduler;

use super::{AsOf, Report, Row, row, time};

const COLUMNS: &[&str] = &[
    "kind", "name", "keystore", "schedule", "last", "next", "overdue",
];

/// Rows in one reading.
const PAGE: u32 = 500;

const NOT_KEPT: &str = "empty: it is not kept for a moment in the past";

pub(super) async fn report(
    shared: &Shared,
    scheduler: &Scheduler,
    actor: &Actor,
    as_of: AsOf,
) -> Result<Report, AppError> {
    let rows = match as_of.is_now {
        true => scheduled(scheduler, actor, as_of).await?,
        false => past(shared, actor, as_of).await?,
    };
    let mut report = Report {
        name: "rotation",
        columns: COLUMNS,
        rows,
        notes: [("overdue", "whether the next time had passed")].into(),
        proof: None,
    };
    if !as_of.is_now {
        report.notes.extend([
            (
                "kind",
                "keys of the vault alone: when KMS keys and access keys last rotated is not kept for a moment in the past",
            ),
            ("name", "as it is now"),
            ("schedule", NOT_KEPT),
            ("next", NOT_KEPT),
            ("overdue", NOT_KEPT),
        ]);
    }
    Ok(report)
}

/// Everything with a schedule, as it is now.
async fn scheduled(
    scheduler: &Scheduler,
    actor: &Actor,
    as_of: AsOf,
) -> Result<Vec<Row>, AppError> {
    let mut page = Page {
        limit: PAGE,
        cursor: None,
    };
    let mut rows = Vec::new();
    loop {
        let found = scheduler.list(actor, &page).await?;
        for one in found.rows {
            let subject = one.subject.to_string();
            let kind = subject.split(':').next().unwrap_or_default();
            let keystore = one.keystore.map(|name| name.to_string());
            rows.push(row(
                COLUMNS,
                [
                    kind.into(),
                    one.name.to_string().into(),
                    keystore.map_or(Value::Null, Value::from),
                    one.schedule.recurrence.to_string().into(),
                    time(one.last),
                    one.next.map_or(Value::Null, time),
                    one.next.is_some_and(|next| next < as_of.at).into(),
                ],
            ));
        }
        page.cursor = found.next;
        if page.cursor.is_none() {
            return Ok(rows);
        }
    }
}

/// When each key of the vault had got its newest version by then.
async fn past(shared: &Shared, actor: &Actor, as_of: AsOf) -> Result<Vec<Row>, AppError> {
    let permit = shared.permit(actor, Action::ScheduleRead).await?;
    let filter = KeyFilter {
        groups: permit.groups()?,
        text: None,
    };
    let records = &shared.ports.records;
    let mut page = Page {
        limit: PAGE,
        cursor: None,
    };
    let mut rows = Vec::new();
    loop {
        let found = records.list_keys(&filter, &page).await?;
        for key in found.rows {
            let versions = records.list_versions(key.id).await?;
            let made = versions.iter().map(|version| version.created_at);
            let Some(last) = made.filter(|at| *at <= as_of.at).max() else {
                continue;
            };
            rows.push(row(
                COLUMNS,
                [
                    "key".into(),
                    key.name.to_string().into(),
                    Value::Null,
                    Value::Null,
                    time(last),
                    Value::Null,
                    Value::Null,
                ],
            ));
        }
        page.cursor = found.next;
        if page.cursor.is_none() {
            return Ok(rows);
        }
    }
}
