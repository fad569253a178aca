//! What people want of a KMS key.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::Region;
use keyferry_domain::intent::{Intent, KeyShape, Origin, WantedVersion};
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::life::Life;
use keyferry_domain::spec::{KeySpec, KeyUsage};
use keyferry_domain::validity::Validity;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::Records;
use serde::{Deserialize, Serialize};

use super::grant::ErrandV1;
use super::schedule::ScheduleV1;
use super::text::{Text, Word, bare, wrapped};
use super::{decode, encode, format_of, unknown_format};

const WHAT: &str = "intent";
const HELD: &str = "list of versions that were held";

/// Writes an intent in the newest format.
pub(crate) fn to_json(intent: &Intent) -> Records<String> {
    encode(WHAT, 1, IntentV1::from(intent))
}

/// Reads an intent of any format.
pub(crate) fn from_json(json: &str) -> Records<Intent> {
    match format_of(WHAT, json)? {
        1 => Ok(decode::<IntentV1>(WHAT, json)?.into()),
        other => unknown_format(WHAT, other),
    }
}

/// Writes versions that a KMS key held.
pub(crate) fn held_to_json(held: &[WantedVersion]) -> Records<String> {
    let held: Vec<WantedVersionV1> = held.iter().map(Into::into).collect();
    encode(HELD, 1, held)
}

/// Reads versions that a KMS key held, of any format.
pub(crate) fn held_from_json(json: &str) -> Records<Vec<WantedVersion>> {
    match format_of(HELD, json)? {
        1 => {
            let held = decode::<Vec<WantedVersionV1>>(HELD, json)?;
            Ok(held.into_iter().map(Into::into).collect())
        }
        other => unknown_format(HELD, other),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IntentV1 {
    life: Word<Life>,
    shape: ShapeV1,
    enabled: bool,
    versions: Vec<WantedVersionV1>,
    current: Option<Text<Number>>,
    aliases: BTreeSet<Text<AliasName>>,
    aliases_to_remove: BTreeSet<Text<AliasName>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errands: Vec<ErrandV1>,
    tags: BTreeMap<String, String>,
    description: String,
    policy: Option<String>,
    places: Vec<Text<Region>>,
    deletion_window_days: Option<u32>,
    cancel_deletion: bool,
    native_rotation_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    native_rotations: Option<u32>,
    /// Missing leaves an end as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_days: Option<u32>,
    /// Missing is never.
    rotation: Option<ScheduleV1>,
    calm_until: Option<Text<Timestamp>>,
}

/// What can never change about a KMS key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShapeV1 {
    spec: Text<KeySpec>,
    usage: Text<KeyUsage>,
    multi_region: bool,
    origin: OriginV1,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OriginV1 {
    External,
    AwsKms,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedVersionV1 {
    number: Text<Number>,
    /// Missing is for ever.
    until: Option<Text<Timestamp>>,
}

/// A version number, which is never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number(pub(super) VersionNumber);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Number {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let number = text.parse().ok().and_then(VersionNumber::new);
        number.map(Self).ok_or("a version number is out of range")
    }
}

impl From<KeyShape> for ShapeV1 {
    fn from(shape: KeyShape) -> Self {
        let KeyShape {
            spec,
            usage,
            multi_region,
            origin,
        } = shape;
        let origin = match origin {
            Origin::External => OriginV1::External,
            Origin::AwsKms => OriginV1::AwsKms,
        };
        Self {
            spec: Text(spec),
            usage: Text(usage),
            multi_region,
            origin,
        }
    }
}

impl From<ShapeV1> for KeyShape {
    fn from(shape: ShapeV1) -> Self {
        let ShapeV1 {
            spec,
            usage,
            multi_region,
            origin,
        } = shape;
        let origin = match origin {
            OriginV1::External => Origin::External,
            OriginV1::AwsKms => Origin::AwsKms,
        };
        Self {
            spec: spec.0,
            usage: usage.0,
            multi_region,
            origin,
        }
    }
}

impl From<&WantedVersion> for WantedVersionV1 {
    fn from(version: &WantedVersion) -> Self {
        let WantedVersion { number, validity } = version;
        Self {
            number: Text(Number(*number)),
            until: end_of(*validity),
        }
    }
}

impl From<WantedVersionV1> for WantedVersion {
    fn from(version: WantedVersionV1) -> Self {
        Self {
            number: version.number.0.0,
            validity: validity_until(version.until),
        }
    }
}

/// The end of a validity, where it has one.
pub(super) fn end_of(validity: Validity) -> Option<Text<Timestamp>> {
    match validity {
        Validity::Permanent => None,
        Validity::Until(until) => Some(Text(until)),
    }
}

/// A validity with this end.
pub(super) fn validity_until(until: Option<Text<Timestamp>>) -> Validity {
    until.map_or(Validity::Permanent, |until| Validity::Until(until.0))
}

impl From<&Intent> for IntentV1 {
    fn from(intent: &Intent) -> Self {
        let intent = intent.clone();
        Self {
            life: Word(intent.life),
            shape: intent.shape.into(),
            enabled: intent.enabled,
            versions: intent.versions.iter().map(Into::into).collect(),
            current: intent.current.map(|number| Text(Number(number))),
            aliases: wrapped(intent.aliases),
            aliases_to_remove: wrapped(intent.aliases_to_remove),
            errands: intent.errands.into_iter().map(Into::into).collect(),
            tags: intent.tags,
            description: intent.description,
            policy: intent.policy.map(|policy| policy.as_str().to_owned()),
            places: wrapped(intent.places),
            deletion_window_days: intent.deletion_window_days,
            cancel_deletion: intent.cancel_deletion,
            native_rotation_days: intent.native_rotation_days,
            native_rotations: intent.native_rotations,
            valid_days: intent.valid_days,
            rotation: intent.rotation.as_ref().map(Into::into),
            calm_until: intent.calm_until.map(Text),
        }
    }
}

impl From<IntentV1> for Intent {
    fn from(intent: IntentV1) -> Self {
        Self {
            life: intent.life.0,
            shape: intent.shape.into(),
            enabled: intent.enabled,
            versions: intent.versions.into_iter().map(Into::into).collect(),
            current: intent.current.map(|number| number.0.0),
            aliases: bare(intent.aliases),
            aliases_to_remove: bare(intent.aliases_to_remove),
            errands: intent.errands.into_iter().map(Into::into).collect(),
            tags: intent.tags,
            description: intent.description,
            policy: intent.policy.map(PolicyDocument::from_canonical),
            places: bare(intent.places),
            deletion_window_days: intent.deletion_window_days,
            cancel_deletion: intent.cancel_deletion,
            native_rotation_days: intent.native_rotation_days,
            native_rotations: intent.native_rotations,
            valid_days: intent.valid_days,
            rotation: intent.rotation.map(Into::into),
            calm_until: intent.calm_until.map(|time| time.0),
        }
    }
}
