//! AWS whose calls pass a fuse: an effect before and after, a read before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::{Account, KmsKeyArn, Region};
use keyferry_domain::connection::LinkSettings;
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::last_use::Tracked;
use keyferry_domain::tag::Tags;
use keyferry_domain::view::{Described, Grant, ObservedMaterial, RotationStatus};
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use keyferry_ports::aws::{
    AccessKeyStatus, AccountRegions, Aws, AwsAccount, BadSettings, CallFailure, Caller,
    ImportParameters, KeyUse, Kms, KmsAnswer, KmsCall, NewAccessKey, Principals, TrailPage,
    TrailQuery,
};
use keyferry_ports::secret::SecretText;

use super::{Fuse, Point};

/// Puts a fuse before an adapter.
pub struct FusedAws<A> {
    inner: A,
    fuse: Arc<Fuse>,
}

impl<A: Aws> FusedAws<A> {
    /// Puts a fuse before an adapter.
    pub fn new(inner: A, fuse: Arc<Fuse>) -> Self {
        Self { inner, fuse }
    }
}

#[async_trait]
impl<A: Aws> Aws for FusedAws<A> {
    async fn open(
        &self,
        settings: LinkSettings<SecretText>,
        region: &Region,
        session: &str,
        account: Option<&Account>,
    ) -> Result<Arc<dyn AwsAccount>, BadSettings> {
        Ok(Arc::new(FusedAccount {
            inner: self.inner.open(settings, region, session, account).await?,
            fuse: Arc::clone(&self.fuse),
        }))
    }
}

/// Passes the fuse before a read; nothing is asked before.
async fn read<T>(
    fuse: &Fuse,
    operation: &'static str,
    call: impl Future<Output = Result<T, CallFailure>>,
) -> Result<T, CallFailure> {
    pass(fuse, Point::BeforeRead, operation).await?;
    call.await
}

/// Passes the fuse before an effect and after it.
async fn effect<T>(
    fuse: &Fuse,
    operation: &'static str,
    call: impl Future<Output = Result<T, CallFailure>>,
) -> Result<T, CallFailure> {
    pass(fuse, Point::BeforeCall, operation).await?;
    let result = call.await;
    pass(fuse, Point::AfterCall, operation).await?;
    result
}

/// A fuse that fails a call leaves its outcome open.
async fn pass(fuse: &Fuse, point: Point, operation: &'static str) -> Result<(), CallFailure> {
    fuse.pass(point)
        .await
        .map_err(|error| CallFailure::Unknown {
            operation,
            why: error.to_string(),
            request_id: None,
        })
}

struct FusedAccount {
    inner: Arc<dyn AwsAccount>,
    fuse: Arc<Fuse>,
}

#[async_trait]
impl AwsAccount for FusedAccount {
    fn skew(&self) -> SignedDuration {
        self.inner.skew()
    }

    async fn caller(&self) -> Result<Caller, CallFailure> {
        read(&self.fuse, "GetCallerIdentity", self.inner.caller()).await
    }

    async fn regions(&self) -> Result<AccountRegions, CallFailure> {
        read(&self.fuse, "ListRegions", self.inner.regions()).await
    }

    async fn allowed(
        &self,
        caller: &Caller,
        region: &Region,
        actions: &[String],
    ) -> Result<BTreeMap<String, bool>, CallFailure> {
        let call = self.inner.allowed(caller, region, actions);
        read(&self.fuse, "SimulatePrincipalPolicy", call).await
    }

    async fn principals(&self) -> Result<Principals, CallFailure> {
        read(&self.fuse, "ListUsers", self.inner.principals()).await
    }

    async fn events(
        &self,
        region: &Region,
        query: &TrailQuery,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<TrailPage, CallFailure> {
        let call = self.inner.events(region, query, from, until);
        read(&self.fuse, "LookupEvents", call).await
    }

    async fn principal_exists(&self, arn: &str) -> Result<bool, CallFailure> {
        read(&self.fuse, "GetRole", self.inner.principal_exists(arn)).await
    }

    async fn create_access_key(&self, signed_at: Timestamp) -> Result<NewAccessKey, CallFailure> {
        let call = self.inner.create_access_key(signed_at);
        effect(&self.fuse, "CreateAccessKey", call).await
    }

    async fn access_keys(&self) -> Result<Vec<AccessKeyStatus>, CallFailure> {
        read(&self.fuse, "ListAccessKeys", self.inner.access_keys()).await
    }

    async fn deactivate_access_key(
        &self,
        id: &str,
        signed_at: Timestamp,
    ) -> Result<(), CallFailure> {
        let call = self.inner.deactivate_access_key(id, signed_at);
        effect(&self.fuse, "UpdateAccessKey", call).await
    }

    async fn delete_access_key(&self, id: &str, signed_at: Timestamp) -> Result<(), CallFailure> {
        let call = self.inner.delete_access_key(id, signed_at);
        effect(&self.fuse, "DeleteAccessKey", call).await
    }

    fn kms(&self, region: &Region) -> Arc<dyn Kms> {
        Arc::new(FusedKms {
            inner: self.inner.kms(region),
            fuse: Arc::clone(&self.fuse),
        })
    }
}

struct FusedKms {
    inner: Arc<dyn Kms>,
    fuse: Arc<Fuse>,
}

#[async_trait]
impl Kms for FusedKms {
    async fn send(&self, call: &KmsCall, signed_at: Timestamp) -> Result<KmsAnswer, CallFailure> {
        effect(&self.fuse, "kms", self.inner.send(call, signed_at)).await
    }

    async fn import_parameters(
        &self,
        key: &KmsKeyArn,
        algorithm: WrappingAlgorithm,
        spec: WrappingKeySpec,
    ) -> Result<ImportParameters, CallFailure> {
        let call = self.inner.import_parameters(key, algorithm, spec);
        read(&self.fuse, "GetParametersForImport", call).await
    }

    async fn describe(&self, key: &KmsKeyArn) -> Result<Option<Described>, CallFailure> {
        read(&self.fuse, "DescribeKey", self.inner.describe(key)).await
    }

    async fn materials(&self, key: &KmsKeyArn) -> Result<Vec<ObservedMaterial>, CallFailure> {
        read(&self.fuse, "ListKeyRotations", self.inner.materials(key)).await
    }

    async fn rotation(&self, key: &KmsKeyArn) -> Result<RotationStatus, CallFailure> {
        read(&self.fuse, "GetKeyRotationStatus", self.inner.rotation(key)).await
    }

    async fn aliases_of(&self, key: &KmsKeyArn) -> Result<BTreeSet<AliasName>, CallFailure> {
        read(&self.fuse, "ListAliases", self.inner.aliases_of(key)).await
    }

    async fn alias_target(&self, alias: &AliasName) -> Result<Option<String>, CallFailure> {
        read(&self.fuse, "DescribeKey", self.inner.alias_target(alias)).await
    }

    async fn tags(&self, key: &KmsKeyArn) -> Result<Tags, CallFailure> {
        read(&self.fuse, "ListResourceTags", self.inner.tags(key)).await
    }

    async fn policy(&self, key: &KmsKeyArn) -> Result<PolicyDocument, CallFailure> {
        read(&self.fuse, "GetKeyPolicy", self.inner.policy(key)).await
    }

    async fn grants(&self, key: &KmsKeyArn) -> Result<BTreeSet<Grant>, CallFailure> {
        read(&self.fuse, "ListGrants", self.inner.grants(key)).await
    }

    async fn last_use(&self, key: &KmsKeyArn) -> Result<Tracked, CallFailure> {
        read(&self.fuse, "GetKeyLastUsage", self.inner.last_use(key)).await
    }

    async fn keys(
        &self,
        marker: Option<String>,
    ) -> Result<(Vec<KmsKeyArn>, Option<String>), CallFailure> {
        read(&self.fuse, "ListKeys", self.inner.keys(marker)).await
    }

    async fn public_key(&self, key: &KmsKeyArn) -> Result<Vec<u8>, CallFailure> {
        read(&self.fuse, "GetPublicKey", self.inner.public_key(key)).await
    }

    async fn use_key(&self, key: &KmsKeyArn, usage: &KeyUse) -> Result<Vec<u8>, CallFailure> {
        read(&self.fuse, "Decrypt", self.inner.use_key(key, usage)).await
    }
}
