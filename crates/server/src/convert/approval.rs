//! Approvals.

use jiff::Timestamp;
use keyferry_api::approval::{
    ApprovalNeedView, ApprovalQuery, ApprovalRuleView, ApprovalView, DecisionView,
    SetApprovalRuleRequest,
};
use keyferry_app::approvals::{Lacking, Waiting, WantedRule};
use keyferry_app::{Actor, AppError};
use keyferry_domain::approval::{
    ApprovalClass, ApprovalRule, ApprovalState, Decision, HOURS_DEFAULT,
};
use keyferry_domain::name::Name;
use keyferry_ports::records::ApprovalFilter;
use serde_json::Value;

/// What has waited too long is shown as what it is.
const EXPIRED: &str = "expired";

pub(crate) fn view(waiting: Waiting, now: Timestamp) -> ApprovalView {
    let Waiting { row, needs } = waiting;
    let is_expired = row.state == ApprovalState::Open && now >= row.expires_at;
    let state = if is_expired {
        EXPIRED
    } else {
        row.state.as_str()
    };
    let has_enough = needs.iter().all(|one| one.approved >= one.need.approvers);
    ApprovalView {
        id: row.id.to_string(),
        state: state.to_owned(),
        ready: row.state == ApprovalState::Open && !is_expired && has_enough,
        action: row.action,
        requester: row.requester_name.to_string(),
        reason: row.reason,
        request: json(&row.request),
        plan: json(&row.plan),
        hash: hex::encode(row.hash),
        needs: needs.into_iter().map(need).collect(),
        decisions: row.decisions.into_iter().map(decision).collect(),
        created_at: row.created_at.to_string(),
        expires_at: row.expires_at.to_string(),
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn need(one: Lacking) -> ApprovalNeedView {
    ApprovalNeedView {
        group: one.group.map(|group| group.to_string()),
        class: one.need.class.as_str().to_owned(),
        approvers: one.need.approvers,
        approved: one.approved,
        can_approve: one.can_approve.iter().map(Name::to_string).collect(),
    }
}

fn decision(one: Decision) -> DecisionView {
    DecisionView {
        user: one.name.to_string(),
        verdict: one.verdict.as_str().to_owned(),
        comment: one.comment,
        at: one.at.to_string(),
    }
}

pub(crate) fn rule((rule, group): (ApprovalRule, Option<Name>)) -> ApprovalRuleView {
    ApprovalRuleView {
        group: rule.group.map(|group| group.to_string()),
        group_name: group.map(|group| group.to_string()),
        class: rule.class.as_str().to_owned(),
        approvers: rule.approvers,
        hours: rule.hours,
        changed_at: rule.changed_at.to_string(),
    }
}

pub(crate) fn wanted_rule(request: &SetApprovalRuleRequest) -> Result<WantedRule, AppError> {
    Ok(WantedRule {
        class: class(&request.class)?,
        approvers: request.approvers,
        hours: request.hours.unwrap_or(HOURS_DEFAULT),
    })
}

/// A class for which rules can be made.
pub(crate) fn class(word: &str) -> Result<ApprovalClass, AppError> {
    ApprovalClass::for_rules(word).ok_or_else(|| {
        let known: Vec<&str> = ApprovalClass::FOR_RULES.iter().map(|row| row.1).collect();
        AppError::Invalid {
            field: "class",
            why: format!("`{word}` is none; known: {}", known.join(", ")),
        }
    })
}

pub(crate) fn filter(actor: &Actor, query: &ApprovalQuery) -> Result<ApprovalFilter, AppError> {
    let named = |word: &String| {
        ApprovalState::named(word).ok_or_else(|| {
            let known: Vec<&str> = ApprovalState::ALL.iter().map(|row| row.1).collect();
            AppError::Invalid {
                field: "state",
                why: format!("`{word}` is none; known: {}", known.join(", ")),
            }
        })
    };
    let me = match actor {
        Actor::User { id, .. } => Some(*id),
        _ => None,
    };
    Ok(ApprovalFilter {
        state: query.state.as_ref().map(named).transpose()?,
        requester: me.filter(|_| query.mine),
        ..ApprovalFilter::default()
    })
}
