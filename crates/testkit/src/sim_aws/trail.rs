//! CloudTrail's `LookupEvents`, straight onto the simulator's core.

use jiff::Timestamp;
use keyferry_domain::arn::Region;
use keyferry_ports::aws::{CallFailure, TrailEvent, TrailPage, TrailQuery};
use kms_sim::Service;
use serde_json::{Value, json};

use super::{Link, odd};

const OPERATION: &str = "LookupEvents";

pub(super) fn events(
    link: &Link,
    region: &Region,
    query: &TrailQuery,
    (from, until): (Timestamp, Timestamp),
) -> Result<TrailPage, CallFailure> {
    let (key, value) = match query {
        TrailQuery::About(arn) => ("ResourceName", arn.as_str()),
        TrailQuery::Named(name) => ("EventName", *name),
    };
    let input = json!({
        "LookupAttributes": [{ "AttributeKey": key, "AttributeValue": value }],
        "StartTime": from.as_second(),
        "EndTime": until.as_second(),
    });
    let (output, _) = link.read(region, Service::CloudTrail, OPERATION, input)?;
    let listed = output["Events"].as_array();
    let events: Option<Vec<TrailEvent>> = listed.into_iter().flatten().map(event).collect();
    Ok(TrailPage {
        events: events.ok_or_else(|| odd(OPERATION, "event"))?,
        has_more: output["NextToken"].is_string(),
    })
}

fn event(row: &Value) -> Option<TrailEvent> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let record: Value = serde_json::from_str(row["CloudTrailEvent"].as_str()?).ok()?;
    let identity = &record["userIdentity"];
    let about = row["Resources"].as_array().into_iter().flatten();
    Some(TrailEvent {
        id: text(&row["EventId"])?,
        name: text(&row["EventName"])?,
        at: record["eventTime"].as_str()?.parse().ok()?,
        principal: text(&identity["arn"]).or_else(|| text(&identity["invokedBy"])),
        source_ip: text(&record["sourceIPAddress"]),
        resources: about.filter_map(|one| text(&one["ResourceName"])).collect(),
    })
}
