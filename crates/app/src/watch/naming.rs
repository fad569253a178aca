//! Asks CloudTrail who did what alerts tell of, a page of alerts at a time. What cannot be asked now is asked in a
//! following pass; nothing here is ever an error of the pass.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyferry_domain::arn::{Lane, Region};
use keyferry_domain::drift::{FindingKind, Severity};
use keyferry_domain::id::AlertId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_engine::{Cost, DriverError};
use keyferry_ports::aws::{CallFailure, Refusal, TrailEvent, TrailQuery};
use keyferry_ports::entropy::uuid_v7;
use keyferry_ports::records::{
    Alert, AlertFilter, Change, DeliveryState, Expect, Page, Subject as About,
};
use serde_json::{Value, json};

use super::beside::Service;
use super::culprit::{Culprit, MARGIN, SEEK_FOR, events_of, found, stem};
use super::examine::Examined;
use super::marker::Marker;
use super::pass::{Part, Pass};
use crate::alerts::ended;
use crate::doer::Doer;
use crate::parts::DEFAULT_GROUP;

/// Alerts in one commit: each may take several lookups, of which CloudTrail takes two a second.
const PAGE: u32 = 20;

/// The code of the alert of a connection that may not ask.
const fn denied_code() -> &'static str {
    "connection.no-cloudtrail"
}

const OPERATION: &str = "LookupEvents";

/// Why CloudTrail tells nothing now.
enum Silence {
    /// We may not ask.
    Denied,
    /// It may answer later.
    ForNow,
    /// This pass has asked enough.
    Enough,
}

/// What was learned while a page of alerts was gone through.
struct Asking {
    own: String,
    silence: Option<Silence>,
    answered: bool,
    /// What is known of a resource in a span of time: one answer serves all rows about it.
    known: BTreeMap<(String, FindingKind), Vec<TrailEvent>>,
}

impl Pass {
    /// Goes through alerts whose doer is sought: first open ones, then those that were over soon.
    pub(super) async fn names(
        &self,
        is_open: bool,
        cursor: Option<String>,
        now: Timestamp,
    ) -> Result<Part, DriverError> {
        let filter = AlertFilter {
            is_open: Some(is_open),
            ..AlertFilter::default()
        };
        let page = Page {
            limit: PAGE,
            cursor,
        };
        let listed = self.driver.records.list_alerts(&filter, &page).await?;
        let mut asking = None;
        let mut changes = Vec::new();
        for alert in &listed.rows {
            changes.extend(self.name(alert, &mut asking, now).await?);
        }
        let mut is_enough = false;
        if let Some(asking) = asking {
            is_enough = matches!(asking.silence, Some(Silence::Enough));
            changes.extend(self.tell_of_silence(&asking, now).await?);
        }
        let is_recent = |alert: &Alert| now.duration_since(alert.opened_at) <= SEEK_FOR * 2;
        let goes_on = is_open || listed.rows.last().is_some_and(is_recent);
        let next = match listed.next.filter(|_| goes_on) {
            Some(cursor) if !is_enough => Marker::Names {
                is_open,
                cursor: Some(cursor),
            },
            None if is_open && !is_enough => Marker::Names {
                is_open: false,
                cursor: None,
            },
            _ => Marker::Listed {
                page: None,
                done: 0,
            },
        };
        let named = Examined {
            changes,
            ..Examined::default()
        };
        Ok(Part {
            seen: vec![named],
            next: Some(next),
        })
    }

    /// What changes of one alert.
    async fn name(
        &self,
        alert: &Alert,
        asking: &mut Option<Asking>,
        now: Timestamp,
    ) -> Result<Vec<Change>, DriverError> {
        let (Some(kind), Some(id)) = (FindingKind::from_word(&alert.code), alert.subject.kms_key())
        else {
            return Ok(Vec::new());
        };
        let mut details: Value = serde_json::from_str(&alert.details).unwrap_or_default();
        if !rows_of(&mut details).any(|row| span_of(row).is_some()) {
            return Ok(Vec::new());
        }
        let Some(key) = self.driver.records.find_kms_key(id).await? else {
            return Ok(Vec::new());
        };
        if !self.is_ours_to_look_at(&key).await? {
            return Ok(Vec::new());
        }
        if asking.is_none() {
            let Ok(caller) = self.link.caller().await else {
                return Ok(Vec::new());
            };
            *asking = Some(Asking {
                own: stem(&caller.arn).to_owned(),
                silence: None,
                answered: false,
                known: BTreeMap::new(),
            });
        }
        let Some(asking) = asking else {
            return Ok(Vec::new());
        };
        let mut is_named = false;
        for row in rows_of(&mut details) {
            let Some(by) = self.by_whom(kind, &key, row, asking, now).await? else {
                continue;
            };
            is_named |= by.is_named();
            by.put_into(row);
        }
        let details = details.to_string();
        if details == alert.details {
            return Ok(Vec::new());
        }
        let told = Alert {
            details,
            seen_at: now,
            ..alert.clone()
        };
        let mut changes = vec![Change::PutAlert(told, Expect::Revision(alert.revision))];
        if is_named {
            changes.extend(self.told_again(alert.id, now).await?);
        }
        Ok(changes)
    }

    async fn is_ours_to_look_at(&self, key: &KmsKey) -> Result<bool, DriverError> {
        if key.intent.primary() != Some(&self.region) {
            return Ok(false);
        }
        let keystore = self.driver.records.find_keystore(key.keystore).await?;
        Ok(keystore.is_some_and(|keystore| keystore.connection == self.connection))
    }

    /// What is to be said of a row, where that is news.
    async fn by_whom(
        &self,
        kind: FindingKind,
        key: &KmsKey,
        row: &Value,
        asking: &mut Asking,
        now: Timestamp,
    ) -> Result<Option<Doer>, DriverError> {
        let Some((from, until)) = span_of(row) else {
            return Ok(None);
        };
        let Some((region, resource)) = self.place_of(kind, key, row) else {
            return Ok(None);
        };
        if asking.silence.is_none() {
            let about = (kind, resource.as_str());
            let span = (from, until + MARGIN);
            self.ask(&region, about, span, (asking, now)).await;
        }
        let events = asking.known.get(&(resource.clone(), kind));
        let is_ours = |arn: &str| stem(arn) == asking.own;
        let culprit = events.and_then(|events| found(kind, &resource, events, until, is_ours));
        if let Some(culprit) = culprit
            && !self.is_by_our_job(&culprit, key, row, from).await?
        {
            return Ok(Some(culprit.doer()));
        }
        let is_late = now.duration_since(until) >= SEEK_FOR;
        Ok(match asking.silence {
            Some(Silence::Denied) => Some(Doer::Denied),
            // Only what was asked can be said to be not found.
            _ => (is_late && events.is_some()).then_some(Doer::NotFound),
        })
    }

    /// Where a row's events are, and under which name.
    fn place_of(&self, kind: FindingKind, key: &KmsKey, row: &Value) -> Option<(Region, String)> {
        let region = row.get("region").and_then(Value::as_str);
        let region = region.map_or_else(|| Some(self.region.clone()), |text| text.parse().ok())?;
        let resource = resource_of(kind, key, &region, row)?;
        Some((region, resource))
    }

    /// Whether a job of ours did it: on the KMS key, on those beside it, or on another one that took the alias.
    async fn is_by_our_job(
        &self,
        culprit: &Culprit<'_>,
        key: &KmsKey,
        row: &Value,
        from: Timestamp,
    ) -> Result<bool, DriverError> {
        if !culprit.is_own {
            return Ok(false);
        }
        let records = &self.driver.records;
        let mut keys = vec![key.id];
        keys.extend(key.predecessor.into_iter().chain(key.successor));
        let detail = row.get("detail").and_then(Value::as_str).unwrap_or("");
        if let Some(alias) = detail.strip_prefix("alias/") {
            let named = records.find_kms_keys_called(alias).await?;
            keys.extend(named.into_iter().map(|other| other.id));
        }
        for id in keys {
            let attempts = records.recent_attempts(id.into(), from - MARGIN).await?;
            if culprit.is_one_of(&attempts) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads the newest events about a resource; where so much else happened to it that none of them counts, the
    /// newest of each name that does.
    async fn ask(
        &self,
        region: &Region,
        (kind, resource): (FindingKind, &str),
        span: (Timestamp, Timestamp),
        (asking, now): (&mut Asking, Timestamp),
    ) {
        let place = (resource.to_owned(), kind);
        if asking.known.contains_key(&place) {
            return;
        }
        let trail = (self.connection, Service::CloudTrail);
        if self.beside.is_silent(trail, now) {
            asking.silence = Some(Silence::ForNow);
            return;
        }
        let names = events_of(kind);
        let about = TrailQuery::About(resource.to_owned());
        let mut events = Vec::new();
        let mut queries = vec![about];
        while let Some(query) = queries.pop() {
            if !self.beside.may_ask(self.of_pass(now), Service::CloudTrail) {
                asking.silence = Some(Silence::Enough);
                return;
            }
            let page = match self.look_up(region, &query, span).await {
                Ok(page) => page,
                Err(silence) => {
                    if matches!(silence, Silence::ForNow) {
                        self.beside.fell_silent(trail, now);
                    }
                    asking.silence = Some(silence);
                    return;
                }
            };
            asking.answered = true;
            let counts = |event: &TrailEvent| names.contains(&event.name.as_str());
            let is_first = matches!(query, TrailQuery::About(_));
            if is_first && page.has_more && !page.events.iter().any(counts) {
                queries.extend(names.iter().copied().map(TrailQuery::Named));
            }
            events.extend(page.events);
        }
        asking.known.insert(place, events);
    }

    async fn look_up(
        &self,
        region: &Region,
        query: &TrailQuery,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<keyferry_ports::aws::TrailPage, Silence> {
        let lane = Lane {
            account: self.lane.account.clone(),
            region: region.clone(),
        };
        let cost = Cost {
            lane,
            operation: OPERATION,
            tokens: 1,
        };
        self.pacer.take(&cost).await;
        let asked = self.link.events(region, query, from, until).await;
        asked.map_err(|failure| match failure {
            CallFailure::Refused {
                refusal: Refusal::AccessDenied,
                ..
            } => Silence::Denied,
            failure => {
                tracing::debug!(%failure, "CloudTrail did not tell who changed a KMS key");
                Silence::ForNow
            }
        })
    }

    /// Whoever was told of the alert without the name is told again.
    async fn told_again(&self, alert: AlertId, now: Timestamp) -> Result<Vec<Change>, DriverError> {
        let rows = self.driver.records.deliveries_of(alert).await?;
        let told = rows
            .into_iter()
            .filter(|row| row.state == DeliveryState::Delivered);
        let again = told.map(|row| {
            Change::PutDelivery(keyferry_ports::records::Delivery {
                state: DeliveryState::Pending,
                tries: 0,
                due_at: now,
                since: now,
                ..row
            })
        });
        Ok(again.collect())
    }

    /// One alert on the connection while the right is missing; it ends with the first answer.
    async fn tell_of_silence(
        &self,
        asking: &Asking,
        now: Timestamp,
    ) -> Result<Option<Change>, DriverError> {
        let subject = About::Connection(self.connection);
        let open = self.driver.records.open_alerts_on(subject).await?;
        let open = open.into_iter().find(|alert| alert.code == denied_code());
        match (&asking.silence, open) {
            (Some(Silence::Denied), None) => {}
            (_, Some(open)) if asking.answered => return Ok(Some(ended(&open, now))),
            _ => return Ok(None),
        }
        let Some(connection) = self.driver.records.find_connection(self.connection).await? else {
            return Ok(None);
        };
        let detail = "grant cloudtrail:LookupEvents: `keyferry connection policy` shows where";
        let alert = Alert {
            id: AlertId::new(uuid_v7(now, &*self.entropy)),
            subject,
            name: connection.name.to_string(),
            group: DEFAULT_GROUP,
            code: denied_code().to_owned(),
            severity: Severity::Info,
            message: "alerts cannot name who changed a KMS key: a right is missing".to_owned(),
            details: json!({ "findings": [{ "region": null, "detail": detail }] }).to_string(),
            opened_at: now,
            seen_at: now,
            resolved_at: None,
            acknowledged: None,
            revision: 1,
        };
        Ok(Some(Change::PutAlert(alert, Expect::New)))
    }
}

fn rows_of(details: &mut Value) -> impl Iterator<Item = &mut Value> {
    let rows = details.get_mut("findings").and_then(Value::as_array_mut);
    rows.into_iter().flatten()
}

/// Since when, and until it was seen, somebody may have done it; where somebody is sought.
fn span_of(row: &Value) -> Option<(Timestamp, Timestamp)> {
    match Doer::in_row(row)? {
        Doer::Sought { from, until } => Some((from, until)),
        _ => None,
    }
}

/// What CloudTrail files the events under: the alias that differs, otherwise the key where it differs.
fn resource_of(kind: FindingKind, key: &KmsKey, region: &Region, row: &Value) -> Option<String> {
    let arn = key.arn.as_ref()?.in_region(region).to_string();
    let detail = row.get("detail").and_then(Value::as_str).unwrap_or("");
    if kind == FindingKind::AliasDiffers && detail.starts_with("alias/") {
        let place = arn.split(":key/").next()?;
        return Some(format!("{place}:{detail}"));
    }
    Some(arn)
}
