//! Binding: a KMS key with material from elsewhere, or without any, gets a key in the vault as its source.
//!
//! What it holds is proved before it counts as ours: AWS compares bytes that are imported again with those that it has,
//! and asymmetric keys show their public half.

use std::collections::BTreeSet;

use keyferry_domain::adoption::{self, NotAdoptable};
use keyferry_domain::former::Wish as FormerWish;
use keyferry_domain::id::JobId;
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::key_operation::{KeyOperation, MixedPurpose};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::operation::{self, Binding, Refusal};
use keyferry_domain::plan::Blocked;
use keyferry_domain::planner::plan;
use keyferry_domain::spec::KeyUsage;
use keyferry_domain::validity::Validity;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_domain::view::{Field, KeyState, Place, View};
use keyferry_ports::records::Priority;

use crate::action::Action;
use crate::actor::Actor;
use crate::driver::error_of;
use crate::error::AppError;
use crate::key_versions::{check_current_is_active, refuse_without_copy};
use crate::rights::{Object, Permit};

use super::change::Wish;
use super::create::Destination;
use super::sight::Sight;
use super::{Answer, KmsKeys, Mode, Planned};

/// A KMS key to bind to a key in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindKey {
    /// The keystore, by id or name.
    pub keystore: String,
    /// The KMS key: ARN, AWS's key id or alias, and where it was adopted, its id or name. It is adopted first where
    /// nobody manages it.
    pub kms_key: String,
    /// What it is bound to.
    pub claim: Claim,
}

/// Of which key a KMS key's materials are said to be versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The key, by id or name.
    pub key: String,
    /// The version that the oldest material is; `None` is the key's oldest.
    pub first_version: Option<VersionNumber>,
}

/// A KMS key as it is in AWS now.
pub(super) struct Found {
    pub(super) kms_key: KmsKey,
    /// Whether there is a record of it.
    pub(super) is_managed: bool,
}

/// The key to bind to, and its versions, oldest first.
pub(super) struct Source {
    pub(super) key: ManagedKey,
    pub(super) versions: Vec<KeyVersion>,
}

impl KmsKeys {
    /// Makes a key in the vault the source of a KMS key. An empty one gets the key's current version; of a filled one each
    /// material is proved to be a version, the oldest the first. Where one is not, nothing was changed, and the KMS key stays
    /// as it was.
    ///
    /// # Errors
    ///
    /// Why the KMS key cannot be adopted into the keystore, or not be bound to the key; [`AppError::WrongMaterial`] where
    /// its public key is another.
    pub async fn bind(
        &self,
        actor: &Actor,
        command: BindKey,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let action = Action::KmsKeyBind;
        let permit = self.shared.permit(actor, action).await?;
        let wish = Wish::new(action, Priority::Interactive, &command);
        let asked = mode.asks(wish.digest);
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        let to = self.destination(&permit, &command.keystore).await?;
        let found = self.find_for(actor, &permit, &to, &command.kms_key).await?;
        let after = self
            .claimed(&permit, &to, &found.kms_key, &command.claim)
            .await?;
        if mode.dry_run {
            return self.planned_binding(actor, found, after).await;
        }
        let (before, after) = self.adopted(actor, found, after).await?;
        self.carry_out(actor, mode, wish, &before, after).await
    }

    /// The KMS key as it is managed, which it is from now on, and as it shall be, with the name that it has here.
    pub(super) async fn adopted(
        &self,
        actor: &Actor,
        found: Found,
        after: KmsKey,
    ) -> Result<(KmsKey, KmsKey), AppError> {
        let mut before = found.kms_key;
        if !found.is_managed {
            let permit = self.shared.permit(actor, Action::KmsKeyAdopt).await?;
            permit.check(&Object::kms_key(&before))?;
            before = self.adopt_one(actor, before).await?;
        }
        let name = before.name.clone();
        Ok((before, KmsKey { name, ..after }))
    }

    async fn adopt_one(&self, actor: &Actor, kms_key: KmsKey) -> Result<KmsKey, AppError> {
        let name = kms_key.name.to_string();
        let taken = self.take_in(actor, vec![kms_key]).await?;
        let mut adopted = taken.adopted.into_iter();
        adopted
            .next()
            .ok_or_else(|| NotAdoptable::AlreadyManaged { name }.into())
    }

    /// The KMS key that is meant, and what AWS shows of it.
    pub(super) async fn find_for(
        &self,
        actor: &Actor,
        permit: &Permit,
        to: &Destination,
        selector: &str,
    ) -> Result<Found, AppError> {
        if let Some(known) = self.known(permit, to, selector).await? {
            return self.looked_at(actor, known).await;
        }
        let arn = self.arn_of(to, selector).await?;
        let arn = arn.ok_or_else(|| AppError::NotFound {
            what: "KMS key",
            selector: selector.to_owned(),
        })?;
        if let Some(known) = self.known(permit, to, &arn.to_string()).await? {
            return self.looked_at(actor, known).await;
        }
        Ok(Found {
            kms_key: Sight::new(self, actor, to).await?.adoptable(&arn).await?,
            is_managed: false,
        })
    }

    /// The one that is managed already, in this keystore.
    pub(super) async fn known(
        &self,
        permit: &Permit,
        to: &Destination,
        selector: &str,
    ) -> Result<Option<KmsKey>, AppError> {
        let known = match self.find(permit, selector).await {
            Ok(known) => known,
            Err(AppError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        if matches!(known.intent.life, Life::Deleted | Life::Released) {
            return Ok(None);
        }
        if known.keystore != to.keystore.id {
            let name = known.name.to_string();
            return Err(NotAdoptable::AlreadyManaged { name }.into());
        }
        Ok(Some(known))
    }

    pub(super) async fn looked_at(&self, actor: &Actor, known: KmsKey) -> Result<Found, AppError> {
        let pacer = self.shared.engine.pacer();
        let looked = self.driver.look(known.id, actor.to_string(), pacer).await;
        let (mut kms_key, places) = looked.map_err(error_of)?;
        kms_key.observe(places, false);
        Ok(Found {
            kms_key,
            is_managed: true,
        })
    }

    /// The KMS key with the key as its source: everything that can be said before anything is sent.
    pub(super) async fn claimed(
        &self,
        permit: &Permit,
        to: &Destination,
        kms_key: &KmsKey,
        claim: &Claim,
    ) -> Result<KmsKey, AppError> {
        let key = self.shared.find_key(permit, &claim.key).await?;
        let versions = self.shared.ports.records.list_versions(key.id).await?;
        refuse_without_copy(&key, &versions, |_| true)?;
        let source = Source { key, versions };
        self.bound_to(to, kms_key, &source, claim.first_version)
            .await
    }

    /// The same with a key that need not be stored yet.
    pub(super) async fn bound_to(
        &self,
        to: &Destination,
        kms_key: &KmsKey,
        source: &Source,
        first_version: Option<VersionNumber>,
    ) -> Result<KmsKey, AppError> {
        // What is being replaced gets its end from its successor.
        self.refuse_second_successor(kms_key).await?;
        let key = &source.key;
        self.refuse_other_group(to, key)?;
        let usable = |version: &&KeyVersion| {
            version.state != VersionState::Destroyed
                && Some(version.identity.version) >= first_version
        };
        let binding = Binding {
            spec: key.spec,
            versions: source
                .versions
                .iter()
                .filter(usable)
                .map(|version| version.identity.version)
                .collect(),
            current: key.current,
            lifetime: to.keystore.template.lifetime,
            held: held(kms_key)?,
        };
        match binding.held.is_empty() {
            true => to.policy.check_import(key.spec)?,
            // What is there already stays: its material is imported once more, to prove it.
            false => to.policy.wrapping_for(key.spec).map(|_| ())?,
        }
        let intent =
            operation::bind(&kms_key.intent, &binding, self.shared.now())?.or(&kms_key.intent);
        let unwraps_files = key.permitted.contains(&KeyOperation::UnwrapFile);
        if unwraps_files && intent.shape.usage == KeyUsage::EncryptDecrypt {
            return Err(MixedPurpose.into());
        }
        let after = KmsKey {
            source: Some(key.id),
            intent,
            ..kms_key.clone()
        };
        if binding.held.is_empty() {
            check_current_is_active(key, &source.versions)?;
            refuse_grants(kms_key)?;
        } else if key.spec.is_asymmetric() && is_filled(kms_key) {
            self.compare_public_keys(to, &after, source).await?;
            return Ok(KmsKey {
                held_material: true,
                ..after
            });
        }
        Ok(after)
    }

    /// Asymmetric keys show what they are: nothing is imported to prove it.
    async fn compare_public_keys(
        &self,
        to: &Destination,
        kms_key: &KmsKey,
        source: &Source,
    ) -> Result<(), AppError> {
        let field = "ARN";
        let arn = kms_key
            .arn
            .as_ref()
            .ok_or(NotAdoptable::NoAccess { field })?;
        let link = self
            .shared
            .links
            .of(&to.connection, "keyferry-read")
            .await?;
        let shown = link.kms(arn.region()).public_key(arn).await;
        let shown = shown.map_err(AppError::aws(format!("reading the public key of {arn}")))?;
        let mut versions = source.versions.iter();
        let ours = versions
            .find(|version| Some(version.identity.version) == kms_key.intent.current)
            .and_then(|version| version.public_key.as_ref());
        if ours == Some(&shown) {
            return Ok(());
        }
        Err(AppError::WrongMaterial {
            name: kms_key.name.to_string(),
            key: source.key.name.to_string(),
        })
    }

    pub(super) async fn planned_binding(
        &self,
        actor: &Actor,
        found: Found,
        after: KmsKey,
    ) -> Result<Answer, AppError> {
        if !found.is_managed {
            return Ok(self.planned_unstored(found.kms_key, after));
        }
        let after = self.remembering(found.kms_key, after);
        Ok(Answer::Planned(vec![self.planned(after, actor).await?]))
    }

    /// The plan by what AWS showed just now, where the KMS key or its key is not stored yet.
    pub(super) fn planned_unstored(&self, before: KmsKey, after: KmsKey) -> Answer {
        let after = self.remembering(before, after);
        let versions = after.intent.versions.iter();
        let view = View {
            places: after.observed.clone(),
            importable: versions
                .map(|wanted| wanted.number)
                .collect::<BTreeSet<_>>(),
            held_material: after.held_material,
            is_binding: true,
            ..View::default()
        };
        let plan = plan(&after.intent, &view, self.shared.now());
        Answer::Planned(vec![Planned {
            kms_key: after,
            plan,
            is_as_wanted: false,
        }])
    }

    fn remembering(&self, before: KmsKey, mut after: KmsKey) -> KmsKey {
        let wish = FormerWish {
            intent: before.intent,
            held: before.held,
        };
        after.remember(JobId::new(self.shared.new_uuid()), Some(wish));
        after
    }
}

/// Until when each material stays that belongs to the KMS key for good, the oldest first.
///
/// # Errors
///
/// Where its materials cannot be read, one waits for a rotation, or a replica keeps one for another time.
fn held(kms_key: &KmsKey) -> Result<Vec<Validity>, AppError> {
    let field = "key state";
    let primary = primary_of(kms_key).ok_or(NotAdoptable::NoAccess { field })?;
    for (region, place) in &kms_key.observed {
        if kms_key.intent.shape.spec.is_symmetric() && place.materials == Field::Unreadable {
            let field = "key materials";
            return Err(NotAdoptable::NoAccess { field }.into());
        }
        let mut all = place.materials.value().into_iter().flatten();
        if all.any(|material| !material.state.is_permanent()) {
            return Err(Blocked::ForeignPendingMaterial.into());
        }
        if adoption::expire_differently(primary, place) {
            let (field, region) = ("key material's expiry", region.clone());
            return Err(NotAdoptable::PlacesDiffer { field, region }.into());
        }
    }
    Ok(adoption::holds(primary))
}

fn primary_of(kms_key: &KmsKey) -> Option<&Place> {
    kms_key.observed.get(kms_key.intent.primary()?)
}

/// Whether its public key can be read.
fn is_filled(kms_key: &KmsKey) -> bool {
    let described = primary_of(kms_key).and_then(|place| place.described.value());
    described.is_some_and(|described| described.state != KeyState::PendingImport)
}

/// Whoever has a grant on an empty KMS key could use what comes into it.
fn refuse_grants(kms_key: &KmsKey) -> Result<(), AppError> {
    for place in kms_key.observed.values() {
        match &place.grants {
            Field::Value(grants) if !grants.is_empty() => return Err(Refusal::Granted.into()),
            Field::Value(_) | Field::Absent => {}
            Field::Unreadable => return Err(NotAdoptable::NoAccess { field: "grants" }.into()),
        }
    }
    Ok(())
}
