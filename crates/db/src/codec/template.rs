//! What new KMS keys of a keystore look like.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyferry_domain::keystore::{PolicyDocument, Template};
use keyferry_domain::spec::{KeySpec, KeyUsage};
use keyferry_domain::validity::{Lifetime, Validity};
use keyferry_ports::records::{Records, RecordsError};
use serde::{Deserialize, Serialize};

use super::intent::validity_until;
use super::schedule::ScheduleV1;
use super::text::Text;
use super::{decode, encode, format_of, unknown_format};

const WHAT: &str = "template";

/// Writes a template in the newest format.
pub(crate) fn to_json(template: &Template) -> Records<String> {
    encode(WHAT, 1, TemplateV1::from(template))
}

/// Reads a template of any format.
pub(crate) fn from_json(json: &str) -> Records<Template> {
    match format_of(WHAT, json)? {
        1 => decode::<TemplateV1>(WHAT, json)?.try_into(),
        other => unknown_format(WHAT, other),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateV1 {
    spec: Text<KeySpec>,
    usage: Option<Text<KeyUsage>>,
    description: String,
    tags: BTreeMap<String, String>,
    policy: Option<String>,
    multi_region: bool,
    /// Missing is for ever, unless days are said.
    valid_until: Option<Text<Timestamp>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_days: Option<u32>,
    /// Missing is never.
    rotation: Option<ScheduleV1>,
}

impl From<&Template> for TemplateV1 {
    fn from(template: &Template) -> Self {
        let Template {
            spec,
            usage,
            description,
            tags,
            policy,
            multi_region,
            lifetime,
            rotation,
        } = template.clone();
        Self {
            spec: Text(spec),
            usage: usage.map(Text),
            description,
            tags,
            policy: policy.map(|policy| policy.as_str().to_owned()),
            multi_region,
            valid_until: lifetime.end().map(Text),
            valid_days: lifetime.days(),
            rotation: rotation.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<TemplateV1> for Template {
    type Error = RecordsError;

    fn try_from(template: TemplateV1) -> Records<Self> {
        let TemplateV1 {
            spec,
            usage,
            description,
            tags,
            policy,
            multi_region,
            valid_until,
            valid_days,
            rotation,
        } = template;
        let lifetime = match (valid_days, validity_until(valid_until)) {
            (Some(days), Validity::Permanent) => Lifetime::Days(days),
            (Some(_), Validity::Until(_)) => {
                return Err(RecordsError::Corrupt {
                    what: WHAT,
                    why: "an end and days both".to_owned(),
                });
            }
            (None, end) => end.into(),
        };
        Ok(Self {
            spec: spec.0,
            usage: usage.map(|usage| usage.0),
            description,
            tags,
            policy: policy.map(PolicyDocument::from_canonical),
            multi_region,
            lifetime,
            rotation: rotation.map(Into::into),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_of_days_is_read_as_it_was_written() {
        let template = Template {
            lifetime: Lifetime::Days(90),
            ..Template::default()
        };

        let written = to_json(&template).unwrap();

        assert_eq!(from_json(&written).unwrap(), template);
    }

    #[test]
    fn a_template_with_days_and_an_end_is_corrupt() {
        let template = Template {
            lifetime: Lifetime::Days(90),
            ..Template::default()
        };
        let written = to_json(&template).unwrap();
        let both = written.replace(
            "null,\"valid_days\"",
            "\"2030-01-01T00:00:00Z\",\"valid_days\"",
        );
        assert_ne!(both, written);

        assert!(matches!(
            from_json(&both),
            Err(RecordsError::Corrupt { .. })
        ));
    }
}
