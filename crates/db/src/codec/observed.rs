//! What AWS showed of a KMS key, by Region, and which version each material id stands for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::{KmsKeyArn, MaterialId, Region};
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::last_use::{LastUse, Tracked, Used};
use keyferry_domain::version::VersionNumber;
use keyferry_domain::view::{
    AliasTarget, Custody, Described, Expiration, Field, Grant, KeyState, MaterialState,
    MultiRegionRole, ObservedMaterial, Place, RotationStatus,
};
use keyferry_ports::records::Records;
use serde::{Deserialize, Serialize};

use super::grant::ConstraintsV1;
use super::intent::{Number, ShapeV1};
use super::text::{Text, Word, bare, wrapped};
use super::{decode, encode, format_of, unknown_format};

const WHAT: &str = "observation";
const BINDINGS: &str = "binding of materials";

type PlacesV1 = BTreeMap<Text<Region>, PlaceV1>;
type BindingsV1 = BTreeMap<Text<MaterialId>, Text<Number>>;

/// Writes an observation in the newest format.
pub(crate) fn to_json(places: &BTreeMap<Region, Place>) -> Records<String> {
    let places: PlacesV1 = places
        .iter()
        .map(|(region, place)| (Text(region.clone()), place.clone().into()))
        .collect();
    encode(WHAT, 1, places)
}

/// Reads an observation of any format.
pub(crate) fn from_json(json: &str) -> Records<BTreeMap<Region, Place>> {
    match format_of(WHAT, json)? {
        1 => {
            let places = decode::<PlacesV1>(WHAT, json)?;
            Ok(places
                .into_iter()
                .map(|(region, place)| (region.0, place.into()))
                .collect())
        }
        other => unknown_format(WHAT, other),
    }
}

/// Writes bindings in the newest format.
pub(crate) fn bindings_to_json(bindings: &BTreeMap<MaterialId, VersionNumber>) -> Records<String> {
    let bindings: BindingsV1 = bindings
        .iter()
        .map(|(id, number)| (Text(id.clone()), Text(Number(*number))))
        .collect();
    encode(BINDINGS, 1, bindings)
}

/// Reads bindings of any format.
pub(crate) fn bindings_from_json(json: &str) -> Records<BTreeMap<MaterialId, VersionNumber>> {
    match format_of(BINDINGS, json)? {
        1 => {
            let bindings = decode::<BindingsV1>(BINDINGS, json)?;
            Ok(bindings
                .into_iter()
                .map(|(id, number)| (id.0, number.0.0))
                .collect())
        }
        other => unknown_format(BINDINGS, other),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceV1 {
    arn: Option<Text<KmsKeyArn>>,
    described: FieldV1<DescribedV1>,
    materials: FieldV1<Vec<MaterialV1>>,
    aliases: FieldV1<BTreeMap<Text<AliasName>, AliasTargetV1>>,
    tags: FieldV1<BTreeMap<String, String>>,
    policy: FieldV1<String>,
    grants: FieldV1<Vec<GrantV1>>,
    rotation: FieldV1<RotationV1>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_use: Option<LastUseV1>,
    read_at: Option<Text<Timestamp>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FieldV1<T> {
    Value(T),
    Absent,
    Unreadable,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DescribedV1 {
    state: Word<KeyState>,
    shape: ShapeV1,
    description: String,
    current_material: Option<Text<MaterialId>>,
    expiration: ExpirationV1,
    deletion_date: Option<Text<Timestamp>>,
    created_at: Text<Timestamp>,
    multi_region: Option<MultiRegionV1>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    custody: Option<Word<Custody>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ExpirationV1 {
    None,
    Never,
    At(Text<Timestamp>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MultiRegionV1 {
    primary: Text<Region>,
    replicas: BTreeSet<Text<Region>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MaterialV1 {
    id: Text<MaterialId>,
    state: MaterialStateV1,
    is_present: bool,
    valid_to: Option<Text<Timestamp>>,
    description: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum MaterialStateV1 {
    Current,
    NonCurrent,
    PendingRotation,
    PendingReplicas,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AliasTargetV1 {
    This,
    Predecessor,
    Foreign(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantV1 {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    grantee: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retiring: Option<String>,
    operations: Vec<String>,
    #[serde(default, skip_serializing_if = "ConstraintsV1::is_none")]
    constraints: ConstraintsV1,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RotationV1 {
    on_demand_used: u32,
    on_demand_started: Option<Text<Timestamp>>,
    native_period_days: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LastUseV1 {
    told: FieldV1<TrackedV1>,
    read_at: Text<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrackedV1 {
    since: Text<Timestamp>,
    newest: Option<UsedV1>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UsedV1 {
    operation: String,
    at: Text<Timestamp>,
}

fn field<T, U>(field: Field<T>, value: impl FnOnce(T) -> U) -> FieldV1<U> {
    match field {
        Field::Value(found) => FieldV1::Value(value(found)),
        Field::Absent => FieldV1::Absent,
        Field::Unreadable => FieldV1::Unreadable,
    }
}

fn domain_field<T, U>(field: FieldV1<T>, value: impl FnOnce(T) -> U) -> Field<U> {
    match field {
        FieldV1::Value(found) => Field::Value(value(found)),
        FieldV1::Absent => Field::Absent,
        FieldV1::Unreadable => Field::Unreadable,
    }
}

fn all<T, U: From<T>, C: FromIterator<U>>(values: impl IntoIterator<Item = T>) -> C {
    values.into_iter().map(U::from).collect()
}

impl From<Place> for PlaceV1 {
    fn from(place: Place) -> Self {
        let alias = |(name, target)| (Text(name), AliasTargetV1::from(target));
        Self {
            arn: place.arn.map(Text),
            described: field(place.described, Into::into),
            materials: field(place.materials, all),
            aliases: field(place.aliases, |aliases| {
                aliases.into_iter().map(alias).collect()
            }),
            tags: field(place.tags, |tags| tags),
            policy: field(place.policy, |policy| policy.as_str().to_owned()),
            grants: field(place.grants, all),
            rotation: field(place.rotation, Into::into),
            last_use: place.last_use.map(Into::into),
            read_at: place.read_at.map(Text),
        }
    }
}

impl From<PlaceV1> for Place {
    fn from(place: PlaceV1) -> Self {
        let alias = |(name, target): (Text<AliasName>, AliasTargetV1)| (name.0, target.into());
        Self {
            arn: place.arn.map(|arn| arn.0),
            described: domain_field(place.described, Into::into),
            materials: domain_field(place.materials, all),
            aliases: domain_field(place.aliases, |aliases| {
                aliases.into_iter().map(alias).collect()
            }),
            tags: domain_field(place.tags, |tags| tags),
            policy: domain_field(place.policy, PolicyDocument::from_canonical),
            grants: domain_field(place.grants, all),
            rotation: domain_field(place.rotation, Into::into),
            last_use: place.last_use.map(Into::into),
            read_at: place.read_at.map(|time| time.0),
        }
    }
}

impl From<Described> for DescribedV1 {
    fn from(described: Described) -> Self {
        Self {
            state: Word(described.state),
            shape: described.shape.into(),
            description: described.description,
            current_material: described.current_material.map(Text),
            expiration: match described.expiration {
                Expiration::None => ExpirationV1::None,
                Expiration::Never => ExpirationV1::Never,
                Expiration::At(time) => ExpirationV1::At(Text(time)),
            },
            deletion_date: described.deletion_date.map(Text),
            created_at: Text(described.created_at),
            multi_region: described.multi_region.map(|role| MultiRegionV1 {
                primary: Text(role.primary),
                replicas: wrapped(role.replicas),
            }),
            custody: Some(Word(described.custody)).filter(|word| word.0 != Custody::Customer),
        }
    }
}

impl From<DescribedV1> for Described {
    fn from(described: DescribedV1) -> Self {
        Self {
            state: described.state.0,
            shape: described.shape.into(),
            description: described.description,
            current_material: described.current_material.map(|id| id.0),
            expiration: match described.expiration {
                ExpirationV1::None => Expiration::None,
                ExpirationV1::Never => Expiration::Never,
                ExpirationV1::At(time) => Expiration::At(time.0),
            },
            deletion_date: described.deletion_date.map(|time| time.0),
            created_at: described.created_at.0,
            multi_region: described.multi_region.map(|role| MultiRegionRole {
                primary: role.primary.0,
                replicas: bare(role.replicas),
            }),
            custody: described.custody.map_or(Custody::Customer, |word| word.0),
        }
    }
}

impl From<ObservedMaterial> for MaterialV1 {
    fn from(material: ObservedMaterial) -> Self {
        let state = match material.state {
            MaterialState::Current => MaterialStateV1::Current,
            MaterialState::NonCurrent => MaterialStateV1::NonCurrent,
            MaterialState::PendingRotation => MaterialStateV1::PendingRotation,
            MaterialState::PendingReplicas => MaterialStateV1::PendingReplicas,
        };
        let ObservedMaterial {
            id,
            is_present,
            valid_to,
            description,
            ..
        } = material;
        Self {
            id: Text(id),
            state,
            is_present,
            valid_to: valid_to.map(Text),
            description,
        }
    }
}

impl From<MaterialV1> for ObservedMaterial {
    fn from(material: MaterialV1) -> Self {
        let state = match material.state {
            MaterialStateV1::Current => MaterialState::Current,
            MaterialStateV1::NonCurrent => MaterialState::NonCurrent,
            MaterialStateV1::PendingRotation => MaterialState::PendingRotation,
            MaterialStateV1::PendingReplicas => MaterialState::PendingReplicas,
        };
        let MaterialV1 {
            id,
            is_present,
            valid_to,
            description,
            ..
        } = material;
        Self {
            id: id.0,
            state,
            is_present,
            valid_to: valid_to.map(|time| time.0),
            description,
        }
    }
}

impl From<AliasTarget> for AliasTargetV1 {
    fn from(target: AliasTarget) -> Self {
        match target {
            AliasTarget::This => Self::This,
            AliasTarget::Predecessor => Self::Predecessor,
            AliasTarget::Foreign { key_id } => Self::Foreign(key_id),
        }
    }
}

impl From<AliasTargetV1> for AliasTarget {
    fn from(target: AliasTargetV1) -> Self {
        match target {
            AliasTargetV1::This => Self::This,
            AliasTargetV1::Predecessor => Self::Predecessor,
            AliasTargetV1::Foreign(key_id) => Self::Foreign { key_id },
        }
    }
}

impl From<Grant> for GrantV1 {
    fn from(grant: Grant) -> Self {
        let Grant {
            id,
            name,
            grantee,
            retiring,
            operations,
            constraints,
        } = grant;
        Self {
            id,
            name,
            grantee,
            retiring,
            operations,
            constraints: constraints.into(),
        }
    }
}

impl From<GrantV1> for Grant {
    fn from(grant: GrantV1) -> Self {
        let GrantV1 {
            id,
            name,
            grantee,
            retiring,
            operations,
            constraints,
        } = grant;
        Self {
            id,
            name,
            grantee,
            retiring,
            operations,
            constraints: constraints.into(),
        }
    }
}

impl From<RotationStatus> for RotationV1 {
    fn from(status: RotationStatus) -> Self {
        let RotationStatus {
            on_demand_used,
            on_demand_started,
            native_period_days,
        } = status;
        Self {
            on_demand_used,
            on_demand_started: on_demand_started.map(Text),
            native_period_days,
        }
    }
}

impl From<RotationV1> for RotationStatus {
    fn from(status: RotationV1) -> Self {
        let RotationV1 {
            on_demand_used,
            on_demand_started,
            native_period_days,
        } = status;
        let on_demand_started = on_demand_started.map(|time| time.0);
        Self {
            on_demand_used,
            on_demand_started,
            native_period_days,
        }
    }
}

impl From<LastUse> for LastUseV1 {
    fn from(last: LastUse) -> Self {
        let used = |used: Used| UsedV1 {
            operation: used.operation,
            at: Text(used.at),
        };
        let tracked = |tracked: Tracked| TrackedV1 {
            since: Text(tracked.since),
            newest: tracked.newest.map(used),
        };
        Self {
            told: field(last.told, tracked),
            read_at: Text(last.read_at),
        }
    }
}

impl From<LastUseV1> for LastUse {
    fn from(last: LastUseV1) -> Self {
        let used = |used: UsedV1| Used {
            operation: used.operation,
            at: used.at.0,
        };
        let tracked = |tracked: TrackedV1| Tracked {
            since: tracked.since.0,
            newest: tracked.newest.map(used),
        };
        Self {
            told: domain_field(last.told, tracked),
            read_at: last.read_at.0,
        }
    }
}
