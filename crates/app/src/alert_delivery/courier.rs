//! The courier: works off deliveries that are due.

use std::sync::Arc;

use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use keyferry_ports::messenger::Message;
use keyferry_ports::records::{
    Alert, AlertDestination, Batch, Change, Delivery, DeliveryState, Subject,
};

use crate::alerts::{Trouble, ended};
use crate::error::AppError;
use crate::parts::Shared;

use super::{is_conflict, next_try, words};

/// The code of the alert of a destination that takes nothing.
pub const NOT_DELIVERED: &str = "alert.not-delivered";

/// A delivery that is not taken for so long is given up.
pub const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How often deliveries are looked for.
const LOOK_AFTER: SignedDuration = SignedDuration::from_secs(15);

/// Deliveries in one look, at most.
const AT_ONCE: u32 = 100;

/// How often it is tried before it is given up, however long that takes.
const TRIES_MIN: u32 = 8;

/// How many of them are under way at a time.
const SIDE_BY_SIDE: usize = 16;

/// Delivers alerts; whoever composes the application runs it.
pub struct Courier {
    shared: Arc<Shared>,
}

impl Courier {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Delivers what is due, again and again, until `shutdown` returns.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let clock = &self.shared.ports.clock;
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => return,
                result = self.deliver_due() => if let Err(error) = result {
                    tracing::error!(%error, "alerts could not be delivered");
                },
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = clock.sleep_until(self.shared.now() + LOOK_AFTER) => {}
            }
        }
    }

    /// Tries every delivery that is due now. Answers how many were taken. While the vault is sealed, nothing is tried.
    ///
    /// # Errors
    ///
    /// Where the records fail: what was not tried is still due.
    pub async fn deliver_due(&self) -> Result<usize, AppError> {
        if !self.shared.ports.vault.is_open() {
            return Ok(0);
        }
        let records = &self.shared.ports.records;
        let due = records.due_deliveries(self.shared.now(), AT_ONCE).await?;
        // Side by side: a destination that does not answer keeps no other waiting.
        let tries = due.into_iter().map(|delivery| self.deliver(delivery));
        let ended: Vec<Result<bool, AppError>> = futures::stream::iter(tries)
            .buffer_unordered(SIDE_BY_SIDE)
            .collect()
            .await;
        let taken: Result<Vec<bool>, AppError> = ended.into_iter().collect();
        Ok(taken?.into_iter().filter(|is_taken| *is_taken).count())
    }

    async fn deliver(&self, delivery: Delivery) -> Result<bool, AppError> {
        let records = &self.shared.ports.records;
        let (Some(alert), Some(destination)) = (
            records.find_alert(delivery.alert).await?,
            records.find_destination(delivery.destination).await?,
        ) else {
            return Ok(false);
        };
        let now = self.shared.now();
        let claimed = Delivery {
            tries: delivery.tries.saturating_add(1),
            due_at: next_try(delivery.tries, now),
            ..delivery
        };
        let claim = Batch::new().with(Change::PutDelivery(claimed.clone()));
        match self.shared.commit(claim).await {
            Err(error) if is_conflict(&error) => return Ok(false),
            claimed => claimed?,
        }
        let claimed = Delivery {
            revision: claimed.revision + 1,
            ..claimed
        };
        let message = words::of_alert(&alert, &claimed, now);
        let sent = self.send(&message, &destination).await;
        let is_taken = sent.is_ok();
        let batch = match sent {
            Ok(()) => self.taken(claimed, &destination).await?,
            Err(why) => self.not_taken(claimed, &destination, why, now).await?,
        };
        match self.shared.commit(batch).await {
            Err(error) if is_conflict(&error) => Ok(is_taken),
            committed => committed.map(|()| is_taken).map_err(AppError::from),
        }
    }

    async fn send(&self, message: &Message, destination: &AlertDestination) -> Result<(), String> {
        let open = self
            .shared
            .open_destination(destination)
            .map_err(|error| error.to_string())?;
        let sent = self.shared.ports.messenger.deliver(&open, message).await;
        sent.map_err(|failure| failure.why)
    }

    async fn taken(
        &self,
        delivery: Delivery,
        destination: &AlertDestination,
    ) -> Result<Batch, AppError> {
        let done = Delivery {
            state: DeliveryState::Delivered,
            note: None,
            ..delivery
        };
        let mut batch = Batch::new().with(Change::PutDelivery(done));
        batch
            .changes
            .extend(self.shared.destination_answers(destination).await?);
        Ok(batch)
    }

    async fn not_taken(
        &self,
        delivery: Delivery,
        destination: &AlertDestination,
        why: String,
        now: Timestamp,
    ) -> Result<Batch, AppError> {
        tracing::warn!(destination = %destination.name, why, "an alert was not delivered");
        // A day in which nothing was tried, with the vault sealed, is no reason to give up.
        let is_over =
            now.duration_since(delivery.since) >= GIVE_UP_AFTER && delivery.tries >= TRIES_MIN;
        let state = if is_over {
            DeliveryState::GivenUp
        } else {
            DeliveryState::Pending
        };
        let mut batch = Batch::new().with(Change::PutDelivery(Delivery {
            state,
            note: Some(why.clone()),
            ..delivery
        }));
        if is_over {
            let told = self.shared.destination_is_down(destination, &why).await?;
            batch.push(told);
        }
        Ok(batch)
    }
}

impl Shared {
    /// Ends the alert of a destination that took nothing.
    pub(crate) async fn destination_answers(
        &self,
        destination: &AlertDestination,
    ) -> Result<Option<Change>, AppError> {
        let open = self.told_of(destination).await?;
        Ok(open.map(|alert| ended(&alert, self.now())))
    }

    async fn told_of(&self, destination: &AlertDestination) -> Result<Option<Alert>, AppError> {
        let subject = Subject::Destination(destination.id);
        self.open_alert(subject, NOT_DELIVERED).await
    }

    async fn destination_is_down(
        &self,
        destination: &AlertDestination,
        why: &str,
    ) -> Result<Change, AppError> {
        self.alerted(Trouble {
            subject: Subject::Destination(destination.id),
            name: destination.name.to_string(),
            group: crate::parts::DEFAULT_GROUP,
            code: NOT_DELIVERED,
            message: "an alert was not taken for a day, and is not sent there any more",
            detail: why.to_owned(),
        })
        .await
    }
}
