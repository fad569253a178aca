//! AWS KMS of one account in one Region.

mod read;
mod send;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_kms::Client;
use jiff::Timestamp;
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::last_use::Tracked;
use keyferry_domain::tag::Tags;
use keyferry_domain::view::{Described, Grant, ObservedMaterial, RotationStatus};
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use keyferry_ports::aws::{
    CallFailure, ImportParameters, KeyUse, Kms, KmsAnswer, KmsCall, NotSentStage,
};

use crate::link::{Link, client};

/// KMS of one Region over one link.
pub(crate) struct RegionalKms {
    pub(crate) link: Arc<Link>,
    pub(crate) region: Region,
}

impl RegionalKms {
    /// A client for one read.
    async fn reader(&self, operation: &'static str) -> Result<Client, CallFailure> {
        let credentials = self.link.credentials(operation).await?;
        Ok(client!(
            aws_sdk_kms,
            self.link,
            self.region,
            self.link.kms_endpoint(),
            self.link.reading(),
            Some(credentials)
        ))
    }

    /// A client for one effect. Credentials first, the look at the clock last.
    async fn writer(
        &self,
        operation: &'static str,
        signed_at: Timestamp,
    ) -> Result<Client, CallFailure> {
        let credentials = self.link.credentials(operation).await?;
        let timing = self.link.writing(operation, signed_at)?;
        Ok(client!(
            aws_sdk_kms,
            self.link,
            self.region,
            self.link.kms_endpoint(),
            timing,
            Some(credentials)
        ))
    }

    /// A key of another Region would be looked up in the wrong place.
    fn check_region(&self, operation: &'static str, key: &KmsKeyArn) -> Result<(), CallFailure> {
        if *key.region() == self.region {
            return Ok(());
        }
        Err(CallFailure::NotSent {
            operation,
            stage: NotSentStage::Build,
            why: format!("{key} is not in {}", self.region),
        })
    }
}

#[async_trait]
impl Kms for RegionalKms {
    async fn send(&self, call: &KmsCall, signed_at: Timestamp) -> Result<KmsAnswer, CallFailure> {
        self.send_once(call, signed_at)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }

    async fn import_parameters(
        &self,
        key: &KmsKeyArn,
        algorithm: WrappingAlgorithm,
        spec: WrappingKeySpec,
    ) -> Result<ImportParameters, CallFailure> {
        self.read_import_parameters(key, algorithm, spec)
            .await
            .map_err(|f| self.link.noticed(f))
    }

    async fn describe(&self, key: &KmsKeyArn) -> Result<Option<Described>, CallFailure> {
        self.read_description(key)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }

    async fn materials(&self, key: &KmsKeyArn) -> Result<Vec<ObservedMaterial>, CallFailure> {
        self.read_materials(key)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }

    async fn rotation(&self, key: &KmsKeyArn) -> Result<RotationStatus, CallFailure> {
        self.read_rotation(key)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }

    async fn aliases_of(&self, key: &KmsKeyArn) -> Result<BTreeSet<AliasName>, CallFailure> {
        self.read_aliases(key)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }

    async fn alias_target(&self, alias: &AliasName) -> Result<Option<String>, CallFailure> {
        self.read_alias_target(alias)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }

    async fn tags(&self, key: &KmsKeyArn) -> Result<Tags, CallFailure> {
        self.read_tags(key)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }

    async fn policy(&self, key: &KmsKeyArn) -> Result<PolicyDocument, CallFailure> {
        self.read_policy(key)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }

    async fn grants(&self, key: &KmsKeyArn) -> Result<BTreeSet<Grant>, CallFailure> {
        self.read_grants(key)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }

    async fn last_use(&self, key: &KmsKeyArn) -> Result<Tracked, CallFailure> {
        self.read_last_use(key)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }

    async fn keys(
        &self,
        marker: Option<String>,
    ) -> Result<(Vec<KmsKeyArn>, Option<String>), CallFailure> {
        self.read_keys(marker)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }

    async fn public_key(&self, key: &KmsKeyArn) -> Result<Vec<u8>, CallFailure> {
        self.read_public_key(key)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }

    async fn use_key(&self, key: &KmsKeyArn, usage: &KeyUse) -> Result<Vec<u8>, CallFailure> {
        self.use_once(key, usage)
            .await
            .map_err(|failure| self.link.noticed(failure))
    }
}
