//! From AWS's words to the domain's. A word that this version does not know is an error that names it.

use aws_sdk_kms::types::{
    ExpirationModelType, KeyManagerType, KeyMetadata, OriginType, RotationsListEntry,
};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use keyferry_domain::arn::{MaterialId, Region};
use keyferry_domain::intent::{KeyShape, Origin};
use keyferry_domain::spec::{KeySpec, KeyUsage};
use keyferry_domain::view::{
    Custody, Described, Expiration, KeyState, MaterialState, MultiRegionRole, ObservedMaterial,
};

use crate::errors::Oddity;

/// To AWS: milliseconds, as its answers have them.
pub(crate) fn to_aws_time(time: Timestamp) -> DateTime {
    DateTime::from_millis(time.as_millisecond())
}

/// From AWS, to the nearest millisecond: its JSON has times as decimal fractions of seconds, which the SDK reads
/// as binary ones, so that what we sent would come back some nanoseconds off.
pub(crate) fn time(field: &'static str, time: &DateTime) -> Result<Timestamp, Oddity> {
    let nanos = time.as_nanos();
    i64::try_from((nanos + 500_000).div_euclid(1_000_000))
        .ok()
        .and_then(|millis| Timestamp::from_millisecond(millis).ok())
        .ok_or_else(|| Oddity::strange(field, &format!("{time:?}")))
}

fn optional_time(
    field: &'static str,
    found: Option<&DateTime>,
) -> Result<Option<Timestamp>, Oddity> {
    found.map(|found| time(field, found)).transpose()
}

/// A material id; AWS may answer an empty text where there is none (KMS API, `BackingKeyIdResponseType`).
pub(crate) fn material_id(found: Option<&str>) -> Result<Option<MaterialId>, Oddity> {
    found
        .filter(|id| !id.is_empty())
        .map(|id| id.parse().map_err(|_| Oddity::strange("KeyMaterialId", id)))
        .transpose()
}

/// `DescribeKey`.
pub(crate) fn described(found: &KeyMetadata) -> Result<Described, Oddity> {
    let state = found
        .key_state()
        .ok_or_else(|| Oddity::missing("KeyState"))?
        .as_str();
    let created = found
        .creation_date()
        .ok_or_else(|| Oddity::missing("CreationDate"))?;
    Ok(Described {
        state: KeyState::from_word(state).ok_or_else(|| Oddity::strange("KeyState", state))?,
        shape: shape(found)?,
        description: found.description().unwrap_or_default().to_owned(),
        current_material: material_id(found.current_key_material_id())?,
        expiration: expiration(found)?,
        deletion_date: optional_time("DeletionDate", found.deletion_date())?,
        created_at: time("CreationDate", created)?,
        multi_region: multi_region(found)?,
        custody: custody(found),
    })
}

/// In whose hands it is. A peer that does not say leaves it in the customer's.
fn custody(found: &KeyMetadata) -> Custody {
    let origin = found.origin().map(OriginType::as_str);
    match (found.key_manager(), origin) {
        (Some(KeyManagerType::Aws), _) => Custody::AwsManaged,
        (_, Some("AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE")) => Custody::CustomKeyStore,
        _ => Custody::Customer,
    }
}

/// What cannot change about a key.
pub(crate) fn shape(found: &KeyMetadata) -> Result<KeyShape, Oddity> {
    let spec = found
        .key_spec()
        .ok_or_else(|| Oddity::missing("KeySpec"))?
        .as_str();
    let usage = found
        .key_usage()
        .ok_or_else(|| Oddity::missing("KeyUsage"))?
        .as_str();
    let origin = found
        .origin()
        .ok_or_else(|| Oddity::missing("Origin"))?
        .as_str();
    Ok(KeyShape {
        spec: spec
            .parse::<KeySpec>()
            .map_err(|_| Oddity::strange("KeySpec", spec))?,
        usage: usage
            .parse::<KeyUsage>()
            .map_err(|_| Oddity::strange("KeyUsage", usage))?,
        multi_region: found.multi_region().unwrap_or(false),
        origin: match origin {
            "EXTERNAL" => Origin::External,
            // In a custom key store nothing is imported either; who keeps it, its custody tells.
            "AWS_KMS" | "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE" => Origin::AwsKms,
            other => return Err(Oddity::strange("Origin", other)),
        },
    })
}

fn expiration(found: &KeyMetadata) -> Result<Expiration, Oddity> {
    match found.expiration_model() {
        None => Ok(Expiration::None),
        Some(ExpirationModelType::KeyMaterialDoesNotExpire) => Ok(Expiration::Never),
        Some(ExpirationModelType::KeyMaterialExpires) => {
            let at = found.valid_to().ok_or_else(|| Oddity::missing("ValidTo"))?;
            Ok(Expiration::At(time("ValidTo", at)?))
        }
        Some(other) => Err(Oddity::strange("ExpirationModel", other.as_str())),
    }
}

fn multi_region(found: &KeyMetadata) -> Result<Option<MultiRegionRole>, Oddity> {
    let Some(set) = found.multi_region_configuration() else {
        return Ok(None);
    };
    let region = |text: Option<&str>| -> Result<Region, Oddity> {
        let text = text.ok_or_else(|| Oddity::missing("Region of a multi-Region key"))?;
        text.parse().map_err(|_| Oddity::strange("Region", text))
    };
    let primary = set
        .primary_key()
        .ok_or_else(|| Oddity::missing("PrimaryKey"))?;
    let replicas = set
        .replica_keys()
        .iter()
        .map(|key| region(key.region()))
        .collect::<Result<_, _>>()?;
    Ok(Some(MultiRegionRole {
        primary: region(primary.region())?,
        replicas,
    }))
}

/// One row of `ListKeyRotations` with `ALL_KEY_MATERIAL`.
pub(crate) fn material(found: &RotationsListEntry) -> Result<ObservedMaterial, Oddity> {
    let id =
        material_id(found.key_material_id())?.ok_or_else(|| Oddity::missing("KeyMaterialId"))?;
    let state = found
        .key_material_state()
        .ok_or_else(|| Oddity::missing("KeyMaterialState"))?
        .as_str();
    let expires = matches!(
        found.expiration_model(),
        Some(ExpirationModelType::KeyMaterialExpires)
    );
    Ok(ObservedMaterial {
        id,
        state: match state {
            "CURRENT" => MaterialState::Current,
            "NON_CURRENT" => MaterialState::NonCurrent,
            "PENDING_ROTATION" => MaterialState::PendingRotation,
            "PENDING_MULTI_REGION_IMPORT_AND_ROTATION" => MaterialState::PendingReplicas,
            other => return Err(Oddity::strange("KeyMaterialState", other)),
        },
        // AWS's own material has no import state: it is always there.
        is_present: match found
            .import_state()
            .map(aws_sdk_kms::types::ImportState::as_str)
        {
            None | Some("IMPORTED") => true,
            Some("PENDING_IMPORT") => false,
            Some(other) => return Err(Oddity::strange("ImportState", other)),
        },
        valid_to: optional_time("ValidTo", found.valid_to().filter(|_| expires))?,
        description: found.key_material_description().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_kms::types::KeyState as SdkKeyState;

    use super::*;

    fn metadata() -> aws_sdk_kms::types::builders::KeyMetadataBuilder {
        KeyMetadata::builder()
            .key_id("k")
            .key_state("Enabled".into())
            .key_spec("HMAC_256".into())
            .key_usage("GENERATE_VERIFY_MAC".into())
            .origin("EXTERNAL".into())
            .creation_date(DateTime::from_secs(1_800_000_000))
    }

    #[test]
    fn every_known_state_and_spec_is_understood() {
        for (state, word) in KeyState::ALL {
            let found = metadata()
                .key_state(SdkKeyState::from(*word))
                .build()
                .unwrap();
            assert_eq!(described(&found).unwrap().state, *state);
        }
        for spec in KeySpec::all() {
            let found = metadata().key_spec(spec.aws_name().into()).build().unwrap();
            assert_eq!(shape(&found).unwrap().spec, spec);
        }
    }

    #[test]
    fn a_time_comes_back_as_it_was_sent() {
        for millis in [1_797_896_283_175, 1_800_000_000_001, 1_800_000_000_999] {
            let sent = Timestamp::from_millisecond(millis).unwrap();
            let read = DateTime::from_secs_f64(to_aws_time(sent).as_secs_f64());
            assert_eq!(time("ValidTo", &read), Ok(sent));
        }
    }

    #[test]
    fn words_of_a_later_aws_are_named_in_the_error() {
        let cases = [
            metadata().key_state("Hibernating".into()),
            metadata().key_spec("ML_DSA_44".into()),
            metadata().key_usage("ENCAPSULATE_DECAPSULATE".into()),
            metadata().origin("AWS_MOON".into()),
            metadata().expiration_model("KEY_MATERIAL_FADES".into()),
        ];
        let words = [
            "Hibernating",
            "ML_DSA_44",
            "ENCAPSULATE_DECAPSULATE",
            "AWS_MOON",
            "KEY_MATERIAL_FADES",
        ];

        for (builder, word) in cases.into_iter().zip(words) {
            let error = described(&builder.build().unwrap()).unwrap_err();
            assert!(error.0.contains(word), "{error}");
        }
    }
}
