//! The log's signing key, and signed checkpoints.

use keyferry_audit::{Checkpoint, Hash, NoteSigner, NoteVerifier, SEED_BYTES};
use keyferry_ports::records::{
    AuditCheckpoint, AuditKey, Batch, Change, Expect, RecordsError, Subject,
};
use keyferry_ports::secret::{SecretBytes, SecretText};
use keyferry_ports::vault::VaultError;

use super::quarantine::Distrust;
use super::tree::Tree;
use crate::error::AppError;
use crate::parts::Shared;

/// What the seed is sealed for.
const PURPOSE: &str = "audit-log-key";

/// Random bytes in the log's name.
const NAME_BYTES: usize = 8;

impl Shared {
    /// The key that signs; made where there is none.
    pub(crate) async fn audit_signer(&self) -> Result<NoteSigner, AppError> {
        let key = match self.ports.records.find_audit_key().await? {
            Some(key) => key,
            None => self.make_audit_key().await?,
        };
        let damaged = || {
            AppError::Vault(VaultError::DoesNotOpen {
                what: "the audit log's key".to_owned(),
            })
        };
        let verifier = NoteVerifier::parse(&key.verifier).map_err(|_| damaged())?;
        let seed = self.ports.vault.open_secret(PURPOSE, &key.sealed)?;
        let seed = hex::decode(seed.expose()).map_err(|_| damaged())?;
        let seed = SecretBytes::new(seed.into_boxed_slice());
        let signer =
            NoteSigner::from_seed(verifier.name(), seed.expose()).map_err(|_| damaged())?;
        // The row could be anybody's; the seed is the vault's.
        if *signer.verifier() != verifier {
            return Err(damaged());
        }
        Ok(signer)
    }

    pub(super) async fn make_audit_key(&self) -> Result<AuditKey, AppError> {
        let mut name = [0; NAME_BYTES];
        self.ports.entropy.fill(&mut name);
        let mut seed = vec![0; SEED_BYTES].into_boxed_slice();
        self.ports.entropy.fill(&mut seed);
        let seed = SecretBytes::new(seed);
        let text = SecretText::new(hex::encode(seed.expose()));
        let bad = |error: keyferry_audit::NoteError| {
            AppError::Vault(VaultError::Module {
                what: error.to_string(),
            })
        };
        let origin = format!("keyferry/{}", hex::encode(name));
        let signer = NoteSigner::from_seed(&origin, seed.expose()).map_err(bad)?;
        let key = AuditKey {
            verifier: signer.verifier().to_string(),
            sealed: self.ports.vault.seal_secret(PURPOSE, &text)?,
            created_at: self.now(),
        };
        let batch = Batch::new().with(Change::InsertAuditKey(key.clone()));
        match self.commit(batch).await {
            Ok(()) => Ok(key),
            // Another server made it at the same time.
            Err(RecordsError::Conflict { .. }) => {
                let found = self.ports.records.find_audit_key().await?;
                found.ok_or(AppError::Changed { what: "audit key" })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Signs a checkpoint over everything that is in the log, and keeps it in the database and as this server's mark. A
    /// log that does not go on from what was signed before is not signed: the server goes into quarantine.
    pub(crate) async fn sign_checkpoint(&self) -> Result<Option<AuditCheckpoint>, AppError> {
        if let Some(why) = self.distrust_of_mark().await? {
            self.enter_quarantine(why).await;
            return Err(self.quarantined());
        }
        let signer = self.audit_signer().await?;
        let latest = self.ports.records.latest_checkpoint().await?;
        if let Some(why) = self.distrust_of(latest.as_ref(), signer.verifier()).await? {
            self.enter_quarantine(why).await;
            return Err(self.quarantined());
        }
        self.sign_after(latest, &signer).await
    }

    /// The same, whatever was signed before: a person has decided it.
    pub(super) async fn sign_whatever_came(&self) -> Result<Option<AuditCheckpoint>, AppError> {
        let signer = self.audit_signer().await?;
        let latest = self.ports.records.latest_checkpoint().await?;
        self.sign_after(latest, &signer).await
    }

    async fn sign_after(
        &self,
        latest: Option<AuditCheckpoint>,
        signer: &NoteSigner,
    ) -> Result<Option<AuditCheckpoint>, AppError> {
        let records = &*self.ports.records;
        let size = records.audit_size().await?;
        let before = latest.as_ref().map_or(0, |latest| latest.size);
        if size <= before {
            self.keep_mark(latest.as_ref())?;
            return Ok(latest);
        }
        let nodes = Tree::new(records).grown(before, size).await?;
        let root = Tree::new(records).with(&nodes).root(size).await?;
        let checkpoint = Checkpoint { size, root };
        let note = checkpoint.sign(signer).map_err(AppError::unsigned)?;
        let row = AuditCheckpoint {
            size,
            root: *root.as_bytes(),
            note,
            signed_at: self.now(),
        };
        let batch = Batch::new().with(Change::AppendCheckpoint(row.clone(), nodes));
        let row = match self.commit(batch).await {
            Ok(()) => Some(row),
            // Another server signed at the same time.
            Err(RecordsError::Conflict { .. }) => records.latest_checkpoint().await?,
            Err(error) => return Err(error.into()),
        };
        self.keep_mark(row.as_ref())?;
        Ok(row)
    }

    fn keep_mark(&self, row: Option<&AuditCheckpoint>) -> Result<(), AppError> {
        if self.is_trial {
            return Ok(());
        }
        let Some(row) = row else { return Ok(()) };
        let marks = &self.ports.marks;
        if marks.read().ok().flatten().as_deref() == Some(&row.note) {
            return Ok(());
        }
        Ok(marks.write(&row.note)?)
    }

    /// What is wrong between this server's mark and the database; `None` where nothing is, or there is no mark yet.
    pub(crate) async fn distrust_of_mark(&self) -> Result<Option<Distrust>, AppError> {
        let note = match self.ports.marks.read() {
            Ok(Some(note)) => note,
            Ok(None) => return Ok(None),
            Err(error) => return Ok(Some(Distrust::UnreadableMark { why: error.why })),
        };
        let records = &*self.ports.records;
        let Some(key) = records.find_audit_key().await? else {
            return Ok(Some(Distrust::OtherLog));
        };
        let mark = NoteVerifier::parse(&key.verifier)
            .ok()
            .and_then(|key| Checkpoint::open(&note, &key).ok());
        let Some(mark) = mark else {
            return Ok(Some(Distrust::OtherLog));
        };
        let signed = records.latest_checkpoint().await?.map_or(0, |row| row.size);
        let size = records.audit_size().await?;
        if signed < mark.size || size < mark.size {
            return Ok(Some(Distrust::Shorter {
                marked: mark.size,
                found: size,
            }));
        }
        self.distrust_root(mark.size, mark.root).await
    }

    /// What is wrong between the newest checkpoint of the database and its leaves.
    async fn distrust_of(
        &self,
        latest: Option<&AuditCheckpoint>,
        key: &NoteVerifier,
    ) -> Result<Option<Distrust>, AppError> {
        let Some(latest) = latest else {
            return Ok(None);
        };
        let wanted = Checkpoint {
            size: latest.size,
            root: Hash::from_bytes(latest.root),
        };
        if Checkpoint::open(&latest.note, key).ok().as_ref() != Some(&wanted) {
            return Ok(Some(Distrust::OtherLog));
        }
        let found = self.ports.records.audit_size().await?;
        if found < latest.size {
            return Ok(Some(Distrust::Shorter {
                marked: latest.size,
                found,
            }));
        }
        self.distrust_root(latest.size, wanted.root).await
    }

    async fn distrust_root(&self, size: u64, root: Hash) -> Result<Option<Distrust>, AppError> {
        match Tree::new(&*self.ports.records).root(size).await {
            Ok(found) if found == root => Ok(None),
            Ok(_) | Err(AppError::Records(RecordsError::Corrupt { .. })) => {
                Ok(Some(Distrust::OtherRoot { size }))
            }
            Err(error) => Err(error),
        }
    }

    /// The change that ends the alert about the log.
    pub(super) async fn log_is_trusted(&self) -> Result<Option<Change>, AppError> {
        let open = self
            .open_alert(Subject::AuditLog, super::quarantine::ROLLED_BACK)
            .await?;
        let now = self.now();
        Ok(open.map(|alert| {
            let expect = Expect::Revision(alert.revision);
            let over = keyferry_ports::records::Alert {
                resolved_at: Some(now),
                ..alert
            };
            Change::PutAlert(over, expect)
        }))
    }
}

impl AppError {
    /// The key of the log could not sign.
    pub(crate) fn unsigned(error: impl std::fmt::Display) -> Self {
        Self::Vault(VaultError::Module {
            what: error.to_string(),
        })
    }
}
