//! Receipts: one signed document that proves where a KMS key's material came from and where it went.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keyferry_audit::{
    Entry, Receipt, ReceiptEntry, ReceiptMaterial, ReceiptSource, ReceiptSubject, ReceiptVersion,
    consent_of, consents_told_by, sign_receipt, told_by,
};
use keyferry_domain::approval::Approval;
use keyferry_domain::id::ApprovalId;
use keyferry_domain::key::MaterialOrigin;
use keyferry_domain::kms_key::KmsKey;
use keyferry_ports::records::{AuditFilter, AuditRecord, Page};
use serde_json::Value;

use crate::action::Action;
use crate::actor::Actor;
use crate::audits::Tree;
use crate::error::AppError;
use crate::kms_keys::KmsKeys;
use crate::parts::Shared;

/// Entries in a receipt, at most: the newest of them.
const ENTRIES_MAX: usize = 2_000;

/// Entries in one reading.
const PAGE: u32 = 500;

impl KmsKeys {
    /// What the log proves about a KMS key and its material, signed by the log. The vault must be open.
    ///
    /// # Errors
    ///
    /// The vault is sealed, the server does not trust its database, or there is no such KMS key.
    pub async fn receipt(&self, actor: &Actor, selector: &str) -> Result<Value, AppError> {
        let shared = self.shared();
        let permit = shared.permit(actor, Action::KmsKeyRead).await?;
        let key = self.find(&permit, selector).await?;
        let checkpoint = shared.sign_checkpoint().await?;
        let checkpoint = checkpoint.ok_or_else(|| AppError::NotFound {
            what: "audit checkpoint",
            selector: "newest".to_owned(),
        })?;
        let mut told = shared.told_about(&key.id.to_string()).await?;
        if let Some(source) = key.source {
            told.extend(shared.told_about(&source.to_string()).await?);
        }
        told.retain(|one| one.record.index < checkpoint.size);
        told.sort_by_key(|one| one.record.index);
        told.drain(..told.len().saturating_sub(ENTRIES_MAX));
        let by = told.iter().filter_map(Told::consent).collect();
        let consents = shared.told_of_consents(&key, by).await?;
        told.extend(consents);
        told.retain(|one| one.record.index < checkpoint.size);
        told.sort_by_key(|one| one.record.index);
        let approvals = consents_told_by(told.iter().map(|one| (one.record.index, &one.entry)));
        let entries = shared.proved(&told, checkpoint.size).await?;
        let receipt = Receipt {
            issued_micros: shared.now().as_microsecond(),
            kms_key: shared.subject_of(&key).await?,
            approvals,
            entries,
            checkpoint: checkpoint.note,
        };
        let signer = shared.audit_signer().await?;
        sign_receipt(&receipt, &signer).map_err(AppError::unsigned)
    }
}

/// Where material is from, in the API's words.
pub(crate) fn origin(origin: MaterialOrigin) -> &'static str {
    match origin {
        MaterialOrigin::Generated => "generated",
        MaterialOrigin::Imported => "imported",
        MaterialOrigin::PassedThrough => "passed-through",
    }
}

/// An entry for which a receipt has a word.
pub(crate) struct Told {
    pub(crate) record: AuditRecord,
    entry: Entry,
    what: &'static str,
}

impl Told {
    /// Whether it was written by then.
    pub(crate) fn is_by(&self, at: Timestamp) -> bool {
        self.entry.time_micros <= at.as_microsecond()
    }

    /// By which consent it was done.
    fn consent(&self) -> Option<String> {
        consent_of(&self.entry).map(str::to_owned)
    }
}

impl Shared {
    /// What the log tells of the approvals by which something was done to a KMS key or its source. What belongs to another
    /// group is for those who look into that one.
    async fn told_of_consents(
        &self,
        key: &KmsKey,
        approvals: BTreeSet<String>,
    ) -> Result<Vec<Told>, AppError> {
        let mut told = Vec::new();
        for id in approvals {
            let parsed: Option<ApprovalId> = id.parse().ok();
            let found = match parsed {
                Some(id) => self.ports.records.find_approval(id).await?,
                None => None,
            };
            let is_seen = |row: &Approval| row.group.is_none_or(|group| group == key.group);
            if found.as_ref().is_some_and(is_seen) {
                told.extend(self.told_about(&id).await?);
            }
        }
        Ok(told)
    }

    /// Entries with the proofs that they are in the log of this size.
    pub(crate) async fn proved(
        &self,
        told: &[Told],
        size: u64,
    ) -> Result<Vec<ReceiptEntry>, AppError> {
        let tree = Tree::new(&*self.ports.records);
        let mut entries = Vec::new();
        for one in told {
            let index = one.record.index;
            let proof = tree.inclusion(index, size).await?.unwrap_or_default();
            entries.push(ReceiptEntry {
                index,
                what: one.what.to_owned(),
                entry: serde_json::from_slice(&one.record.leaf.bytes).unwrap_or_default(),
                proof: proof.iter().map(ToString::to_string).collect(),
            });
        }
        Ok(entries)
    }

    /// Entries about one object for which a receipt has a word.
    pub(crate) async fn told_about(&self, object: &str) -> Result<Vec<Told>, AppError> {
        let filter = AuditFilter {
            object: Some(object.to_owned()),
            ..AuditFilter::default()
        };
        let mut page = Page {
            limit: PAGE,
            cursor: None,
        };
        let mut told = Vec::new();
        loop {
            let found = self.ports.records.find_leaves(&filter, &page).await?;
            for record in found.rows {
                if let Ok(entry) = Entry::from_leaf_bytes(&record.leaf.bytes)
                    && let Some(what) = told_by(&entry)
                {
                    told.push(Told {
                        record,
                        entry,
                        what,
                    });
                }
            }
            page.cursor = found.next;
            if page.cursor.is_none() || told.len() >= ENTRIES_MAX {
                return Ok(told);
            }
        }
    }

    async fn subject_of(&self, key: &KmsKey) -> Result<ReceiptSubject, AppError> {
        let arn = key.arn.as_ref().map(ToString::to_string);
        let replicas = key.arns().map(ToString::to_string);
        let materials = key.bindings.iter().map(|(id, version)| ReceiptMaterial {
            material_id: id.to_string(),
            version: version.get(),
        });
        Ok(ReceiptSubject {
            id: key.id.to_string(),
            name: key.name.to_string(),
            life: key.intent.life.as_str().to_owned(),
            replicas: replicas.filter(|one| Some(one) != arn.as_ref()).collect(),
            arn,
            source: self.receipt_source(key).await?,
            materials: materials.collect(),
        })
    }

    async fn receipt_source(&self, key: &KmsKey) -> Result<Option<ReceiptSource>, AppError> {
        let Some(id) = key.source else {
            return Ok(None);
        };
        let records = &self.ports.records;
        let Some(source) = records.find_key(id).await? else {
            return Ok(None);
        };
        let versions = records.list_versions(id).await?;
        let version = |row: &keyferry_domain::key::KeyVersion| ReceiptVersion {
            number: row.identity.version.get(),
            origin: origin(row.origin).to_owned(),
            state: row.state.as_str().to_owned(),
            created_micros: row.created_at.as_microsecond(),
        };
        Ok(Some(ReceiptSource {
            id: id.to_string(),
            name: source.name.to_string(),
            spec: source.spec.to_string(),
            versions: versions.iter().map(version).collect(),
        }))
    }
}
