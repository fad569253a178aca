//! What plans take from AWS's request quotas, and how long that takes at least.

use std::collections::BTreeMap;

use keyferry_domain::arn::{Account, Lane, Region};
use keyferry_domain::step::Step;

use crate::quota::per_second;

/// What plans take from one request quota.
#[derive(Clone, Debug, PartialEq)]
pub struct QuotaUse {
    /// Whose quota.
    pub lane: Lane,
    /// AWS's operation.
    pub operation: &'static str,
    /// Calls that it counts.
    pub calls: u32,
    /// Calls a second that are sent at most.
    pub per_second: f64,
    /// Seconds that these calls take at that rate.
    pub seconds: u64,
}

/// What the steps take from each quota, the one that takes longest first. Lanes and operations go on side by side, so the
/// first one says how long all of them take at least. Reads are not counted: their quotas are wide. What AWS or callers
/// need in between (a rotation, an alias that moved) is not either.
pub(crate) fn quota_use<'s>(
    steps: impl IntoIterator<Item = (&'s Account, &'s Step)>,
) -> Vec<QuotaUse> {
    let mut calls: BTreeMap<(Lane, &'static str), u32> = BTreeMap::new();
    for (account, step) in steps {
        for (region, operation, tokens) in calls_of(step) {
            let lane = Lane {
                account: account.clone(),
                region: region.clone(),
            };
            let count = calls.entry((lane, operation)).or_default();
            *count = count.saturating_add(tokens);
        }
    }
    let mut uses: Vec<QuotaUse> = calls
        .into_iter()
        .map(|((lane, operation), calls)| QuotaUse {
            lane,
            operation,
            calls,
            per_second: per_second(operation),
            seconds: seconds(calls, per_second(operation)),
        })
        .collect();
    uses.sort_by_key(|one| std::cmp::Reverse(one.seconds));
    uses
}

/// The calls that a step makes, as quotas count them.
///
/// # Source
///
/// KMS Developer Guide, "Request quotas": `ReplicateKey` counts once in the primary's Region and as two `CreateKey` in the
/// replica's; `UpdatePrimaryRegion` counts in both Regions. Each import fetches parameters of its own.
pub(crate) fn calls_of(step: &Step) -> Vec<(&Region, &'static str, u32)> {
    let own = (step.region(), step.kind().aws_operation(), 1);
    match step {
        Step::ReplicateKmsKey { to, .. } => vec![own, (to, "CreateKey", 2)],
        Step::UpdatePrimaryRegion { to, .. } => vec![own, (to, "UpdatePrimaryRegion", 1)],
        Step::ImportMaterial { region, .. } => vec![own, (region, "GetParametersForImport", 1)],
        _ => vec![own],
    }
}

/// Whole seconds, rounded up.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a quotient of two positive numbers far below 2^53"
)]
fn seconds(calls: u32, per_second: f64) -> u64 {
    (f64::from(calls) / per_second.max(0.001)).ceil() as u64
}

#[cfg(test)]
mod tests {
    use keyferry_domain::step::ImportKind;
    use keyferry_domain::version::VersionNumber;

    use super::*;

    fn account() -> Account {
        Account {
            partition: "aws".parse().unwrap(),
            id: "111122223333".parse().unwrap(),
        }
    }

    #[test]
    fn the_narrowest_quota_says_how_long_it_takes() {
        let region: Region = "eu-central-1".parse().unwrap();
        let import = Step::ImportMaterial {
            region: region.clone(),
            version: VersionNumber::FIRST,
            kind: ImportKind::First,
            valid_to: None,
        };
        let enable = Step::Enable { region };
        let account = account();
        let steps = [&import, &enable].into_iter().cycle().take(60);

        let uses = quota_use(steps.map(|step| (&account, step)));

        let told: Vec<_> = uses
            .iter()
            .map(|one| (one.operation, one.calls, one.seconds))
            .collect();
        let expected = [
            ("GetParametersForImport", 30, 30),
            ("EnableKey", 30, 6),
            ("ImportKeyMaterial", 30, 2),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn regions_have_quotas_of_their_own() {
        let [one, other]: [Region; 2] =
            ["eu-central-1", "us-east-1"].map(|text| text.parse().unwrap());
        let steps = [one, other].map(|region| Step::Disable { region });
        let account = account();

        let uses = quota_use(steps.iter().map(|step| (&account, step)));

        assert_eq!(uses.len(), 2);
        assert!(uses.iter().all(|one| (one.calls, one.seconds) == (1, 1)));
    }
}
