//! Rotation of many KMS keys as one job: a key in the vault with what was made from it, or a whole keystore. What
//! cannot be rotated is told, and the others go on.

use std::collections::BTreeMap;

use keyferry_domain::id::{GroupId, KeyId};
use keyferry_domain::key::ManagedKey;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::name::Name;
use keyferry_domain::schedule::SourceRotation;
use keyferry_domain::version::VersionNumber;
use keyferry_engine::Asked;
use keyferry_ports::records::{Job, KmsKeyFilter, Page, Priority};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::keys::AfterVersion;
use crate::log::object;
use crate::repeated::Digest;
use crate::rights::{Object, Permit};

use super::rotate::RotationMethod;
use super::rotation::source_of;
use super::together::{Order, Round};
use super::{KmsKeys, Mode, Planned};

/// KMS keys read at once.
const PAGE: u32 = 1_000;

/// Which KMS keys rotate with their source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copies {
    /// None: the key gets a new version, and nothing goes to AWS.
    None,
    /// All that are ACTIVE.
    All,
    /// These, by id, name, ARN or alias.
    Chosen(Vec<String>),
}

/// A rotation of a key in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotateKey {
    /// With which KMS keys.
    pub copies: Copies,
    /// How they rotate.
    pub method: RotationMethod,
    /// Whether the former versions stay active.
    pub keep_former_active: bool,
}

/// What came of a rotation of many, or would.
#[derive(Debug, Default)]
pub struct Rotations {
    /// The job; `None` where nothing goes to AWS, and in a dry run.
    pub job: Option<Job>,
    /// The keys with the versions that were made, or would be.
    pub versions: Vec<(Name, VersionNumber)>,
    /// The KMS keys as they are wanted now; successors too.
    pub kms_keys: Vec<KmsKey>,
    /// What would be done, in a dry run.
    pub planned: Vec<Planned>,
    /// What does not rotate.
    pub refused: Vec<NotRotated>,
}

/// A KMS key that does not rotate with the others.
#[derive(Debug)]
pub struct NotRotated {
    /// Which, as it is.
    pub kms_key: KmsKey,
    /// Why.
    pub error: AppError,
}

impl KmsKeys {
    /// Makes a new version of a key, and rotates KMS keys that hold it to this version.
    ///
    /// # Errors
    ///
    /// [`AppError::NameNotConfirmed`] where old KMS keys are emptied and the key's name was not typed;
    /// [`AppError::Invalid`] for a chosen KMS key that was not made from the key.
    pub async fn rotate_key(
        &self,
        actor: &Actor,
        selector: &str,
        command: RotateKey,
        mode: &Mode,
    ) -> Result<Rotations, AppError> {
        let permit = self.shared.permit(actor, Action::KeyRotate).await?;
        let source = self.shared.find_key(&permit, selector).await?;
        let order = order(
            actor,
            Action::KeyRotate,
            "key",
            (source.id.to_string(), &source.name, source.group),
            mode.asks(Digest::of(Action::KeyRotate, &(selector, &command))),
        );
        if let Some(answer) = self.repeated_together(&order).await? {
            return Ok(answer);
        }
        if command.method.empties() {
            self.may_empty(actor, &Object::key(&source)).await?;
            mode.confirms_name("key", &source.name)?;
        }
        let copies = match &command.copies {
            Copies::None => Vec::new(),
            Copies::All => self.active(by_source(source.id)).await?,
            Copies::Chosen(selectors) => self.chosen(&permit, &source, selectors).await?,
        };
        let method = command.method;
        let round = Round {
            source,
            copies: copies.into_iter().map(|key| (key, Ok(method))).collect(),
            former: if command.keep_former_active {
                AfterVersion::KeepFormerActive
            } else {
                AfterVersion::DeactivateFormer
            },
            is_wanted_alone: true,
        };
        self.together(&order, vec![round], mode.dry_run).await
    }

    /// Rotates every ACTIVE KMS key of a keystore, each to a new version of its key.
    ///
    /// # Errors
    ///
    /// [`AppError::NameNotConfirmed`] where old KMS keys are emptied and the keystore's name was not typed.
    pub async fn rotate_keystore(
        &self,
        actor: &Actor,
        selector: &str,
        method: RotationMethod,
        mode: &Mode,
    ) -> Result<Rotations, AppError> {
        let permit = self.shared.permit(actor, Action::KeystoreRotate).await?;
        let keystore = self.shared.find_keystore(&permit, selector).await?;
        let subject = (keystore.id.to_string(), &keystore.name, keystore.group);
        let action = Action::KeystoreRotate;
        let asked = mode.asks(Digest::of(action, &(selector, method)));
        let order = order(actor, action, "keystore", subject, asked);
        if let Some(answer) = self.repeated_together(&order).await? {
            return Ok(answer);
        }
        if method.empties() {
            self.may_empty(actor, &Object::keystore(&keystore)).await?;
            mode.confirms_name("keystore", &keystore.name)?;
        }
        let filter = KmsKeyFilter {
            keystore: Some(keystore.id),
            ..KmsKeyFilter::default()
        };
        let mut by_source: BTreeMap<KeyId, Vec<KmsKey>> = BTreeMap::new();
        let mut refused = Vec::new();
        for kms_key in self.active(filter).await? {
            match (kms_key.source, source_of(&kms_key)) {
                (Some(id), _) => by_source.entry(id).or_default().push(kms_key),
                (None, Err(error)) => refused.push(NotRotated { kms_key, error }),
                (None, Ok(_)) => {}
            }
        }
        let mut rounds = Vec::new();
        for (id, copies) in by_source {
            rounds.push(Round {
                source: self.shared.key_of(id).await?,
                copies: copies.into_iter().map(|key| (key, Ok(method))).collect(),
                former: AfterVersion::DeactivateFormer,
                is_wanted_alone: false,
            });
        }
        let mut answer = self.together(&order, rounds, mode.dry_run).await?;
        answer.refused.append(&mut refused);
        Ok(answer)
    }

    /// Rotates a key whose time has come, as its rule says.
    pub(crate) async fn rotate_key_as_scheduled(
        &self,
        actor: &Actor,
        source: ManagedKey,
        rule: &SourceRotation,
    ) -> Result<Rotations, AppError> {
        self.shared.permit(actor, Action::KeyRotate).await?;
        let copies = if rule.with_copies {
            self.active(by_source(source.id)).await?
        } else {
            Vec::new()
        };
        let subject = (source.id.to_string(), &source.name, source.group);
        let order = Order {
            priority: Priority::Bulk,
            raises_alerts: true,
            ..order(actor, Action::KeyRotate, "key", subject, None)
        };
        let method = |key: KmsKey| {
            let method = RotationMethod::of(&rule.schedule, &key);
            (key, method)
        };
        let round = Round {
            source,
            copies: copies.into_iter().map(method).collect(),
            former: if rule.deactivate_former {
                AfterVersion::DeactivateFormer
            } else {
                AfterVersion::KeepFormerActive
            },
            is_wanted_alone: true,
        };
        self.together(&order, vec![round], false).await
    }

    /// Every ACTIVE KMS key that matches.
    async fn active(&self, filter: KmsKeyFilter) -> Result<Vec<KmsKey>, AppError> {
        let filter = KmsKeyFilter {
            life: Some(Life::Active.as_str().to_owned()),
            ..filter
        };
        let mut found = Vec::new();
        let mut cursor = None;
        loop {
            let page = Page {
                limit: PAGE,
                cursor,
            };
            let part = self
                .shared
                .ports
                .records
                .list_kms_keys(&filter, &page)
                .await?;
            found.extend(part.rows);
            cursor = part.next;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }

    /// Old KMS keys are emptied: that takes a right of its own.
    async fn may_empty(&self, actor: &Actor, of: &Object) -> Result<(), AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyDeactivate).await?;
        permit.check(of)
    }

    async fn chosen(
        &self,
        permit: &Permit,
        source: &ManagedKey,
        selectors: &[String],
    ) -> Result<Vec<KmsKey>, AppError> {
        let mut found: Vec<KmsKey> = Vec::new();
        for selector in selectors {
            let key = self.find(permit, selector).await?;
            if key.source != Some(source.id) {
                return Err(AppError::Invalid {
                    field: "copies",
                    why: format!("{} was not made from the key {}", key.name, source.name),
                });
            }
            if found.iter().all(|one| one.id != key.id) {
                found.push(key);
            }
        }
        Ok(found)
    }
}

fn by_source(source: KeyId) -> KmsKeyFilter {
    KmsKeyFilter {
        source: Some(source),
        ..KmsKeyFilter::default()
    }
}

fn order<'a>(
    actor: &'a Actor,
    action: Action,
    kind: &str,
    (id, name, group): (String, &Name, GroupId),
    asked: Option<Asked>,
) -> Order<'a> {
    Order {
        actor,
        action,
        about: object(kind, id, name),
        group,
        priority: Priority::Interactive,
        asked,
        raises_alerts: false,
    }
}
