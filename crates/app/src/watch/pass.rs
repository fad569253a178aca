//! One pass over a connection and Region, a page at a time; each page is committed before the next is read.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt};
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::{Lane, Region};
use keyferry_domain::id::{ConnectionId, KeystoreId, SweepId};
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_engine::{DriverError, NOT_SENT, Next, Pacer, Run, Sent, Verdict};
use keyferry_ports::aws::{AwsAccount, CallFailure, Refusal};
use keyferry_ports::entropy::Entropy;
use keyferry_ports::records::{
    Attempt, AttemptOutcome, AttemptState, Change, Expect, KmsKeyFilter, Page, RecordsError, Sweep,
    SweepCounts, Target,
};

use super::WATCH;
use super::beside::{Beside, OfPass};
use super::examine::Examined;
use super::marker::Marker;
use super::principals::KnownPrincipals;
use crate::driver::{KmsKeyDriver, Reader, later, not_now};

/// From the end of one pass to the beginning of the next.
const REST: SignedDuration = SignedDuration::from_mins(5);

/// Keys in one commit.
const PAGE: usize = 100;

/// Keys that are read side by side.
const SIDE_BY_SIDE: usize = 16;

/// Opens sweeps for the engine.
#[derive(Clone)]
pub(crate) struct SweepDriver {
    pub(crate) keys: KmsKeyDriver,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) principals: Arc<KnownPrincipals>,
    pub(crate) beside: Arc<Beside>,
}

impl SweepDriver {
    /// Opens one sweep for a run.
    pub(crate) async fn open(
        &self,
        target: &Target,
        id: SweepId,
        pacer: Pacer,
    ) -> Result<Box<dyn Run>, DriverError> {
        let records = &self.keys.records;
        let (Some(job), Some(sweep)) = (
            records.find_job(target.job).await?,
            records.find_sweep(id).await?,
        ) else {
            return Err(no_more(target));
        };
        let Some(connection) = records.find_connection(sweep.connection).await? else {
            return Err(no_more(target));
        };
        let session = format!("keyferry-{}", target.job);
        let link = self
            .keys
            .links
            .of(&connection, &session)
            .await
            .map_err(|error| never_stuck(later(&error), job.kind == WATCH))?;
        Ok(Box::new(Pass {
            driver: self.keys.clone(),
            entropy: Arc::clone(&self.entropy),
            principals: Arc::clone(&self.principals),
            beside: Arc::clone(&self.beside),
            link,
            pacer,
            lane: target.lane.clone(),
            region: sweep.region.clone(),
            connection: connection.id,
            is_watch: job.kind == WATCH,
            asked_at: job.created_at,
            sweep,
        }))
    }
}

fn no_more(target: &Target) -> DriverError {
    DriverError::Stuck {
        code: "request.not-found".to_owned(),
        why: format!("what the target {} looks through is gone", target.id),
    }
}

/// A watch never ends: what a person has to mend is tried again with back-off until it is mended.
fn never_stuck(error: DriverError, is_watch: bool) -> DriverError {
    match error {
        DriverError::Stuck { code, why } if is_watch => DriverError::Later { code, why },
        DriverError::Records(error @ RecordsError::Corrupt { .. }) if is_watch => {
            DriverError::Later {
                code: "records.corrupt".to_owned(),
                why: error.to_string(),
            }
        }
        error => error,
    }
}

/// A pass in one server's hands.
pub(super) struct Pass {
    pub(super) driver: KmsKeyDriver,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) principals: Arc<KnownPrincipals>,
    pub(super) beside: Arc<Beside>,
    pub(super) link: Arc<dyn AwsAccount>,
    pub(super) pacer: Pacer,
    pub(super) lane: Lane,
    pub(super) region: Region,
    pub(super) connection: ConnectionId,
    is_watch: bool,
    asked_at: Timestamp,
    sweep: Sweep,
}

/// Looking at one key.
type Look<'a> = BoxFuture<'a, Result<Examined, DriverError>>;

/// One page of a pass.
pub(super) struct Part {
    pub(super) seen: Vec<Examined>,
    pub(super) next: Option<Marker>,
}

impl Pass {
    /// KMS keys that are managed here.
    async fn managed(&self, cursor: Option<String>, now: Timestamp) -> Result<Part, DriverError> {
        let filter = KmsKeyFilter {
            connection: Some(self.connection),
            region: Some(self.region.to_string()),
            ..KmsKeyFilter::default()
        };
        let page = Page {
            limit: PAGE as u32,
            cursor,
        };
        let found = self.driver.records.list_kms_keys(&filter, &page).await?;
        let keystores = self.keystores(&found.rows).await?;
        let mut looks: Vec<Look<'_>> = Vec::new();
        for key in &found.rows {
            if let Some(keystore) = keystores.iter().find(|one| one.id == key.keystore) {
                looks.push(self.examine(key, keystore, now).boxed());
            }
        }
        let next = match found.next {
            Some(cursor) => Marker::Managed(Some(cursor)),
            None => Marker::Names {
                is_open: true,
                cursor: None,
            },
        };
        let count = looks.len();
        let seen = side_by_side(looks).await?;
        if seen.is_empty() && count > 0 {
            self.is_within_reach().await?;
        }
        Ok(Part {
            seen,
            next: Some(next),
        })
    }

    /// Where no key of a page could be read: whether that is the keys' own fault. Else the page is read again later.
    async fn is_within_reach(&self) -> Result<(), DriverError> {
        let kms = self.link.kms(&self.region);
        let reader = Reader {
            kms: &*kms,
            pacer: &self.pacer,
            lane: &self.lane,
        };
        reader.pace("ListKeys").await;
        kms.keys(None)
            .await
            .map(drop)
            .map_err(|failure| not_now(&failure))
    }

    async fn keystores(&self, keys: &[KmsKey]) -> Result<Vec<Keystore>, DriverError> {
        let mut ids: Vec<KeystoreId> = keys.iter().map(|key| key.keystore).collect();
        ids.sort();
        ids.dedup();
        let mut keystores = Vec::new();
        for id in ids {
            keystores.extend(self.driver.records.find_keystore(id).await?);
        }
        Ok(keystores)
    }

    /// Everything that AWS lists.
    async fn listed(
        &self,
        page: Option<String>,
        done: usize,
        now: Timestamp,
    ) -> Result<Part, DriverError> {
        let kms = self.link.kms(&self.region);
        let reader = Reader {
            kms: &*kms,
            pacer: &self.pacer,
            lane: &self.lane,
        };
        reader.pace("ListKeys").await;
        let (keys, next_page) = match kms.keys(page.clone()).await {
            Ok(found) => found,
            Err(failure) if page.is_some() && is_old_marker(&failure) => {
                return Ok(Part {
                    seen: Vec::new(),
                    next: Some(Marker::Listed {
                        page: None,
                        done: 0,
                    }),
                });
            }
            Err(failure) => return Err(not_now(&failure)),
        };
        let mut looks: Vec<Look<'_>> = Vec::new();
        for arn in keys.iter().skip(done).take(PAGE) {
            looks.push(self.find(arn, now).boxed());
        }
        let seen = side_by_side(looks).await?;
        let done = done + PAGE;
        let next = if done < keys.len() {
            Some(Marker::Listed { page, done })
        } else {
            Some(next_page.map_or(Marker::Gone, |page| Marker::Listed {
                page: Some(page),
                done: 0,
            }))
        };
        Ok(Part { seen, next })
    }

    /// What was known before and is no longer listed, a thousand at a time.
    async fn gone(&self, began: Timestamp) -> Result<Part, DriverError> {
        let gone = self.gone_since(began).await?;
        let next = (gone.counts.gone > 0).then_some(Marker::Gone);
        Ok(Part {
            seen: vec![gone],
            next,
        })
    }

    /// The pass that goes on here.
    pub(super) fn of_pass(&self, now: Timestamp) -> OfPass<'_> {
        let began = self.sweep.started_at.unwrap_or(now);
        (self.connection, &self.region, began)
    }

    /// When the pass began that goes on here.
    fn begin(&mut self, now: Timestamp) -> Timestamp {
        if let Some(began) = self.sweep.started_at {
            return began;
        }
        self.sweep.started_at = Some(now);
        self.sweep.marker = None;
        self.sweep.counts = SweepCounts::default();
        now
    }

    /// The sweep as it is committed with this page, and whether the pass is over.
    fn advance(&mut self, part: &Part, now: Timestamp) -> bool {
        for examined in &part.seen {
            add(&mut self.sweep.counts, examined.counts);
        }
        self.sweep.marker = part.next.as_ref().map(Marker::to_text);
        let is_over = part.next.is_none();
        if is_over {
            self.sweep.started_at = None;
            self.sweep.finished_at = Some(now);
        }
        is_over
    }
}

/// AWS no longer knows where the list went on. It is read from its beginning.
fn is_old_marker(failure: &CallFailure) -> bool {
    matches!(
        failure,
        CallFailure::Refused {
            refusal: Refusal::Validation | Refusal::Other(_),
            ..
        }
    )
}

/// Looks side by side. A key that cannot be read now is left for the next pass: it hides nothing of the others.
async fn side_by_side(looks: Vec<Look<'_>>) -> Result<Vec<Examined>, DriverError> {
    let results: Vec<_> = stream::iter(looks).buffered(SIDE_BY_SIDE).collect().await;
    let mut seen = Vec::new();
    for result in results {
        match result {
            Ok(examined) => seen.push(examined),
            Err(error @ DriverError::Records(_)) => return Err(error),
            Err(error) => tracing::warn!(%error, "a KMS key could not be looked at"),
        }
    }
    Ok(seen)
}

fn add(counts: &mut SweepCounts, more: SweepCounts) {
    counts.seen += more.seen;
    counts.added += more.added;
    counts.changed += more.changed;
    counts.gone += more.gone;
    counts.drifted += more.drifted;
}

#[async_trait]
impl Run for Pass {
    async fn decide(&mut self, now: Timestamp) -> Result<Verdict, DriverError> {
        let began = self.begin(now);
        let looked = match Marker::from_text(self.sweep.marker.as_deref()) {
            Marker::Managed(cursor) => self.managed(cursor, now).await,
            Marker::Names { is_open, cursor } => self.names(is_open, cursor, now).await,
            Marker::Listed { page, done } => self.listed(page, done, now).await,
            Marker::Gone => self.gone(began).await,
        };
        let part = looked.map_err(|error| never_stuck(error, self.is_watch))?;
        let is_over = self.advance(&part, now);
        let expect = Expect::Revision(self.sweep.revision);
        let mut records = vec![Change::PutSweep(self.sweep.clone(), expect)];
        records.extend(part.seen.into_iter().flat_map(|examined| examined.changes));
        // What people start is a whole pass: the one that was under way when they asked is followed by their own.
        let is_theirs = !self.is_watch && began >= self.asked_at;
        let next = match (is_over, self.is_watch) {
            (true, false) if is_theirs => Next::Finished,
            (true, true) => Next::Wait {
                until: now + REST,
                code: "watch.rests".to_owned(),
                why: "everything was looked at; the next pass begins then".to_owned(),
            },
            (true, false) | (false, _) => Next::Wait {
                until: now,
                code: "watch.under-way".to_owned(),
                why: format!("{} KMS keys were looked at so far", self.sweep.counts.seen),
            },
        };
        Ok(Verdict {
            settled: Vec::new(),
            records,
            next,
        })
    }

    /// A sweep changes nothing in AWS.
    async fn send(&mut self, attempt: &Attempt) -> Sent {
        Sent {
            state: AttemptState::Refused,
            outcome: AttemptOutcome {
                at: attempt.signed_at,
                code: NOT_SENT.to_owned(),
                message: "a sweep sends nothing".to_owned(),
                request_id: None,
                answer: None,
            },
            records: Vec::new(),
            throttled: false,
        }
    }
}
