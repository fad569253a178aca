//! Who did what an alert tells of: `by` in a row of an alert's details, as it is kept and delivered.

use jiff::Timestamp;
use serde_json::{Value, json};

/// The field of a row.
const FIELD: &str = "by";

/// Who did it, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Doer {
    /// CloudTrail is asked again.
    Sought {
        /// Since when somebody may have done it.
        from: Timestamp,
        /// When it was seen.
        until: Timestamp,
    },
    /// CloudTrail named somebody.
    Found(Event),
    /// Our own identity did it, and no job of ours.
    OwnIdentity(Event),
    /// CloudTrail did not tell in time.
    NotFound,
    /// We may not ask.
    Denied,
}

/// The event that did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// An ARN, or the service that acted by itself.
    pub(crate) principal: String,
    /// AWS's operation.
    pub(crate) name: String,
    /// When, as CloudTrail writes it.
    pub(crate) at: String,
    /// Where from.
    pub(crate) source_ip: Option<String>,
    /// CloudTrail's id of it.
    pub(crate) id: String,
}

impl Doer {
    /// What a row says; `None` where nobody is sought, and for what cannot be read.
    pub(crate) fn in_row(row: &Value) -> Option<Self> {
        let by = row.get(FIELD)?;
        let text = |name: &str| by.get(name).and_then(Value::as_str);
        let time = |name: &str| text(name)?.parse::<Timestamp>().ok();
        let event = || {
            Some(Event {
                principal: text("principal")?.to_owned(),
                name: text("event").unwrap_or_default().to_owned(),
                at: text("at").unwrap_or_default().to_owned(),
                source_ip: text("source_ip").map(str::to_owned),
                id: text("event_id").unwrap_or_default().to_owned(),
            })
        };
        Some(match text("state")? {
            "sought" => Self::Sought {
                from: time("from")?,
                until: time("until")?,
            },
            "found" => Self::Found(event()?),
            "own-identity" => Self::OwnIdentity(event()?),
            "not-found" => Self::NotFound,
            "denied" => Self::Denied,
            _ => return None,
        })
    }

    /// Puts it into a row in the place of what stood there.
    pub(crate) fn put_into(&self, row: &mut Value) {
        if let Some(row) = row.as_object_mut() {
            row.insert(FIELD.to_owned(), self.to_json());
        }
    }

    /// Whether somebody is named, our own identity included.
    pub(crate) fn is_named(&self) -> bool {
        matches!(self, Self::Found(_) | Self::OwnIdentity(_))
    }

    /// The end of a line about the row, for people.
    pub(crate) fn sentence(&self) -> String {
        match (self, self.says()) {
            (Self::Found(event), _) => event.sentence(),
            (Self::OwnIdentity(event), says) => {
                format!("{}: {}", event.sentence(), says.unwrap_or_default())
            }
            (_, says) => format!(" by whom: {}", says.unwrap_or_default()),
        }
    }

    /// What cannot be read from the other fields.
    fn says(&self) -> Option<&'static str> {
        match self {
            Self::Sought { .. } => {
                Some("CloudTrail tells of an event up to 15 minutes late; it is asked again")
            }
            Self::Found(_) => None,
            Self::OwnIdentity(_) => Some(
                "this is Keyferry's own identity, but no job of Keyferry did it: its credentials may be in other hands",
            ),
            Self::NotFound => Some("not found in CloudTrail"),
            Self::Denied => {
                Some("not known: the connection has no right to cloudtrail:LookupEvents")
            }
        }
    }

    fn state(&self) -> &'static str {
        match self {
            Self::Sought { .. } => "sought",
            Self::Found(_) => "found",
            Self::OwnIdentity(_) => "own-identity",
            Self::NotFound => "not-found",
            Self::Denied => "denied",
        }
    }

    fn to_json(&self) -> Value {
        let mut json = match self {
            Self::Sought { from, until } => {
                json!({ "from": from.to_string(), "until": until.to_string() })
            }
            Self::Found(event) | Self::OwnIdentity(event) => json!({
                "principal": event.principal,
                "event": event.name,
                "at": event.at,
                "source_ip": event.source_ip,
                "event_id": event.id,
            }),
            Self::NotFound | Self::Denied => json!({}),
        };
        if let Some(fields) = json.as_object_mut() {
            fields.insert("state".to_owned(), self.state().into());
            let says = self.says().map(|says| ("says".to_owned(), says.into()));
            fields.extend(says);
        }
        json
    }
}

impl Event {
    fn sentence(&self) -> String {
        let from = self.source_ip.as_ref().map(|ip| format!(" from {ip}"));
        format!(
            " by {}: {} at {}{}",
            self.principal,
            self.name,
            self.at,
            from.unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            principal: "arn:aws:iam::111122223333:user/mallory".to_owned(),
            name: "DisableKey".to_owned(),
            at: "2026-01-01T00:00:00Z".to_owned(),
            source_ip: Some("198.51.100.7".to_owned()),
            id: "e-1".to_owned(),
        }
    }

    #[test]
    fn who_did_it_is_read_back_from_a_row_as_it_was_put_in() {
        let all = [
            Doer::Sought {
                from: Timestamp::UNIX_EPOCH,
                until: Timestamp::UNIX_EPOCH,
            },
            Doer::Found(event()),
            Doer::OwnIdentity(Event {
                source_ip: None,
                ..event()
            }),
            Doer::NotFound,
            Doer::Denied,
        ];
        for doer in all {
            let mut row = json!({ "detail": "" });
            doer.put_into(&mut row);
            assert_eq!(Doer::in_row(&row), Some(doer));
        }
        assert_eq!(Doer::in_row(&json!({ "detail": "" })), None);
        assert_eq!(Doer::in_row(&json!({ "by": { "state": "found" } })), None);
    }

    #[test]
    fn the_format_of_who_did_it_is_the_published_one() {
        let mut row = json!({});
        Doer::Found(event()).put_into(&mut row);

        let published = json!({ "by": {
            "state": "found",
            "principal": "arn:aws:iam::111122223333:user/mallory",
            "event": "DisableKey",
            "at": "2026-01-01T00:00:00Z",
            "source_ip": "198.51.100.7",
            "event_id": "e-1",
        }});
        assert_eq!(row, published);
    }

    #[test]
    fn what_our_own_identity_did_without_a_job_is_told_as_such() {
        let told = Doer::OwnIdentity(event()).sentence();

        assert!(told.contains("user/mallory: DisableKey at "), "{told}");
        assert!(told.contains("no job of Keyferry did it"), "{told}");
    }
}
