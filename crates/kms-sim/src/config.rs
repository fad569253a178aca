//! What can be chosen about a simulated AWS.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::{Micros, SECOND};

/// The simulator's settings. The default is a calm AWS: no quotas, no delays, no faults.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct SimConfig {
    /// Every random choice follows from it.
    pub seed: u64,
    /// The time before the first call, in microseconds since 1970.
    pub start: Micros,
    /// Whether request quotas are kept.
    pub quotas: bool,
    /// Requests per second that replace AWS's defaults, by operation name.
    pub quota_overrides: BTreeMap<String, f64>,
    /// State changes a second that one KMS key bears before it throttles ("hot key"), when quotas
    /// are on. AWS does not publish the number.
    pub hot_key_rate: f64,
    /// How late writes become visible.
    pub consistency: ConsistencyModel,
    /// How long a replica is `Creating` and a changed primary is `Updating`.
    pub transition: Micros,
    /// How long a rotation on demand takes.
    pub rotation: Micros,
    /// Longest time between a key's DeletionDate and its end; AWS says up to 24 hours.
    pub deletion_lag_max: Micros,
    /// Whether re-importing material into a Disabled key enables it. AWS's text says so, and
    /// nothing contradicts it.
    pub import_enables_disabled_keys: bool,
    /// How late CloudTrail tells of an event; AWS says within 15 minutes.
    pub cloud_trail_lag: Micros,
    /// Whether reads are written to the journal too.
    pub journal_reads: bool,
    /// Customer managed keys per account and Region (AWS default 100,000).
    pub keys_per_region: usize,
}

impl Default for SimConfig {
    fn default() -> Self {
        SimConfig {
            seed: 1,
            // 2026-01-01T00:00:00Z
            start: 1_767_225_600 * SECOND,
            quotas: false,
            quota_overrides: BTreeMap::new(),
            hot_key_rate: 10.0,
            consistency: ConsistencyModel::default(),
            transition: 3 * SECOND,
            rotation: 5 * SECOND,
            deletion_lag_max: 24 * crate::clock::HOUR,
            import_enables_disabled_keys: true,
            cloud_trail_lag: 0,
            journal_reads: false,
            keys_per_region: 100_000,
        }
    }
}

/// How late a write shows. Each write draws its own delay between nothing and the maximum
/// ("AWS KMS eventual consistency", AWS KMS Developer Guide: seconds, sometimes minutes).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsistencyModel {
    /// A new access key does not work until then (IAM User Guide, "Changes that I make are not always immediately
    /// visible").
    pub access_keys: Micros,
    /// A created key answers NotFoundException until then, to every operation.
    pub created_keys: Micros,
    /// Reads of a key's state, material, description and policy show the old value until then.
    pub key_writes: Micros,
    /// Reads of tags and aliases show the old value until then.
    pub tag_and_alias_writes: Micros,
    /// Key policies that name a new IAM principal are refused until then.
    pub new_principals: Micros,
}
