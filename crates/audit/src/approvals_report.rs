//! The report of approvals: its rows say what its entries prove.

use serde::Deserialize;
use serde_json::Value;

use crate::checkpoint::Checkpoint;
use crate::consent::{ReceiptApproval, consents_told_by};
use crate::note::NoteVerifier;
use crate::receipt::{ReceiptEntry, ReceiptError, proved};

/// What a row says that entries prove. It says more, which the log's signature alone vouches for.
#[derive(Deserialize)]
struct Row {
    approval: String,
    action: String,
    requester: String,
    reason: String,
    decisions: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    by: String,
    verdict: String,
}

/// Verifies the statement of a report of approvals: each of its entries is in the log, and each row names who asked and who said
/// what as the entries do.
///
/// # Errors
///
/// [`ReceiptError`] names the first thing that does not hold.
pub fn verify_approvals(statement: &Value, key: &NoteVerifier) -> Result<(), ReceiptError> {
    let rows: Vec<Row> = member(statement, "rows")?;
    let entries: Vec<ReceiptEntry> = member(statement, "entries")?;
    if rows.is_empty() && entries.is_empty() {
        return Ok(());
    }
    let checkpoint: String = member(statement, "checkpoint")?;
    let checkpoint = Checkpoint::open(&checkpoint, key)?;
    let mut told = Vec::new();
    for one in &entries {
        told.push((one.index, proved(one, &checkpoint)?));
    }
    let told = consents_told_by(told.iter().map(|(index, entry)| (*index, entry)));
    for row in rows {
        let found = told.iter().find(|one| one.id == row.approval);
        if !found.is_some_and(|one| row.is_told_by(one)) {
            let approval = row.approval;
            return Err(ReceiptError::OtherConsent { approval });
        }
    }
    Ok(())
}

impl Row {
    fn is_told_by(&self, told: &ReceiptApproval) -> bool {
        let said = self.decisions.iter().map(|one| (&one.by, &one.verdict));
        let proved = told.decisions.iter().map(|one| (&one.by, &one.verdict));
        self.action == told.action
            && self.requester == told.requester
            && self.reason == told.reason
            && said.eq(proved)
    }
}

fn member<T: for<'de> Deserialize<'de>>(statement: &Value, name: &str) -> Result<T, ReceiptError> {
    let found = statement.get(name).cloned().unwrap_or_default();
    serde_json::from_value(found).map_err(|error| ReceiptError::NotAReceipt {
        why: format!("`{name}`: {error}"),
    })
}
