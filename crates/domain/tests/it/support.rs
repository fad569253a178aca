//! Short ways to write regions, times, intents.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::grant::{GrantConstraints, GrantOperation, WantedGrant};
use keyferry_domain::id::{ConnectionId, GroupId, KeystoreId, KmsKeyId, OperationId};
use keyferry_domain::intent::{Intent, KeyShape, Origin, WantedVersion};
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::tag::Tags;
use keyferry_domain::validity::Validity;
use keyferry_domain::version::VersionNumber;
use uuid::Uuid;

pub(crate) const WEST: &str = "eu-west-1";
pub(crate) const CENTRAL: &str = "eu-central-1";
pub(crate) const NORTH: &str = "eu-north-1";

pub(crate) fn region(name: &str) -> Region {
    name.parse().unwrap()
}

pub(crate) fn alias(name: &str) -> AliasName {
    name.parse().unwrap()
}

pub(crate) fn version(number: u32) -> VersionNumber {
    VersionNumber::new(number).unwrap()
}

pub(crate) fn policy(name: &str) -> PolicyDocument {
    PolicyDocument::from_canonical(format!("{{\"Id\":\"{name}\"}}"))
}

pub(crate) fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

pub(crate) fn start() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

pub(crate) fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

pub(crate) fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

pub(crate) fn wanted(number: u32, validity: Validity) -> WantedVersion {
    WantedVersion {
        number: version(number),
        validity,
    }
}

pub(crate) fn shape(spec: KeySpec, multi_region: bool) -> KeyShape {
    let usage = spec.usage_or_default(None).unwrap();
    KeyShape {
        spec,
        usage,
        multi_region,
        origin: Origin::External,
    }
}

/// Version 1 of a key, in one Region, with an alias.
pub(crate) fn intent_for(spec: KeySpec) -> Intent {
    let mut intent = Intent::new(shape(spec, false), vec![region(WEST)]);
    intent.versions = vec![wanted(1, Validity::Permanent)];
    intent.current = Some(version(1));
    intent.aliases = [alias("app")].into();
    intent
}

pub(crate) fn symmetric() -> Intent {
    intent_for(KeySpec::Aes256)
}

/// Version 1 of a multi-Region key in these Regions, primary first.
pub(crate) fn multi_region(regions: &[&str]) -> Intent {
    let mut intent = symmetric();
    intent.shape.multi_region = true;
    intent.places = regions.iter().map(|name| region(name)).collect();
    intent
}

/// A grant that every kind of key can be given.
pub(crate) fn wanted_grant(name: &str) -> WantedGrant {
    WantedGrant {
        name: name.to_owned(),
        grantee: "arn:aws:iam::111122223333:role/app".to_owned(),
        retiring: None,
        operations: [GrantOperation::DescribeKey].into(),
        constraints: GrantConstraints::default(),
    }
}

pub(crate) fn arn(key_id: &str) -> KmsKeyArn {
    format!("arn:aws:kms:{WEST}:111122223333:key/{key_id}")
        .parse()
        .unwrap()
}

/// A KMS key of which AWS has shown nothing yet.
pub(crate) fn kms_key(regions: [&str; 2]) -> KmsKey {
    let id = Uuid::from_u128(1);
    let places = regions.map(region).to_vec();
    KmsKey {
        id: KmsKeyId::new(id),
        name: "app".parse().unwrap(),
        group: GroupId::new(id),
        keystore: KeystoreId::new(id),
        connection: ConnectionId::new(id),
        source: None,
        operation: OperationId::new(id),
        arn: None,
        intent: Intent::new(shape(KeySpec::Aes256, true), places),
        observed: Default::default(),
        traces: Default::default(),
        former: Vec::new(),
        bindings: Default::default(),
        held_material: false,
        held: Vec::new(),
        predecessor: None,
        successor: None,
        handover: None,
        rotation_due: None,
        created_at: start(),
        revision: 1,
    }
}

/// The vault keeps a copy of every version.
pub(crate) fn all_kept(_: VersionNumber) -> bool {
    false
}
