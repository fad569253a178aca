//! API keys of applications: shown once, for some actions and keys alone, and ended in time.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::id::{ApplicationId, ApplicationKeyId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{Application, ApplicationKey, Batch, Change, KeyScope, UsedKey};
use keyferry_ports::secret::SecretText;

use super::{Applications, KEY_PREFIX, told};
use crate::access::{Issued, hash, new_secret};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ApplicationError};
use crate::log::Fact;

/// Life of an API key that was asked for without an end.
const LIFE_DEFAULT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// Longest life of an API key.
const LIFE_MAX: SignedDuration = SignedDuration::from_hours(24 * 366);

/// How long a rotated API key goes on working beside the new one, unless said otherwise.
pub const OVERLAP_DEFAULT: SignedDuration = SignedDuration::from_hours(24);

/// The longest such time.
pub const OVERLAP_MAX: SignedDuration = SignedDuration::from_hours(24 * 30);

/// An API key to make.
#[derive(Clone, Debug)]
pub struct NewApplicationKey {
    /// What for.
    pub name: Name,
    /// The words of the actions that it is good for; none is everything that the application may do.
    pub actions: BTreeSet<String>,
    /// Keys in the vault that it is good for, by id or name.
    pub keys: Vec<String>,
    /// KMS keys that it is good for, by id, name, ARN or alias; none of both is every key.
    pub kms_keys: Vec<String>,
    /// Its end; 90 days from now unless given.
    pub expires_at: Option<Timestamp>,
}

impl Applications {
    /// Makes an API key.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] for an action that does not use keys, and an end that is past or more than 366 days off.
    pub async fn create_key(
        &self,
        actor: &Actor,
        selector: &str,
        command: NewApplicationKey,
    ) -> Result<Issued<ApplicationKey>, AppError> {
        let action = Action::ApplicationManageKeys;
        let application = self.find(actor, action, selector).await?;
        let now = self.shared.now();
        let end = command.expires_at.unwrap_or(now + LIFE_DEFAULT);
        let issued = self.issue(&application, command.name.clone(), end)?;
        let issued = Issued {
            record: ApplicationKey {
                scope: self.scope(actor, command).await?,
                ..issued.record
            },
            ..issued
        };
        let fact = key_fact(actor, action, &application, &issued.record, now);
        let batch = Batch::new()
            .with(Change::InsertApplicationKey(issued.record.clone()))
            .with(fact.change());
        self.shared.commit(batch).await?;
        Ok(issued)
    }

    /// All API keys of an application, those that are over included, newest first.
    pub async fn list_keys(
        &self,
        actor: &Actor,
        selector: &str,
    ) -> Result<Vec<ApplicationKey>, AppError> {
        let application = self.find(actor, Action::ApplicationRead, selector).await?;
        let records = &self.shared.ports.records;
        Ok(records.list_application_keys(application.id).await?)
    }

    /// Makes an API key in place of one, for the same and as long. For a while both work.
    ///
    /// # Errors
    ///
    /// [`ApplicationError::KeyIsOver`]; [`AppError::Invalid`] for an overlap of more than 30 days.
    pub async fn rotate_key(
        &self,
        actor: &Actor,
        selector: &str,
        key: &str,
        overlap: Option<SignedDuration>,
    ) -> Result<Issued<ApplicationKey>, AppError> {
        let action = Action::ApplicationManageKeys;
        let application = self.find(actor, action, selector).await?;
        let now = self.shared.now();
        let overlap = overlap.unwrap_or(OVERLAP_DEFAULT);
        if overlap.is_negative() || overlap > OVERLAP_MAX {
            return Err(AppError::Invalid {
                field: "overlap_hours",
                why: "the former API key works on for 0 to 720 hours".to_owned(),
            });
        }
        let old = self.key_called(application.id, key).await?;
        if !old.is_valid(now) || old.replaced_by.is_some() {
            return Err(ApplicationError::KeyIsOver { name: old.name }.into());
        }
        let life = old.expires_at.duration_since(old.created_at);
        let mut issued = self.issue(&application, old.name.clone(), now + life)?;
        issued.record.scope = old.scope.clone();
        let ends = old.expires_at.min(now + overlap);
        let fact = key_fact(actor, action, &application, &issued.record, now)
            .detail("replaces", old.id)
            .detail("replaced_until", ends);
        let batch = Batch::new()
            .with(Change::InsertApplicationKey(issued.record.clone()))
            .with(Change::ReplaceApplicationKey {
                id: old.id,
                by: issued.record.id,
                expires_at: ends,
            })
            .with(fact.change());
        self.shared.commit(batch).await?;
        Ok(issued)
    }

    /// Revokes an API key at once: what was asked for with it and is not written is refused.
    pub async fn revoke_key(
        &self,
        actor: &Actor,
        selector: &str,
        key: &str,
    ) -> Result<ApplicationKey, AppError> {
        let action = Action::ApplicationRevokeKey;
        let application = self.find(actor, action, selector).await?;
        let mut key = self.key_called(application.id, key).await?;
        if key.revoked_at.is_none() {
            let now = self.shared.now();
            key.revoked_at = Some(now);
            let fact = key_fact(actor, action, &application, &key, now);
            let batch = Batch::new()
                .with(Change::RevokeApplicationKey(key.id, now))
                .with(fact.change());
            self.shared.commit(batch).await?;
        }
        Ok(key)
    }

    /// An API key by id; by name the one that is neither revoked nor replaced, else the newest.
    async fn key_called(
        &self,
        application: ApplicationId,
        selector: &str,
    ) -> Result<ApplicationKey, AppError> {
        let records = &self.shared.ports.records;
        let keys = records.list_application_keys(application).await?;
        let id: Option<ApplicationKeyId> = selector.parse().ok();
        let mut called: Vec<ApplicationKey> = keys
            .into_iter()
            .filter(|key| Some(key.id) == id || key.name.as_str() == selector)
            .collect();
        called.sort_by_key(|key| key.revoked_at.is_some() || key.replaced_by.is_some());
        let mut called = called.into_iter();
        called.next().ok_or_else(|| AppError::NotFound {
            what: "API key",
            selector: selector.to_owned(),
        })
    }

    fn issue(
        &self,
        application: &Application,
        name: Name,
        expires_at: Timestamp,
    ) -> Result<Issued<ApplicationKey>, AppError> {
        let now = self.shared.now();
        if expires_at <= now || expires_at > now + LIFE_MAX {
            return Err(AppError::Invalid {
                field: "expires_at",
                why: format!("{expires_at} is not within the next 366 days"),
            });
        }
        let secret: SecretText = new_secret(&self.shared, KEY_PREFIX);
        let record = ApplicationKey {
            id: ApplicationKeyId::new(self.shared.new_uuid()),
            application: application.id,
            name,
            hash: hash(secret.expose()),
            scope: KeyScope::default(),
            created_at: now,
            expires_at,
            revoked_at: None,
            replaced_by: None,
        };
        Ok(Issued { record, secret })
    }

    /// What an API key is to be good for; whoever makes it sees the keys that it names.
    async fn scope(&self, actor: &Actor, command: NewApplicationKey) -> Result<KeyScope, AppError> {
        let mut words = command.actions.iter();
        if let Some(word) = words.find(|word| !Action::is_word_of_use(word)) {
            return Err(AppError::Invalid {
                field: "actions",
                why: format!("`{word}` is no use of keys, such as key.encrypt or kms-key.decrypt"),
            });
        }
        let mut keys = BTreeSet::new();
        if !command.keys.is_empty() {
            let permit = self.shared.permit(actor, Action::KeyRead).await?;
            for selector in &command.keys {
                let found = self.shared.find_key(&permit, selector).await?;
                keys.insert(UsedKey::Key(found.id));
            }
        }
        if !command.kms_keys.is_empty() {
            let permit = self.shared.permit(actor, Action::KmsKeyRead).await?;
            for selector in &command.kms_keys {
                let found = self.shared.find_kms_key(&permit, selector).await?;
                keys.insert(UsedKey::KmsKey(found.id));
            }
        }
        Ok(KeyScope {
            actions: command.actions,
            keys,
        })
    }
}

fn key_fact(
    actor: &Actor,
    action: Action,
    application: &Application,
    key: &ApplicationKey,
    now: Timestamp,
) -> Fact {
    Fact::done(actor, action, told(application), now)
        .detail("api_key", key.id)
        .detail("api_key_name", &key.name)
        .detail("expires_at", key.expires_at)
}
