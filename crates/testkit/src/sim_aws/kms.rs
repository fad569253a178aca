//! Effects and reads of KMS as JSON for the simulator.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::grant::WantedGrant;
use keyferry_domain::intent::Origin;
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::last_use::{Tracked, Used};
use keyferry_domain::tag::Tags;
use keyferry_domain::view::{Described, Grant, ObservedMaterial, RotationStatus};
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use keyferry_ports::aws::{
    CallFailure, ImportParameters, ImportToken, ImportType, KeyUse, Kms, KmsAnswer, KmsCall,
    MaterialUpload, NewKmsKey, Refusal,
};
use keyferry_ports::policy::parse_policy;
use keyferry_ports::vault::WrappingPublicKey;
use kms_sim::Service;
use serde_json::{Value, json};

use super::read::{self, base64, bytes, seconds, time};
use super::{Link, Mistake, odd};

/// Whatever is asked for, material travels under RSA-2048: the same method, and the simulator opens it in a
/// twelfth of the time.
const WRAPPING: WrappingKeySpec = WrappingKeySpec::Rsa2048;

/// KMS of one account in one Region.
pub struct SimKms {
    pub(super) link: Link,
    pub(super) region: Region,
}

impl SimKms {
    fn read(&self, operation: &'static str, input: Value) -> Result<Value, CallFailure> {
        Ok(self
            .link
            .read(&self.region, Service::Kms, operation, input)?
            .0)
    }

    /// All pages of a list.
    fn pages(
        &self,
        operation: &'static str,
        key: Option<&KmsKeyArn>,
        member: &str,
        extra: Value,
    ) -> Result<Vec<Value>, CallFailure> {
        let mut all = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let mut input = extra.clone();
            if let Some(key) = key {
                input["KeyId"] = json!(key.to_string());
            }
            if let Some(marker) = &marker {
                input["Marker"] = json!(marker);
            }
            let mut output = match self.read(operation, input) {
                Err(_) if self.link.mistake == Mistake::TakesFailureForAbsence => return Ok(all),
                output => output?,
            };
            if let Value::Array(more) = output[member].take() {
                all.extend(more);
            }
            marker = output["NextMarker"].as_str().map(str::to_owned);
            if marker.is_none() {
                return Ok(all);
            }
        }
    }
}

fn tag_list(tags: &Tags) -> Value {
    tags.iter()
        .map(|(key, value)| json!({ "TagKey": key, "TagValue": value }))
        .collect()
}

fn with_policy(mut input: Value, policy: Option<&PolicyDocument>) -> Value {
    if let Some(policy) = policy {
        input["Policy"] = json!(policy.as_str());
    }
    input
}

fn create_input(new: &NewKmsKey) -> Value {
    let origin = match new.shape.origin {
        Origin::External => "EXTERNAL",
        Origin::AwsKms => "AWS_KMS",
    };
    let input = json!({
        "Origin": origin,
        "KeySpec": new.shape.spec.aws_name(),
        "KeyUsage": new.shape.usage.as_str(),
        "MultiRegion": new.shape.multi_region,
        "Description": new.description,
        "Tags": tag_list(&new.tags),
    });
    with_policy(input, new.policy.as_ref())
}

fn import_input(upload: &MaterialUpload) -> Value {
    let mut input = json!({
        "KeyId": upload.key.to_string(),
        "ImportToken": base64(&upload.token.0),
        "EncryptedKeyMaterial": base64(&upload.material.0),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    });
    if let Some(at) = upload.valid_to {
        input["ExpirationModel"] = json!("KEY_MATERIAL_EXPIRES");
        input["ValidTo"] = seconds(at);
    }
    if let Some(kind) = upload.import_type {
        input["ImportType"] = json!(match kind {
            ImportType::New => "NEW_KEY_MATERIAL",
            ImportType::Existing => "EXISTING_KEY_MATERIAL",
        });
    }
    if let Some(id) = &upload.material_id {
        input["KeyMaterialId"] = json!(id.as_str());
    }
    if let Some(description) = &upload.description {
        input["KeyMaterialDescription"] = json!(description);
    }
    input
}

/// AWS's operation and input of one effect.
fn wire(call: &KmsCall) -> (&'static str, Value) {
    let key = |arn: &KmsKeyArn| json!({ "KeyId": arn.to_string() });
    match call {
        KmsCall::CreateKey(new) => ("CreateKey", create_input(new)),
        KmsCall::ReplicateKey {
            key,
            to,
            policy,
            tags,
            description,
        } => {
            let input = json!({
                "KeyId": key.to_string(),
                "ReplicaRegion": to.as_str(),
                "Tags": tag_list(tags),
                "Description": description,
            });
            ("ReplicateKey", with_policy(input, policy.as_ref()))
        }
        KmsCall::TagResource(arn, tags) => (
            "TagResource",
            json!({ "KeyId": arn.to_string(), "Tags": tag_list(tags) }),
        ),
        KmsCall::UntagResource(arn, keys) => (
            "UntagResource",
            json!({ "KeyId": arn.to_string(), "TagKeys": keys }),
        ),
        KmsCall::PutKeyPolicy(arn, policy) => ("PutKeyPolicy", with_policy(key(arn), Some(policy))),
        KmsCall::ImportKeyMaterial(upload) => ("ImportKeyMaterial", import_input(upload)),
        KmsCall::DeleteImportedKeyMaterial(arn, material) => {
            let mut input = key(arn);
            if let Some(id) = material {
                input["KeyMaterialId"] = json!(id.as_str());
            }
            ("DeleteImportedKeyMaterial", input)
        }
        KmsCall::RotateKeyOnDemand(arn) => ("RotateKeyOnDemand", key(arn)),
        KmsCall::UpdateKeyDescription(arn, text) => (
            "UpdateKeyDescription",
            json!({ "KeyId": arn.to_string(), "Description": text }),
        ),
        KmsCall::EnableKey(arn) => ("EnableKey", key(arn)),
        KmsCall::DisableKey(arn) => ("DisableKey", key(arn)),
        KmsCall::CreateAlias(arn, alias) => ("CreateAlias", alias_input(arn, alias)),
        KmsCall::UpdateAlias(arn, alias) => ("UpdateAlias", alias_input(arn, alias)),
        KmsCall::DeleteAlias(alias) => ("DeleteAlias", json!({ "AliasName": alias.as_str() })),
        KmsCall::CreateGrant(arn, grant) => ("CreateGrant", grant_input(arn, grant)),
        KmsCall::RetireGrant(arn, grant) => (
            "RetireGrant",
            json!({ "KeyId": arn.to_string(), "GrantId": grant }),
        ),
        KmsCall::RevokeGrant(arn, grant) => (
            "RevokeGrant",
            json!({ "KeyId": arn.to_string(), "GrantId": grant }),
        ),
        KmsCall::ScheduleKeyDeletion(arn, days) => (
            "ScheduleKeyDeletion",
            json!({ "KeyId": arn.to_string(), "PendingWindowInDays": days }),
        ),
        KmsCall::CancelKeyDeletion(arn) => ("CancelKeyDeletion", key(arn)),
        KmsCall::UpdatePrimaryRegion(arn, region) => (
            "UpdatePrimaryRegion",
            json!({ "KeyId": arn.to_string(), "PrimaryRegion": region.as_str() }),
        ),
        KmsCall::SetKeyRotation(arn, Some(days)) => (
            "EnableKeyRotation",
            json!({ "KeyId": arn.to_string(), "RotationPeriodInDays": days }),
        ),
        KmsCall::SetKeyRotation(arn, None) => ("DisableKeyRotation", key(arn)),
    }
}

fn grant_input(arn: &KmsKeyArn, grant: &WantedGrant) -> Value {
    let operations: Vec<&str> = grant.operations.iter().map(|one| one.as_str()).collect();
    let mut input = json!({
        "KeyId": arn.to_string(),
        "Name": grant.name,
        "GranteePrincipal": grant.grantee,
        "Operations": operations,
    });
    if let Some(retiring) = &grant.retiring {
        input["RetiringPrincipal"] = json!(retiring);
    }
    let (equals, subset) = (&grant.constraints.equals, &grant.constraints.subset);
    if !equals.is_empty() {
        input["Constraints"]["EncryptionContextEquals"] = json!(equals);
    }
    if !subset.is_empty() {
        input["Constraints"]["EncryptionContextSubset"] = json!(subset);
    }
    input
}

fn alias_input(arn: &KmsKeyArn, alias: &AliasName) -> Value {
    json!({ "TargetKeyId": arn.key_id(), "AliasName": alias.as_str() })
}

#[async_trait]
impl Kms for SimKms {
    async fn send(&self, call: &KmsCall, signed_at: Timestamp) -> Result<KmsAnswer, CallFailure> {
        let (operation, input) = wire(call);
        if operation == "ImportKeyMaterial" && self.link.mistake == Mistake::DeletesBeforeImport {
            let key = json!({ "KeyId": input["KeyId"] });
            let delete = "DeleteImportedKeyMaterial";
            let _ = self
                .link
                .effect(&self.region, Service::Kms, delete, key, signed_at);
        }
        let (output, request_id) =
            self.link
                .effect(&self.region, Service::Kms, operation, input, signed_at)?;
        let named = match operation {
            "CreateKey" => &output["KeyMetadata"]["Arn"],
            "ReplicateKey" => &output["ReplicaKeyMetadata"]["Arn"],
            _ => &output["KeyId"],
        };
        Ok(KmsAnswer {
            request_id: Some(request_id),
            key: named.as_str().and_then(|text| text.parse().ok()),
            material: output["KeyMaterialId"]
                .as_str()
                .and_then(|text| text.parse().ok()),
            deletion_date: time(&output["DeletionDate"]),
        })
    }

    async fn import_parameters(
        &self,
        key: &KmsKeyArn,
        algorithm: WrappingAlgorithm,
        _spec: WrappingKeySpec,
    ) -> Result<ImportParameters, CallFailure> {
        let operation = "GetParametersForImport";
        let input = json!({
            "KeyId": key.to_string(),
            "WrappingAlgorithm": algorithm.as_str(),
            "WrappingKeySpec": WRAPPING.as_str(),
        });
        let output = self.read(operation, input)?;
        Ok(ImportParameters {
            key: key.clone(),
            public_key: WrappingPublicKey(
                bytes(&output["PublicKey"]).ok_or_else(|| odd(operation, "PublicKey"))?,
            ),
            token: ImportToken(
                bytes(&output["ImportToken"]).ok_or_else(|| odd(operation, "ImportToken"))?,
            ),
            valid_until: time(&output["ParametersValidTo"])
                .ok_or_else(|| odd(operation, "ParametersValidTo"))?,
        })
    }

    async fn describe(&self, key: &KmsKeyArn) -> Result<Option<Described>, CallFailure> {
        match self.read("DescribeKey", json!({ "KeyId": key.to_string() })) {
            Ok(output) => read::described(&output["KeyMetadata"])
                .map(Some)
                .ok_or_else(|| odd("DescribeKey", "KeyMetadata")),
            Err(CallFailure::Refused {
                refusal: Refusal::NotFound,
                ..
            }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    async fn materials(&self, key: &KmsKeyArn) -> Result<Vec<ObservedMaterial>, CallFailure> {
        let all = json!({ "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
        let mut listed = self.pages("ListKeyRotations", Some(key), "Rotations", all)?;
        if self.link.mistake == Mistake::ListsCurrentMaterialOnly {
            listed.retain(|one| one["KeyMaterialState"] == "CURRENT");
        }
        Ok(listed.iter().filter_map(read::material).collect())
    }

    async fn rotation(&self, key: &KmsKeyArn) -> Result<RotationStatus, CallFailure> {
        let listed = self.pages("ListKeyRotations", Some(key), "Rotations", json!({}))?;
        let on_demand = listed
            .iter()
            .filter(|one| one["RotationType"] == "ON_DEMAND")
            .count();
        let status = match self.read("GetKeyRotationStatus", json!({ "KeyId": key.to_string() })) {
            Ok(status) => status,
            Err(CallFailure::Refused {
                refusal: Refusal::UnsupportedOperation,
                ..
            }) => json!({}),
            Err(failure) => return Err(failure),
        };
        let is_on = status["KeyRotationEnabled"] == true;
        let period = status["RotationPeriodInDays"]
            .as_u64()
            .and_then(|days| days.try_into().ok());
        Ok(RotationStatus {
            on_demand_used: u32::try_from(on_demand).unwrap_or(u32::MAX),
            on_demand_started: time(&status["OnDemandRotationStartDate"]),
            native_period_days: period.filter(|_| is_on),
        })
    }

    async fn aliases_of(&self, key: &KmsKeyArn) -> Result<BTreeSet<AliasName>, CallFailure> {
        let listed = self.pages("ListAliases", Some(key), "Aliases", json!({}))?;
        Ok(listed
            .iter()
            .filter_map(|one| one["AliasName"].as_str()?.parse().ok())
            .collect())
    }

    async fn alias_target(&self, alias: &AliasName) -> Result<Option<String>, CallFailure> {
        match self.read("DescribeKey", json!({ "KeyId": alias.as_str() })) {
            Ok(output) => Ok(output["KeyMetadata"]["KeyId"].as_str().map(str::to_owned)),
            Err(CallFailure::Refused {
                refusal: Refusal::NotFound,
                ..
            }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    async fn tags(&self, key: &KmsKeyArn) -> Result<Tags, CallFailure> {
        let listed = self.pages("ListResourceTags", Some(key), "Tags", json!({}))?;
        let pair = |one: &Value| {
            Some((
                one["TagKey"].as_str()?.to_owned(),
                one["TagValue"].as_str()?.to_owned(),
            ))
        };
        Ok(listed.iter().filter_map(pair).collect())
    }

    async fn policy(&self, key: &KmsKeyArn) -> Result<PolicyDocument, CallFailure> {
        let output = self.read("GetKeyPolicy", json!({ "KeyId": key.to_string() }))?;
        let text = output["Policy"].as_str().unwrap_or_default();
        parse_policy(text).map_err(|_| odd("GetKeyPolicy", "Policy"))
    }

    async fn grants(&self, key: &KmsKeyArn) -> Result<BTreeSet<Grant>, CallFailure> {
        let listed = self.pages("ListGrants", Some(key), "Grants", json!({}))?;
        Ok(listed.iter().filter_map(read::grant).collect())
    }

    async fn last_use(&self, key: &KmsKeyArn) -> Result<Tracked, CallFailure> {
        let operation = "GetKeyLastUsage";
        let output = self.read(operation, json!({ "KeyId": key.to_string() }))?;
        let usage = &output["KeyLastUsage"];
        let newest = usage["Operation"].as_str().zip(time(&usage["Timestamp"]));
        Ok(Tracked {
            since: time(&output["TrackingStartDate"])
                .ok_or_else(|| odd(operation, "TrackingStartDate"))?,
            newest: newest.map(|(operation, at)| Used {
                operation: operation.to_owned(),
                at,
            }),
        })
    }

    async fn keys(
        &self,
        marker: Option<String>,
    ) -> Result<(Vec<KmsKeyArn>, Option<String>), CallFailure> {
        let mut input = json!({ "Limit": 1000 });
        if let Some(marker) = marker {
            input["Marker"] = json!(marker);
        }
        let output = self.read("ListKeys", input)?;
        let listed = output["Keys"].as_array().cloned().unwrap_or_default();
        let keys = listed
            .iter()
            .filter_map(|one| one["KeyArn"].as_str()?.parse().ok())
            .collect();
        Ok((keys, output["NextMarker"].as_str().map(str::to_owned)))
    }

    async fn public_key(&self, key: &KmsKeyArn) -> Result<Vec<u8>, CallFailure> {
        let output = self.read("GetPublicKey", json!({ "KeyId": key.to_string() }))?;
        bytes(&output["PublicKey"]).ok_or_else(|| odd("GetPublicKey", "PublicKey"))
    }

    async fn use_key(&self, key: &KmsKeyArn, usage: &KeyUse) -> Result<Vec<u8>, CallFailure> {
        let id = key.to_string();
        let (operation, input, member) = match usage {
            KeyUse::Encrypt { plaintext, context } => (
                "Encrypt",
                json!({ "KeyId": id, "Plaintext": base64(plaintext.expose()), "EncryptionContext": context }),
                "CiphertextBlob",
            ),
            KeyUse::Decrypt {
                ciphertext,
                context,
            } => (
                "Decrypt",
                json!({ "KeyId": id, "CiphertextBlob": base64(ciphertext), "EncryptionContext": context }),
                "Plaintext",
            ),
            KeyUse::GenerateMac { algorithm, message } => (
                "GenerateMac",
                json!({ "KeyId": id, "MacAlgorithm": algorithm, "Message": base64(message) }),
                "Mac",
            ),
        };
        let output = self.read(operation, input)?;
        bytes(&output[member]).ok_or_else(|| odd(operation, member))
    }
}
