//! Token buckets: no AWS operation is called more often than its quota, and urgent work goes first.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Lane;
use keyferry_ports::clock::Clock;
use keyferry_ports::records::Priority;

use crate::driver::Cost;

/// Parts of a token that rounding may lose.
const SLACK: f64 = 1e-6;

/// How many calls a second AWS allows, by operation. The numbers are the application's.
#[derive(Clone, Debug)]
pub struct Quotas {
    rates: BTreeMap<&'static str, f64>,
    other: f64,
}

impl Quotas {
    /// `other` calls a second for every operation that is not listed.
    pub fn new(other: f64) -> Self {
        Self {
            rates: BTreeMap::new(),
            other,
        }
    }

    /// Lists an operation with its calls a second.
    #[must_use]
    pub fn with(mut self, operation: &'static str, per_second: f64) -> Self {
        self.rates.insert(operation, per_second);
        self
    }

    fn rate(&self, operation: &str) -> f64 {
        let rate = self.rates.get(operation).copied().unwrap_or(self.other);
        if rate.is_finite() {
            rate.max(0.001)
        } else {
            1.0
        }
    }
}

/// Hands out tokens, one bucket per lane and operation; a bucket holds what a second brings, at least one.
/// Clones share their buckets.
#[derive(Clone)]
pub struct Pacer {
    shared: Arc<Shared>,
    priority: Priority,
}

impl fmt::Debug for Pacer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pacer")
            .field("priority", &self.priority)
            .finish_non_exhaustive()
    }
}

struct Shared {
    clock: Arc<dyn Clock>,
    quotas: Quotas,
    buckets: Mutex<HashMap<(Lane, &'static str), Bucket>>,
}

impl Pacer {
    /// Full buckets.
    pub fn new(clock: Arc<dyn Clock>, quotas: Quotas) -> Self {
        let shared = Shared {
            clock,
            quotas,
            buckets: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
            priority: Priority::Interactive,
        }
    }

    /// The same buckets, asked with another priority.
    #[must_use]
    pub fn with_priority(&self, priority: Priority) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            priority,
        }
    }

    /// Takes the tokens of one call, waiting until they are there. More urgent callers overtake.
    pub async fn take(&self, cost: &Cost) {
        let tokens = f64::from(cost.tokens);
        let ticket = self.queue(cost, tokens);
        while let Some(later) = self.try_take(&ticket, tokens) {
            self.shared.clock.sleep_until(later).await;
        }
    }

    /// Takes the tokens of one call if they are there now and nobody waits for them. Says whether it did.
    pub fn take_spare(&self, cost: &Cost) -> bool {
        let tokens = f64::from(cost.tokens);
        let ticket = self.queue(cost, tokens);
        self.try_take(&ticket, tokens).is_none()
    }

    /// Lets nothing through this bucket for a while: AWS said that it is too much.
    pub fn slow_down(&self, lane: &Lane, operation: &'static str, pause: SignedDuration) {
        let now = self.shared.clock.now();
        let until = now.checked_add(pause).unwrap_or(now);
        let mut buckets = self.shared.lock();
        let bucket = self
            .shared
            .bucket(&mut buckets, (lane.clone(), operation), now);
        bucket.tokens = bucket.tokens.min(0.0);
        bucket.filled_at = bucket.filled_at.max(until);
    }

    fn queue(&self, cost: &Cost, tokens: f64) -> Ticket {
        let key = (cost.lane.clone(), cost.operation);
        let now = self.shared.clock.now();
        let mut buckets = self.shared.lock();
        let bucket = self.shared.bucket(&mut buckets, key.clone(), now);
        bucket.arrivals += 1;
        let place = (self.priority, bucket.arrivals);
        bucket.waiting.insert(place, tokens);
        Ticket {
            shared: Arc::clone(&self.shared),
            key,
            place,
        }
    }

    /// `None`: taken. Otherwise when to ask again.
    fn try_take(&self, ticket: &Ticket, tokens: f64) -> Option<Timestamp> {
        let now = self.shared.clock.now();
        let mut buckets = self.shared.lock();
        let bucket = self.shared.bucket(&mut buckets, ticket.key.clone(), now);
        bucket.fill(now);
        let ahead: f64 = bucket
            .waiting
            .range(..ticket.place)
            .map(|(_, tokens)| tokens)
            .sum();
        let missing = ahead + tokens - bucket.tokens;
        if missing > SLACK {
            return Some(bucket.when(missing, now));
        }
        bucket.tokens -= tokens;
        None
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, HashMap<(Lane, &'static str), Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bucket<'a>(
        &self,
        buckets: &'a mut HashMap<(Lane, &'static str), Bucket>,
        key: (Lane, &'static str),
        now: Timestamp,
    ) -> &'a mut Bucket {
        let rate = self.quotas.rate(key.1);
        buckets.entry(key).or_insert_with(|| Bucket {
            rate,
            tokens: rate.max(1.0),
            filled_at: now,
            waiting: BTreeMap::new(),
            arrivals: 0,
        })
    }
}

/// One quota of one lane.
struct Bucket {
    rate: f64,
    tokens: f64,
    filled_at: Timestamp,
    waiting: BTreeMap<(Priority, u64), f64>,
    arrivals: u64,
}

impl Bucket {
    fn fill(&mut self, now: Timestamp) {
        let elapsed = now.duration_since(self.filled_at).as_secs_f64();
        if elapsed <= 0.0 {
            return;
        }
        let largest = self.waiting.values().copied().fold(1.0, f64::max);
        self.tokens = (self.tokens + elapsed * self.rate).min(self.rate.max(largest));
        self.filled_at = now;
    }

    fn when(&self, missing: f64, now: Timestamp) -> Timestamp {
        let start = self.filled_at.max(now);
        let seconds = (missing / self.rate).min(86_400.0);
        let wait =
            SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::from_secs(1));
        let wait = wait.max(SignedDuration::from_micros(1));
        start.checked_add(wait).unwrap_or(start)
    }
}

/// A place in a bucket's queue, given up when dropped.
struct Ticket {
    shared: Arc<Shared>,
    key: (Lane, &'static str),
    place: (Priority, u64),
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(bucket) = self.shared.lock().get_mut(&self.key) {
            bucket.waiting.remove(&self.place);
        }
    }
}
