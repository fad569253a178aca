//! Batches that wait for each other are written together: one transaction, so that the disk is synchronised once.
//!
//! Each of them stands or falls by itself. Mostly all stand, so that they are written one after the other first. Where one does
//! not, all are taken back and written again, each behind a savepoint. What did not stand then is tried once more alone, after the
//! others: what it was told is then true of what is really there.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use keyferry_ports::records::{Batch, Records, RecordsError};
use tokio::sync::{OwnedMutexGuard, oneshot};

use super::audit_groups::Told;
use super::{Writer, finish};
use crate::Database;
use crate::dialect::Turn;
use crate::failure::Failure;
use crate::sql::Statement;

/// Batches in one transaction: nobody else writes until it ends.
const TOGETHER_MAX: usize = 64;

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
    fn take(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(Waiting::is_awaited);
        let count = waiting.len().min(TOGETHER_MAX);
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
#[derive(Clone, Copy)]
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
        let mut waiting = self.queue.take();
        if waiting.len() > 1 {
            waiting = self.write_together(waiting).await;
        }
        for alone in waiting.into_iter().filter(Waiting::is_awaited) {
            let answer = self.commit_alone(&alone.batch).await;
            alone.tell(answer);
        }
        drop(turn);
    }

    /// Answers those that were written or of which nobody knows; the others come back.
    async fn write_together(&self, waiting: Vec<Waiting>) -> Vec<Waiting> {
        let mut together = self.try_together(&waiting, Care::Hopeful).await;
        if let Err(Failure::Conflict(FELL)) = together.end {
            together = self.try_together(&waiting, Care::Careful).await;
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

    async fn try_together(&self, waiting: &[Waiting], care: Care) -> Together {
        let mut stood = Vec::new();
        let end = async {
            // Alone: several batches lock more rows in more orders than one does.
            let mut writer = Writer::new(self.engine.begin(Turn::Alone).await?);
            let mut told = Vec::new();
            for waiting in waiting {
                let tells = writer.stands(&waiting.batch, care).await?;
                stood.push(tells.is_some());
                told.extend(tells.into_iter().flatten());
            }
            let first = writer.grow_log(told.len()).await?;
            writer.append_leaves(first, &told).await?;
            finish(writer.transaction).await
        };
        let end = end.await;
        Together { stood, end }
    }
}

impl Writer {
    /// Writes one of several batches; what it tells, where it stands.
    async fn stands<'a>(
        &mut self,
        batch: &'a Batch,
        care: Care,
    ) -> Result<Option<Vec<Told<'a>>>, Failure> {
        self.savepoint(care, "SAVEPOINT batch").await?;
        let told = match (self.write_told(batch).await, care) {
            (Ok(told), _) => Some(told),
            (Err(failure @ Failure::Again(_)), _) => return Err(failure),
            (Err(_), Care::Hopeful) => return Err(Failure::Conflict(FELL)),
            (Err(_), Care::Careful) => {
                self.savepoint(care, "ROLLBACK TO SAVEPOINT batch").await?;
                self.forget();
                None
            }
        };
        self.savepoint(care, "RELEASE SAVEPOINT batch").await?;
        Ok(told)
    }

    async fn write_told<'a>(&mut self, batch: &'a Batch) -> Result<Vec<Told<'a>>, Failure> {
        let about = self.write(batch).await?;
        self.tell(batch, about).await
    }

    async fn savepoint(&mut self, care: Care, sql: &'static str) -> Result<(), Failure> {
        if let Care::Careful = care {
            self.transaction.run(Statement::new(sql, vec![])).await?;
        }
        Ok(())
    }
}
