//! Policies of one's own, and who may do what.

use std::collections::BTreeMap;

use keyferry_api::policy::{
    EffectView, EffectsView, PolicyTextView, WhoCanView, WhyQuery, WhyView,
};
use keyferry_app::AppError;
use keyferry_app::rights::{About, Effects, WhoCan, Why};
use keyferry_domain::group::Group;
use keyferry_domain::id::GroupId;
use keyferry_ports::records::AccessPolicy;

/// A policy.
pub(crate) fn view(row: AccessPolicy) -> PolicyTextView {
    PolicyTextView {
        name: row.name.to_string(),
        text: row.text,
        created_at: row.created_at.to_string(),
        revision: row.revision,
    }
}

/// What a change of policies would do. Groups that the caller does not see stay ids.
pub(crate) fn effects(found: Effects, groups: Vec<Group>) -> EffectsView {
    let names = groups.into_iter().map(|group| (group.id, group.name));
    let names: BTreeMap<GroupId, _> = names.collect();
    let effects = found.effects.into_iter().map(|one| EffectView {
        user: one.user,
        change: if one.is_gained { "gains" } else { "loses" }.to_owned(),
        action: one.action.as_str().to_owned(),
        group: match names.get(&one.group) {
            Some(name) => name.to_string(),
            None => one.group.to_string(),
        },
        object: one.object,
        by: one.by,
    });
    EffectsView {
        effects: effects.collect(),
        asked: found.asked,
        complete: found.is_complete,
    }
}

/// Somebody who may.
pub(crate) fn who_can(found: WhoCan) -> WhoCanView {
    WhoCanView {
        user: found.user,
        by: found.by,
    }
}

/// What is asked about: the group or the object, and not both.
pub(crate) fn about(query: &WhyQuery) -> Result<About, AppError> {
    match (&query.group, &query.object) {
        (Some(group), None) => Ok(About::Group(group.clone())),
        (None, Some(object)) => Ok(About::Object(object.clone())),
        _ => Err(AppError::Invalid {
            field: "group",
            why: "give either the group or the object".to_owned(),
        }),
    }
}

/// Why somebody may do something, or may not.
pub(crate) fn why(found: Why) -> WhyView {
    WhyView {
        reason: reason(&found),
        user: found.user,
        action: found.action.as_str().to_owned(),
        group: found.group.name.to_string(),
        object: found.object,
        allowed: found.decision.is_allowed && !found.is_shut_out,
        by: found.decision.by,
        has: found.has,
        would: found.would,
        errors: found.decision.errors,
    }
}

fn reason(found: &Why) -> String {
    if found.is_shut_out {
        return "whoever it is, is locked or has left".to_owned();
    }
    let by = found.decision.by.join(", ");
    match (found.decision.is_allowed, by.is_empty()) {
        (true, _) => format!("allowed by {by}"),
        (false, false) => format!("forbidden by {by}"),
        (false, true) => "no role and no policy allows it".to_owned(),
    }
}
