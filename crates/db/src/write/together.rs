//! Batches that wait for each other are written together: one transaction, so that the disk is synchronised once.
//!
//! Each of them stands or falls by itself. Mostly all stand, so that they are written one after the other first, without
//! waiting to learn of each statement whether it did; what comes meanwhile joins. Where one does not stand, all are taken back
//! and written again, each behind a savepoint. What did not stand then is tried once more alone, after the others: what it was
//! told is then true of what is really there.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use keyferry_ports::records::{Batch, Records, RecordsError};
use tokio::sync::{OwnedMutexGuard, oneshot};

use super::audit_groups::{Told, leaves_of};
use super::{Writer, finish, take_back};
use crate::Database;
use crate::dialect::Turn;
use crate::failure::Failure;
use crate::sql::Statement;

/// Batches in one transaction: nobody else writes until it ends.
const TOGETHER_MAX: usize = 64;

/// How often others may run before what waits is taken: mostly several are about to write, as those are that were answered together.
const YIELDS: usize = 4;

/// How often a transaction looks for batches that came meanwhile: those in it wait for as long.
const LOOKS_MAX: usize = 3;

/// The batches that wait to be written. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Queue {
    waiting: Arc<Mutex<VecDeque<Waiting>>>,
    /// Held by whoever writes what waits.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// A batch, and who waits for it.
struct Waiting {
    batch: Batch,
    answer: oneshot::Sender<Records<()>>,
}

impl fmt::Debug for Queue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Queue")
    }
}

impl Queue {
    fn push(&self, batch: Batch) -> oneshot::Receiver<Records<()>> {
        let (answer, receiver) = oneshot::channel();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push_back(Waiting { batch, answer });
        receiver
    }

    /// The next batches, without those for which nobody waits any more.
    fn take(&self, at_most: usize) -> Vec<Waiting> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(Waiting::is_awaited);
        let count = waiting.len().min(at_most);
        waiting.drain(..count).collect()
    }
}

impl Waiting {
    fn is_awaited(&self) -> bool {
        !self.answer.is_closed()
    }

    fn tell(self, answer: Records<()>) {
        // Whoever has gone meanwhile is told nothing.
        let _gone = self.answer.send(answer);
    }
}

/// Nothing of them was written.
fn tell_all(waiting: Vec<Waiting>, error: &RecordsError) {
    for waiting in waiting {
        waiting.tell(Err(error.clone()));
    }
}

/// What a transaction of several batches does about one that does not stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// It ends: all of them are taken back.
    Hopeful,
    /// That one alone is taken back.
    Careful,
}

/// What is said of a transaction that ended so.
const FELL: &str = "batch among others";

/// How a transaction of several batches went.
struct Together {
    /// Whether each of them stood.
    stood: Vec<bool>,
    end: Result<(), Failure>,
}

impl Database {
    /// Writes a batch, with others where some wait. Dropped before its turn has come, it is not written.
    pub(super) async fn commit_with_others(&self, batch: Batch) -> Records<()> {
        let mut answer = self.queue.push(batch);
        let turn = tokio::select! {
            biased;
            told = &mut answer => return told.unwrap_or(Err(RecordsError::Unknown)),
            turn = Arc::clone(&self.queue.turn).lock_owned() => turn,
        };
        // What is written for several goes on where one of them does not wait for it any more.
        tokio::spawn(self.clone().write_waiting(turn));
        answer.await.unwrap_or(Err(RecordsError::Unknown))
    }

    async fn write_waiting(self, turn: OwnedMutexGuard<()>) {
        for _ in 0..YIELDS {
            tokio::task::yield_now().await;
        }
        let waiting = self.queue.take(TOGETHER_MAX);
        if waiting.is_empty() {
            return;
        }
        let fallen = self.write_together(waiting).await;
        for alone in fallen.into_iter().filter(Waiting::is_awaited) {
            let answer = self.commit_alone(&alone.batch).await;
            alone.tell(answer);
        }
        drop(turn);
    }

    /// Answers those that were written or of which nobody knows; the others come back.
    async fn write_together(&self, mut waiting: Vec<Waiting>) -> Vec<Waiting> {
        let mut together = self.try_together(&mut waiting, Care::Hopeful).await;
        if let (Err(Failure::Conflict(FELL)), [_, _, ..]) = (&together.end, &*waiting) {
            together = self.try_together(&mut waiting, Care::Careful).await;
        }
        let Together { stood, end } = together;
        let answer = match end {
            Ok(()) => Ok(()),
            Err(Failure::Final(RecordsError::Unknown)) => Err(RecordsError::Unknown),
            Err(Failure::Final(error)) => {
                tell_all(waiting, &error);
                return Vec::new();
            }
            Err(Failure::Again(_) | Failure::Conflict(_)) => return waiting,
        };
        let mut others = Vec::new();
        for (waiting, stood) in waiting.into_iter().zip(stood) {
            match stood {
                true => waiting.tell(answer.clone()),
                false => others.push(waiting),
            }
        }
        others
    }

    /// Where all are hoped to stand, those that come meanwhile join.
    async fn try_together(&self, waiting: &mut Vec<Waiting>, care: Care) -> Together {
        let mut stood = Vec::new();
        let end = async {
            // Alone: several batches lock more rows in more orders than one does.
            let mut writer = Writer::new(self.engine.begin(Turn::Alone).await?);
            writer.is_hopeful = care == Care::Hopeful;
            let written = match care {
                Care::Hopeful => writer.write_all(waiting, &self.queue).await,
                Care::Careful => writer.write_each(waiting, &mut stood).await,
            };
            match written {
                Ok(()) => finish(writer.transaction).await,
                Err(failure) => Err(take_back(writer.transaction, failure).await),
            }
        };
        let end = end.await;
        if care == Care::Hopeful {
            stood.resize(waiting.len(), true);
        }
        Together { stood, end }
    }
}

impl Writer {
    /// Writes batches all of which stand, and those that come meanwhile; all but the commit.
    async fn write_all(
        &mut self,
        waiting: &mut Vec<Waiting>,
        queue: &Queue,
    ) -> Result<(), Failure> {
        self.write_next(waiting).await.map_err(fell)?;
        for _ in 0..LOOKS_MAX {
            let room = TOGETHER_MAX.saturating_sub(waiting.len());
            let joining = queue.take(room);
            if joining.is_empty() {
                break;
            }
            let written = self.write_next(&joining).await;
            waiting.extend(joining);
            written.map_err(fell)?;
        }
        Ok(())
    }

    /// The log grows first, since nobody else writes: then the places are known, and what is told goes with the rest.
    async fn write_next(&mut self, waiting: &[Waiting]) -> Result<(), Failure> {
        let leaves = waiting.iter().map(|one| leaves_of(&one.batch).count());
        let first = self.grow_log(leaves.sum()).await?;
        let mut told = Vec::new();
        for waiting in waiting {
            told.extend(self.write_told(&waiting.batch).await?);
        }
        self.append_leaves(first, &told);
        Ok(self.transaction.settle().await?)
    }

    /// Writes batches of which each stands or not, and what they tell; all but the commit.
    async fn write_each(
        &mut self,
        waiting: &[Waiting],
        stood: &mut Vec<bool>,
    ) -> Result<(), Failure> {
        let mut told = Vec::new();
        for waiting in waiting {
            let tells = self.stands(&waiting.batch).await?;
            stood.push(tells.is_some());
            told.extend(tells.into_iter().flatten());
        }
        let first = self.grow_log(told.len()).await?;
        self.append_leaves(first, &told);
        Ok(self.transaction.settle().await?)
    }

    /// Writes one of several batches behind a savepoint; what it tells, where it stands.
    async fn stands<'a>(&mut self, batch: &'a Batch) -> Result<Option<Vec<Told<'a>>>, Failure> {
        self.savepoint("SAVEPOINT batch").await?;
        let told = match self.write_told(batch).await {
            Ok(told) => Some(told),
            Err(failure @ Failure::Again(_)) => return Err(failure),
            Err(_) => {
                self.savepoint("ROLLBACK TO SAVEPOINT batch").await?;
                self.forget();
                None
            }
        };
        self.savepoint("RELEASE SAVEPOINT batch").await?;
        Ok(told)
    }

    async fn write_told<'a>(&mut self, batch: &'a Batch) -> Result<Vec<Told<'a>>, Failure> {
        let about = self.write(batch).await?;
        self.tell(batch, about).await
    }

    async fn savepoint(&mut self, sql: &'static str) -> Result<(), Failure> {
        self.transaction.run(Statement::new(sql, vec![])).await?;
        Ok(())
    }
}

/// What a failure among several batches is for all of them.
fn fell(failure: Failure) -> Failure {
    match failure {
        Failure::Again(why) => Failure::Again(why),
        Failure::Conflict(_) | Failure::Final(_) => Failure::Conflict(FELL),
    }
}
