//! The sender: works off what destinations have not taken yet.

use std::sync::Arc;

use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use keyferry_audit::{Entry, NoteVerifier, Outcome, Phase};
use keyferry_ports::outlet::{Consignment, SentEntry};
use keyferry_ports::records::{
    AuditDestination, AuditRecord, Batch, Change, Expect, RecordsError, Subject,
};

use crate::alerts::{Trouble, ended};
use crate::error::AppError;
use crate::parts::Shared;

/// The code of the alert of a destination that does not keep up.
pub const LAGS: &str = "audit.destination-lags";

/// How often destinations are looked at.
const LOOK_AFTER: SignedDuration = SignedDuration::from_secs(5);

/// So long a server is at it before another one may be: more than one sending takes.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// Entries that are sent together, at most.
const ENTRIES_MAX: u32 = 500;

/// Bytes of entries that are sent together, at most; one entry goes whatever its length.
const BYTES_MAX: usize = 512 * 1024;

/// Consignments to one destination in one look, at most.
const CONSIGNMENTS_MAX: usize = 200;

/// How many destinations are served at a time.
const SIDE_BY_SIDE: usize = 8;

/// The longest wait after a failure, in seconds.
const WAIT_MAX: i64 = 300;

/// Sends audit entries on; whoever composes the application runs it.
pub struct Sender {
    shared: Arc<Shared>,
}

impl Sender {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Sends what was not taken yet, again and again, until `shutdown` returns.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let clock = &self.shared.ports.clock;
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => return,
                result = self.send_due() => if let Err(error) = result {
                    tracing::error!(%error, "audit entries could not be sent");
                },
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = clock.sleep_until(self.shared.now() + LOOK_AFTER) => {}
            }
        }
    }

    /// Serves every destination that is due. Answers how many entries were taken.
    ///
    /// # Errors
    ///
    /// Where the records fail: what was not taken is still due.
    pub async fn send_due(&self) -> Result<usize, AppError> {
        let rows = self.shared.ports.records.list_audit_destinations().await?;
        let now = self.shared.now();
        let due = rows.into_iter().filter(|row| row.due_at <= now);
        let served = due.map(|row| self.serve(row));
        // Side by side: a destination that does not answer keeps no other waiting.
        let ended: Vec<Result<usize, AppError>> = futures::stream::iter(served)
            .buffer_unordered(SIDE_BY_SIDE)
            .collect()
            .await;
        let taken: Result<Vec<usize>, AppError> = ended.into_iter().collect();
        Ok(taken?.into_iter().sum())
    }

    async fn serve(&self, row: AuditDestination) -> Result<usize, AppError> {
        let records = &self.shared.ports.records;
        if records.audit_size().await? <= row.next {
            return Ok(0);
        }
        let due_at = self.shared.now() + LEASE;
        let claim = AuditDestination { due_at, ..row };
        let Some(mut row) = self.put(claim, None).await? else {
            return Ok(0);
        };
        let mut taken = 0;
        for _ in 0..CONSIGNMENTS_MAX {
            let leaves = records.list_leaves(row.next, ENTRIES_MAX).await?;
            let sent = match self.consignment(&leaves).await {
                Ok(what) => self.send(&row, &what).await.map(|()| what.entries.len()),
                Err(error) => Err(error.to_string()),
            };
            let count = match sent {
                Ok(count) => count,
                Err(why) => {
                    self.not_taken(row, why, leaves.first()).await?;
                    return Ok(taken);
                }
            };
            taken += count;
            let Some(moved) = self.moved(row, count as u64).await? else {
                return Ok(taken);
            };
            row = moved;
            if row.due_at <= self.shared.now() {
                return Ok(taken);
            }
        }
        let released = AuditDestination {
            due_at: self.shared.now(),
            ..row
        };
        self.put(released, None).await?;
        Ok(taken)
    }

    /// Writes how far it is; `None` where another server, or a removal, came first.
    async fn put(
        &self,
        row: AuditDestination,
        told: Option<Change>,
    ) -> Result<Option<AuditDestination>, AppError> {
        let expect = Expect::Revision(row.revision);
        let mut batch = Batch::new().with(Change::PutAuditDestination(row.clone(), expect));
        batch.changes.extend(told);
        match self.shared.commit(batch).await {
            Ok(()) => Ok(Some(AuditDestination {
                revision: row.revision + 1,
                ..row
            })),
            Err(RecordsError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn consignment(&self, leaves: &[AuditRecord]) -> Result<Consignment, AppError> {
        let mut entries = Vec::new();
        let mut bytes = 0;
        for leaf in leaves {
            bytes += leaf.leaf.bytes.len();
            if bytes > BYTES_MAX && !entries.is_empty() {
                break;
            }
            entries.push(sent(leaf)?);
        }
        let first = entries.first().map_or(0, |entry| entry.index);
        Ok(Consignment {
            id: format!("{first}-{}", entries.len()),
            at: self.shared.now(),
            origin: self.shared.audit_origin().await?,
            entries,
        })
    }

    async fn send(&self, row: &AuditDestination, what: &Consignment) -> Result<(), String> {
        let open = self.shared.open_outlet(row);
        let open = open.map_err(|error| error.to_string())?;
        let sent = self.shared.ports.messenger.send(&open, what).await;
        sent.map_err(|failure| failure.why)
    }

    /// The place moves on, and the lease with it while there is more.
    async fn moved(
        &self,
        row: AuditDestination,
        count: u64,
    ) -> Result<Option<AuditDestination>, AppError> {
        let now = self.shared.now();
        let next = row.next + count;
        let has_more = self.shared.ports.records.audit_size().await? > next;
        let told = match has_more {
            true => None,
            false => self.shared.keeps_up(&row).await?,
        };
        let moved = AuditDestination {
            next,
            due_at: if has_more { now + LEASE } else { now },
            tries: 0,
            sent_at: Some(now),
            note: None,
            ..row
        };
        self.put(moved, told).await
    }

    async fn not_taken(
        &self,
        row: AuditDestination,
        why: String,
        oldest: Option<&AuditRecord>,
    ) -> Result<(), AppError> {
        tracing::warn!(destination = %row.name, why, "audit entries were not taken");
        let now = self.shared.now();
        let waited = oldest.map(|leaf| now.duration_since(leaf.leaf.at));
        let max = SignedDuration::from_mins(i64::from(row.lag_minutes_max));
        let told = match waited.is_some_and(|waited| waited >= max) {
            true => Some(self.shared.lags(&row, &why).await?),
            false => None,
        };
        let failed = AuditDestination {
            due_at: next_try(row.tries, now),
            tries: row.tries.saturating_add(1),
            note: Some(why),
            ..row
        };
        self.put(failed, told).await?;
        Ok(())
    }
}

impl Shared {
    /// The name of the log, as its key has it; empty until there is one.
    pub(crate) async fn audit_origin(&self) -> Result<String, AppError> {
        let key = self.ports.records.find_audit_key().await?;
        let key = key.and_then(|key| NoteVerifier::parse(&key.verifier).ok());
        Ok(key.map_or_else(String::new, |key| key.name().to_owned()))
    }

    /// Ends the alert of a destination that did not keep up.
    pub(super) async fn keeps_up(
        &self,
        destination: &AuditDestination,
    ) -> Result<Option<Change>, AppError> {
        let subject = Subject::Destination(destination.id);
        let open = self.open_alert(subject, LAGS).await?;
        Ok(open.map(|alert| ended(&alert, self.now())))
    }

    async fn lags(&self, destination: &AuditDestination, why: &str) -> Result<Change, AppError> {
        self.alerted(Trouble {
            subject: Subject::Destination(destination.id),
            name: destination.name.to_string(),
            group: crate::parts::DEFAULT_GROUP,
            code: LAGS,
            message: "audit entries are not taken there; they wait and are sent once it answers",
            detail: why.to_owned(),
        })
        .await
    }
}

fn sent(record: &AuditRecord) -> Result<SentEntry, AppError> {
    let corrupt = |why: String| {
        AppError::Records(RecordsError::Corrupt {
            what: "audit entry",
            why,
        })
    };
    let entry = Entry::from_leaf_bytes(&record.leaf.bytes)
        .map_err(|error| corrupt(format!("{}: {error}", record.index)))?;
    let json =
        String::from_utf8(record.leaf.bytes.clone()).map_err(|error| corrupt(error.to_string()))?;
    let is_warning = matches!(
        entry.phase,
        Phase::Outcome(Outcome::Refused | Outcome::Unknown)
    );
    Ok(SentEntry {
        index: record.index,
        hash: record.leaf.hash,
        at: record.leaf.at,
        action: entry.action,
        is_warning,
        json,
    })
}

/// When it is tried again after so many failures: after 5 seconds, then after twice as long, up to 5 minutes.
fn next_try(tries: u32, now: Timestamp) -> Timestamp {
    let seconds = 5_i64.saturating_mul(1 << tries.min(7)).min(WAIT_MAX);
    now + SignedDuration::from_secs(seconds)
}
