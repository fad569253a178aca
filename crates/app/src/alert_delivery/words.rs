//! Alerts as messages: a line, a text for people, JSON for programs.

use jiff::Timestamp;
use keyferry_ports::messenger::Message;
use keyferry_ports::records::{Alert, AlertDestination, Delivery};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::doer::Doer;

/// The format of the JSON.
const FORMAT: u32 = 1;

/// What is told of an alert.
pub(super) fn of_alert(alert: &Alert, delivery: &Delivery, now: Timestamp) -> Message {
    // Who did it was found after the alert was told.
    let is_named = delivery.since > alert.opened_at;
    let (event, id) = if is_named {
        (
            "alert.named",
            format!("{}-{}", alert.id, delivery.since.as_second()),
        )
    } else {
        ("alert.opened", alert.id.to_string())
    };
    let details: Value = serde_json::from_str(&alert.details).unwrap_or_default();
    let severity = alert.severity.as_str();
    let body = json!({
        "format": FORMAT,
        "event": event,
        "id": alert.id.to_string(),
        "code": alert.code,
        "severity": severity,
        "subject": alert.subject.to_string(),
        "name": alert.name,
        "message": alert.message,
        "details": details,
        "opened_at": alert.opened_at.to_string(),
        "resolved_at": alert.resolved_at.map(|at| at.to_string()),
    });
    let mut text = format!(
        "{}: {}\n\ncode:     {}\nseverity: {severity}\nsince:    {}\n",
        alert.name, alert.message, alert.code, alert.opened_at
    );
    if let Some(at) = alert.resolved_at {
        text.push_str(&format!("over:     {at}\n"));
    }
    let findings = details.get("findings").and_then(Value::as_array);
    for finding in findings.into_iter().flatten() {
        let part = |name| finding.get(name).and_then(Value::as_str).unwrap_or("");
        let (region, detail) = (part("region"), part("detail"));
        let by = Doer::in_row(finding).map(|doer| doer.sentence());
        let by = by.unwrap_or_default();
        text.push_str(&format!("- {region} {detail}{by}\n"));
    }
    text.push_str(&format!("\nkeyferry alert show {}\n", alert.id));
    Message {
        id,
        at: now,
        subject: line(&format!(
            "[Keyferry] {severity}: {}: {}",
            alert.name, alert.message
        )),
        text,
        json: body.to_string(),
    }
}

/// A trial.
pub(super) fn trial(destination: &AlertDestination, id: Uuid, now: Timestamp) -> Message {
    let body = json!({
        "format": FORMAT,
        "event": "alert.test",
        "id": id.to_string(),
        "name": destination.name.to_string(),
        "message": "somebody tries whether alerts arrive here",
    });
    Message {
        id: id.to_string(),
        at: now,
        subject: "[Keyferry] a trial".to_owned(),
        text: format!(
            "Somebody tries whether alerts arrive at the destination {}.\n",
            destination.name
        ),
        json: body.to_string(),
    }
}

/// One line, whatever is in it.
fn line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect()
}
