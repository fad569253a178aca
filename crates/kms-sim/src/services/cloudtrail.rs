//! AWS CloudTrail: LookupEvents over the journal of an account and Region.
//!
//! Source: CloudTrail API Reference, "LookupEvents" (one attribute, newest first, 50 events a page, 90 days, two requests
//! a second in an account and Region); CloudTrail User Guide, "CloudTrail userIdentity element".

use serde_json::{Value, json};

use crate::args::Args;
use crate::clock::{DAY, Micros, iso, to_epoch_seconds};
use crate::error::AwsError;
use crate::journal::JournalEntry;
use crate::ops::cx::Cx;
use crate::policy::conditions::Context;

/// How far back events are kept.
const HISTORY: Micros = 90 * DAY;

/// Requests a second in one account and Region.
const RATE_BUCKET: &str = "LookupEvents";

/// Where everybody calls from whose address nobody knows.
const SOURCE_IP: &str = "198.51.100.7";

const ATTRIBUTES: &[&str] = &[
    "EventId",
    "EventName",
    "ReadOnly",
    "Username",
    "ResourceType",
    "ResourceName",
    "EventSource",
    "AccessKeyId",
];

pub(crate) fn run(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    if cx.operation != "LookupEvents" {
        return Err(AwsError::new("UnknownOperationException", ""));
    }
    cx.authorise_iam("cloudtrail:LookupEvents", "*", Context::default())?;
    take_quota(cx)?;
    let wanted = Wanted::read(cx, args)?;
    let limit = args.bounded("MaxResults", 1, 50)?.unwrap_or(50);
    let limit = usize::try_from(limit).unwrap_or(50);
    let before = match args.text("NextToken")? {
        None => u64::MAX,
        Some(token) => token
            .parse()
            .map_err(|_| AwsError::new("InvalidNextTokenException", "Invalid token"))?,
    };
    let mut found = cx.world.journal.iter().rev().filter(|entry| {
        entry.number < before && wanted.is_met_by(entry, &cx.principal.account, &cx.region)
    });
    let page: Vec<&JournalEntry> = found.by_ref().take(limit).collect();
    let has_more = found.next().is_some();
    let events: Vec<Value> = page.iter().map(|entry| event(entry)).collect();
    let mut output = json!({ "Events": events });
    if let (true, Some(last), Some(output)) = (has_more, page.last(), output.as_object_mut()) {
        output.insert("NextToken".to_owned(), json!(last.number.to_string()));
    }
    Ok(output)
}

fn take_quota(cx: &mut Cx<'_>) -> Result<(), AwsError> {
    if !cx.world.config.quotas || cx.unchecked {
        return Ok(());
    }
    let (account, region, now) = (cx.principal.account.clone(), cx.region.clone(), cx.now);
    let world = &mut *cx.world;
    let place = (account.as_str(), region.as_str(), RATE_BUCKET);
    if world.quotas.take(&world.config, place, 1.0, now) {
        return Ok(());
    }
    Err(crate::dispatch::throttled(crate::call::Service::CloudTrail))
}

/// Which events are asked for.
struct Wanted {
    attribute: Option<(String, String)>,
    from: Micros,
    until: Micros,
}

impl Wanted {
    fn read(cx: &Cx<'_>, args: Args<'_>) -> Result<Self, AwsError> {
        let attributes = args.list("LookupAttributes")?.unwrap_or_default();
        if attributes.len() > 1 {
            return Err(AwsError::new(
                "InvalidLookupAttributesException",
                "You can specify only one lookup attribute.",
            ));
        }
        let attribute = match attributes.first() {
            None => None,
            Some(one) => {
                let one = Args(one);
                let key = one.one_of("AttributeKey", ATTRIBUTES)?;
                let key = key.ok_or_else(|| AwsError::missing("AttributeKey"))?;
                let value = one.required("AttributeValue")?;
                Some((key.to_owned(), value.to_owned()))
            }
        };
        let from = args.time("StartTime")?.unwrap_or(i64::MIN);
        let until = args.time("EndTime")?.unwrap_or(i64::MAX);
        if from > until {
            return Err(AwsError::new(
                "InvalidTimeRangeException",
                "The start time is after the end time.",
            ));
        }
        let newest = cx.now.saturating_sub(cx.world.config.cloud_trail_lag);
        Ok(Wanted {
            attribute,
            from: from.max(cx.now.saturating_sub(HISTORY)),
            until: until.min(newest),
        })
    }

    fn is_met_by(&self, entry: &JournalEntry, account: &str, region: &str) -> bool {
        let is_here = entry.account == account && entry.region == region;
        is_here
            && (self.from..=self.until).contains(&entry.time)
            && self
                .attribute
                .as_ref()
                .is_none_or(|(key, value)| has(entry, key, value))
    }
}

fn has(entry: &JournalEntry, key: &str, value: &str) -> bool {
    match key {
        "EventId" => event_id(entry) == value,
        "EventName" => entry.operation == value,
        "ReadOnly" => (!entry.write).to_string() == value,
        "Username" => user_name(entry) == value,
        "ResourceType" => resources(entry).iter().any(|row| row.0 == value),
        "ResourceName" => resources(entry).iter().any(|row| row.1 == value),
        "EventSource" => source(entry) == value,
        _ => false,
    }
}

fn source(entry: &JournalEntry) -> String {
    format!("{}.amazonaws.com", entry.service)
}

fn event_id(entry: &JournalEntry) -> String {
    format!("00000000-0000-4000-8000-{:012x}", entry.number)
}

/// The user, or the session of a role.
fn user_name(entry: &JournalEntry) -> String {
    let caller = entry.caller.rsplit(['/', ':']).next();
    caller.unwrap_or_default().to_owned()
}

/// Type and name of everything that an event is about: the key, and the alias where there is one.
fn resources(entry: &JournalEntry) -> Vec<(&'static str, String)> {
    let key = entry.key_arn.clone();
    let mut all: Vec<_> = key.map(|arn| ("AWS::KMS::Key", arn)).into_iter().collect();
    let alias = entry.detail.get("aliasName").and_then(Value::as_str);
    if let (Some(alias), Some(arn)) = (alias, &entry.key_arn) {
        let place = arn.split(":key/").next().unwrap_or_default();
        all.push(("AWS::KMS::Alias", format!("{place}:{alias}")));
    }
    all
}

fn event(entry: &JournalEntry) -> Value {
    let resources = resources(entry);
    let names: Vec<Value> = resources
        .iter()
        .map(|(kind, name)| json!({ "ResourceType": kind, "ResourceName": name }))
        .collect();
    json!({
        "EventId": event_id(entry),
        "EventName": entry.operation,
        "ReadOnly": (!entry.write).to_string(),
        "EventTime": to_epoch_seconds(entry.time),
        "EventSource": source(entry),
        "Username": user_name(entry),
        "Resources": names,
        "CloudTrailEvent": record(entry, &resources).to_string(),
    })
}

/// The record itself.
fn record(entry: &JournalEntry, resources: &[(&str, String)]) -> Value {
    let rows: Vec<Value> = resources
        .iter()
        .map(|(kind, arn)| json!({ "accountId": entry.account, "type": kind, "ARN": arn }))
        .collect();
    let by_aws = entry.caller.is_empty();
    let (kind, address) = if by_aws {
        ("AwsServiceEvent", "AWS Internal")
    } else {
        ("AwsApiCall", SOURCE_IP)
    };
    json!({
        "eventVersion": "1.11",
        "userIdentity": identity(entry),
        "eventTime": iso(entry.time),
        "eventSource": source(entry),
        "eventName": entry.operation,
        "awsRegion": entry.region,
        "sourceIPAddress": address,
        "requestID": entry.request_id,
        "eventID": event_id(entry),
        "readOnly": !entry.write,
        "resources": rows,
        "eventType": kind,
        "recipientAccountId": entry.account,
    })
}

fn identity(entry: &JournalEntry) -> Value {
    if entry.caller.is_empty() {
        return json!({ "accountId": entry.account, "invokedBy": "AWS Internal" });
    }
    let kind = if entry.session_name.is_some() {
        "AssumedRole"
    } else if entry.caller.ends_with(":root") {
        "Root"
    } else {
        "IAMUser"
    };
    json!({
        "type": kind,
        "arn": entry.caller,
        "accountId": entry.account,
    })
}
