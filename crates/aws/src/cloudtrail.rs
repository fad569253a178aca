//! `cloudtrail:LookupEvents`: the one call to AWS CloudTrail, made by hand, as it is one small JSON exchange.
//!
//! # Source
//!
//! CloudTrail API Reference, "LookupEvents" and "Event"; CloudTrail User Guide, "CloudTrail record contents"
//! (`userIdentity`, `sourceIPAddress`, `errorCode` of a call that was refused).

use jiff::Timestamp;
use keyferry_domain::arn::Region;
use keyferry_ports::aws::{CallFailure, TrailEvent, TrailPage, TrailQuery};
use serde_json::{Value, json};

use crate::by_hand::ByHand;
use crate::errors::{Oddity, answered};
use crate::link::Link;

const OPERATION: &str = "LookupEvents";
const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
/// 50 records of at most 256 KB each, as CloudTrail limits them.
const ANSWER_MAX: usize = 16 * 1024 * 1024;

/// The newest events between two times, up to 50.
pub(crate) async fn lookup_events(
    link: &Link,
    region: &Region,
    query: &TrailQuery,
    (from, until): (Timestamp, Timestamp),
) -> Result<TrailPage, CallFailure> {
    let (key, value) = match query {
        TrailQuery::About(arn) => ("ResourceName", arn.as_str()),
        TrailQuery::Named(name) => ("EventName", *name),
    };
    let body = json!({
        "LookupAttributes": [{ "AttributeKey": key, "AttributeValue": value }],
        "StartTime": from.as_second(),
        "EndTime": until.as_second(),
        "MaxResults": 50,
    });
    let body = body.to_string();
    let call = ByHand {
        operation: OPERATION,
        service: "cloudtrail",
        region,
        headers: &[
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", TARGET),
        ],
        body: body.as_bytes(),
        answer_max: ANSWER_MAX,
    };
    let (status, answer) = call.send(link).await?;
    let answer: Value = match serde_json::from_slice(&answer) {
        Ok(answer) => answer,
        Err(_) if status != 200 => Value::Null,
        Err(error) => return Err(call.unknown(&error.to_string())),
    };
    if status != 200 {
        return Err(refusal(status, &answer));
    }
    page(&answer).ok_or_else(|| Oddity::missing("Events").of(OPERATION, None))
}

/// `{"__type": "…#AccessDeniedException", "message": "…"}`
fn refusal(status: u16, answer: &Value) -> CallFailure {
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let code = text("__type").or(text("code"));
    let code = code.map(|code| code.rsplit('#').next().unwrap_or(code));
    let message = text("message").or(text("Message"));
    answered(OPERATION, status, code, message, None)
}

fn page(answer: &Value) -> Option<TrailPage> {
    let rows = answer.get("Events")?.as_array()?;
    Some(TrailPage {
        events: rows.iter().filter_map(event).collect(),
        has_more: answer.get("NextToken").is_some_and(Value::is_string),
    })
}

/// A row whose record cannot be read tells nothing, and neither does a call that was refused.
fn event(row: &Value) -> Option<TrailEvent> {
    let record: Value = serde_json::from_str(row.get("CloudTrailEvent")?.as_str()?).ok()?;
    if record.get("errorCode").is_some_and(|code| !code.is_null()) {
        return None;
    }
    let text = |value: Option<&Value>| {
        let text = value.and_then(Value::as_str);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let identity = record.get("userIdentity");
    let who = |name: &str| text(identity.and_then(|identity| identity.get(name)));
    let about = row.get("Resources").and_then(Value::as_array);
    let about = about.into_iter().flatten();
    Some(TrailEvent {
        id: text(row.get("EventId"))?,
        name: text(row.get("EventName"))?,
        at: text(record.get("eventTime"))?.parse().ok()?,
        principal: who("arn")
            .or_else(|| who("invokedBy"))
            .or_else(|| who("principalId")),
        source_ip: text(record.get("sourceIPAddress")),
        resources: about
            .filter_map(|one| text(one.get("ResourceName")))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyferry_ports::aws::Refusal;

    fn row(record: &Value) -> Value {
        json!({
            "EventId": "e-1",
            "EventName": "DisableKey",
            "EventTime": 1_767_225_600,
            "Resources": [{ "ResourceType": "AWS::KMS::Key", "ResourceName": "arn" }],
            "CloudTrailEvent": record.to_string(),
        })
    }

    #[test]
    fn an_event_names_who_when_and_from_where() {
        let record = json!({
            "userIdentity": { "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann" },
            "eventTime": "2026-01-01T00:00:00Z",
            "sourceIPAddress": "198.51.100.7",
        });

        let found = page(&json!({ "Events": [row(&record)], "NextToken": "t" })).unwrap();

        assert!(found.has_more);
        let [event] = found.events.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(
            event.principal.as_deref(),
            Some("arn:aws:iam::111122223333:user/ann")
        );
        assert_eq!(event.at.to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(event.source_ip.as_deref(), Some("198.51.100.7"));
        assert_eq!(event.resources, ["arn"]);
    }

    #[test]
    fn a_call_that_aws_refused_is_no_event() {
        let record = json!({
            "userIdentity": { "arn": "arn:aws:iam::111122223333:user/ann" },
            "eventTime": "2026-01-01T00:00:00Z",
            "errorCode": "AccessDenied",
        });

        let found = page(&json!({ "Events": [row(&record)] })).unwrap();

        assert_eq!(found.events, []);
    }

    #[test]
    fn a_refusal_is_read_with_and_without_a_namespace() {
        for code in [
            "AccessDeniedException",
            "com.amazonaws.cloudtrail#AccessDeniedException",
        ] {
            let failure = refusal(400, &json!({ "__type": code, "message": "no" }));

            assert!(
                matches!(
                    failure,
                    CallFailure::Refused {
                        refusal: Refusal::AccessDenied,
                        ..
                    }
                ),
                "{failure:?}"
            );
        }
    }
}
