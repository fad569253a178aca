//! What was asked others, who consented, and what became of it.

use std::collections::BTreeMap;

use keyferry_domain::approval::{Approval, ApprovalState, Decision};
use keyferry_ports::records::{ApprovalFilter, Groups, Page, SeenBy};
use serde_json::{Value, json};

use crate::action::Action;
use crate::actor::Actor;
use crate::approvals::frozen::{OBJECTS, parsed};
use crate::approvals::user_of;
use crate::error::AppError;
use crate::parts::Shared;

use super::{AsOf, Report, Row, row, time};

const COLUMNS: &[&str] = &[
    "approval",
    "action",
    "group",
    "request",
    "objects",
    "requester",
    "reason",
    "asked_at",
    "approvers",
    "decisions",
    "state",
    "ended_at",
    "expires_at",
];

/// Rows in one reading.
const PAGE: u32 = 500;

/// What has waited too long is told as what it is.
const EXPIRED: &str = "expired";

pub(super) async fn report(
    shared: &Shared,
    actor: &Actor,
    as_of: AsOf,
) -> Result<Report, AppError> {
    let filter = ApprovalFilter {
        seen_by: seen_by(shared, actor).await?,
        ..ApprovalFilter::default()
    };
    let groups = shared.groups().await?;
    let names: BTreeMap<_, _> = groups.iter().map(|group| (group.id, &group.name)).collect();
    let mut page = Page {
        limit: PAGE,
        cursor: None,
    };
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    loop {
        let found = shared.ports.records.list_approvals(&filter, &page).await?;
        for approval in found.rows {
            if approval.created_at > as_of.at {
                continue;
            }
            let group = approval.group.and_then(|group| names.get(&group));
            let group = group.map_or(Value::Null, |name| name.to_string().into());
            rows.push(told_of(&approval, group, as_of));
            let about = shared.told_about(&approval.id.to_string()).await?;
            told.extend(about.into_iter().filter(|one| one.is_by(as_of.at)));
        }
        page.cursor = found.next;
        if page.cursor.is_none() {
            break;
        }
    }
    told.sort_by_key(|one| one.record.index);
    let mut notes = BTreeMap::from([
        ("objects", "to what it is done, by kind and id"),
        (
            "decisions",
            "`by` and `verdict` are proved by `entries`, like `action`, `requester` and `reason`",
        ),
    ]);
    if !as_of.is_now {
        notes.insert("group", "the name as it is now");
        notes.insert("state", "empty where it is not kept when it ended");
    }
    Ok(Report {
        name: "approvals",
        columns: COLUMNS,
        rows,
        notes,
        proof: Some(told),
    })
}

/// Whoever watches over the installation sees all; others what the groups want consent to into which they look, and what is
/// their own.
async fn seen_by(shared: &Shared, actor: &Actor) -> Result<SeenBy, AppError> {
    let permit = shared.permit(actor, Action::ApprovalRead).await?;
    if permit.is_for_installation()? {
        return Ok(SeenBy::All);
    }
    let user = user_of(actor)?.0;
    Ok(match permit.groups()? {
        Groups::Only(groups) => SeenBy::Person { user, groups },
        Groups::All => SeenBy::All,
    })
}

fn told_of(approval: &Approval, group: Value, as_of: AsOf) -> Row {
    let request = parsed(&approval.request);
    let word = |name: &str| {
        request
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let approvers = approval.needs.iter().map(|need| need.approvers).max();
    let said = approval.decisions.iter().filter(|one| one.at <= as_of.at);
    let ended = approval.ended_at.filter(|at| *at <= as_of.at);
    row(
        COLUMNS,
        [
            approval.id.to_string().into(),
            approval.action.clone().into(),
            group,
            format!("{} {}", word("method"), word("path")).into(),
            request.get(OBJECTS).cloned().unwrap_or_default(),
            format!("user/{}", approval.requester_name).into(),
            approval.reason.clone().into(),
            time(approval.created_at),
            approvers.into(),
            said.map(decision).collect(),
            state(approval, as_of).map_or(Value::Null, Value::from),
            ended.map_or(Value::Null, time),
            time(approval.expires_at),
        ],
    )
}

fn decision(one: &Decision) -> Value {
    json!({
        "by": format!("user/{}", one.name),
        "verdict": one.verdict.as_str(),
        "at": one.at.to_string(),
        "comment": one.comment,
    })
}

/// How far it was at that moment; `None` where that is not kept.
fn state(approval: &Approval, as_of: AsOf) -> Option<&'static str> {
    let waited = match as_of.at < approval.expires_at {
        true => ApprovalState::Open.as_str(),
        false => EXPIRED,
    };
    match (approval.state, approval.ended_at) {
        (ApprovalState::Open, _) => Some(waited),
        (over, _) if as_of.is_now => Some(over.as_str()),
        (over, Some(at)) if at <= as_of.at => Some(over.as_str()),
        (_, Some(_)) => Some(waited),
        (_, None) => None,
    }
}
