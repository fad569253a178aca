//! What a limit remembers of those who asked: at most so many, however many ask.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;

use super::Who;

/// How many are remembered since the last forgetting; twice as many at most.
const YOUNG_MAX: usize = 32_768;

/// Remembers in two halves. Where the younger one is full, the older one is forgotten: whoever goes on asking stays.
pub(crate) struct Memory {
    halves: Mutex<Halves>,
    young_max: usize,
}

#[derive(Default)]
struct Halves {
    young: HashMap<Who, Nanos>,
    old: HashMap<Who, Nanos>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::of(YOUNG_MAX)
    }
}

impl Memory {
    fn of(young_max: usize) -> Self {
        Self {
            halves: Mutex::default(),
            young_max,
        }
    }
}

impl Halves {
    fn find(&self, who: &Who) -> Option<Nanos> {
        let found = self.young.get(who).or_else(|| self.old.get(who));
        found.copied()
    }

    fn keep(&mut self, who: Who, until: Nanos, young_max: usize) {
        if self.young.len() >= young_max && !self.young.contains_key(&who) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(who, until);
    }
}

impl StateStore for Memory {
    type Key = Who;

    fn measure_and_replace<T, F, E>(&self, who: &Who, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        let known = halves.find(who);
        match decide(known) {
            Ok((answer, until)) => {
                halves.keep(*who, until, self.young_max);
                Ok(answer)
            }
            Err(refused) => {
                if let Some(until) = known {
                    halves.keep(*who, until, self.young_max);
                }
                Err(refused)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;
    use governor::middleware::NoOpMiddleware;
    use governor::nanos::Nanos;
    use governor::{Quota, RateLimiter};

    use super::super::ClientAddress;
    use super::*;

    fn who(number: u32) -> Who {
        Who::Address(ClientAddress::of(std::net::Ipv4Addr::from(number).into()))
    }

    #[test]
    fn however_many_ask_memory_stays_bounded_and_who_goes_on_asking_is_not_forgotten() {
        let quota = Quota::per_minute(1.try_into().unwrap());
        let limiter = RateLimiter::<_, _, _, NoOpMiddleware<Nanos>>::new(
            quota,
            Memory::of(100),
            FakeRelativeClock::default(),
        );
        let pest = who(0);
        limiter.check_key(&pest).unwrap();

        for number in 1..10_000 {
            assert!(limiter.check_key(&who(number)).is_ok());
            if number % 50 == 0 {
                assert!(limiter.check_key(&pest).is_err(), "after {number} others");
            }
        }

        let memory = limiter.into_state_store();
        let halves = memory.halves.lock().unwrap();
        assert!(halves.young.len() + halves.old.len() <= 200);
    }
}
