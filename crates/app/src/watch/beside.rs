//! What a pass asks beside KMS, of CloudTrail and IAM: neither their silence nor their quotas may hold up the next look at
//! the KMS keys.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::Region;
use keyferry_domain::id::ConnectionId;

/// So long a service that did not answer is left alone: it may be out of reach for good, and a pass must not wait for it
/// again and again.
const SILENT_FOR: SignedDuration = SignedDuration::from_mins(4);

/// Questions to each service in one pass. CloudTrail takes two a second and IAM five: however much somebody changes, that
/// is less than half a minute of each. What is left over is asked in the passes that follow.
pub(super) const QUESTIONS: u32 = 50;

/// A service that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Service {
    CloudTrail,
    Iam,
}

/// One pass: connection, Region, and when it began.
pub(super) type OfPass<'a> = (ConnectionId, &'a Region, Timestamp);

/// Which services did not answer, and how much each pass has asked.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    silent: Mutex<BTreeMap<(ConnectionId, Service), Timestamp>>,
    asked: Mutex<Asked>,
}

/// When the newest pass began, and how much it has asked.
type Asked = BTreeMap<(ConnectionId, Region, Service), (Timestamp, u32)>;

impl Beside {
    /// A service did not answer through a connection.
    pub(super) fn fell_silent(&self, whom: (ConnectionId, Service), now: Timestamp) {
        lock(&self.silent).insert(whom, now);
    }

    /// Whether a service is left alone for now.
    pub(super) fn is_silent(&self, whom: (ConnectionId, Service), now: Timestamp) -> bool {
        let silent = lock(&self.silent);
        let since = silent.get(&whom);
        since.is_some_and(|since| now.duration_since(*since) < SILENT_FOR)
    }

    /// Takes one question; false where the pass has asked enough.
    pub(super) fn may_ask(&self, (connection, region, began): OfPass<'_>, whom: Service) -> bool {
        let mut asked = lock(&self.asked);
        let place = (connection, region.clone(), whom);
        let (of, count) = asked.entry(place).or_insert((began, 0));
        if *of != began {
            (*of, *count) = (began, 0);
        }
        let may_ask = *count < QUESTIONS;
        *count += u32::from(may_ask);
        may_ask
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_pass_asks_each_service_so_often_and_the_next_pass_again() {
        let (beside, connection) = (Beside::default(), ConnectionId::new(Uuid::nil()));
        let region: Region = "eu-central-1".parse().unwrap();
        let began = Timestamp::UNIX_EPOCH;
        let next = began + SignedDuration::from_mins(5);
        let count = |began, whom| {
            let of_pass = (connection, &region, began);
            (0..1_000).filter(|_| beside.may_ask(of_pass, whom)).count()
        };

        assert_eq!(count(began, Service::CloudTrail), QUESTIONS as usize);
        assert_eq!(count(began, Service::CloudTrail), 0);
        assert_eq!(count(began, Service::Iam), QUESTIONS as usize);
        assert_eq!(count(next, Service::CloudTrail), QUESTIONS as usize);
    }

    #[test]
    fn a_service_that_did_not_answer_is_left_alone_for_some_minutes() {
        let (beside, connection) = (Beside::default(), ConnectionId::new(Uuid::nil()));
        let now = Timestamp::UNIX_EPOCH;
        let whom = (connection, Service::Iam);
        beside.fell_silent(whom, now);

        assert!(beside.is_silent(whom, now + SignedDuration::from_mins(3)));
        assert!(!beside.is_silent(whom, now + SignedDuration::from_mins(4)));
        assert!(!beside.is_silent((connection, Service::CloudTrail), now));
    }
}
