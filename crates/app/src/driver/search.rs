//! Looks for a KMS key whose creation was not answered, by the tag that travelled with it.

use std::fmt::Write;

use jiff::Timestamp;
use keyferry_domain::arn::{KmsKeyArn, Lane};
use keyferry_domain::id::OperationId;
use keyferry_domain::intent::{Intent, Origin};
use keyferry_domain::tag::{OPERATION_TAG, Tags};
use keyferry_domain::view::{Candidate, Field, KeyState, Search};
use keyferry_engine::DriverError;
use keyferry_ports::aws::{CallFailure, Refusal};
use keyferry_ports::vault::{Vault, VaultError};

use super::Subject;
use super::failure::not_now;
use super::observe::Reader;

/// Our clock and that of AWS differ by less.
const SKEW_MAX: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// More pages than an account has: 100,000 keys per Region, 1,000 a page, with room.
const PAGES_MAX: u32 = 1_000;

/// The value of the tag `keyferry:op`: the operation's id with a MAC over all that the creation asks for, so
/// that nobody else can make a key that we would adopt.
pub(crate) fn operation_tag(
    vault: &dyn Vault,
    operation: OperationId,
    lane: &Lane,
    intent: &Intent,
) -> Result<String, VaultError> {
    let mut facts = String::new();
    let shape = intent.shape;
    let policy = intent.policy.as_ref().map_or("", |policy| policy.as_str());
    let _ = write!(
        facts,
        "{lane}|{}|{}|{}|{:?}|{policy}",
        shape.spec.aws_name(),
        shape.usage,
        shape.multi_region,
        shape.origin,
    );
    let mac = vault.operation_mac(operation, &facts)?;
    Ok(format!("{operation}.{mac}"))
}

impl Reader<'_> {
    /// Searches all keys of the Region for the operation's tag.
    pub(crate) async fn search(
        &self,
        subject: &Subject,
        expected_tag: &str,
        now: Timestamp,
    ) -> Result<Search, DriverError> {
        let mut hits = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES_MAX {
            self.pace("ListKeys").await;
            let (keys, next) = self
                .kms
                .keys(marker)
                .await
                .map_err(|failure| not_now(&failure))?;
            for arn in keys {
                if let Some(hit) = self.candidate(subject, &arn, expected_tag, now).await? {
                    hits.push(hit);
                }
            }
            marker = next;
            if marker.is_none() {
                break;
            }
        }
        Ok(Search { at: now, hits })
    }

    /// A key whose tags are closed to us is not ours if it is older than our request, or if we may see nothing of it:
    /// its policy is not the one that we ask for. Else nobody knows, and nothing is made again.
    async fn without_tags(
        &self,
        subject: &Subject,
        arn: &KmsKeyArn,
        failure: &CallFailure,
    ) -> Result<Option<Candidate>, DriverError> {
        let described = self.kms.describe(arn).await;
        match described {
            Ok(Some(described)) if described.created_at >= subject.key.created_at - SKEW_MAX => {
                Err(not_now(failure))
            }
            Ok(_) | Err(CallFailure::Refused { .. }) => Ok(None),
            Err(failure) => Err(not_now(&failure)),
        }
    }

    async fn candidate(
        &self,
        subject: &Subject,
        arn: &KmsKeyArn,
        expected_tag: &str,
        now: Timestamp,
    ) -> Result<Option<Candidate>, DriverError> {
        self.pace("ListResourceTags").await;
        let tags = match self.kms.tags(arn).await {
            Ok(tags) => tags,
            Err(CallFailure::Refused {
                refusal: Refusal::NotFound,
                ..
            }) => return Ok(None),
            Err(
                failure @ CallFailure::Refused {
                    refusal: Refusal::AccessDenied,
                    ..
                },
            ) => return self.without_tags(subject, arn, &failure).await,
            Err(failure) => return Err(not_now(&failure)),
        };
        let operation = subject.key.operation.to_string();
        let Some(tag) = tags
            .get(OPERATION_TAG)
            .filter(|tag| tag.starts_with(&operation))
        else {
            return Ok(None);
        };
        let tag_is_authentic = tag == expected_tag;
        let place = self.place(subject, arn, now).await?;
        let intent = &subject.key.intent;
        // AWS's own material is there from the beginning, and nothing of ours will ever be put beside it.
        let (held_material, matches_request) = match &place.described {
            Field::Value(described) => (
                intent.shape.origin == Origin::External
                    && (described.current_material.is_some()
                        || described.state != KeyState::PendingImport),
                described.shape == intent.shape
                    && described.description == intent.description
                    && has_tags(&tags, &intent.tags)
                    && policy_is(&place.policy, intent)
                    && matches!(&place.grants, Field::Value(grants) if grants.is_empty()),
            ),
            Field::Absent | Field::Unreadable => (true, false),
        };
        Ok(Some(Candidate {
            arn: arn.clone(),
            tag_is_authentic,
            held_material,
            matches_request,
        }))
    }
}

fn has_tags(found: &Tags, wanted: &Tags) -> bool {
    wanted
        .iter()
        .all(|(key, value)| found.get(key) == Some(value))
}

/// Equal to the policy that was asked for; without one, AWS made its default, which we did not choose.
fn policy_is(found: &Field<keyferry_domain::keystore::PolicyDocument>, intent: &Intent) -> bool {
    match (&intent.policy, found) {
        (Some(wanted), Field::Value(found)) => wanted == found,
        (None, Field::Value(_)) => true,
        (_, Field::Absent | Field::Unreadable) => false,
    }
}
