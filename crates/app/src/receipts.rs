//! Receipts: one signed document that proves where a KMS key's material came from and where it went.

use keyferry_audit::{
    Entry, Receipt, ReceiptEntry, ReceiptMaterial, ReceiptSource, ReceiptSubject, ReceiptVersion,
    sign_receipt, told_by,
};
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
        told.retain(|(record, ..)| record.index < checkpoint.size);
        told.sort_by_key(|(record, ..)| record.index);
        let tree = Tree::new(&*shared.ports.records);
        let mut entries = Vec::new();
        let first = told.len().saturating_sub(ENTRIES_MAX);
        for (record, what) in told.drain(first..) {
            let proof = tree.inclusion(record.index, checkpoint.size).await?;
            let entry = serde_json::from_slice(&record.leaf.bytes).unwrap_or_default();
            entries.push(ReceiptEntry {
                index: record.index,
                what: what.to_owned(),
                entry,
                proof: proof
                    .unwrap_or_default()
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            });
        }
        let receipt = Receipt {
            issued_micros: shared.now().as_microsecond(),
            kms_key: shared.subject_of(&key).await?,
            approvals: Vec::new(),
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

impl Shared {
    /// Entries about one object for which a receipt has a word.
    async fn told_about(&self, object: &str) -> Result<Vec<(AuditRecord, &'static str)>, AppError> {
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
                let entry = Entry::from_leaf_bytes(&record.leaf.bytes).ok();
                if let Some(what) = entry.as_ref().and_then(told_by) {
                    told.push((record, what));
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
