//! Turns a planned step into a call that only needs sending.

use jiff::Timestamp;
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::crypto_policy::WrappingChoice;
use keyferry_domain::id::{GroupId, KeyId};
use keyferry_domain::material::VersionIdentity;
use keyferry_domain::material_description::material_description;
use keyferry_domain::step::{ImportKind, Step};
use keyferry_domain::tag::{OPERATION_TAG, Tags};
use keyferry_domain::version::VersionNumber;
use keyferry_engine::{Cost, DriverError};
use keyferry_ports::aws::{ImportParameters, ImportType, KmsCall, MaterialUpload, NewKmsKey};
use keyferry_ports::durable::attest;

use crate::error::AppError;
use crate::estimate::calls_of;

use super::failure::not_now;
use super::observe::Reader;
use super::search::operation_tag;
use super::{KmsKeyDriver, Subject, later};

/// An import pair is not used when it lapses within this time.
const PAIR_MARGIN: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// What a step needs beyond the subject.
pub(crate) struct Preparation<'a> {
    pub(crate) driver: &'a KmsKeyDriver,
    pub(crate) subject: &'a Subject,
    pub(crate) reader: Reader<'a>,
    /// Import parameters that were fetched side by side with an observation.
    pub(crate) parameters: Option<ImportParameters>,
    pub(crate) now: Timestamp,
}

impl Preparation<'_> {
    /// Everything that the step needs, fetched and wrapped.
    pub(crate) async fn call(self, step: &Step) -> Result<KmsCall, DriverError> {
        let region = step.region();
        if let Step::CreateKmsKey { .. } = step {
            return self.create(region);
        }
        let key = self.arn(region)?;
        Ok(match step.clone() {
            Step::CreateKmsKey { .. } => return self.create(region),
            Step::ReplicateKmsKey { to, .. } => self.replicate(key, to)?,
            Step::Tag { tags, .. } => KmsCall::TagResource(key, tags),
            Step::Untag { keys, .. } => KmsCall::UntagResource(key, keys),
            Step::PutPolicy { policy, .. } => KmsCall::PutKeyPolicy(key, policy),
            Step::ImportMaterial {
                version,
                kind,
                valid_to,
                ..
            } => {
                return self.import(key, version, &kind, valid_to).await;
            }
            Step::RotateOnDemand { .. } => KmsCall::RotateKeyOnDemand(key),
            Step::DeleteMaterial { material, .. } => {
                KmsCall::DeleteImportedKeyMaterial(key, material)
            }
            Step::SetDescription { description, .. } => {
                KmsCall::UpdateKeyDescription(key, description)
            }
            Step::Enable { .. } => KmsCall::EnableKey(key),
            Step::Disable { .. } => KmsCall::DisableKey(key),
            Step::CreateAlias { alias, .. } => KmsCall::CreateAlias(key, alias),
            Step::MoveAlias { alias, .. } => KmsCall::UpdateAlias(key, alias),
            Step::DeleteAlias { alias, .. } => KmsCall::DeleteAlias(alias),
            Step::CreateGrant { grant, .. } => KmsCall::CreateGrant(key, grant),
            Step::RetireGrant { grant, .. } => KmsCall::RetireGrant(key, grant),
            Step::RevokeGrant { grant, .. } => KmsCall::RevokeGrant(key, grant),
            Step::ScheduleDeletion { days, .. } => KmsCall::ScheduleKeyDeletion(key, days),
            Step::CancelDeletion { .. } => KmsCall::CancelKeyDeletion(key),
            Step::UpdatePrimaryRegion { to, .. } => KmsCall::UpdatePrimaryRegion(key, to),
            Step::SetNativeRotation { period_days, .. } => {
                KmsCall::SetKeyRotation(key, period_days)
            }
        })
    }

    fn arn(&self, region: &Region) -> Result<KmsKeyArn, DriverError> {
        let key = &self.subject.key;
        key.arn
            .as_ref()
            .map(|arn| arn.in_region(region))
            .ok_or_else(|| DriverError::Stuck {
                code: "plan.no-arn".to_owned(),
                why: format!("the KMS key {} has no ARN yet", key.name),
            })
    }

    fn tags(&self, region: &Region) -> Result<Tags, DriverError> {
        let key = &self.subject.key;
        let lane = self.subject.lane(region)?;
        let tag = operation_tag(&*self.driver.vault, key.operation, &lane, &key.intent)
            .map_err(|error| later(&AppError::from(error)))?;
        let mut tags = key.intent.tags.clone();
        tags.insert(OPERATION_TAG.to_owned(), tag);
        Ok(tags)
    }

    fn create(&self, region: &Region) -> Result<KmsCall, DriverError> {
        let intent = &self.subject.key.intent;
        Ok(KmsCall::CreateKey(NewKmsKey {
            shape: intent.shape,
            description: intent.description.clone(),
            policy: intent.policy.clone(),
            tags: self.tags(region)?,
        }))
    }

    fn replicate(&self, key: KmsKeyArn, to: Region) -> Result<KmsCall, DriverError> {
        let intent = &self.subject.key.intent;
        Ok(KmsCall::ReplicateKey {
            key,
            policy: intent.policy.clone(),
            tags: self.tags(&to)?,
            description: intent.description.clone(),
            to,
        })
    }

    /// Fetches the pair for an import.
    pub(crate) async fn fetch_parameters(
        reader: &Reader<'_>,
        subject: &Subject,
        key: &KmsKeyArn,
    ) -> Result<ImportParameters, DriverError> {
        let WrappingChoice {
            algorithm,
            key: size,
        } = wrapping(subject);
        reader.pace("GetParametersForImport").await;
        reader
            .kms
            .import_parameters(key, algorithm, size)
            .await
            .map_err(|failure| not_now(&failure))
    }

    async fn import(
        self,
        key: KmsKeyArn,
        version: VersionNumber,
        kind: &ImportKind,
        valid_to: Option<Timestamp>,
    ) -> Result<KmsCall, DriverError> {
        refuse_new_material(self.subject, kind)?;
        let fetched = self
            .parameters
            .filter(|pair| pair.key == key && pair.valid_until > self.now + PAIR_MARGIN);
        let pair = match fetched {
            Some(pair) => pair,
            None => Self::fetch_parameters(&self.reader, self.subject, &key).await?,
        };
        let identity = identity(self.subject, version)?;
        let spec = identity.spec;
        let durable = attest(&*self.driver.records, &*self.driver.vault, &identity)
            .await
            .map_err(|error| later(&AppError::from(error)))?;
        let algorithm = wrapping(self.subject).algorithm;
        let material = self
            .driver
            .vault
            .wrap_for_aws(&durable, &pair.public_key, algorithm)
            .await
            .map_err(|error| later(&AppError::from(error)))?;
        let symmetric = spec.is_symmetric();
        let (import_type, material_id) = match kind {
            ImportKind::First => (None, None),
            ImportKind::Rotate => (Some(ImportType::New), None),
            ImportKind::Again { material } => (Some(ImportType::Existing), material.clone()),
        };
        Ok(KmsCall::ImportKeyMaterial(MaterialUpload {
            key,
            token: pair.token,
            material,
            import_type: import_type.filter(|_| symmetric),
            material_id: material_id.filter(|_| symmetric),
            // AWS keeps the description that a material has (KMS API, `ImportKeyMaterial`), and somebody else may have
            // given it.
            description: (symmetric && !matches!(kind, ImportKind::Again { .. }))
                .then(|| material_description(self.subject.key.name.as_str(), version)),
            valid_to,
        }))
    }
}

/// How material goes to AWS: as the crypto policy permits. Where it permits no way that AWS takes, what AWS held before goes
/// there again as ever, so that no key is lost by a policy.
fn wrapping(subject: &Subject) -> WrappingChoice {
    let spec = subject.key.intent.shape.spec;
    let permitted = subject.policy.wrapping_for(spec);
    permitted.unwrap_or(WrappingChoice::preferred(spec))
}

/// A policy may have become narrower since the job was asked for.
fn refuse_new_material(subject: &Subject, kind: &ImportKind) -> Result<(), DriverError> {
    let spec = subject.key.intent.shape.spec;
    let permitted = match kind {
        ImportKind::First | ImportKind::Rotate => subject.policy.wrapping_for(spec).map(|_| ()),
        ImportKind::Again { .. } => Ok(()),
    };
    permitted.map_err(|refusal| {
        let error = AppError::from(refusal);
        DriverError::Stuck {
            code: error.code().to_owned(),
            why: error.to_string(),
        }
    })
}

/// What the version's material is sealed under.
fn identity(subject: &Subject, version: VersionNumber) -> Result<VersionIdentity, DriverError> {
    let (key, group): (KeyId, GroupId) =
        subject.source_group.ok_or_else(|| DriverError::Stuck {
            code: "plan.no-copy-kept".to_owned(),
            why: format!("no key in the vault is the source of {}", subject.key.name),
        })?;
    Ok(VersionIdentity {
        group,
        key,
        version,
        spec: subject.key.intent.shape.spec,
    })
}

/// What sending a step takes from the quotas.
pub(crate) fn costs(subject: &Subject, step: &Step) -> Result<Vec<Cost>, DriverError> {
    let cost = |(region, operation, tokens): (&Region, &'static str, u32)| {
        subject.lane(region).map(|lane| Cost {
            lane,
            operation,
            tokens,
        })
    };
    // The parameters of an import were fetched, and paid, while it was prepared.
    let calls = calls_of(step).into_iter();
    calls
        .filter(|(_, operation, _)| *operation != "GetParametersForImport")
        .map(cost)
        .collect()
}
