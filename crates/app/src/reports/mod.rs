//! Reports: what there was at a moment, signed by the log.
//!
//! A moment in the past is rebuilt from what the records and the audit log say. What neither of them says is left empty, and the
//! report says so, field by field: nothing is guessed.

mod access;
mod approvals;
mod keys;
mod rotation;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use keyferry_audit::{NoteError, sign_statement};
use serde_json::{Map, Value, json};

use crate::actor::Actor;
use crate::error::AppError;
use crate::parts::Shared;
use crate::receipts::Told;
use crate::scheduler::Scheduler;

/// The format that this version writes.
const FORMAT: u32 = 1;

/// Use cases of reports.
pub struct Reports {
    shared: Arc<Shared>,
    scheduler: Scheduler,
}

/// A report while it is made.
struct Report {
    name: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Row>,
    /// Why a field is empty, or is not as it was then.
    notes: BTreeMap<&'static str, &'static str>,
    /// Entries of the log that prove rows; `None` where the report proves none.
    proof: Option<Vec<Told>>,
}

/// A row: for each column a value.
type Row = Map<String, Value>;

/// The moment that a report is about.
#[derive(Clone, Copy)]
struct AsOf {
    at: Timestamp,
    is_now: bool,
}

impl Reports {
    pub(crate) fn new(shared: Arc<Shared>, scheduler: Scheduler) -> Self {
        Self { shared, scheduler }
    }

    /// All keys of the groups that the actor may look into, a row for each version that there was.
    ///
    /// # Errors
    ///
    /// A moment in the future; the vault is sealed.
    pub async fn keys(&self, actor: &Actor, as_of: Option<Timestamp>) -> Result<Value, AppError> {
        let as_of = self.moment(as_of)?;
        let report = keys::report(&self.shared, actor, as_of).await?;
        self.signed(report, actor, as_of).await
    }

    /// Who had which role, in the groups that the actor may look into.
    ///
    /// # Errors
    ///
    /// A moment in the future; the vault is sealed.
    pub async fn access(&self, actor: &Actor, as_of: Option<Timestamp>) -> Result<Value, AppError> {
        let as_of = self.moment(as_of)?;
        let report = access::report(&self.shared, actor, as_of).await?;
        self.signed(report, actor, as_of).await
    }

    /// When each key got its newest version, when the next one is due, and what is overdue.
    ///
    /// # Errors
    ///
    /// A moment in the future; the vault is sealed.
    pub async fn rotation(
        &self,
        actor: &Actor,
        as_of: Option<Timestamp>,
    ) -> Result<Value, AppError> {
        let as_of = self.moment(as_of)?;
        let report = rotation::report(&self.shared, &self.scheduler, actor, as_of).await?;
        self.signed(report, actor, as_of).await
    }

    /// What was asked others, by whom, who consented and who did not, and what became of it, in the groups that the actor may look
    /// into; with the entries of the log that prove it.
    ///
    /// # Errors
    ///
    /// A moment in the future; the vault is sealed.
    pub async fn approvals(
        &self,
        actor: &Actor,
        as_of: Option<Timestamp>,
    ) -> Result<Value, AppError> {
        let as_of = self.moment(as_of)?;
        let report = approvals::report(&self.shared, actor, as_of).await?;
        self.signed(report, actor, as_of).await
    }

    fn moment(&self, as_of: Option<Timestamp>) -> Result<AsOf, AppError> {
        let now = self.shared.now();
        match as_of {
            Some(at) if at > now => Err(AppError::Invalid {
                field: "as_of",
                why: "nobody knows what will be then".to_owned(),
            }),
            Some(at) => Ok(AsOf { at, is_now: false }),
            None => Ok(AsOf {
                at: now,
                is_now: true,
            }),
        }
    }

    /// Signs it, with the checkpoint of the log at that time of signing.
    async fn signed(&self, report: Report, actor: &Actor, as_of: AsOf) -> Result<Value, AppError> {
        let shared = &self.shared;
        let checkpoint = shared.sign_checkpoint().await?;
        let size = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
        let mut statement = json!({
            "format": FORMAT,
            "kind": "report",
            "report": report.name,
            "as_of": as_of.at.to_string(),
            "issued_at": shared.now().to_string(),
            "issued_to": actor.to_string(),
            "columns": report.columns,
            "rows": report.rows,
            "notes": report.notes,
            "checkpoint": checkpoint.map(|checkpoint| checkpoint.note),
        });
        if let (Some(told), Value::Object(members)) = (&report.proof, &mut statement) {
            let entries = shared.proved(told, size).await?;
            members.insert("entries".to_owned(), json!(entries));
        }
        let signer = shared.audit_signer().await?;
        let signed: Result<Value, NoteError> = sign_statement(statement, &signer);
        signed.map_err(AppError::unsigned)
    }
}

/// A row of these values, in the order of the columns.
fn row<const N: usize>(columns: &[&str], values: [Value; N]) -> Row {
    let names = columns.iter().map(|column| (*column).to_owned());
    names.zip(values).collect()
}

/// A moment as text.
fn time(at: Timestamp) -> Value {
    at.to_string().into()
}
