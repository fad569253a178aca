//! What providers said lately, so that strangers who begin sign-ins make nobody ask them each time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use keyferry_ports::identity::{NotVouchedFor, ProviderAddress};

use crate::discovery::Discovery;
use crate::keys::Keys;

/// How long an answer counts. A key that a provider takes back is refused after this at the latest.
pub(crate) const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// How long it counts that a provider did not answer.
const DOWN: SignedDuration = SignedDuration::from_secs(5);

/// How often keys are asked for anew because a token names one that is not known.
const KEYS_AT_MOST_EVERY: SignedDuration = SignedDuration::from_secs(30);

/// Of which provider: whose certificates count is part of it.
type Place = (String, Option<String>);

#[derive(Default)]
struct Known {
    discovery: Option<(Result<Arc<Discovery>, NotVouchedFor>, Timestamp)>,
    keys: Option<(Arc<Keys>, Timestamp)>,
}

/// Answers of providers, in this process.
#[derive(Default)]
pub(crate) struct Memory {
    known: Mutex<HashMap<Place, Known>>,
}

fn place(provider: &ProviderAddress) -> Place {
    (provider.issuer.clone(), provider.ca_bundle.clone())
}

/// Whether something of then counts now. A clock that was set back makes nothing fresh.
fn is_within(then: Timestamp, span: SignedDuration, now: Timestamp) -> bool {
    then <= now && now.duration_since(then) < span
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, HashMap<Place, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a provider told of itself lately, or that it did not answer a moment ago.
    pub(crate) fn discovery(
        &self,
        provider: &ProviderAddress,
        now: Timestamp,
    ) -> Result<Option<Arc<Discovery>>, NotVouchedFor> {
        let known = self.lock();
        let Some((answer, at)) = known
            .get(&place(provider))
            .and_then(|one| one.discovery.as_ref())
        else {
            return Ok(None);
        };
        match answer {
            Ok(found) if is_within(*at, FRESH, now) => Ok(Some(Arc::clone(found))),
            Err(failure) if is_within(*at, DOWN, now) => Err(failure.clone()),
            _ => Ok(None),
        }
    }

    pub(crate) fn keep_discovery(
        &self,
        provider: &ProviderAddress,
        found: Result<Discovery, NotVouchedFor>,
        now: Timestamp,
    ) -> Result<Arc<Discovery>, NotVouchedFor> {
        let found = found.map(Arc::new);
        let mut known = self.lock();
        known.entry(place(provider)).or_default().discovery = Some((found.clone(), now));
        found
    }

    /// Keys that count still, and whether they are too young to ask anew.
    pub(crate) fn keys(
        &self,
        provider: &ProviderAddress,
        now: Timestamp,
    ) -> Option<(Arc<Keys>, bool)> {
        let known = self.lock();
        let (keys, at) = known.get(&place(provider))?.keys.as_ref()?;
        let is_young = is_within(*at, KEYS_AT_MOST_EVERY, now);
        is_within(*at, FRESH, now).then(|| (Arc::clone(keys), is_young))
    }

    pub(crate) fn keep_keys(
        &self,
        provider: &ProviderAddress,
        keys: Keys,
        now: Timestamp,
    ) -> Arc<Keys> {
        let keys = Arc::new(keys);
        let mut known = self.lock();
        known.entry(place(provider)).or_default().keys = Some((Arc::clone(&keys), now));
        keys
    }
}
