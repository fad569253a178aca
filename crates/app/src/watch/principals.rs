//! Whether the users and roles that key policies name still exist in IAM: asked where that is allowed, once a day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::{Lane, Region};
use keyferry_domain::drift::{Finding, FindingKind};
use keyferry_domain::id::ConnectionId;
use keyferry_domain::view::Place;
use keyferry_engine::Cost;
use keyferry_ports::aws::{CallFailure, Refusal};

use super::beside::Service;
use super::pass::Pass;
use crate::policy_principals::{gone, named};

/// So long an answer of IAM counts.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// So long we do not ask again where we may not ask.
const DENIED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// IAM is one for all Regions: so are its calls.
const IAM_REGION: &str = "us-east-1";

/// What IAM says of a principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Exists,
    Gone,
    /// We may not ask: it is taken to exist.
    Denied,
}

/// What IAM said of each principal, through each connection.
#[derive(Debug, Default)]
pub(crate) struct KnownPrincipals(Mutex<Answers>);

type Answers = BTreeMap<(ConnectionId, String), (Answer, Timestamp)>;

impl KnownPrincipals {
    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: &(ConnectionId, String), now: Timestamp) -> Option<Answer> {
        let (answer, at) = *self.lock().get(key)?;
        let age = now.duration_since(at);
        let counts = match answer {
            Answer::Exists | Answer::Gone => FRESH,
            Answer::Denied => DENIED_FOR,
        };
        (age < counts).then_some(answer)
    }

    fn put(&self, key: (ConnectionId, String), answer: Answer, now: Timestamp) {
        let mut answers = self.lock();
        answers.retain(|_, (_, at)| now.duration_since(*at) < FRESH);
        answers.insert(key, (answer, now));
    }
}

/// What key policies name that is gone, and whether IAM answered everything that it was asked.
pub(super) struct Missing {
    pub(super) found: Vec<Finding>,
    pub(super) is_whole: bool,
}

impl Pass {
    /// Principals that no longer exist: those whom AWS shows as ids, and those of our account whom IAM does not know.
    /// Whom we may not ask about is taken to exist.
    pub(super) async fn principals_gone(
        &self,
        places: &BTreeMap<Region, Place>,
        now: Timestamp,
    ) -> Missing {
        let mut missing = Missing {
            found: Vec::new(),
            is_whole: true,
        };
        for (region, place) in places {
            let Some(policy) = place.policy.value() else {
                continue;
            };
            let mut lost: BTreeSet<String> = gone(policy);
            for arn in named(policy) {
                if !self.is_of_our_account(&arn) {
                    continue;
                }
                match self.asked(&arn, now).await {
                    Some(Answer::Gone) => {
                        lost.insert(arn);
                    }
                    Some(Answer::Exists | Answer::Denied) => {}
                    None => missing.is_whole = false,
                }
            }
            missing.found.extend(lost.into_iter().map(|who| Finding {
                kind: FindingKind::PrincipalGone,
                region: Some(region.clone()),
                detail: who,
            }));
        }
        missing
    }

    fn is_of_our_account(&self, arn: &str) -> bool {
        let account = &self.lane.account;
        let prefix = format!("arn:{}:iam::{}:", account.partition, account.id);
        let rest = arn.strip_prefix(&prefix);
        rest.is_some_and(|rest| rest.starts_with("user/") || rest.starts_with("role/"))
    }

    /// `None` without an answer: IAM is silent, or this pass has asked enough.
    async fn asked(&self, arn: &str, now: Timestamp) -> Option<Answer> {
        let key = (self.connection, arn.to_owned());
        if let Some(known) = self.principals.get(&key, now) {
            return Some(known);
        }
        let iam = (self.connection, Service::Iam);
        if self.beside.is_silent(iam, now) || !self.beside.may_ask(self.of_pass(now), Service::Iam)
        {
            return None;
        }
        let is_user = arn.contains(":user/");
        let operation = if is_user { "GetUser" } else { "GetRole" };
        self.pacer.take(&self.iam_cost(operation)).await;
        let answer = match self.link.principal_exists(arn).await {
            Ok(true) => Answer::Exists,
            Ok(false) => Answer::Gone,
            Err(CallFailure::Refused {
                refusal: Refusal::AccessDenied,
                ..
            }) => Answer::Denied,
            Err(failure) => {
                tracing::debug!(%failure, "IAM did not tell whether a principal exists");
                self.beside.fell_silent(iam, now);
                return None;
            }
        };
        self.principals.put(key, answer, now);
        Some(answer)
    }

    fn iam_cost(&self, operation: &'static str) -> Cost {
        let region = IAM_REGION.parse().unwrap_or_else(|_| self.region.clone());
        Cost {
            lane: Lane {
                account: self.lane.account.clone(),
                region,
            },
            operation,
            tokens: 1,
        }
    }
}
