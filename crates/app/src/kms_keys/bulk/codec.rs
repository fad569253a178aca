//! What a bulk job was asked for, as JSON with a format number. Never holds a secret.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use keyferry_domain::arn::Region;
use keyferry_domain::grant::GrantOperation;
use keyferry_domain::id::KmsKeyId;
use keyferry_domain::kms_key::OldKey;
use keyferry_domain::validity::Validity;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::KeyScope;
use serde::{Deserialize, Serialize};

use crate::Replacement;
use crate::actor::Actor;
use crate::codec::Unreadable;
use crate::kms_keys::{
    AccessChange, Claim, CreateGrant, GrantChoice, PolicyChange, Rotate, RotationMethod, Stay,
    SynchronizeChoice, UpdateKmsKey,
};

use super::BulkOperation;

/// The format that this version writes.
const FORMAT: u32 = 1;

/// What a bulk job was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// Who asked.
    pub(super) actor: Actor,
    /// What for.
    pub(super) operation: BulkOperation,
    /// Of how many KMS keys.
    pub(super) frozen: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredRequest {
    format: u32,
    actor: StoredActor,
    frozen: u32,
    operation: StoredOperation,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum StoredActor {
    Application { id: String, name: String },
    User { id: String, name: String },
    Keystore { name: String },
    Connection { name: String },
    Key { name: String },
    System,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum StoredOperation {
    Activate,
    Bind {
        claims: Vec<StoredClaim>,
    },
    CancelDeletion {
        empty: Option<bool>,
    },
    ChangePrimary {
        region: String,
    },
    CreateGrant(Box<StoredGrant>),
    Deactivate,
    Disable,
    Enable,
    Release,
    RemoveFromCloud,
    Replicate {
        regions: Vec<String>,
    },
    Restore,
    RetireGrants {
        of: String,
    },
    RevokeGrants {
        of: Option<String>,
    },
    RotateByNewKey {
        old_key: String,
    },
    RotateInPlace,
    ScheduleDeletion {
        days: u32,
    },
    Synchronize {
        delete_material: bool,
        #[serde(default)]
        leaves_policy: bool,
        #[serde(default)]
        leaves_material: bool,
    },
    Update(Box<StoredUpdate>),
    UploadVersion,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredClaim {
    kms_key: String,
    key: String,
    first_version: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct StoredGrant {
    name: Option<String>,
    grantee: String,
    retiring: Option<String>,
    operations: Vec<String>,
    context_equals: BTreeMap<String, String>,
    context_subset: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct StoredUpdate {
    description: Option<String>,
    set_tags: BTreeMap<String, String>,
    remove_tags: BTreeSet<String>,
    policy: Option<String>,
    access: Option<StoredAccess>,
    /// Who stands in whose place: former, new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replace: Vec<(String, String)>,
    stay: Option<StoredStay>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    native_rotation_days: Option<u32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    from_template: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredAccess {
    users: Option<Vec<String>>,
    administrators: Option<Vec<String>>,
    other_accounts: Option<Vec<String>>,
    administrators_may_delete: Option<bool>,
}

/// `until`: microseconds since 1970; absent is for ever.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredStay {
    until: Option<i64>,
    lapses: bool,
}

/// Encodes a request.
pub(super) fn encode(request: &Request) -> String {
    let stored = StoredRequest {
        format: FORMAT,
        actor: match &request.actor {
            Actor::Application { id, name, .. } => StoredActor::Application {
                id: id.to_string(),
                name: name.to_string(),
            },
            Actor::User { id, name, .. } => StoredActor::User {
                id: id.to_string(),
                name: name.to_string(),
            },
            Actor::Keystore { name } => StoredActor::Keystore {
                name: name.to_string(),
            },
            Actor::Key { name } => StoredActor::Key {
                name: name.to_string(),
            },
            Actor::Connection { name } => StoredActor::Connection {
                name: name.to_string(),
            },
            Actor::System => StoredActor::System,
        },
        frozen: request.frozen,
        operation: stored_operation(request.operation.clone()),
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

fn stored_operation(operation: BulkOperation) -> StoredOperation {
    use StoredOperation as Stored;
    match operation {
        BulkOperation::Activate => Stored::Activate,
        BulkOperation::Bind(claims) => Stored::Bind {
            claims: claims.into_iter().map(stored_claim).collect(),
        },
        BulkOperation::CancelDeletion { empty } => Stored::CancelDeletion { empty },
        BulkOperation::ChangePrimary { region } => Stored::ChangePrimary {
            region: region.to_string(),
        },
        BulkOperation::CreateGrant(grant) => Stored::CreateGrant(Box::new(stored_grant(*grant))),
        BulkOperation::Deactivate => Stored::Deactivate,
        BulkOperation::Disable => Stored::Disable,
        BulkOperation::Enable => Stored::Enable,
        BulkOperation::Release => Stored::Release,
        BulkOperation::RemoveFromCloud => Stored::RemoveFromCloud,
        BulkOperation::Replicate { regions } => Stored::Replicate {
            regions: regions.iter().map(ToString::to_string).collect(),
        },
        BulkOperation::Restore => Stored::Restore,
        BulkOperation::RetireGrants { grantee } => Stored::RetireGrants { of: grantee },
        BulkOperation::RevokeGrants(GrantChoice::Of(of)) => Stored::RevokeGrants { of: Some(of) },
        // Those by ids are refused before anything is stored.
        BulkOperation::RevokeGrants(_) => Stored::RevokeGrants { of: None },
        BulkOperation::Rotate(Rotate { method }) => match method {
            RotationMethod::NewKey(old_key) => Stored::RotateByNewKey {
                old_key: old_key.as_str().to_owned(),
            },
            RotationMethod::InPlace => Stored::RotateInPlace,
        },
        BulkOperation::ScheduleDeletion { days } => Stored::ScheduleDeletion { days },
        BulkOperation::Synchronize(what) => {
            let SynchronizeChoice {
                delete_material,
                leaves_policy,
                leaves_material,
            } = what;
            Stored::Synchronize {
                delete_material,
                leaves_policy,
                leaves_material,
            }
        }
        BulkOperation::Update(update) => Stored::Update(Box::new(stored_update(*update))),
        BulkOperation::UploadVersion => Stored::UploadVersion,
    }
}

fn stored_claim((kms_key, claim): (KmsKeyId, Claim)) -> StoredClaim {
    StoredClaim {
        kms_key: kms_key.to_string(),
        key: claim.key,
        first_version: claim.first_version.map(VersionNumber::get),
    }
}

fn read_claim(stored: StoredClaim) -> Result<(KmsKeyId, Claim), Unreadable> {
    let version = |number| {
        VersionNumber::new(number).ok_or_else(|| unreadable("versions are counted from 1"))
    };
    let claim = Claim {
        key: stored.key,
        first_version: stored.first_version.map(version).transpose()?,
    };
    Ok((stored.kms_key.parse().map_err(unreadable)?, claim))
}

fn stored_grant(grant: CreateGrant) -> StoredGrant {
    let operations = grant.operations.iter();
    StoredGrant {
        name: grant.name,
        grantee: grant.grantee,
        retiring: grant.retiring,
        operations: operations.map(|one| one.as_str().to_owned()).collect(),
        context_equals: grant.context_equals,
        context_subset: grant.context_subset,
    }
}

fn read_grant(stored: StoredGrant) -> Result<CreateGrant, Unreadable> {
    let operation = |word: &String| {
        let unknown = || unreadable(format!("`{word}` cannot be granted"));
        GrantOperation::from_word(word).ok_or_else(unknown)
    };
    let operations: Result<_, _> = stored.operations.iter().map(operation).collect();
    Ok(CreateGrant {
        name: stored.name,
        grantee: stored.grantee,
        retiring: stored.retiring,
        operations: operations?,
        context_equals: stored.context_equals,
        context_subset: stored.context_subset,
    })
}

fn read_region(text: &str) -> Result<Region, Unreadable> {
    text.parse().map_err(unreadable)
}

fn stored_update(update: UpdateKmsKey) -> StoredUpdate {
    let (policy, access, replace) = match update.policy {
        Some(PolicyChange::Json(text)) => (Some(text), None, Vec::new()),
        Some(PolicyChange::Access(access)) => (None, Some(access), Vec::new()),
        Some(PolicyChange::Replace(all)) => {
            let pairs = all.into_iter().map(|one| (one.old, one.new));
            (None, None, pairs.collect())
        }
        None => (None, None, Vec::new()),
    };
    StoredUpdate {
        description: update.description,
        set_tags: update.set_tags,
        remove_tags: update.remove_tags,
        policy,
        access: access.map(|access| StoredAccess {
            users: access.users,
            administrators: access.administrators,
            other_accounts: access.other_accounts,
            administrators_may_delete: access.administrators_may_delete,
        }),
        replace,
        native_rotation_days: update.native_rotation_days,
        from_template: update.from_template,
        stay: update.stay.map(|stay| StoredStay {
            until: match stay.until {
                Validity::Permanent => None,
                Validity::Until(until) => Some(until.as_microsecond()),
            },
            lapses: stay.lapses,
        }),
    }
}

/// Decodes a request.
pub(super) fn decode(text: &str) -> Result<Request, Unreadable> {
    let stored: StoredRequest = serde_json::from_str(text).map_err(unreadable)?;
    if stored.format != FORMAT {
        return Err(unreadable(format!(
            "its format {} is not known",
            stored.format
        )));
    }
    let actor = match stored.actor {
        StoredActor::Application { id, name } => Actor::Application {
            id: id.parse().map_err(unreadable)?,
            name: name.parse().map_err(unreadable)?,
            claim: None,
            scope: KeyScope::default(),
            request: None,
        },
        StoredActor::User { id, name } => Actor::person(
            id.parse().map_err(unreadable)?,
            name.parse().map_err(unreadable)?,
        ),
        StoredActor::Keystore { name } => Actor::Keystore {
            name: name.parse().map_err(unreadable)?,
        },
        StoredActor::Connection { name } => Actor::Connection {
            name: name.parse().map_err(unreadable)?,
        },
        StoredActor::Key { name } => Actor::Key {
            name: name.parse().map_err(unreadable)?,
        },
        StoredActor::System => Actor::System,
    };
    Ok(Request {
        actor,
        operation: read_operation(stored.operation)?,
        frozen: stored.frozen,
    })
}

fn read_operation(stored: StoredOperation) -> Result<BulkOperation, Unreadable> {
    use StoredOperation as Stored;
    Ok(match stored {
        Stored::Activate => BulkOperation::Activate,
        Stored::Bind { claims } => {
            let claims: Result<_, _> = claims.into_iter().map(read_claim).collect();
            BulkOperation::Bind(claims?)
        }
        Stored::CancelDeletion { empty } => BulkOperation::CancelDeletion { empty },
        Stored::ChangePrimary { region } => BulkOperation::ChangePrimary {
            region: read_region(&region)?,
        },
        Stored::CreateGrant(grant) => BulkOperation::CreateGrant(Box::new(read_grant(*grant)?)),
        Stored::Deactivate => BulkOperation::Deactivate,
        Stored::Disable => BulkOperation::Disable,
        Stored::Enable => BulkOperation::Enable,
        Stored::Release => BulkOperation::Release,
        Stored::RemoveFromCloud => BulkOperation::RemoveFromCloud,
        Stored::Replicate { regions } => {
            let regions: Result<_, _> = regions.iter().map(|one| read_region(one)).collect();
            BulkOperation::Replicate { regions: regions? }
        }
        Stored::Restore => BulkOperation::Restore,
        Stored::RetireGrants { of } => BulkOperation::RetireGrants { grantee: of },
        Stored::RevokeGrants { of } => {
            BulkOperation::RevokeGrants(of.map_or(GrantChoice::All, GrantChoice::Of))
        }
        Stored::RotateByNewKey { old_key } => {
            let unknown = || unreadable(format!("`{old_key}` says nothing of the old key"));
            let old_key = OldKey::from_word(&old_key).ok_or_else(unknown)?;
            BulkOperation::Rotate(Rotate {
                method: RotationMethod::NewKey(old_key),
            })
        }
        Stored::RotateInPlace => BulkOperation::Rotate(Rotate {
            method: RotationMethod::InPlace,
        }),
        Stored::ScheduleDeletion { days } => BulkOperation::ScheduleDeletion { days },
        Stored::Synchronize {
            delete_material,
            leaves_policy,
            leaves_material,
        } => BulkOperation::Synchronize(SynchronizeChoice {
            delete_material,
            leaves_policy,
            leaves_material,
        }),
        Stored::Update(update) => BulkOperation::Update(Box::new(read_update(*update)?)),
        Stored::UploadVersion => BulkOperation::UploadVersion,
    })
}

fn read_update(stored: StoredUpdate) -> Result<UpdateKmsKey, Unreadable> {
    let access = stored.access.map(|access| {
        PolicyChange::Access(AccessChange {
            users: access.users,
            administrators: access.administrators,
            other_accounts: access.other_accounts,
            administrators_may_delete: access.administrators_may_delete,
        })
    });
    let stay = |stored: StoredStay| -> Result<Stay, Unreadable> {
        let until = match stored.until {
            None => Validity::Permanent,
            Some(micros) => {
                Validity::Until(Timestamp::from_microsecond(micros).map_err(unreadable)?)
            }
        };
        Ok(Stay {
            until,
            lapses: stored.lapses,
        })
    };
    let replace = stored.replace.into_iter();
    let replace: Vec<Replacement> = replace.map(|(old, new)| Replacement { old, new }).collect();
    let replace = (!replace.is_empty()).then_some(PolicyChange::Replace(replace));
    Ok(UpdateKmsKey {
        description: stored.description,
        set_tags: stored.set_tags,
        remove_tags: stored.remove_tags,
        policy: access.or(stored.policy.map(PolicyChange::Json)).or(replace),
        stay: stored.stay.map(stay).transpose()?,
        native_rotation_days: stored.native_rotation_days,
        from_template: stored.from_template,
        ..UpdateKmsKey::default()
    })
}

fn unreadable(why: impl ToString) -> Unreadable {
    Unreadable::new("request", why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_operation() -> Vec<BulkOperation> {
        let stay = Stay {
            until: Validity::Until(Timestamp::from_microsecond(7).unwrap()),
            lapses: true,
        };
        let with_access = UpdateKmsKey {
            description: Some("d".into()),
            set_tags: [("team".into(), "pay".into())].into(),
            remove_tags: ["old".into()].into(),
            policy: Some(PolicyChange::Access(AccessChange {
                users: Some(vec!["arn:aws:iam::111122223333:user/ann".into()]),
                ..AccessChange::default()
            })),
            stay: Some(stay),
            ..UpdateKmsKey::default()
        };
        let with_policy = UpdateKmsKey {
            policy: Some(PolicyChange::Json("{}".into())),
            stay: Some(Validity::Permanent.into()),
            ..UpdateKmsKey::default()
        };
        let rotate = |method| BulkOperation::Rotate(Rotate { method });
        let plain_grant = CreateGrant {
            name: None,
            grantee: "arn:aws:iam::111122223333:role/app".into(),
            retiring: None,
            operations: [GrantOperation::Decrypt].into(),
            context_equals: BTreeMap::new(),
            context_subset: BTreeMap::new(),
        };
        let full_grant = CreateGrant {
            name: Some("payments".into()),
            retiring: Some("arn:aws:iam::111122223333:role/retirer".into()),
            operations: [GrantOperation::Decrypt, GrantOperation::GenerateDataKey].into(),
            context_equals: [("tenant".into(), "a".into())].into(),
            context_subset: [("stage".into(), "live".into())].into(),
            ..plain_grant.clone()
        };
        vec![
            BulkOperation::Activate,
            BulkOperation::CancelDeletion { empty: Some(true) },
            BulkOperation::CancelDeletion { empty: None },
            BulkOperation::ChangePrimary {
                region: "us-east-1".parse().unwrap(),
            },
            BulkOperation::CreateGrant(Box::new(plain_grant)),
            BulkOperation::CreateGrant(Box::new(full_grant)),
            BulkOperation::Deactivate,
            BulkOperation::Disable,
            BulkOperation::Enable,
            BulkOperation::Release,
            BulkOperation::RemoveFromCloud,
            BulkOperation::Replicate {
                regions: ["us-east-1", "eu-west-1"]
                    .map(|one| one.parse().unwrap())
                    .into(),
            },
            BulkOperation::Restore,
            BulkOperation::RetireGrants {
                grantee: "arn:aws:iam::111122223333:role/old".into(),
            },
            BulkOperation::RevokeGrants(GrantChoice::All),
            BulkOperation::RevokeGrants(GrantChoice::Of(
                "arn:aws:iam::111122223333:role/old".into(),
            )),
            rotate(RotationMethod::NewKey(OldKey::Deactivate)),
            rotate(RotationMethod::InPlace),
            BulkOperation::ScheduleDeletion { days: 7 },
            BulkOperation::Synchronize(SynchronizeChoice {
                delete_material: true,
                leaves_policy: true,
                leaves_material: true,
            }),
            BulkOperation::Update(Box::new(with_access)),
            BulkOperation::Update(Box::new(with_policy)),
            BulkOperation::UploadVersion,
        ]
    }

    fn every_request() -> Vec<Request> {
        let actor = Actor::person(
            keyferry_domain::id::UserId::new(uuid::Uuid::from_u128(7)),
            "ann".parse().unwrap(),
        );
        let requests = every_operation().into_iter().map(|operation| Request {
            actor: actor.clone(),
            operation,
            frozen: 3,
        });
        requests.collect()
    }

    #[test]
    fn every_request_is_read_back_as_it_was_written() {
        for request in every_request() {
            assert_eq!(decode(&encode(&request)), Ok(request));
        }
    }

    #[test]
    fn what_is_stored_is_what_it_was() {
        let lines: Vec<String> = every_request().iter().map(encode).collect();
        let golden = include_str!("../../../tests/golden/bulk.1.jsonl");

        assert_eq!(lines.join("\n") + "\n", golden);
        for line in golden.lines() {
            assert!(decode(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn a_request_of_another_format_is_not_guessed_at() {
        let text = encode(&every_request()[0]).replace("\"format\":1", "\"format\":2");

        assert!(decode(&text).is_err());
    }
}
