//! The manifest of an export: everything that the group had, what of it left and in which file, and what did not and why.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_audit::sign_statement;
use keyferry_domain::group::Group;
use keyferry_domain::key::KeyVersion;
use keyferry_domain::preparation::Preparation;
use keyferry_domain::wrapping::WrappingAlgorithm;
use serde_json::{Map, Value, json};

use super::bulk::ExportFile;
use crate::actor::Actor;
use crate::error::AppError;
use crate::keys::KeyWithVersions;
use crate::parts::Shared;
use crate::receipts::origin;

/// Where the manifest is within an export.
const MANIFEST: &str = "manifest.json";

/// The format that this version writes.
const FORMAT: u32 = 1;

/// What an export holds, while it is made. No material is in it.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    keys: Vec<Value>,
    versions: usize,
    left_out: usize,
}

/// How much there is.
pub(super) struct Counts {
    pub(super) keys: usize,
    pub(super) versions: usize,
    pub(super) left_out: usize,
}

/// One key.
pub(super) struct KeyRow {
    facts: Map<String, Value>,
    pub(super) versions: Vec<VersionRow>,
}

/// One version.
pub(super) struct VersionRow {
    number: u32,
    facts: Value,
    leaves: bool,
}

impl KeyRow {
    pub(super) fn new(found: &KeyWithVersions) -> Self {
        let key = &found.key;
        let permitted: Vec<&str> = key.permitted.iter().map(|one| one.as_str()).collect();
        let facts = [
            ("id", key.id.to_string().into()),
            ("name", key.name.to_string().into()),
            ("spec", key.spec.name().into()),
            ("description", key.description.clone().into()),
            ("exportable", key.exportable.into()),
            ("permitted_operations", permitted.into()),
            ("current_version", key.current.get().into()),
            ("created_at", key.created_at.to_string().into()),
        ];
        Self {
            facts: facts
                .map(|(name, value): (&str, Value)| (name.to_owned(), value))
                .into_iter()
                .collect(),
            versions: Vec::new(),
        }
    }

    /// The numbers of the versions that leave, for the log.
    pub(super) fn numbers_that_leave(&self) -> String {
        let leaving = self.versions.iter().filter(|row| row.leaves);
        let numbers: Vec<String> = leaving.map(|row| row.number.to_string()).collect();
        numbers.join(",")
    }
}

impl VersionRow {
    pub(super) fn new(
        found: &KeyWithVersions,
        version: &KeyVersion,
        outcome: Result<&ExportFile, &&'static str>,
    ) -> Self {
        let wrapping = WrappingAlgorithm::for_spec(version.identity.spec).as_str();
        let file = outcome.ok();
        let facts = json!({
            "number": version.identity.version.get(),
            "state": version.state.as_str(),
            "state_since": version.state_since.to_string(),
            "origin": origin(version.origin),
            "created_at": version.created_at.to_string(),
            "public_key": version.public_key.as_ref().map(|der| STANDARD.encode(der)),
            "kms_materials": materials(found, version),
            "file": file.map(|file| &file.path),
            "sha256": file.map(|file| sha256(&file.bytes)),
            "wrapping": file.map(|_| wrapping),
            "left_out": outcome.err(),
        });
        Self {
            number: version.identity.version.get(),
            facts,
            leaves: file.is_some(),
        }
    }
}

/// The KMS keys of the version, with AWS's ids of the material where AWS told them.
fn materials(found: &KeyWithVersions, version: &KeyVersion) -> Vec<Value> {
    let number = version.identity.version;
    let mut rows = Vec::new();
    for kms_key in &found.kms_keys {
        let bound = kms_key.bindings.iter().filter(|row| *row.1 == number);
        let arn = kms_key.arn.as_ref().map(ToString::to_string);
        for (id, _) in bound {
            let name = kms_key.name.to_string();
            rows.push(json!({ "kms_key": name, "arn": arn, "material_id": id.to_string() }));
        }
    }
    rows
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes))
}

impl Manifest {
    pub(super) fn add(&mut self, mut row: KeyRow) {
        self.versions += row.versions.len();
        self.left_out += row.versions.iter().filter(|one| !one.leaves).count();
        let versions = row.versions.into_iter().map(|one| one.facts);
        row.facts.insert("versions".to_owned(), versions.collect());
        self.keys.push(Value::Object(row.facts));
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            keys: self.keys.len(),
            versions: self.versions,
            left_out: self.left_out,
        }
    }

    /// The file, signed by the log's key.
    pub(super) async fn signed(
        self,
        shared: &Shared,
        (actor, group, row): (&Actor, &Group, &Preparation),
        papers: &[ExportFile],
    ) -> Result<ExportFile, AppError> {
        let checkpoint = shared.sign_checkpoint().await?;
        let counts = self.counts();
        let paper = |file: &ExportFile| json!({ "file": file.path, "sha256": sha256(&file.bytes) });
        let statement = json!({
            "format": FORMAT,
            "kind": "export",
            "group": { "id": group.id.to_string(), "name": group.name.to_string() },
            "preparation": row.id.to_string(),
            "prepared_by": row.preparer_name.to_string(),
            "prepared_at": row.created_at.to_string(),
            "taken_by": actor.to_string(),
            "issued_at": shared.now().to_string(),
            "reason": row.reason,
            "public_key_sha256": hex::encode(row.fingerprint),
            "counts": {
                "keys": counts.keys,
                "versions": counts.versions,
                "left_out": counts.left_out,
            },
            "papers": papers.iter().map(paper).collect::<Vec<_>>(),
            "keys": self.keys,
            "checkpoint": checkpoint.map(|checkpoint| checkpoint.note),
        });
        let signer = shared.audit_signer().await?;
        let signed = sign_statement(statement, &signer).map_err(AppError::unsigned)?;
        Ok(ExportFile {
            path: MANIFEST.to_owned(),
            bytes: format!("{signed:#}\n").into_bytes(),
        })
    }
}
