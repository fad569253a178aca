//! Alerts follow findings: one opens where a finding is new, and is resolved where it is gone. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use keyferry_domain::drift::{Finding, FindingKind};
use keyferry_domain::id::{AlertId, GroupId};
use keyferry_ports::records::{Alert, Change, Expect, Subject};
use serde_json::{Value, json};

use super::culprit::sought;
use crate::alerts::ended;
use crate::doer::Doer;

/// Particulars kept in one alert that only a person ends.
const ROWS_MAX: usize = 200;

/// What alerts are about.
pub(super) struct About<'a> {
    pub(super) subject: Subject,
    pub(super) name: &'a str,
    pub(super) group: GroupId,
}

/// What a look brought.
pub(super) struct Told<'a> {
    pub(super) found: &'a BTreeSet<Finding>,
    /// Whether what was not found is known to be over. Otherwise nothing is ended.
    pub(super) is_whole: bool,
    /// What could not be looked at this time: its alert is not ended.
    pub(super) unsure: Option<FindingKind>,
    /// When AWS was last seen without it: who did it, did it since.
    pub(super) since: Timestamp,
}

/// The changes that make alerts agree with findings. `open` are the open ones; those of other areas are left alone.
pub(super) fn changes(
    about: &About<'_>,
    open: &[Alert],
    told: &Told<'_>,
    now: Timestamp,
    mut new_id: impl FnMut() -> AlertId,
) -> Vec<Change> {
    let mut by_kind: BTreeMap<FindingKind, Vec<&Finding>> = BTreeMap::new();
    for finding in told.found {
        by_kind.entry(finding.kind).or_default().push(finding);
    }
    let mut changes = Vec::new();
    for (kind, found) in &by_kind {
        let known = open.iter().find(|alert| alert.code == kind.as_str());
        let details = match known.filter(|_| is_told_once(*kind)) {
            Some(alert) => with_more(&alert.details, found, (told.since, now)),
            None => details(rows(found, known, (told.since, now))),
        };
        match known {
            Some(alert) if alert.details == details => {}
            Some(alert) => {
                let alert = Alert {
                    details,
                    seen_at: now,
                    ..alert.clone()
                };
                let expect = Expect::Revision(alert.revision);
                changes.push(Change::PutAlert(alert, expect));
            }
            None => {
                let alert = opened(about, *kind, details, now, new_id());
                changes.push(Change::PutAlert(alert, Expect::New));
            }
        }
    }
    let is_over = |alert: &&Alert| {
        FindingKind::from_word(&alert.code)
            .filter(|kind| told.unsure != Some(*kind))
            .is_some_and(|kind| !by_kind.contains_key(&kind) && !is_told_once(kind))
    };
    let over = open.iter().filter(|_| told.is_whole).filter(is_over);
    changes.extend(over.map(|alert| ended(alert, now)));
    changes
}

/// A grant is told once, when it is new: only a person ends that alert.
fn is_told_once(kind: FindingKind) -> bool {
    kind == FindingKind::GrantAdded
}

fn opened(
    about: &About<'_>,
    kind: FindingKind,
    details: String,
    now: Timestamp,
    id: AlertId,
) -> Alert {
    Alert {
        id,
        subject: about.subject,
        name: about.name.to_owned(),
        group: about.group,
        code: kind.as_str().to_owned(),
        severity: kind.severity(),
        message: kind.sentence().to_owned(),
        details,
        opened_at: now,
        seen_at: now,
        resolved_at: None,
        acknowledged: None,
        revision: 1,
    }
}

/// Where, what in particular, and by whom, as far as that was told before.
fn rows(
    found: &[&Finding],
    known: Option<&Alert>,
    (since, now): (Timestamp, Timestamp),
) -> Vec<Value> {
    let told = known.map(|alert| rows_in(&alert.details));
    let told = told.unwrap_or_default();
    let row = |finding: &&Finding| {
        let mut row = json!({
            "region": finding.region.as_ref().map(ToString::to_string),
            "detail": finding.detail,
        });
        let before = told.iter().find(|old| is_same(old, &row));
        let by = match before {
            Some(old) => Doer::in_row(old),
            None => sought(finding.kind, since, now),
        };
        if let Some(by) = by {
            by.put_into(&mut row);
        }
        row
    };
    found.iter().map(row).collect()
}

/// Whether two rows tell the same, whoever did it.
fn is_same(one: &Value, other: &Value) -> bool {
    ["region", "detail"]
        .iter()
        .all(|name| one.get(name) == other.get(name))
}

fn rows_in(details: &str) -> Vec<Value> {
    let mut details: Value = serde_json::from_str(details).unwrap_or_default();
    match details.get_mut("findings").map(Value::take) {
        Some(Value::Array(rows)) => rows,
        _ => Vec::new(),
    }
}

fn details(rows: Vec<Value>) -> String {
    json!({ "findings": rows }).to_string()
}

/// What was told before, and what is new. The newest are kept where there are very many.
fn with_more(told: &str, found: &[&Finding], times: (Timestamp, Timestamp)) -> String {
    let mut all = rows_in(told);
    for row in rows(found, None, times) {
        if !all.iter().any(|old| is_same(old, &row)) {
            all.push(row);
        }
    }
    all.drain(..all.len().saturating_sub(ROWS_MAX));
    details(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyferry_domain::id::KmsKeyId;
    use uuid::Uuid;

    fn finding(kind: FindingKind, detail: &str) -> Finding {
        Finding {
            kind,
            region: None,
            detail: detail.to_owned(),
        }
    }

    /// Applies the changes to the open alerts, after a look that told everything.
    fn after(open: &[Alert], findings: &[Finding]) -> Vec<Alert> {
        after_look(open, findings, true)
    }

    fn after_look(open: &[Alert], findings: &[Finding], is_whole: bool) -> Vec<Alert> {
        let about = About {
            subject: KmsKeyId::new(Uuid::nil()).into(),
            name: "payments",
            group: GroupId::new(Uuid::nil()),
        };
        let mut next = u128::from(open.len() as u64) + 1;
        let new_id = || {
            next += 1;
            AlertId::new(Uuid::from_u128(next))
        };
        let found = &findings.iter().cloned().collect();
        let told = Told {
            found,
            is_whole,
            unsure: None,
            since: Timestamp::UNIX_EPOCH,
        };
        let mut rows: Vec<Alert> = open.to_vec();
        for change in changes(&about, open, &told, Timestamp::UNIX_EPOCH, new_id) {
            let Change::PutAlert(alert, _) = change else {
                panic!("only alerts change: {change:?}");
            };
            rows.retain(|row| row.id != alert.id);
            if alert.resolved_at.is_none() {
                rows.push(alert);
            }
        }
        rows
    }

    fn codes(rows: &[Alert]) -> Vec<&str> {
        rows.iter().map(|row| row.code.as_str()).collect()
    }

    #[test]
    fn a_finding_opens_one_alert_and_stays_open_while_it_lasts() {
        let disabled = [finding(FindingKind::Disabled, "")];
        let once = after(&[], &disabled);
        let twice = after(&once, &disabled);

        assert_eq!(codes(&once), ["drift.disabled"]);
        assert_eq!(once, twice);
    }

    #[test]
    fn what_is_found_no_more_is_resolved() {
        let open = after(&[], &[finding(FindingKind::TagsDiffer, "team")]);

        assert_eq!(after(&open, &[]), []);
    }

    #[test]
    fn particulars_that_change_are_told_in_the_same_alert() {
        let open = after(&[], &[finding(FindingKind::TagsDiffer, "team")]);
        let more = after(&open, &[finding(FindingKind::TagsDiffer, "stage")]);

        assert_eq!(more.len(), 1);
        assert_eq!(more[0].id, open[0].id);
        assert!(more[0].details.contains("stage"));
    }

    #[test]
    fn a_grant_is_told_until_a_person_ends_the_alert() {
        let open = after(&[], &[finding(FindingKind::GrantAdded, "g-1")]);

        assert_eq!(codes(&after(&open, &[])), ["drift.grant"]);
    }

    #[test]
    fn a_second_grant_is_told_beside_the_first() {
        let open = after(&[], &[finding(FindingKind::GrantAdded, "g-1")]);

        let more = after(&open, &[finding(FindingKind::GrantAdded, "g-2")]);

        assert_eq!(more.len(), 1);
        assert!(more[0].details.contains("g-1"), "{}", more[0].details);
        assert!(more[0].details.contains("g-2"), "{}", more[0].details);
    }

    #[test]
    fn a_look_that_does_not_tell_everything_ends_nothing() {
        let open = after(&[], &[finding(FindingKind::DeletionScheduled, "")]);

        let blind = after_look(&open, &[finding(FindingKind::NoAccess, "")], false);

        let both = ["drift.deletion-scheduled", "drift.no-access"];
        assert_eq!(codes(&blind), both);
    }
}
