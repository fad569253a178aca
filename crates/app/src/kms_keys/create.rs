//! New KMS keys: their first intent, and the job that makes them.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::{Account, KmsKeyArn, Region};
use keyferry_domain::connection::Connection;
use keyferry_domain::crypto_policy::EffectivePolicy;
use keyferry_domain::id::{KeyId, KmsKeyId, OperationId};
use keyferry_domain::intent::Intent;
use keyferry_domain::key::ManagedKey;
use keyferry_domain::key_operation::{KeyOperation, MixedPurpose};
use keyferry_domain::keystore::{Keystore, PolicyDocument};
use keyferry_domain::kms_key::{Home, KmsKey};
use keyferry_domain::name::Name;
use keyferry_domain::operation::{self, CreateRequest, RotationChoice};
use keyferry_domain::plan::{Blocked, Decision};
use keyferry_domain::planner::plan;
use keyferry_domain::spec::{KeySpec, KeyUsage};
use keyferry_domain::tag::Tags;
use keyferry_domain::version::VersionNumber;
use keyferry_domain::view::{Place, View};
use keyferry_engine::{Asked, JobRequest};
use keyferry_ports::policy::parse_policy;
use keyferry_ports::records::{Batch, Change, Expect, Priority};

use crate::action::Action;
use crate::actor::Actor;
use crate::connections::account_of;
use crate::error::AppError;
use crate::key_policy::{self, KeyAccess};
use crate::rights::Permit;

use super::stay::check_outlasts;
use super::{Answer, KmsKeys, Planned, Stay};

/// Which key policy a KMS key gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PolicyChoice {
    /// The keystore's, else AWS's default.
    #[default]
    Template,
    /// Built from users and administrators.
    Access(KeyAccess),
    /// JSON text.
    Json(String),
}

/// What a person says about a new KMS key; what is left out comes from the keystore's template.
#[derive(Clone, Debug, Default)]
pub struct Properties {
    /// Regions of the keystore, primary first; empty takes the default Region.
    pub regions: Vec<Region>,
    /// What for.
    pub usage: Option<KeyUsage>,
    /// Aliases.
    pub aliases: Vec<AliasName>,
    /// Tags.
    pub tags: Tags,
    /// Description.
    pub description: Option<String>,
    /// Key policy.
    pub policy: PolicyChoice,
    /// Whether it can be replicated.
    pub multi_region: Option<bool>,
    /// How long the material stays.
    pub validity: Option<Stay>,
    /// Whether it shall be disabled once it is made.
    pub disabled: bool,
    /// When and how it rotates by itself.
    pub rotation: RotationChoice,
}

/// Where a new KMS key goes.
pub(super) struct Destination {
    pub(super) keystore: Keystore,
    pub(super) connection: Connection,
    pub(super) account: Account,
    /// What may be made there, and how it is wrapped.
    pub(super) policy: EffectivePolicy,
}

/// What a new KMS key shall hold.
#[derive(Clone, Copy)]
pub(super) struct Holds {
    /// Kind of key.
    pub(super) spec: KeySpec,
    /// The version to import; `None` where AWS makes the material.
    pub(super) version: Option<VersionNumber>,
    /// The key that the version is of, where there is one yet.
    pub(super) source: Option<KeyId>,
    /// Days between AWS's own rotations.
    pub(super) native_rotation_days: Option<u32>,
    /// Whether the key unwraps key files, and so decrypts nothing else, in AWS neither.
    pub(super) unwraps_files: bool,
}

impl Holds {
    /// The current version of a key.
    pub(super) fn current_of(key: &ManagedKey) -> Self {
        Self {
            version: Some(key.current),
            source: Some(key.id),
            unwraps_files: key.permitted.contains(&KeyOperation::UnwrapFile),
            ..Self::first_of(key.spec)
        }
    }

    /// The first version of a key that is still to be made.
    pub(super) fn first_of(spec: KeySpec) -> Self {
        Self {
            spec,
            version: Some(VersionNumber::FIRST),
            source: None,
            native_rotation_days: None,
            unwraps_files: false,
        }
    }
}

impl KmsKeys {
    /// A KMS key that shall hold the current version of a key of the keystore's group.
    pub(super) async fn kms_key_of(
        &self,
        to: &Destination,
        key: &ManagedKey,
        name: Name,
        properties: Properties,
    ) -> Result<KmsKey, AppError> {
        self.refuse_other_group(to, key)?;
        self.designed(to, name, Holds::current_of(key), properties)
            .await
    }

    pub(super) fn refuse_other_group(
        &self,
        to: &Destination,
        key: &ManagedKey,
    ) -> Result<(), AppError> {
        if key.group == to.keystore.group {
            return Ok(());
        }
        Err(AppError::OtherGroup {
            key: key.name.to_string(),
            keystore: to.keystore.name.to_string(),
        })
    }

    /// A KMS key that nothing is stored of yet, refused where its name or an alias is taken.
    pub(super) async fn designed(
        &self,
        to: &Destination,
        name: Name,
        holds: Holds,
        properties: Properties,
    ) -> Result<KmsKey, AppError> {
        match holds.version {
            Some(_) => to.policy.check_import(holds.spec)?,
            None => to.policy.check_spec(holds.spec)?,
        }
        self.refuse_taken_name(to.keystore.id, &name, None).await?;
        let intent = self.first_intent(to, holds, properties)?;
        self.refuse_taken_aliases(&to.connection, &intent.places, &intent.aliases, None)
            .await?;
        Ok(KmsKey {
            source: holds.source,
            ..self.new_kms_key(to, name, intent)
        })
    }

    pub(super) async fn destination(
        &self,
        permit: &Permit,
        keystore: &str,
    ) -> Result<Destination, AppError> {
        let keystore = self.shared.find_keystore(permit, keystore).await?;
        let connection = self.shared.connection_of(keystore.connection).await?;
        let account = account_of(&connection)?.clone();
        let policy = self.shared.crypto_policy_of(keystore.group).await?;
        Ok(Destination {
            keystore,
            connection,
            account,
            policy,
        })
    }

    /// The intent of a new KMS key, refused here where AWS or the planner would refuse it later.
    fn first_intent(
        &self,
        to: &Destination,
        holds: Holds,
        properties: Properties,
    ) -> Result<Intent, AppError> {
        let regions = regions_of(&to.keystore, properties.regions)?;
        let now = self.shared.now();
        let mut request = CreateRequest::new(regions, holds.version);
        request.spec = Some(holds.spec);
        request.usage = properties.usage;
        request.aliases = properties.aliases.into_iter().collect::<BTreeSet<_>>();
        request.tags = properties.tags;
        request.description = properties.description;
        request.multi_region = properties.multi_region;
        request.validity = properties.validity.map(|stay| stay.validity(now));
        request.enabled = !properties.disabled;
        request.rotation = properties.rotation;
        request.native_rotation_days = holds.native_rotation_days;
        let mut intent = operation::create(&to.keystore.template, request, now)?;
        if holds.unwraps_files && intent.shape.usage == KeyUsage::EncryptDecrypt {
            return Err(MixedPurpose.into());
        }
        check_outlasts(intent.valid_days, intent.rotation.as_ref(), now)?;
        intent.policy = Some(policy_for(to, &intent, properties.policy)?);
        let first = plan(&intent, &empty_view(&intent), now);
        match first.decision {
            Decision::Blocked(blocked) => Err(blocked.into()),
            Decision::Steps(_) | Decision::Wait { .. } => Ok(intent),
        }
    }

    pub(super) fn new_kms_key(&self, to: &Destination, name: Name, intent: Intent) -> KmsKey {
        let now = self.shared.now();
        let ids = (
            KmsKeyId::new(self.shared.new_uuid()),
            OperationId::new(self.shared.new_uuid()),
        );
        let home = Home {
            group: to.keystore.group,
            keystore: to.keystore.id,
            connection: to.connection.id,
        };
        KmsKey::new(ids, name, home, intent, now)
    }

    /// An alias that points at any other key than `own` is in the way: only a rotation has a predecessor.
    pub(super) async fn refuse_taken_aliases(
        &self,
        connection: &Connection,
        places: &[Region],
        aliases: &BTreeSet<AliasName>,
        own: Option<&KmsKeyArn>,
    ) -> Result<(), AppError> {
        if aliases.is_empty() {
            return Ok(());
        }
        let link = self.shared.links.of(connection, "keyferry-read").await?;
        let looks = places.iter().flat_map(|region| {
            let kms = link.kms(region);
            aliases.iter().map(move |alias| {
                let kms = std::sync::Arc::clone(&kms);
                async move { Ok::<_, AppError>((alias, kms.alias_target(alias).await)) }
            })
        });
        for (alias, target) in try_join_all(looks).await? {
            let target = target.map_err(AppError::aws(format!("looking for {alias}")))?;
            let is_own = |key_id: &String| own.is_some_and(|own| own.key_id() == key_id);
            if let Some(key_id) = target.filter(|key_id| !is_own(key_id)) {
                return Err(Blocked::ForeignAlias {
                    alias: alias.clone(),
                    key_id,
                }
                .into());
            }
        }
        Ok(())
    }

    /// One job that makes all of these.
    pub(super) async fn start_creation(
        &self,
        actor: &Actor,
        action: Action,
        kms_keys: Vec<KmsKey>,
        asked: Option<Asked>,
        mut batch: Batch,
    ) -> Result<Answer, AppError> {
        let Some(first) = kms_keys.first() else {
            return Err(AppError::Invalid {
                field: "keystores",
                why: "name at least one keystore".to_owned(),
            });
        };
        let mut targets = Vec::new();
        for kms_key in &kms_keys {
            targets.push((kms_key.id.into(), self.lane(kms_key).await?));
            batch.push(Change::PutKmsKey(kms_key.clone(), Expect::New));
        }
        let request = JobRequest {
            kind: action.as_str().to_owned(),
            actor: actor.to_string(),
            asked,
            priority: Priority::Interactive,
            title: format!("{action} {}", first.name),
            targets,
            request: None,
        };
        self.start(actor, action, request, &mut batch, kms_keys)
            .await
    }
}

fn regions_of(keystore: &Keystore, wanted: Vec<Region>) -> Result<Vec<Region>, AppError> {
    if wanted.is_empty() {
        return Ok(keystore.regions.iter().take(1).cloned().collect());
    }
    check_in_keystore(keystore, &wanted)?;
    Ok(wanted)
}

/// Refuses Regions that the keystore does not have.
pub(super) fn check_in_keystore(keystore: &Keystore, wanted: &[Region]) -> Result<(), AppError> {
    let has = |region: &&Region| keystore.regions.contains(region);
    match wanted.iter().find(|region| !has(region)) {
        Some(unknown) => Err(AppError::RegionNotInUse {
            region: unknown.to_string(),
            of: "keystore",
        }),
        None => Ok(()),
    }
}

/// The policy is always explicit: a key is adopted after a lost answer only if its policy is ours.
fn policy_for(
    to: &Destination,
    intent: &Intent,
    choice: PolicyChoice,
) -> Result<PolicyDocument, AppError> {
    let default = || key_policy::build(&to.account, intent.shape, &KeyAccess::default());
    let policy = match choice {
        PolicyChoice::Template => match &intent.policy {
            Some(policy) => policy.clone(),
            None => default()?,
        },
        PolicyChoice::Access(access) => key_policy::build(&to.account, intent.shape, &access)?,
        PolicyChoice::Json(text) => parse_policy(&text)?,
    };
    if !key_policy::keeps_us_in(&policy, &to.account, None) {
        return Err(Blocked::PolicyLocksUsOut.into());
    }
    Ok(policy)
}

/// AWS before anything exists.
fn empty_view(intent: &Intent) -> View {
    View {
        places: intent
            .places
            .iter()
            .map(|region| (region.clone(), Place::default()))
            .collect(),
        importable: intent.current.into_iter().collect(),
        ..View::default()
    }
}

pub(super) fn planned_first(kms_key: KmsKey, now: jiff::Timestamp) -> Planned {
    let plan = plan(&kms_key.intent, &empty_view(&kms_key.intent), now);
    Planned {
        kms_key,
        plan,
        is_as_wanted: false,
    }
}
