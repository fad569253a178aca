//! The audit log: reading, signed checkpoints, proofs, tiles, and what happens when it is not the log that was signed.

mod notary;
mod quarantine;
mod signing;
mod tree;

use std::sync::Arc;

use keyferry_audit::{
    Checkpoint, Entry, Hash, NoteVerifier, SignedNote, Span, TILE_WIDTH, Tile, TileKind,
    bundle_bytes, hash_tile_bytes,
};
use keyferry_ports::records::{
    AuditCheckpoint, AuditFilter, AuditKey, AuditRecord, Batch, Change, Page, PageOf, RecordsError,
};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

pub use notary::Notary;
pub use quarantine::{Distrust, Quarantine};

pub(crate) use tree::Tree;

/// The longest reason that a person gives, in characters.
const REASON_MAX: usize = 500;

/// An entry with its place in the log.
#[derive(Clone, Debug)]
pub struct PlacedEntry {
    /// Place, from 0.
    pub index: u64,
    /// RFC 6962 leaf hash.
    pub hash: [u8; 32],
    /// What happened.
    pub entry: Entry,
}

/// Use cases of the audit log.
pub struct Audits {
    shared: Arc<Shared>,
}

impl Audits {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// A page of entries that match, newest first: of the whole log, or of the groups whose log the actor may read.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: &AuditFilter,
        page: &Page,
    ) -> Result<PageOf<PlacedEntry>, AppError> {
        let permit = self.shared.permit(actor, Action::AuditRead).await?;
        let filter = AuditFilter {
            groups: permit.groups()?,
            ..filter.clone()
        };
        let found = self.shared.ports.records.find_leaves(&filter, page).await?;
        let rows = found
            .rows
            .into_iter()
            .map(placed)
            .collect::<Result<_, _>>()?;
        Ok(PageOf {
            rows,
            next: found.next,
        })
    }

    /// Refuses whoever may not read the log of the whole installation: sizes, proofs and tiles tell of every group.
    async fn may_read_all(&self, actor: &Actor) -> Result<(), AppError> {
        let permit = self.shared.permit(actor, Action::AuditRead).await?;
        match permit.is_for_installation()? {
            true => Ok(()),
            false => Err(permit.denied()),
        }
    }

    /// Number of entries.
    pub async fn size(&self, actor: &Actor) -> Result<u64, AppError> {
        self.may_read_all(actor).await?;
        Ok(self.shared.ports.records.audit_size().await?)
    }

    /// The newest signed checkpoint: over every entry where the vault is open, else the last one that was signed, if any.
    ///
    /// # Errors
    ///
    /// [`AppError::Quarantined`] where the log does not go on from what was signed before.
    pub async fn checkpoint(&self, actor: &Actor) -> Result<Signed, AppError> {
        self.may_read_all(actor).await?;
        let shared = &self.shared;
        if shared.ports.vault.is_open() && shared.quarantine.why().is_none() {
            shared.sign_checkpoint().await?;
        }
        self.signed_so_far().await
    }

    async fn signed_so_far(&self) -> Result<Signed, AppError> {
        let records = &self.shared.ports.records;
        Ok(Signed {
            newest: records.latest_checkpoint().await?,
            cosigned: records.latest_cosigned_checkpoint().await?,
            size: records.audit_size().await?,
        })
    }

    /// The key that checks checkpoints; `None` until the vault was open once.
    pub async fn key(&self, actor: &Actor) -> Result<Option<AuditKey>, AppError> {
        self.may_read_all(actor).await?;
        let ports = &self.shared.ports;
        match ports.records.find_audit_key().await? {
            None if ports.vault.is_open() => Ok(Some(self.shared.make_audit_key().await?)),
            found => Ok(found),
        }
    }

    /// The proof that an entry is under the checkpoint of this size.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] where no such checkpoint was signed, or it has no such entry.
    pub async fn inclusion(
        &self,
        actor: &Actor,
        index: u64,
        size: Option<u64>,
    ) -> Result<InclusionProof, AppError> {
        let checkpoint = self.signed(actor, size).await?;
        let tree = Tree::new(&*self.shared.ports.records);
        let proof = tree.inclusion(index, checkpoint.size).await?;
        let hashes = proof.ok_or_else(|| none("audit entry", index))?;
        let span = Span {
            level: 0,
            first: index,
            count: 1,
        };
        let leaf = tree.hashes(span).await?.first().copied();
        Ok(InclusionProof {
            leaf: leaf.ok_or_else(|| none("audit entry", index))?,
            index,
            hashes,
            checkpoint,
        })
    }

    /// The proof that the checkpoint of this size goes on from the log of `old` entries.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] where no such checkpoint was signed, or it is shorter.
    pub async fn consistency(
        &self,
        actor: &Actor,
        old: u64,
        size: Option<u64>,
    ) -> Result<(Vec<Hash>, AuditCheckpoint), AppError> {
        let checkpoint = self.signed(actor, size).await?;
        let tree = Tree::new(&*self.shared.ports.records);
        let proof = tree.consistency(old, checkpoint.size).await?;
        let hashes = proof.ok_or_else(|| none("audit checkpoint", old))?;
        Ok((hashes, checkpoint))
    }

    async fn signed(&self, actor: &Actor, size: Option<u64>) -> Result<AuditCheckpoint, AppError> {
        self.may_read_all(actor).await?;
        let records = &self.shared.ports.records;
        let found = match size {
            Some(size) => records.find_checkpoint(size).await?,
            None => records.latest_checkpoint().await?,
        };
        found.ok_or_else(|| none("audit checkpoint", size.unwrap_or_default()))
    }

    /// The bytes of one tile or bundle, as an export holds it.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] where no checkpoint covers all of it.
    pub async fn tile(&self, actor: &Actor, tile: Tile) -> Result<Vec<u8>, AppError> {
        let checkpoint = self.signed(actor, None).await?;
        let is_there = (1..=TILE_WIDTH).contains(&tile.width) && covers(checkpoint.size, &tile);
        if !is_there {
            return Err(AppError::NotFound {
                what: "audit tile",
                selector: tile.path(),
            });
        }
        let records = &self.shared.ports.records;
        let TileKind::Hashes(level) = tile.kind else {
            let limit = u32::try_from(tile.width).unwrap_or(u32::MAX);
            let leaves = records.list_leaves(tile.first(), limit).await?;
            let bytes: Vec<Vec<u8>> = leaves.into_iter().map(|row| row.leaf.bytes).collect();
            return bundle_bytes(&bytes).map_err(|bad| corrupt(bad.to_string()));
        };
        let span = Span {
            level,
            first: tile.first(),
            count: tile.width,
        };
        let hashes = Tree::new(&**records).hashes(span).await?;
        Ok(hash_tile_bytes(&hashes))
    }

    /// Keeps the cosignatures of a note with the checkpoint that it is of. Who the witnesses are is for those who verify to
    /// know; what the log signed itself stays as it is.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] where the note is no checkpoint of this log, [`AppError::NotFound`] where it is none that was kept.
    pub async fn add_cosignature(
        &self,
        actor: &Actor,
        note: &str,
    ) -> Result<AuditCheckpoint, AppError> {
        self.shared
            .permit(actor, Action::AuditAddCosignature)
            .await?;
        let records = &self.shared.ports.records;
        let key = records.find_audit_key().await?;
        let key = key.and_then(|key| NoteVerifier::parse(&key.verifier).ok());
        let key = key.ok_or_else(|| none("audit checkpoint", 0))?;
        let bad = |error: &dyn std::fmt::Display| AppError::Invalid {
            field: "note",
            why: error.to_string(),
        };
        let checkpoint = Checkpoint::open(note, &key).map_err(|error| bad(&error))?;
        let found = records.find_checkpoint(checkpoint.size).await?;
        let found = found.ok_or_else(|| none("audit checkpoint", checkpoint.size))?;
        let given = SignedNote::parse(note).map_err(|error| bad(&error))?;
        let mut kept =
            SignedNote::parse(&found.note).map_err(|error| corrupt(error.to_string()))?;
        let added = kept
            .take_signatures_of(&given)
            .map_err(|error| bad(&error))?;
        let row = AuditCheckpoint {
            note: kept.to_string(),
            ..found.clone()
        };
        Checkpoint::open(&row.note, &key).map_err(|error| bad(&error))?;
        if added > 0 {
            let about = object("audit-checkpoint", row.size, row.size);
            let fact = Fact::done(actor, Action::AuditAddCosignature, about, self.shared.now());
            let put = Change::PutCheckpointNote {
                size: row.size,
                seen: found.note,
                note: row.note.clone(),
            };
            let batch = Batch::new().with(put).with(fact.change());
            self.shared.commit(batch).await?;
        }
        Ok(row)
    }

    /// Goes on with the database as it is: a person has found out why it is another than this server saw. Keeps that in the
    /// log with the reason, signs it, and ends the quarantine of this server.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] where there is no quarantine or no reason; the vault must be open.
    pub async fn accept_rollback(&self, actor: &Actor, reason: &str) -> Result<Signed, AppError> {
        self.shared
            .permit(actor, Action::AuditAcceptRollback)
            .await?;
        let shared = &self.shared;
        let invalid = |why: &str| AppError::Invalid {
            field: "reason",
            why: why.to_owned(),
        };
        let why = shared
            .quarantine
            .why()
            .ok_or_else(|| invalid("this server is not in quarantine"))?;
        let length = reason.trim().chars().count();
        if !(1..=REASON_MAX).contains(&length) {
            return Err(invalid("give it in 1 to 500 characters"));
        }
        if !shared.ports.vault.is_open() {
            return Err(AppError::Vault(keyferry_ports::vault::VaultError::Sealed));
        }
        let mark = shared.ports.marks.read().ok().flatten();
        let about = object("audit-log", "log", "audit log");
        let fact = Fact::done(actor, Action::AuditAcceptRollback, about, shared.now())
            .detail("reason", reason.trim())
            .detail("found", &why)
            .detail("mark", mark.unwrap_or_default());
        let mut batch = Batch::new().with(fact.change());
        batch.changes.extend(shared.log_is_trusted().await?);
        shared.commit(batch).await?;
        if shared.is_trial {
            return self.signed_so_far().await;
        }
        shared.sign_whatever_came().await?;
        shared.rights.forget();
        shared.quarantine.leave();
        shared.engine.wake();
        self.signed_so_far().await
    }
}

/// How much was logged, and what of it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Number of entries.
    pub size: u64,
    /// The newest checkpoint.
    pub newest: Option<AuditCheckpoint>,
    /// The newest one with a witness's cosignature.
    pub cosigned: Option<AuditCheckpoint>,
}

/// The proof that an entry is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// The entry's place.
    pub index: u64,
    /// Its hash.
    pub leaf: Hash,
    /// The hashes that lead to the root, lowest first.
    pub hashes: Vec<Hash>,
    /// The checkpoint with that root.
    pub checkpoint: AuditCheckpoint,
}

/// Whether every hash or entry of a tile belongs to a log of this size.
fn covers(size: u64, tile: &Tile) -> bool {
    let level = match tile.kind {
        TileKind::Entries => 0,
        TileKind::Hashes(level) => level,
    };
    let below = level.checked_mul(8).and_then(|bits| size.checked_shr(bits));
    let end = tile
        .index
        .checked_mul(TILE_WIDTH)
        .and_then(|first| first.checked_add(tile.width));
    end.is_some_and(|end| end <= below.unwrap_or(0))
}

fn none(what: &'static str, which: u64) -> AppError {
    AppError::NotFound {
        what,
        selector: which.to_string(),
    }
}

fn corrupt(why: String) -> AppError {
    AppError::Records(RecordsError::Corrupt {
        what: "audit entry",
        why,
    })
}

fn placed(record: AuditRecord) -> Result<PlacedEntry, AppError> {
    let entry =
        Entry::from_leaf_bytes(&record.leaf.bytes).map_err(|error| corrupt(error.to_string()))?;
    Ok(PlacedEntry {
        index: record.index,
        hash: record.leaf.hash,
        entry,
    })
}
