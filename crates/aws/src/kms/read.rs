//! Reads, and the use of keys in self-checks: each may be tried three times.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_kms::operation::RequestId;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{GrantConstraints as SdkConstraints, IncludeKeyMaterial, RotationType};
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::grant::GrantConstraints;
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::last_use::{Tracked, Used};
use keyferry_domain::tag::Tags;
use keyferry_domain::view::{Described, Grant, ObservedMaterial, RotationStatus};
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use keyferry_ports::aws::{CallFailure, ImportParameters, ImportToken, KeyUse, Refusal};
use keyferry_ports::policy::parse_policy;
use keyferry_ports::vault::WrappingPublicKey;

use super::RegionalKms;
use crate::check::{key_in, same_key};
use crate::errors::{Oddity, failure};
use crate::translate::{described, material, time};

/// KMS API Reference, `Limit` of each list.
const KEYS_PER_PAGE: i32 = 1000;
const ROTATIONS_PER_PAGE: i32 = 1000;
const ALIASES_PER_PAGE: i32 = 100;
const GRANTS_PER_PAGE: i32 = 100;
const TAGS_PER_PAGE: i32 = 50;

type Read<T> = Result<T, CallFailure>;

/// `None` where AWS says that there is no such thing.
fn unless_not_found<T>(read: Read<T>) -> Read<Option<T>> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(CallFailure::Refused {
            refusal: Refusal::NotFound,
            ..
        }) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// A field without which the answer is of no use.
fn needed<T>(operation: &'static str, field: &'static str, found: Option<T>) -> Read<T> {
    found.ok_or_else(|| Oddity::missing(field).of(operation, None))
}

fn blob(operation: &'static str, field: &'static str, found: Option<&Blob>) -> Read<Vec<u8>> {
    needed(operation, field, found).map(|blob| blob.as_ref().to_vec())
}

impl RegionalKms {
    pub(super) async fn read_import_parameters(
        &self,
        key: &KmsKeyArn,
        algorithm: WrappingAlgorithm,
        spec: WrappingKeySpec,
    ) -> Read<ImportParameters> {
        const OPERATION: &str = "GetParametersForImport";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let request = client
            .get_parameters_for_import()
            .key_id(key.to_string())
            .wrapping_algorithm(algorithm.as_str().into())
            .wrapping_key_spec(spec.as_str().into());
        let answer = Box::pin(request.send())
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        same_key(OPERATION, key, needed(OPERATION, "KeyId", answer.key_id())?)?;
        let until = needed(OPERATION, "ParametersValidTo", answer.parameters_valid_to())?;
        Ok(ImportParameters {
            key: key.clone(),
            public_key: WrappingPublicKey(blob(OPERATION, "PublicKey", answer.public_key())?),
            token: ImportToken(blob(OPERATION, "ImportToken", answer.import_token())?),
            valid_until: time("ParametersValidTo", until)
                .map_err(|odd| odd.of(OPERATION, answer.request_id()))?,
        })
    }

    pub(super) async fn read_description(&self, key: &KmsKeyArn) -> Read<Option<Described>> {
        const OPERATION: &str = "DescribeKey";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let sent = Box::pin(client.describe_key().key_id(key.to_string()).send()).await;
        let answer = sent.map_err(|error| failure(OPERATION, &error));
        let Some(answer) = unless_not_found(answer)? else {
            return Ok(None);
        };
        let metadata = needed(OPERATION, "KeyMetadata", answer.key_metadata())?;
        same_key(OPERATION, key, needed(OPERATION, "Arn", metadata.arn())?)?;
        described(metadata)
            .map(Some)
            .map_err(|odd| odd.of(OPERATION, answer.request_id()))
    }

    pub(super) async fn read_alias_target(&self, alias: &AliasName) -> Read<Option<String>> {
        const OPERATION: &str = "DescribeKey";
        let account = self.link.account().await?;
        let client = self.reader(OPERATION).await?;
        let sent = Box::pin(client.describe_key().key_id(alias.as_str()).send()).await;
        let answer = sent.map_err(|error| failure(OPERATION, &error));
        let Some(answer) = unless_not_found(answer)? else {
            return Ok(None);
        };
        let metadata = needed(OPERATION, "KeyMetadata", answer.key_metadata())?;
        let arn = needed(OPERATION, "Arn", metadata.arn())?;
        let key = key_in(OPERATION, &account, &self.region, arn)?;
        Ok(Some(key.key_id().to_owned()))
    }

    pub(super) async fn read_materials(&self, key: &KmsKeyArn) -> Read<Vec<ObservedMaterial>> {
        const OPERATION: &str = "ListKeyRotations";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let mut pages = client
            .list_key_rotations()
            .key_id(key.to_string())
            .include_key_material(IncludeKeyMaterial::AllKeyMaterial)
            .limit(ROTATIONS_PER_PAGE)
            .into_paginator()
            .items()
            .send();
        let mut rows = Vec::new();
        while let Some(row) = pages
            .try_next()
            .await
            .map_err(|error| failure(OPERATION, &error))?
        {
            if let Some(id) = row.key_id() {
                same_key(OPERATION, key, id)?;
            }
            rows.push(row);
        }
        // AWS promises no order; the first material has no date, and pending ones have none either.
        rows.sort_by_key(|row| row.rotation_date().copied());
        let materials = rows.iter().map(material);
        let materials: Result<Vec<_>, _> = materials.collect();
        materials.map_err(|odd| odd.of(OPERATION, None))
    }

    pub(super) async fn read_rotation(&self, key: &KmsKeyArn) -> Read<RotationStatus> {
        // A rotation that is no longer under way is in the list that is read afterwards.
        let status = match self.read_rotation_status(key).await {
            Ok(status) => status,
            // An imported key without material, or of a kind that AWS does not rotate by itself.
            Err(CallFailure::Refused {
                refusal: Refusal::UnsupportedOperation,
                ..
            }) => RotationStatus::default(),
            Err(failure) => return Err(failure),
        };
        let on_demand_used = self.count_rotations_on_demand(key).await?;
        Ok(RotationStatus {
            on_demand_used,
            ..status
        })
    }

    async fn count_rotations_on_demand(&self, key: &KmsKeyArn) -> Read<u32> {
        const OPERATION: &str = "ListKeyRotations";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let mut pages = client
            .list_key_rotations()
            .key_id(key.to_string())
            .limit(ROTATIONS_PER_PAGE)
            .into_paginator()
            .items()
            .send();
        let mut count = 0;
        while let Some(row) = pages
            .try_next()
            .await
            .map_err(|error| failure(OPERATION, &error))?
        {
            if let Some(id) = row.key_id() {
                same_key(OPERATION, key, id)?;
            }
            count += u32::from(row.rotation_type() == Some(&RotationType::OnDemand));
        }
        Ok(count)
    }

    async fn read_rotation_status(&self, key: &KmsKeyArn) -> Read<RotationStatus> {
        const OPERATION: &str = "GetKeyRotationStatus";
        let client = self.reader(OPERATION).await?;
        let request = client.get_key_rotation_status().key_id(key.to_string());
        let answer = Box::pin(request.send())
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        if let Some(found) = answer.key_id() {
            same_key(OPERATION, key, found)?;
        }
        let on_demand_started = answer
            .on_demand_rotation_start_date()
            .map(|date| time("OnDemandRotationStartDate", date))
            .transpose()
            .map_err(|odd| odd.of(OPERATION, answer.request_id()))?;
        let period = answer
            .rotation_period_in_days()
            .and_then(|days| u32::try_from(days).ok());
        // KMS API Reference, `EnableKeyRotation`: 365 days where nobody chose.
        let native_period_days = answer.key_rotation_enabled().then(|| period.unwrap_or(365));
        Ok(RotationStatus {
            on_demand_used: 0,
            on_demand_started,
            native_period_days,
        })
    }

    pub(super) async fn read_aliases(&self, key: &KmsKeyArn) -> Read<BTreeSet<AliasName>> {
        const OPERATION: &str = "ListAliases";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let request = client
            .list_aliases()
            .key_id(key.to_string())
            .limit(ALIASES_PER_PAGE);
        let mut pages = request.into_paginator().items().send();
        let mut aliases = BTreeSet::new();
        while let Some(row) = pages
            .try_next()
            .await
            .map_err(|error| failure(OPERATION, &error))?
        {
            if let Some(target) = row.target_key_id() {
                same_key(OPERATION, key, target)?;
            }
            let name = needed(OPERATION, "AliasName", row.alias_name())?;
            match name.parse() {
                Ok(alias) => {
                    aliases.insert(alias);
                }
                // AWS's own aliases, and what its pattern allows but its text does not.
                Err(why) => tracing::debug!(%key, %why, "an alias that nobody can manage"),
            }
        }
        Ok(aliases)
    }

    pub(super) async fn read_tags(&self, key: &KmsKeyArn) -> Read<Tags> {
        const OPERATION: &str = "ListResourceTags";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let request = client
            .list_resource_tags()
            .key_id(key.to_string())
            .limit(TAGS_PER_PAGE);
        let mut pages = request.into_paginator().items().send();
        let mut tags = Tags::new();
        while let Some(tag) = pages
            .try_next()
            .await
            .map_err(|error| failure(OPERATION, &error))?
        {
            tags.insert(tag.tag_key().to_owned(), tag.tag_value().to_owned());
        }
        Ok(tags)
    }

    pub(super) async fn read_policy(&self, key: &KmsKeyArn) -> Read<PolicyDocument> {
        const OPERATION: &str = "GetKeyPolicy";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let request = client
            .get_key_policy()
            .key_id(key.to_string())
            .policy_name("default");
        let answer = Box::pin(request.send())
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        let text = needed(OPERATION, "Policy", answer.policy())?;
        parse_policy(text).map_err(|bad| Oddity(bad.to_string()).of(OPERATION, answer.request_id()))
    }

    pub(super) async fn read_grants(&self, key: &KmsKeyArn) -> Read<BTreeSet<Grant>> {
        const OPERATION: &str = "ListGrants";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let request = client
            .list_grants()
            .key_id(key.to_string())
            .limit(GRANTS_PER_PAGE);
        let mut pages = request.into_paginator().items().send();
        let mut grants = BTreeSet::new();
        while let Some(row) = pages
            .try_next()
            .await
            .map_err(|error| failure(OPERATION, &error))?
        {
            if let Some(found) = row.key_id() {
                same_key(OPERATION, key, found)?;
            }
            let grantee = row.grantee_principal().or(row.grantee_service_principal());
            grants.insert(Grant {
                id: needed(OPERATION, "GrantId", row.grant_id())?.to_owned(),
                name: row
                    .name()
                    .filter(|name| !name.is_empty())
                    .map(str::to_owned),
                grantee: grantee.unwrap_or_default().to_owned(),
                retiring: row
                    .retiring_principal()
                    .or(row.retiring_service_principal())
                    .map(str::to_owned),
                constraints: row.constraints().map(constraints).unwrap_or_default(),
                operations: row
                    .operations()
                    .iter()
                    .map(|op| op.as_str().to_owned())
                    .collect(),
            });
        }
        Ok(grants)
    }

    pub(super) async fn read_last_use(&self, key: &KmsKeyArn) -> Read<Tracked> {
        const OPERATION: &str = "GetKeyLastUsage";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let request = client.get_key_last_usage().key_id(key.to_string());
        let answer = Box::pin(request.send())
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        if let Some(found) = answer.key_id() {
            same_key(OPERATION, key, found)?;
        }
        let at =
            |field, date| time(field, date).map_err(|odd| odd.of(OPERATION, answer.request_id()));
        // AWS answers an empty object where there was no use.
        let newest = match answer.key_last_usage() {
            Some(usage) => usage.operation().zip(usage.timestamp()),
            None => None,
        };
        let since = needed(OPERATION, "TrackingStartDate", answer.tracking_start_date())?;
        Ok(Tracked {
            since: at("TrackingStartDate", since)?,
            newest: match newest {
                Some((operation, date)) => Some(Used {
                    operation: operation.as_str().to_owned(),
                    at: at("Timestamp", date)?,
                }),
                None => None,
            },
        })
    }

    pub(super) async fn read_keys(
        &self,
        marker: Option<String>,
    ) -> Read<(Vec<KmsKeyArn>, Option<String>)> {
        const OPERATION: &str = "ListKeys";
        let account = self.link.account().await?;
        let client = self.reader(OPERATION).await?;
        let request = client.list_keys().limit(KEYS_PER_PAGE).set_marker(marker);
        let answer = Box::pin(request.send())
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        let keys = answer
            .keys()
            .iter()
            .map(|row| {
                let arn = needed(OPERATION, "KeyArn", row.key_arn())?;
                key_in(OPERATION, &account, &self.region, arn)
            })
            .collect::<Read<Vec<_>>>()?;
        let next = answer
            .next_marker()
            .filter(|_| answer.truncated())
            .map(str::to_owned);
        Ok((keys, next))
    }

    pub(super) async fn read_public_key(&self, key: &KmsKeyArn) -> Read<Vec<u8>> {
        const OPERATION: &str = "GetPublicKey";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let request = client.get_public_key().key_id(key.to_string());
        let answer = Box::pin(request.send())
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        same_key(OPERATION, key, needed(OPERATION, "KeyId", answer.key_id())?)?;
        blob(OPERATION, "PublicKey", answer.public_key())
    }

    pub(super) async fn use_once(&self, key: &KmsKeyArn, usage: &KeyUse) -> Read<Vec<u8>> {
        match usage {
            KeyUse::Encrypt { plaintext, context } => {
                Box::pin(self.encrypt(key, plaintext.expose(), context)).await
            }
            KeyUse::Decrypt {
                ciphertext,
                context,
            } => Box::pin(self.decrypt(key, ciphertext, context)).await,
            KeyUse::GenerateMac { algorithm, message } => {
                Box::pin(self.generate_mac(key, algorithm, message)).await
            }
        }
    }

    async fn encrypt(
        &self,
        key: &KmsKeyArn,
        plaintext: &[u8],
        context: &BTreeMap<String, String>,
    ) -> Read<Vec<u8>> {
        const OPERATION: &str = "Encrypt";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let request = client
            .encrypt()
            .key_id(key.to_string())
            .plaintext(Blob::new(plaintext))
            .set_encryption_context(context_of(context));
        let answer = request
            .send()
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        same_key(OPERATION, key, needed(OPERATION, "KeyId", answer.key_id())?)?;
        blob(OPERATION, "CiphertextBlob", answer.ciphertext_blob())
    }

    async fn decrypt(
        &self,
        key: &KmsKeyArn,
        ciphertext: &[u8],
        context: &BTreeMap<String, String>,
    ) -> Read<Vec<u8>> {
        const OPERATION: &str = "Decrypt";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let request = client
            .decrypt()
            .key_id(key.to_string())
            .ciphertext_blob(Blob::new(ciphertext))
            .set_encryption_context(context_of(context));
        let answer = request
            .send()
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        same_key(OPERATION, key, needed(OPERATION, "KeyId", answer.key_id())?)?;
        blob(OPERATION, "Plaintext", answer.plaintext())
    }

    async fn generate_mac(
        &self,
        key: &KmsKeyArn,
        algorithm: &str,
        message: &[u8],
    ) -> Read<Vec<u8>> {
        const OPERATION: &str = "GenerateMac";
        self.check_region(OPERATION, key)?;
        let client = self.reader(OPERATION).await?;
        let request = client
            .generate_mac()
            .key_id(key.to_string())
            .mac_algorithm(algorithm.into())
            .message(Blob::new(message));
        let answer = request
            .send()
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        same_key(OPERATION, key, needed(OPERATION, "KeyId", answer.key_id())?)?;
        blob(OPERATION, "Mac", answer.mac())
    }
}

/// A request without a context names none.
fn context_of(context: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    let pairs = context.iter();
    let pairs = pairs.map(|(name, value)| (name.clone(), value.clone()));
    (!context.is_empty()).then(|| pairs.collect())
}

fn constraints(found: &SdkConstraints) -> GrantConstraints {
    let pairs = |pairs: Option<&HashMap<String, String>>| -> BTreeMap<String, String> {
        let pairs = pairs.into_iter().flatten();
        pairs
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    };
    GrantConstraints {
        equals: pairs(found.encryption_context_equals()),
        subset: pairs(found.encryption_context_subset()),
        source_arn: found.source_arn().map(str::to_owned),
    }
}
