//! Effects: each signed with the committed time and sent once.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_kms::Client;
use aws_sdk_kms::operation::RequestId;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{
    ExpirationModelType, GrantConstraints, ImportType as SdkImportType, KeyMetadata, Tag,
};
use jiff::Timestamp;
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::{Account, KmsKeyArn, MaterialId, Region};
use keyferry_domain::grant::WantedGrant;
use keyferry_domain::intent::Origin;
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::tag::Tags;
use keyferry_ports::aws::{
    CallFailure, ImportType, KmsAnswer, KmsCall, MaterialUpload, NewKmsKey, NotSentStage,
};

use super::RegionalKms;
use crate::check::{key_in, same_key, wrong};
use crate::errors::{Oddity, failure};
use crate::translate::{material_id, shape, time, to_aws_time};

type Sent = Result<KmsAnswer, CallFailure>;

/// AWS's operation, and the key that it is about.
fn subject(call: &KmsCall) -> (&'static str, Option<&KmsKeyArn>) {
    match call {
        KmsCall::CreateKey(_) => ("CreateKey", None),
        KmsCall::ReplicateKey { key, .. } => ("ReplicateKey", Some(key)),
        KmsCall::TagResource(key, _) => ("TagResource", Some(key)),
        KmsCall::UntagResource(key, _) => ("UntagResource", Some(key)),
        KmsCall::PutKeyPolicy(key, _) => ("PutKeyPolicy", Some(key)),
        KmsCall::ImportKeyMaterial(upload) => ("ImportKeyMaterial", Some(&upload.key)),
        KmsCall::DeleteImportedKeyMaterial(key, _) => ("DeleteImportedKeyMaterial", Some(key)),
        KmsCall::RotateKeyOnDemand(key) => ("RotateKeyOnDemand", Some(key)),
        KmsCall::UpdateKeyDescription(key, _) => ("UpdateKeyDescription", Some(key)),
        KmsCall::EnableKey(key) => ("EnableKey", Some(key)),
        KmsCall::DisableKey(key) => ("DisableKey", Some(key)),
        KmsCall::CreateAlias(key, _) => ("CreateAlias", Some(key)),
        KmsCall::UpdateAlias(key, _) => ("UpdateAlias", Some(key)),
        KmsCall::DeleteAlias(_) => ("DeleteAlias", None),
        KmsCall::CreateGrant(key, _) => ("CreateGrant", Some(key)),
        KmsCall::RetireGrant(key, _) => ("RetireGrant", Some(key)),
        KmsCall::RevokeGrant(key, _) => ("RevokeGrant", Some(key)),
        KmsCall::ScheduleKeyDeletion(key, _) => ("ScheduleKeyDeletion", Some(key)),
        KmsCall::CancelKeyDeletion(key) => ("CancelKeyDeletion", Some(key)),
        KmsCall::UpdatePrimaryRegion(key, _) => ("UpdatePrimaryRegion", Some(key)),
        KmsCall::SetKeyRotation(key, Some(_)) => ("EnableKeyRotation", Some(key)),
        KmsCall::SetKeyRotation(key, None) => ("DisableKeyRotation", Some(key)),
    }
}

impl RegionalKms {
    pub(super) async fn send_once(&self, call: &KmsCall, signed_at: Timestamp) -> Sent {
        let (operation, key) = subject(call);
        if let Some(key) = key {
            self.check_region(operation, key)?;
        }
        if let KmsCall::CreateKey(new) = call {
            let account = self.account_to_create_in().await?;
            let client = self.writer(operation, signed_at).await?;
            return Box::pin(self.create_key(&client, new, &account)).await;
        }
        let client = self.writer(operation, signed_at).await?;
        Box::pin(send_about_key(&client, operation, call)).await
    }

    /// Whose key `CreateKey` will make: asked before, so that the answer can be checked.
    async fn account_to_create_in(&self) -> Result<Account, CallFailure> {
        self.link
            .account()
            .await
            .map_err(|cause| CallFailure::NotSent {
                operation: "CreateKey",
                stage: NotSentStage::Credentials,
                why: format!("whose account it is could not be learned: {cause}"),
            })
    }

    async fn create_key(&self, client: &Client, new: &NewKmsKey, account: &Account) -> Sent {
        const OPERATION: &str = "CreateKey";
        let answer = client
            .create_key()
            .origin(match new.shape.origin {
                Origin::External => "EXTERNAL".into(),
                Origin::AwsKms => "AWS_KMS".into(),
            })
            .key_spec(new.shape.spec.aws_name().into())
            .key_usage(new.shape.usage.as_str().into())
            .multi_region(new.shape.multi_region)
            .description(&new.description)
            .set_policy(new.policy.as_ref().map(|policy| policy.as_str().to_owned()))
            .set_tags(some_tags(OPERATION, &new.tags)?)
            .send()
            .await
            .map_err(|error| failure(OPERATION, &error))?;
        let metadata = metadata_of(OPERATION, answer.key_metadata(), answer.request_id())?;
        let arn = arn_of(OPERATION, metadata, answer.request_id())?;
        let key = key_in(OPERATION, account, &self.region, arn)?;
        let made = shape(metadata).map_err(|odd| odd.of(OPERATION, answer.request_id()))?;
        if made != new.shape {
            let found = format!("{key} with {made:?}");
            return Err(wrong(OPERATION, found, format!("{:?}", new.shape)));
        }
        Ok(KmsAnswer {
            key: Some(key),
            ..plain(&answer)
        })
    }
}

async fn send_about_key(client: &Client, operation: &'static str, call: &KmsCall) -> Sent {
    match call {
        KmsCall::CreateKey(_) => Err(CallFailure::NotSent {
            operation,
            stage: NotSentStage::Build,
            why: "needs an account".to_owned(),
        }),
        KmsCall::ReplicateKey {
            key,
            to,
            policy,
            tags,
            description,
        } => {
            let copy = Replica {
                to,
                policy: policy.as_ref(),
                tags,
                description,
            };
            Box::pin(replicate(client, key, copy)).await
        }
        KmsCall::ImportKeyMaterial(upload) => Box::pin(import(client, upload)).await,
        KmsCall::DeleteImportedKeyMaterial(key, material) => {
            Box::pin(delete_material(client, key, material.as_ref())).await
        }
        KmsCall::RotateKeyOnDemand(key) => Box::pin(rotate_on_demand(client, key)).await,
        KmsCall::ScheduleKeyDeletion(key, days) => {
            Box::pin(schedule_deletion(client, key, *days)).await
        }
        KmsCall::CancelKeyDeletion(key) => Box::pin(cancel_deletion(client, key)).await,
        KmsCall::CreateGrant(key, grant) => Box::pin(create_grant(client, key, grant)).await,
        without_answer => Box::pin(send_without_answer(client, operation, without_answer)).await,
    }
}

struct Replica<'a> {
    to: &'a Region,
    policy: Option<&'a PolicyDocument>,
    tags: &'a Tags,
    description: &'a str,
}

async fn replicate(client: &Client, key: &KmsKeyArn, replica: Replica<'_>) -> Sent {
    const OPERATION: &str = "ReplicateKey";
    let answer = client
        .replicate_key()
        .key_id(key.to_string())
        .replica_region(replica.to.as_str())
        .set_policy(replica.policy.map(|policy| policy.as_str().to_owned()))
        .description(replica.description)
        .set_tags(some_tags(OPERATION, replica.tags)?)
        .send()
        .await
        .map_err(|error| failure(OPERATION, &error))?;
    let metadata = metadata_of(
        OPERATION,
        answer.replica_key_metadata(),
        answer.request_id(),
    )?;
    let arn = arn_of(OPERATION, metadata, answer.request_id())?;
    let asked = key.in_region(replica.to);
    same_key(OPERATION, &asked, arn)?;
    Ok(KmsAnswer {
        key: Some(asked),
        ..plain(&answer)
    })
}

/// The expiration model is always sent: AWS's default is "expires".
async fn import(client: &Client, upload: &MaterialUpload) -> Sent {
    const OPERATION: &str = "ImportKeyMaterial";
    let model = match upload.valid_to {
        Some(_) => ExpirationModelType::KeyMaterialExpires,
        None => ExpirationModelType::KeyMaterialDoesNotExpire,
    };
    let import_type = upload.import_type.map(|kind| match kind {
        ImportType::New => SdkImportType::NewKeyMaterial,
        ImportType::Existing => SdkImportType::ExistingKeyMaterial,
    });
    let answer = client
        .import_key_material()
        .key_id(upload.key.to_string())
        .import_token(Blob::new(upload.token.0.clone()))
        .encrypted_key_material(Blob::new(upload.material.0.clone()))
        .expiration_model(model)
        .set_valid_to(upload.valid_to.map(to_aws_time))
        .set_import_type(import_type)
        .set_key_material_id(upload.material_id.as_ref().map(|id| id.as_str().to_owned()))
        .set_key_material_description(upload.description.clone())
        .send()
        .await
        .map_err(|error| failure(OPERATION, &error))?;
    let done = about(OPERATION, &upload.key, answer.key_id(), &answer)?;
    let material = answered_material(OPERATION, answer.key_material_id(), &answer)?;
    if let (Some(asked), Some(found)) = (&upload.material_id, &material)
        && asked != found
    {
        return Err(wrong(OPERATION, found, asked));
    }
    Ok(KmsAnswer { material, ..done })
}

async fn delete_material(client: &Client, key: &KmsKeyArn, material: Option<&MaterialId>) -> Sent {
    const OPERATION: &str = "DeleteImportedKeyMaterial";
    let answer = client
        .delete_imported_key_material()
        .key_id(key.to_string())
        .set_key_material_id(material.map(|id| id.as_str().to_owned()))
        .send()
        .await
        .map_err(|error| failure(OPERATION, &error))?;
    let done = about(OPERATION, key, answer.key_id(), &answer)?;
    let found = answered_material(OPERATION, answer.key_material_id(), &answer)?;
    if let (Some(asked), Some(found)) = (material, &found)
        && asked != found
    {
        return Err(wrong(OPERATION, found, asked));
    }
    Ok(KmsAnswer {
        material: found,
        ..done
    })
}

async fn rotate_on_demand(client: &Client, key: &KmsKeyArn) -> Sent {
    const OPERATION: &str = "RotateKeyOnDemand";
    let request = client.rotate_key_on_demand().key_id(key.to_string());
    let answer = request
        .send()
        .await
        .map_err(|error| failure(OPERATION, &error))?;
    about(OPERATION, key, answer.key_id(), &answer)
}

async fn schedule_deletion(client: &Client, key: &KmsKeyArn, days: u32) -> Sent {
    const OPERATION: &str = "ScheduleKeyDeletion";
    let answer = client
        .schedule_key_deletion()
        .key_id(key.to_string())
        .pending_window_in_days(whole_days(OPERATION, days)?)
        .send()
        .await
        .map_err(|error| failure(OPERATION, &error))?;
    let done = about(OPERATION, key, answer.key_id(), &answer)?;
    // Absent for a multi-Region primary that waits for its replicas.
    let deletion_date = answer
        .deletion_date()
        .map(|date| time("DeletionDate", date))
        .transpose()
        .map_err(|odd| odd.of(OPERATION, answer.request_id()))?;
    Ok(KmsAnswer {
        deletion_date,
        ..done
    })
}

/// The grant's token in the answer lets anybody use the grant at once; it is dropped with the answer.
async fn create_grant(client: &Client, key: &KmsKeyArn, grant: &WantedGrant) -> Sent {
    const OPERATION: &str = "CreateGrant";
    let operations = grant.operations.iter().map(|one| one.as_str().into());
    let some = |pairs: &BTreeMap<String, String>| {
        let pairs: HashMap<String, String> = pairs.clone().into_iter().collect();
        Some(pairs).filter(|pairs| !pairs.is_empty())
    };
    let constraints = &grant.constraints;
    let (equals, subset) = (some(&constraints.equals), some(&constraints.subset));
    let is_bound = equals.is_some() || subset.is_some();
    let bound = GrantConstraints::builder()
        .set_encryption_context_equals(equals)
        .set_encryption_context_subset(subset)
        .build();
    client
        .create_grant()
        .key_id(key.to_string())
        .name(&grant.name)
        .grantee_principal(&grant.grantee)
        .set_retiring_principal(grant.retiring.clone())
        .set_operations(Some(operations.collect()))
        .set_constraints(is_bound.then_some(bound))
        .send()
        .await
        .map(|answer| plain(&answer))
        .map_err(|error| failure(OPERATION, &error))
}

async fn cancel_deletion(client: &Client, key: &KmsKeyArn) -> Sent {
    const OPERATION: &str = "CancelKeyDeletion";
    let request = client.cancel_key_deletion().key_id(key.to_string());
    let answer = request
        .send()
        .await
        .map_err(|error| failure(OPERATION, &error))?;
    about(OPERATION, key, answer.key_id(), &answer)
}

/// Sends a request whose answer has no body.
macro_rules! send {
    ($operation:expr, $request:expr) => {
        $request
            .send()
            .await
            .map(|answer| plain(&answer))
            .map_err(|error| failure($operation, &error))
    };
}

/// Operations that AWS answers with nothing but a request id.
async fn send_without_answer(client: &Client, operation: &'static str, call: &KmsCall) -> Sent {
    match call {
        KmsCall::TagResource(key, tags) => {
            let tags = some_tags(operation, tags)?;
            send!(
                operation,
                client.tag_resource().key_id(key.to_string()).set_tags(tags)
            )
        }
        KmsCall::UntagResource(key, keys) => {
            let keys = Some(keys.clone());
            send!(
                operation,
                client
                    .untag_resource()
                    .key_id(key.to_string())
                    .set_tag_keys(keys)
            )
        }
        KmsCall::PutKeyPolicy(key, policy) => {
            let request = client.put_key_policy().key_id(key.to_string());
            send!(
                operation,
                request.policy_name("default").policy(policy.as_str())
            )
        }
        KmsCall::UpdateKeyDescription(key, text) => {
            let request = client.update_key_description().key_id(key.to_string());
            send!(operation, request.description(text))
        }
        KmsCall::EnableKey(key) => send!(operation, client.enable_key().key_id(key.to_string())),
        KmsCall::DisableKey(key) => send!(operation, client.disable_key().key_id(key.to_string())),
        KmsCall::RetireGrant(key, grant) => {
            send!(
                operation,
                client
                    .retire_grant()
                    .key_id(key.to_string())
                    .grant_id(grant)
            )
        }
        KmsCall::RevokeGrant(key, grant) => {
            send!(
                operation,
                client
                    .revoke_grant()
                    .key_id(key.to_string())
                    .grant_id(grant)
            )
        }
        KmsCall::UpdatePrimaryRegion(key, to) => {
            let request = client.update_primary_region().key_id(key.to_string());
            send!(operation, request.primary_region(to.as_str()))
        }
        KmsCall::SetKeyRotation(key, Some(days)) => {
            let request = client.enable_key_rotation().key_id(key.to_string());
            send!(
                operation,
                request.rotation_period_in_days(whole_days(operation, *days)?)
            )
        }
        KmsCall::SetKeyRotation(key, None) => {
            send!(
                operation,
                client.disable_key_rotation().key_id(key.to_string())
            )
        }
        alias => Box::pin(send_about_alias(client, operation, alias)).await,
    }
}

/// Aliases point within one account and Region: the key's id says it all, and is what AWS shows of an alias.
async fn send_about_alias(client: &Client, operation: &'static str, call: &KmsCall) -> Sent {
    let name = AliasName::as_str;
    match call {
        KmsCall::CreateAlias(key, alias) => {
            let request = client.create_alias().alias_name(name(alias));
            send!(operation, request.target_key_id(key.key_id()))
        }
        KmsCall::UpdateAlias(key, alias) => {
            let request = client.update_alias().alias_name(name(alias));
            send!(operation, request.target_key_id(key.key_id()))
        }
        KmsCall::DeleteAlias(alias) => {
            send!(operation, client.delete_alias().alias_name(name(alias)))
        }
        _ => Err(CallFailure::NotSent {
            operation,
            stage: NotSentStage::Build,
            why: "is not among the effects that this adapter sends".to_owned(),
        }),
    }
}

fn plain(answer: &impl RequestId) -> KmsAnswer {
    KmsAnswer {
        request_id: answer.request_id().map(str::to_owned),
        ..KmsAnswer::default()
    }
}

/// The answer to an effect on one key; some answers name no key.
fn about(
    operation: &'static str,
    asked: &KmsKeyArn,
    found: Option<&str>,
    answer: &impl RequestId,
) -> Sent {
    let Some(found) = found else {
        return Ok(plain(answer));
    };
    same_key(operation, asked, found)?;
    Ok(KmsAnswer {
        key: Some(asked.clone()),
        ..plain(answer)
    })
}

fn answered_material(
    operation: &'static str,
    found: Option<&str>,
    answer: &impl RequestId,
) -> Result<Option<MaterialId>, CallFailure> {
    material_id(found).map_err(|odd| odd.of(operation, answer.request_id()))
}

fn metadata_of<'a>(
    operation: &'static str,
    found: Option<&'a KeyMetadata>,
    request_id: Option<&str>,
) -> Result<&'a KeyMetadata, CallFailure> {
    found.ok_or_else(|| Oddity::missing("KeyMetadata").of(operation, request_id))
}

fn arn_of<'a>(
    operation: &'static str,
    metadata: &'a KeyMetadata,
    request_id: Option<&str>,
) -> Result<&'a str, CallFailure> {
    metadata
        .arn()
        .ok_or_else(|| Oddity::missing("Arn").of(operation, request_id))
}

/// Tags as the SDK has them; none where there are none.
fn some_tags(operation: &'static str, tags: &Tags) -> Result<Option<Vec<Tag>>, CallFailure> {
    let built: Result<Vec<Tag>, _> = tags
        .iter()
        .map(|(key, value)| Tag::builder().tag_key(key).tag_value(value).build())
        .collect();
    let built = built.map_err(|error| CallFailure::NotSent {
        operation,
        stage: NotSentStage::Build,
        why: error.to_string(),
    })?;
    Ok(Some(built).filter(|tags| !tags.is_empty()))
}

fn whole_days(operation: &'static str, days: u32) -> Result<i32, CallFailure> {
    i32::try_from(days).map_err(|_| CallFailure::NotSent {
        operation,
        stage: NotSentStage::Build,
        why: format!("{days} days are too many"),
    })
}
