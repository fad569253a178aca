//! Request quotas: token buckets by the simulator's clock.
//!
//! Source: AWS KMS Developer Guide, "Request quotas" (defaults per second, per account and Region,
//! charged to the caller's account) and "Throttling AWS KMS requests".

use std::collections::HashMap;

use crate::clock::{Micros, SECOND};
use crate::config::SimConfig;

/// Requests per second of operations with a bucket of their own.
const DEFAULTS: &[(&str, f64)] = &[
    ("CancelKeyDeletion", 5.0),
    ("CreateAlias", 5.0),
    ("CreateGrant", 50.0),
    ("CreateKey", 5.0),
    ("DeleteAlias", 15.0),
    ("DeleteImportedKeyMaterial", 15.0),
    ("DescribeKey", 2000.0),
    ("DisableKey", 5.0),
    ("DisableKeyRotation", 5.0),
    ("EnableKey", 5.0),
    ("EnableKeyRotation", 15.0),
    ("GetKeyLastUsage", 5.0),
    ("GetKeyPolicy", 1000.0),
    ("GetKeyRotationStatus", 1000.0),
    ("GetParametersForImport", 1.0),
    ("GetPublicKey", 2000.0),
    ("ImportKeyMaterial", 15.0),
    ("ListAliases", 500.0),
    ("ListGrants", 100.0),
    ("ListKeyPolicies", 100.0),
    ("ListKeyRotations", 100.0),
    ("ListKeys", 500.0),
    ("ListResourceTags", 2000.0),
    // CloudTrail API Reference, "LookupEvents".
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
    ("CryptographicRsa", 1000.0),
    ("CryptographicEcc", 1000.0),
];

const SYMMETRIC_HIGH: &[&str] = &["us-east-1", "us-west-2", "eu-west-1"];
const SYMMETRIC_MIDDLE: &[&str] = &[
    "us-east-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "eu-central-1",
    "eu-west-2",
];

/// The default rate of a bucket, requests per second; `None`: no quota is known.
#[must_use]
pub fn default_rate(bucket: &str, region: &str) -> Option<f64> {
    if bucket == "CryptographicSymmetric" {
        return Some(if SYMMETRIC_HIGH.contains(&region) {
            100_000.0
        } else if SYMMETRIC_MIDDLE.contains(&region) {
            20_000.0
        } else {
            10_000.0
        });
    }
    DEFAULTS
        .iter()
        .find(|(name, _)| *name == bucket)
        .map(|(_, rate)| *rate)
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled_at: Micros,
}

/// All buckets, by account, Region and name; hot keys by ARN.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quotas {
    buckets: HashMap<(String, String, String), Bucket>,
}

impl Quotas {
    /// Takes `count` tokens; false means throttled, and nothing was taken.
    pub(crate) fn take(
        &mut self,
        config: &SimConfig,
        owner: (&str, &str, &str),
        count: f64,
        now: Micros,
    ) -> bool {
        let (_, region, name) = owner;
        config
            .quota_overrides
            .get(name)
            .copied()
            .or_else(|| default_rate(name, region))
            .is_none_or(|rate| self.take_at(owner, rate, count, now))
    }

    /// Takes one token of a key's own bucket for state changes.
    pub(crate) fn take_hot_key(&mut self, config: &SimConfig, arn: &str, now: Micros) -> bool {
        self.take_at(("", "", arn), config.hot_key_rate, 1.0, now)
    }

    fn take_at(&mut self, owner: (&str, &str, &str), rate: f64, count: f64, now: Micros) -> bool {
        let (account, region, name) = owner;
        let capacity = rate.max(1.0).max(count);
        let bucket = self
            .buckets
            .entry((account.to_owned(), region.to_owned(), name.to_owned()))
            .or_insert(Bucket {
                tokens: capacity,
                filled_at: now,
            });
        let passed = (now - bucket.filled_at).max(0) as f64 / SECOND as f64;
        bucket.tokens = (bucket.tokens + passed * rate).min(capacity);
        bucket.filled_at = now;
        if bucket.tokens + 1e-9 < count {
            return false;
        }
        bucket.tokens -= count;
        true
    }
}
