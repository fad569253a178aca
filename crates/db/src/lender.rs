//! Connections, lent to whoever reads a statement or writes a transaction.
//!
//! sqlx' own pool asks each connection that comes back whether it still works, in a task made for it, and in PostgreSQL each one that
//! goes out as well. For statements as short as ours that costs more than reading does. Here only those come back
//! that have just answered; all others are closed.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// A connection that rested for longer is asked whether it still works before it is lent.
const RESTED: Duration = Duration::from_secs(1);

/// How long one may take to say so.
const ANSWERS: Duration = Duration::from_secs(1);

/// The connections of one database. Clones share them.
pub(crate) struct Lender<C: Connection> {
    options: Arc<C::Options>,
    idle: Arc<Mutex<Vec<(C, Instant)>>>,
    places: Arc<Semaphore>,
    count: u32,
    wait: Duration,
}

/// A connection that is lent. Dropped, it is closed.
pub(crate) struct Loan<C: Connection> {
    connection: C,
    home: Lender<C>,
    place: OwnedSemaphorePermit,
}

impl<C: Connection> Lender<C> {
    /// Opens one of `count` connections; the others are opened when they are needed. Whoever finds none free waits.
    pub(crate) async fn open(
        options: C::Options,
        count: u32,
        wait: Duration,
    ) -> Result<Self, sqlx::Error> {
        let count = count.max(1);
        let lender = Self {
            options: Arc::new(options),
            idle: Arc::default(),
            places: Arc::new(Semaphore::new(count as usize)),
            count,
            wait,
        };
        lender.lend().await?.give_back();
        Ok(lender)
    }

    /// The next connection that is free.
    pub(crate) async fn lend(&self) -> Result<Loan<C>, sqlx::Error> {
        let lent = timeout(self.wait, async {
            let place = Arc::clone(&self.places).acquire_owned().await;
            let place = place.map_err(|_| sqlx::Error::PoolClosed)?;
            let connection = match self.idle().await {
                Some(connection) => connection,
                None => C::connect_with(&self.options).await?,
            };
            Ok(Loan {
                connection,
                home: self.clone(),
                place,
            })
        });
        lent.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    /// One that waits here and still works.
    async fn idle(&self) -> Option<C> {
        loop {
            let (mut connection, since) = self.lock().pop()?;
            if since.elapsed() < RESTED {
                return Some(connection);
            }
            if let Ok(Ok(())) = timeout(ANSWERS, connection.ping()).await {
                return Some(connection);
            }
        }
    }

    /// Closes those that wait here: one of their kind turned out to be broken.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    /// Waits for those that are lent, and closes all.
    pub(crate) async fn close(&self) {
        let all = self.places.acquire_many(self.count).await;
        self.places.close();
        let idle = std::mem::take(&mut *self.lock());
        for (connection, _) in idle {
            // Nothing is written by them: closing cannot lose anything.
            let _closed = connection.close().await;
        }
        drop(all);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(C, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Connection> Loan<C> {
    /// Takes back a connection that has answered all that it was asked.
    pub(crate) fn give_back(self) {
        let Self {
            connection,
            home,
            place,
        } = self;
        home.lock().push((connection, Instant::now()));
        drop(place);
    }
}

impl<C: Connection> Clone for Lender<C> {
    fn clone(&self) -> Self {
        Self {
            options: Arc::clone(&self.options),
            idle: Arc::clone(&self.idle),
            places: Arc::clone(&self.places),
            count: self.count,
            wait: self.wait,
        }
    }
}

impl<C: Connection> std::fmt::Debug for Lender<C> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Lender")
    }
}

impl<C: Connection> Deref for Loan<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.connection
    }
}

impl<C: Connection> DerefMut for Loan<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.connection
    }
}
