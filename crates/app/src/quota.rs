//! AWS's request quotas: how often each operation may be called in one account and Region.

use keyferry_engine::Quotas;

/// Requests a second, by operation.
///
/// # Source
///
/// KMS Developer Guide, "Request quotas" (defaults; a service quota increase only makes us slower than
/// we could be); CloudTrail API Reference, "LookupEvents".
const RATES: &[(&str, f64)] = &[
    ("CancelKeyDeletion", 5.0),
    ("CreateAlias", 5.0),
    ("CreateGrant", 50.0),
    ("CreateKey", 5.0),
    ("Decrypt", 1000.0),
    ("DeleteAlias", 15.0),
    ("DeleteImportedKeyMaterial", 15.0),
    ("DescribeKey", 2000.0),
    ("DisableKey", 5.0),
    ("EnableKey", 5.0),
    ("EnableKeyRotation", 5.0),
    ("Encrypt", 1000.0),
    ("GenerateMac", 1000.0),
    ("GetKeyLastUsage", 5.0),
    ("GetKeyPolicy", 1000.0),
    ("GetKeyRotationStatus", 1000.0),
    ("GetParametersForImport", 1.0),
    ("GetPublicKey", 2000.0),
    ("GetRole", 5.0),
    ("GetUser", 5.0),
    ("ImportKeyMaterial", 15.0),
    ("ListAliases", 500.0),
    ("ListGrants", 100.0),
    ("ListKeyRotations", 100.0),
    ("ListKeys", 500.0),
    ("ListResourceTags", 2000.0),
    ("LookupEvents", 2.0),
    ("PutKeyPolicy", 15.0),
    ("ReplicateKey", 5.0),
    ("RetireGrant", 50.0),
    ("RevokeGrant", 50.0),
    ("RotateKeyOnDemand", 5.0),
    ("ScheduleKeyDeletion", 15.0),
    ("TagResource", 10.0),
    ("UntagResource", 5.0),
    ("UpdateAlias", 5.0),
    ("UpdateKeyDescription", 5.0),
    ("UpdatePrimaryRegion", 5.0),
];

/// For an operation that is not in the table.
const OTHER: f64 = 5.0;

/// AWS's default quotas; 5 requests a second for an operation that is not in the table.
pub(crate) fn quotas() -> Quotas {
    RATES
        .iter()
        .fold(Quotas::new(OTHER), |quotas, (operation, rate)| {
            quotas.with(operation, *rate)
        })
}

/// How many requests a second of an operation are sent in one account and Region.
pub(crate) fn per_second(operation: &str) -> f64 {
    RATES
        .iter()
        .find(|row| row.0 == operation)
        .map_or(OTHER, |row| row.1)
}
