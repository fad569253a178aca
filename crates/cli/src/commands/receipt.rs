//! Receipts: fetched from the server, verified without it.

use std::path::{Path, PathBuf};

use keyferry_api::endpoints as at;
use keyferry_api::statement::SignedStatementView;
use keyferry_audit::{
    Entry, Outcome, Phase, ReceiptApproval, ReceiptDecision, ReceiptError, VerifiedReceipt,
    consent_of, verify_receipt,
};
use serde::Serialize;

use super::Context;
use super::audit_folder::key;
use crate::args::{Globals, VerifyStatementArgs};
use crate::client::Call;
use crate::error::{CliError, Exit};
use crate::world::World;

/// One thing that an entry proves.
#[derive(Serialize)]
struct Proved {
    index: u64,
    at: String,
    by: String,
    what: String,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    material_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<String>,
}

/// Who consented to what was done.
#[derive(Serialize)]
struct Consent {
    approval: String,
    action: String,
    requester: String,
    reason: String,
    asked_at: String,
    decisions: Vec<Said>,
    /// The places of the entries that tell what was done by it.
    done: Vec<u64>,
}

/// What one person said.
#[derive(Serialize)]
struct Said {
    by: String,
    verdict: String,
    at: String,
}

/// A receipt that holds.
#[derive(Serialize)]
struct Answer {
    intact: bool,
    kms_key: String,
    arn: Option<String>,
    source: Option<String>,
    issued_at: String,
    log_entries: u64,
    approvals: Vec<Consent>,
    proved: Vec<Proved>,
    materials_without_proof: Vec<String>,
    approvals_without_proof: Vec<String>,
}

/// Fetches a receipt and keeps it as a file.
pub(super) async fn fetch(
    context: &mut Context<'_>,
    kms_key: &str,
    out: Option<PathBuf>,
) -> Result<(), CliError> {
    let path = [kms_key];
    let call = Call::to(&at::KMS_KEY_RECEIPT, &path);
    let signed: SignedStatementView = context.client.send(call).await?.read()?;
    let text = serde_json::to_string_pretty(&signed).unwrap_or_default() + "\n";
    keep(context, out.as_deref(), &text, "verify-receipt")
}

/// Writes what was signed to a file or to standard output, and says how it is verified.
pub(super) fn keep(
    context: &mut Context<'_>,
    out: Option<&Path>,
    text: &str,
    verb: &str,
) -> Result<(), CliError> {
    let Some(path) = out else {
        return context.world.print_text(text);
    };
    std::fs::write(path, text).map_err(|error| {
        CliError::new(Exit::Usage, format!("{} cannot be written", path.display()))
            .because(&error)
            .hint("name another file with --out")
    })?;
    let hint = format!(
        "hint: verify it with `keyferry audit {verb} {} --key KEY`; `keyferry audit key` shows the key",
        path.display()
    );
    context.world.say(&hint);
    Ok(())
}

/// Verifies a receipt without the server.
pub(super) fn verify(
    world: &mut World,
    globals: &Globals,
    args: VerifyStatementArgs,
) -> Result<(), CliError> {
    let key = key(&args.key)?;
    let text = world.read_text(&args.file)?;
    let verified = verify_receipt(&text, &key).map_err(|error| damaged(&error))?;
    let VerifiedReceipt {
        receipt,
        entries,
        size,
        unproved,
        unproved_approvals,
    } = verified;
    let words = receipt.entries.iter().map(|one| one.what.clone());
    let proved = entries
        .iter()
        .zip(words)
        .map(|((index, entry), what)| told(*index, entry, what));
    let answer = Answer {
        intact: true,
        kms_key: receipt.kms_key.name,
        arn: receipt.kms_key.arn,
        source: receipt.kms_key.source.map(|source| source.name),
        issued_at: time(receipt.issued_micros),
        log_entries: size,
        approvals: receipt.approvals.into_iter().map(consent).collect(),
        proved: proved.collect(),
        materials_without_proof: unproved,
        approvals_without_proof: unproved_approvals,
    };
    world.print_one(globals.output, &answer)
}

fn told(index: u64, entry: &Entry, what: String) -> Proved {
    let detail = |name: &str| entry.detail.get(name).cloned();
    Proved {
        index,
        at: time(entry.time_micros),
        by: entry.actor.clone(),
        what,
        result: match entry.phase {
            Phase::Outcome(Outcome::Ok) => "ok",
            Phase::Outcome(Outcome::Refused) => "refused",
            Phase::Outcome(Outcome::Unknown) => "unknown",
            Phase::Intent => "intent",
        },
        version: detail("version"),
        region: detail("region"),
        arn: detail("arn"),
        material_id: detail("material_id"),
        aws_request_id: entry.aws_request_id.clone(),
        approval: consent_of(entry).map(str::to_owned),
    }
}

fn consent(one: ReceiptApproval) -> Consent {
    let said = |one: ReceiptDecision| Said {
        by: one.by,
        verdict: one.verdict,
        at: time(one.at_micros),
    };
    Consent {
        approval: one.id,
        action: one.action,
        requester: one.requester,
        reason: one.reason,
        asked_at: time(one.asked_micros),
        decisions: one.decisions.into_iter().map(said).collect(),
        done: one.done,
    }
}

fn time(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .map_or_else(|_| format!("microsecond {micros}"), |at| at.to_string())
}

fn damaged(error: &ReceiptError) -> CliError {
    CliError::new(Exit::Damaged, "the receipt does not hold")
        .because(error)
        .hint("compare the key with `keyferry audit key`, and ask for the receipt anew")
}
