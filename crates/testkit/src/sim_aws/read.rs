//! The simulator's JSON answers in the words of the domain.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::grant::GrantConstraints;
use keyferry_domain::intent::{KeyShape, Origin};
use keyferry_domain::view::{
    Custody, Described, Expiration, Grant, KeyState, MaterialState, MultiRegionRole,
    ObservedMaterial,
};
use serde_json::{Value, json};

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn bytes(value: &Value) -> Option<Vec<u8>> {
    STANDARD.decode(value.as_str()?).ok()
}

/// Epoch seconds with a fraction, as AWS writes times.
pub(super) fn time(value: &Value) -> Option<Timestamp> {
    let micros = (value.as_f64()? * 1e6).round();
    #[allow(
        clippy::cast_possible_truncation,
        reason = "times of this age fit into 53 bits"
    )]
    Timestamp::from_microsecond(micros as i64).ok()
}

pub(super) fn seconds(at: Timestamp) -> Value {
    #[allow(
        clippy::cast_precision_loss,
        reason = "times of this age fit into 53 bits"
    )]
    let micros = at.as_microsecond() as f64;
    json!(micros / 1e6)
}

pub(super) fn described(metadata: &Value) -> Option<Described> {
    let state = KeyState::from_word(metadata["KeyState"].as_str()?)?;
    let origin = match metadata["Origin"].as_str()? {
        "EXTERNAL" => Origin::External,
        _ => Origin::AwsKms,
    };
    let expiration = match (
        metadata["ExpirationModel"].as_str(),
        time(&metadata["ValidTo"]),
    ) {
        (Some("KEY_MATERIAL_EXPIRES"), Some(at)) => Expiration::At(at),
        (Some(_), _) => Expiration::Never,
        (None, _) => Expiration::None,
    };
    Some(Described {
        state,
        shape: KeyShape {
            spec: metadata["KeySpec"].as_str()?.parse().ok()?,
            usage: metadata["KeyUsage"].as_str()?.parse().ok()?,
            multi_region: metadata["MultiRegion"].as_bool()?,
            origin,
        },
        description: metadata["Description"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        current_material: metadata["CurrentKeyMaterialId"]
            .as_str()
            .and_then(|id| id.parse().ok()),
        expiration,
        deletion_date: time(&metadata["DeletionDate"]),
        created_at: time(&metadata["CreationDate"])?,
        multi_region: role(&metadata["MultiRegionConfiguration"]),
        custody: match (metadata["KeyManager"].as_str(), metadata["Origin"].as_str()) {
            (Some("AWS"), _) => Custody::AwsManaged,
            (_, Some("EXTERNAL" | "AWS_KMS")) => Custody::Customer,
            _ => Custody::CustomKeyStore,
        },
    })
}

fn role(configuration: &Value) -> Option<MultiRegionRole> {
    let region_of = |value: &Value| -> Option<Region> {
        let arn: KmsKeyArn = value["Arn"].as_str()?.parse().ok()?;
        Some(arn.region().clone())
    };
    let replicas = configuration["ReplicaKeys"].as_array()?;
    Some(MultiRegionRole {
        primary: region_of(&configuration["PrimaryKey"])?,
        replicas: replicas.iter().filter_map(region_of).collect(),
    })
}

pub(super) fn material(entry: &Value) -> Option<ObservedMaterial> {
    let state = match entry["KeyMaterialState"].as_str()? {
        "CURRENT" => MaterialState::Current,
        "NON_CURRENT" => MaterialState::NonCurrent,
        "PENDING_ROTATION" => MaterialState::PendingRotation,
        "PENDING_MULTI_REGION_IMPORT_AND_ROTATION" => MaterialState::PendingReplicas,
        _ => return None,
    };
    Some(ObservedMaterial {
        id: entry["KeyMaterialId"].as_str()?.parse().ok()?,
        state,
        is_present: entry["ImportState"] == "IMPORTED",
        valid_to: time(&entry["ValidTo"]),
        description: entry["KeyMaterialDescription"].as_str().map(str::to_owned),
    })
}

pub(super) fn grant(entry: &Value) -> Option<Grant> {
    let operations = entry["Operations"].as_array()?;
    let text = |value: &Value| {
        value
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let pairs = |value: &Value| -> BTreeMap<String, String> {
        let pairs = value.as_object().into_iter().flatten();
        pairs
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect()
    };
    let constraints = &entry["Constraints"];
    Some(Grant {
        id: entry["GrantId"].as_str()?.to_owned(),
        name: text(&entry["Name"]),
        retiring: text(&entry["RetiringPrincipal"]),
        constraints: GrantConstraints {
            equals: pairs(&constraints["EncryptionContextEquals"]),
            subset: pairs(&constraints["EncryptionContextSubset"]),
            source_arn: text(&constraints["SourceArn"]),
        },
        grantee: entry["GranteePrincipal"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        operations: operations
            .iter()
            .filter_map(|one| Some(one.as_str()?.to_owned()))
            .collect(),
    })
}
