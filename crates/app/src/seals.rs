//! Opening and closing the vault.

use std::sync::Arc;

use jiff::Timestamp;
use keyferry_audit::Outcome;
use keyferry_domain::id::SealId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{Batch, Change, Expect, Seal, SealedKeyring};
use keyferry_ports::secret::SecretText;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

/// Whether the vault is open, and what can open it. Tells nothing secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealStatus {
    /// Whether `init` has been run.
    pub is_initialized: bool,
    /// Whether the vault is open.
    pub is_open: bool,
    /// Its seals.
    pub seals: Vec<SealSummary>,
}

/// One seal, without its contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealSummary {
    /// Identity.
    pub id: SealId,
    /// Its name.
    pub name: Name,
    /// `passphrase`.
    pub kind: String,
    /// When added.
    pub created_at: Timestamp,
}

/// A vault just made, in its own format: the first seal and the keyring under it.
#[derive(Debug)]
pub struct FirstSeal {
    /// The seal's name.
    pub name: Name,
    /// The seal's kind, such as `passphrase`.
    pub kind: String,
    /// The root key under the seal.
    pub sealed_root: Vec<u8>,
    /// The keyring under the root key.
    pub keyring: Vec<u8>,
}

/// Use cases of seals.
pub struct Seals {
    shared: Arc<Shared>,
}

impl Seals {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Stores a new vault. Only while there is none.
    ///
    /// # Errors
    ///
    /// [`AppError::NameTaken`] where this installation has a vault already.
    pub async fn initialize(&self, first: FirstSeal) -> Result<(), AppError> {
        let records = &self.shared.ports.records;
        if records.find_keyring().await?.is_some() {
            return Err(AppError::NameTaken {
                what: "vault",
                name: first.name.to_string(),
            });
        }
        let now = self.shared.now();
        let seal = Seal {
            id: SealId::new(self.shared.new_uuid()),
            name: first.name,
            kind: first.kind,
            sealed_root: first.sealed_root,
            created_at: now,
        };
        let about = object("seal", seal.id, &seal.name);
        let actor = Actor::System.to_string();
        let fact = Fact::outcome(&actor, "seal.initialize", Outcome::Ok, about, now);
        let keyring = SealedKeyring {
            bytes: first.keyring,
            revision: 1,
        };
        let batch = Batch::new()
            .with(Change::InsertSeal(seal))
            .with(Change::PutKeyring(keyring, Expect::New))
            .with(fact.change());
        Ok(self.shared.commit(batch).await?)
    }

    /// Whether the vault is open. Anybody may ask.
    pub async fn status(&self) -> Result<SealStatus, AppError> {
        let ports = &self.shared.ports;
        let seals = ports.records.list_seals().await?;
        Ok(SealStatus {
            is_initialized: ports.records.find_keyring().await?.is_some(),
            is_open: ports.vault.is_open(),
            seals: seals.into_iter().map(summary).collect(),
        })
    }

    /// Opens the vault with a passphrase. On an open vault it checks the passphrase all the same.
    ///
    /// # Errors
    ///
    /// [`AppError::WrongPassphrase`].
    pub async fn unseal(
        &self,
        actor: &Actor,
        passphrase: &SecretText,
    ) -> Result<SealStatus, AppError> {
        self.shared.permit(actor, Action::SealUnseal).await?;
        let ports = &self.shared.ports;
        let seals = ports.records.list_seals().await?;
        let keyring = ports
            .records
            .find_keyring()
            .await?
            .ok_or(AppError::NotFound {
                what: "keyring",
                selector: "this installation (run `keyferry init` first)".to_owned(),
            })?;
        let was_open = ports.vault.is_open();
        let opened = ports
            .seal_control
            .unseal(&seals, &keyring, passphrase)
            .await?;
        let seal = opened
            .and_then(|id| seals.iter().find(|seal| seal.id == id))
            .ok_or(AppError::WrongPassphrase)?;
        let recorded = self.record(actor, Action::SealUnseal, seal).await;
        // What cannot be written does not happen: access may have ended meanwhile.
        if recorded.is_err() && !was_open {
            ports.seal_control.seal();
        }
        recorded?;
        self.shared.engine.wake();
        self.status().await
    }

    /// Closes the vault: nothing that needs key material works until it is opened again.
    pub async fn seal(&self, actor: &Actor) -> Result<SealStatus, AppError> {
        self.shared.permit(actor, Action::SealSeal).await?;
        self.shared.ports.seal_control.seal();
        self.shared.links.clear();
        let seals = self.shared.ports.records.list_seals().await?;
        if let Some(seal) = seals.first() {
            self.record(actor, Action::SealSeal, seal).await?;
        }
        self.status().await
    }

    async fn record(&self, actor: &Actor, action: Action, seal: &Seal) -> Result<(), AppError> {
        let about = object("seal", seal.id, &seal.name);
        let fact = Fact::done(actor, action, about, self.shared.now());
        let batch = Batch::new().with(fact.change());
        Ok(self.shared.commit(batch).await?)
    }
}

fn summary(seal: Seal) -> SealSummary {
    SealSummary {
        id: seal.id,
        name: seal.name,
        kind: seal.kind,
        created_at: seal.created_at,
    }
}
