//! Foreign hands: somebody else in the account who changes keys behind the product's back.
//!
//! They need no permission, no quota and meet no fault. The journal has them under the account's
//! root user, or under the user whose name they were given.

use serde_json::{Value, json};

use crate::args::Args;
use crate::call::{Call, Caller, Service};
use crate::clock::Micros;
use crate::error::AwsError;
use crate::names::KeyRef;
use crate::ops::create;
use crate::ops::cx::{Accepts, Cx, Note};
use crate::ops::import::{Wanted, import_bytes};
use crate::ops::{describe, policies};
use crate::policy::document::Document;
use crate::policy::principal::{Principal, PrincipalKind};
use crate::simulator::Simulator;
use crate::specs::{KeySpec, Origin};
use crate::state::key::Key;
use crate::state::world::World;

/// Somebody else, in one account and Region. Keys are named by id or ARN.
#[derive(Clone, Debug)]
pub struct ForeignHand {
    simulator: Simulator,
    account: String,
    region: String,
    user: Option<String>,
}

impl Simulator {
    /// Somebody else in `account` and `region`.
    #[must_use]
    pub fn foreign_hand(&self, account: &str, region: &str) -> ForeignHand {
        ForeignHand {
            simulator: self.clone(),
            account: account.to_owned(),
            region: region.to_owned(),
            user: None,
        }
    }
}

impl ForeignHand {
    /// The same hand, signed in as an IAM user of the account.
    #[must_use]
    pub fn signed_in_as(self, user: &str) -> Self {
        ForeignHand {
            user: Some(user.to_owned()),
            ..self
        }
    }

    /// Any KMS operation, carried out whatever policies say.
    ///
    /// # Errors
    /// AWS's refusal: states and validation hold for everybody.
    pub fn act(&self, operation: &str, input: Value, now: Micros) -> Result<Value, AwsError> {
        let mut world = self.simulator.world();
        world.settle(now);
        let caller = match &self.user {
            Some(user) => Caller::User(self.account.clone(), user.clone()),
            None => Caller::root(&self.account),
        };
        let call = Call::new(&caller, &self.region, Service::Kms, operation, input);
        let request_id = world.rng.uuid();
        world.execute(&call, now, now, &request_id, true)
    }

    /// Deletes imported material: the current one, or the one named.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn delete_material(
        &self,
        key: &str,
        material_id: Option<&str>,
        now: Micros,
    ) -> Result<(), AwsError> {
        let input = json!({ "KeyId": key, "KeyMaterialId": material_id });
        self.act("DeleteImportedKeyMaterial", input, now).map(drop)
    }

    /// Disables the key.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn disable(&self, key: &str, now: Micros) -> Result<(), AwsError> {
        self.act("DisableKey", json!({ "KeyId": key }), now)
            .map(drop)
    }

    /// Enables the key.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn enable(&self, key: &str, now: Micros) -> Result<(), AwsError> {
        self.act("EnableKey", json!({ "KeyId": key }), now)
            .map(drop)
    }

    /// Schedules the key's deletion.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn schedule_deletion(&self, key: &str, days: i64, now: Micros) -> Result<(), AwsError> {
        let input = json!({ "KeyId": key, "PendingWindowInDays": days });
        self.act("ScheduleKeyDeletion", input, now).map(drop)
    }

    /// Cancels the key's deletion.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn cancel_deletion(&self, key: &str, now: Micros) -> Result<(), AwsError> {
        self.act("CancelKeyDeletion", json!({ "KeyId": key }), now)
            .map(drop)
    }

    /// Points an alias at the key, making the alias if need be.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn move_alias(&self, alias: &str, key: &str, now: Micros) -> Result<(), AwsError> {
        let input = json!({ "AliasName": alias, "TargetKeyId": key });
        match self.act("UpdateAlias", input.clone(), now) {
            Err(error) if error.code == "NotFoundException" => {
                self.act("CreateAlias", input, now).map(drop)
            }
            other => other.map(drop),
        }
    }

    /// Deletes an alias.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn delete_alias(&self, alias: &str, now: Micros) -> Result<(), AwsError> {
        self.act("DeleteAlias", json!({ "AliasName": alias }), now)
            .map(drop)
    }

    /// Replaces the key policy, without any safety check.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn edit_policy(&self, key: &str, policy: &str, now: Micros) -> Result<(), AwsError> {
        let input = json!({ "KeyId": key, "Policy": policy });
        self.act("PutKeyPolicy", input, now).map(drop)
    }

    /// Sets a tag.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn tag(&self, key: &str, name: &str, value: &str, now: Micros) -> Result<(), AwsError> {
        let tags = json!([{ "TagKey": name, "TagValue": value }]);
        self.act("TagResource", json!({ "KeyId": key, "Tags": tags }), now)
            .map(drop)
    }

    /// Removes a tag.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn untag(&self, key: &str, name: &str, now: Micros) -> Result<(), AwsError> {
        let input = json!({ "KeyId": key, "TagKeys": [name] });
        self.act("UntagResource", input, now).map(drop)
    }

    /// Grants `operations` to a principal; answers the grant's id.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn create_grant(
        &self,
        key: &str,
        grantee: &str,
        operations: &[&str],
        now: Micros,
    ) -> Result<String, AwsError> {
        let input = json!({ "KeyId": key, "GranteePrincipal": grantee, "Operations": operations });
        let output = self.act("CreateGrant", input, now)?;
        Ok(text(&output, "GrantId"))
    }

    /// Makes a key that looks like one of the product's own: same tags, same origin. Answers its
    /// ARN.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn plant_look_alike(
        &self,
        tags: &[(&str, &str)],
        origin: &str,
        now: Micros,
    ) -> Result<String, AwsError> {
        let tags: Vec<Value> = tags
            .iter()
            .map(|(name, value)| json!({ "TagKey": name, "TagValue": value }))
            .collect();
        let output = self.act("CreateKey", json!({ "Origin": origin, "Tags": tags }), now)?;
        Ok(text(
            output.get("KeyMetadata").unwrap_or(&Value::Null),
            "Arn",
        ))
    }

    /// Puts material of his own into a key with EXTERNAL origin, without wrapping it: pending
    /// rotation if the key has material, else its first. Answers the material's id.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn plant_material(&self, key: &str, bytes: &[u8], now: Micros) -> Result<String, AwsError> {
        self.with_cx("ImportKeyMaterial", now, |cx| {
            let key = cx.resolve(key, Accepts::OWN)?;
            cx.check_state(&key)?;
            let wanted = Wanted {
                import_type: Some("NEW_KEY_MATERIAL"),
                material_id: None,
                description: None,
                valid_to: None,
            };
            import_bytes(cx, &key, &wanted, bytes.to_vec())
        })
    }

    /// The AWS managed key of a service (`ebs`), made if need be. Answers its ARN.
    ///
    /// # Errors
    /// When the account does not exist.
    pub fn plant_aws_managed_key(&self, service: &str, now: Micros) -> Result<String, AwsError> {
        self.with_cx("DescribeKey", now, |cx| {
            Ok(describe::make_aws_managed(cx, service)?.arn())
        })
    }

    /// A key in a custom key store, which the simulator cannot make otherwise. Answers its ARN.
    ///
    /// # Errors
    /// When the account does not exist.
    pub fn plant_custom_store_key(&self, connected: bool, now: Micros) -> Result<String, AwsError> {
        self.with_cx("CreateKey", now, |cx| {
            let key = KeyRef {
                account: cx.principal.account.clone(),
                region: cx.region.clone(),
                id: create::new_key_id(cx, false),
            };
            let policy = Document::parse(&policies::default_policy(&key.account, &key.region))
                .map_err(AwsError::malformed_policy)?;
            let spec = KeySpec::Symmetric;
            let blank =
                create::blank_key(&key, spec, "ENCRYPT_DECRYPT", Origin::CloudHsm, policy, now);
            let made = Key {
                unavailable: !connected,
                ..blank
            };
            create::place(cx, &key, made)?;
            cx.world.add_native_material(&key, None);
            Ok(key.arn())
        })
    }

    fn with_cx<T>(
        &self,
        operation: &str,
        now: Micros,
        act: impl FnOnce(&mut Cx<'_>) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let mut world = self.simulator.world();
        world.settle(now);
        let world: &mut World = &mut world;
        let mut cx = Cx {
            principal: Principal {
                account: self.account.clone(),
                partition: crate::names::partition_of(&self.region).to_owned(),
                kind: PrincipalKind::Root,
            },
            world,
            region: self.region.clone(),
            operation: operation.to_owned(),
            now,
            request_id: String::new(),
            unchecked: true,
            note: Note::default(),
        };
        act(&mut cx)
    }
}

fn text(output: &Value, name: &str) -> String {
    Args(output)
        .text(name)
        .ok()
        .flatten()
        .unwrap_or_default()
        .to_owned()
}
