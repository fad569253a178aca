//! How often one address, person or application may ask: more is refused with the moment from which it is looked at again.
//!
//! Each server counts for itself, in memory that does not grow. What decides takes its clock as a value.

mod address;
mod layers;
mod memory;

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::{Quota, RateLimiter};
use keyferry_app::Actor;
use keyferry_domain::id::{ApplicationId, UserId};

pub use address::Network;
pub(crate) use address::{ClientAddress, Proxies};
pub(crate) use layers::{From, by_address, by_route, find_address};
use memory::Memory;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// Whoever calls from there.
    Address(ClientAddress),
    /// A person.
    User(UserId),
    /// A program.
    Application(ApplicationId),
}

impl Who {
    /// The account behind a request. Keyferry itself is not counted.
    pub(crate) fn of(actor: &Actor) -> Option<Self> {
        match actor {
            Actor::User { id, .. } => Some(Self::User(*id)),
            Actor::Application { id, .. } => Some(Self::Application(*id)),
            Actor::Keystore { .. }
            | Actor::Connection { .. }
            | Actor::Key { .. }
            | Actor::System => None,
        }
    }
}

/// Routes that are counted by themselves, because each call costs much, or is what somebody who guesses repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Narrow {
    /// Passwords, codes, and what a provider sent somebody back with: by address.
    SignIn,
    /// Sign-ins that begin at a provider: by address.
    OidcStart,
    /// Passphrases of the vault: by account.
    Unseal,
    /// Use of keys: by account, instead of the limit of the API as a whole.
    KeyUse,
}

/// How many requests a minute may come; as many may come at once. 0 is without limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// From one address, whatever is asked.
    pub address: u32,
    /// Of one person or application.
    pub account: u32,
    /// To sign in, from one address.
    pub sign_in: u32,
    /// To begin to sign in at a provider, from one address.
    pub oidc_start: u32,
    /// To open the vault, of one person.
    pub unseal: u32,
    /// To use keys, of one application.
    pub key_use: u32,
}

/// One limit; none where its rate is 0.
struct Limiter<C: Clock>(Option<RateLimiter<Who, Memory, C, NoOpMiddleware<C::Instant>>>);

impl<C: Clock> Limiter<C> {
    fn new(per_minute: u32, clock: C) -> Self {
        let quota = NonZeroU32::new(per_minute).map(Quota::per_minute);
        Self(quota.map(|quota| RateLimiter::new(quota, Memory::default(), clock)))
    }

    /// Counts a request.
    ///
    /// # Errors
    ///
    /// How long to wait.
    fn count(&self, who: Who) -> Result<(), Duration> {
        let Some(limiter) = &self.0 else {
            return Ok(());
        };
        limiter
            .check_key(&who)
            .map_err(|until| until.wait_time_from(limiter.clock().now()))
    }
}

/// All limits of a server.
pub(crate) struct Limits<C: Clock = MonotonicClock> {
    address: Limiter<C>,
    account: Limiter<C>,
    sign_in: Limiter<C>,
    oidc_start: Limiter<C>,
    unseal: Limiter<C>,
    key_use: Limiter<C>,
}

impl<C: Clock + Clone> Limits<C> {
    /// Limits by a clock. It never goes back, so that nobody is kept waiting because the time was set.
    pub(crate) fn new(rates: Rates, clock: &C) -> Self {
        let limiter = |per_minute| Limiter::new(per_minute, clock.clone());
        Self {
            address: limiter(rates.address),
            account: limiter(rates.account),
            sign_in: limiter(rates.sign_in),
            oidc_start: limiter(rates.oidc_start),
            unseal: limiter(rates.unseal),
            key_use: limiter(rates.key_use),
        }
    }

    /// Counts a request for what it comes from.
    ///
    /// # Errors
    ///
    /// How long to wait.
    pub(crate) fn count_address(&self, from: ClientAddress) -> Result<(), Duration> {
        self.address.count(Who::Address(from))
    }

    /// Counts a request for what it asks, and for who asks. A request within a request has no address: the one around it was
    /// counted.
    ///
    /// # Errors
    ///
    /// How long to wait.
    pub(crate) fn count_route(
        &self,
        narrow: Option<Narrow>,
        from: Option<ClientAddress>,
        account: Option<Who>,
    ) -> Result<(), Duration> {
        let (limiter, who) = match narrow {
            None => return self.count_account(account),
            Some(Narrow::KeyUse) => (&self.key_use, account),
            Some(Narrow::Unseal) => (&self.unseal, account),
            Some(Narrow::SignIn) => (&self.sign_in, from.map(Who::Address)),
            Some(Narrow::OidcStart) => (&self.oidc_start, from.map(Who::Address)),
        };
        who.map_or(Ok(()), |who| limiter.count(who))?;
        match narrow {
            Some(Narrow::KeyUse) => Ok(()),
            _ => self.count_account(account),
        }
    }

    fn count_account(&self, account: Option<Who>) -> Result<(), Duration> {
        account.map_or(Ok(()), |who| self.account.count(who))
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    const NONE: Rates = Rates {
        address: 0,
        account: 0,
        sign_in: 0,
        oidc_start: 0,
        unseal: 0,
        key_use: 0,
    };

    fn from(text: &str) -> ClientAddress {
        ClientAddress::of(text.parse().unwrap())
    }

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(number: u32) -> T {
        let text = format!("00000000-0000-0000-0000-{number:012}");
        text.parse().unwrap()
    }

    fn user(number: u32) -> Option<Who> {
        Some(Who::User(id::<UserId>(number)))
    }

    fn application(number: u32) -> Option<Who> {
        Some(Who::Application(id::<ApplicationId>(number)))
    }

    #[test]
    fn as_many_as_a_minute_allows_come_at_once_and_then_one_by_one() {
        let clock = FakeRelativeClock::default();
        let limits = Limits::new(
            Rates {
                address: 60,
                ..NONE
            },
            &clock,
        );
        let one = from("192.0.2.1");
        for _ in 0..60 {
            assert_eq!(limits.count_address(one), Ok(()));
        }

        assert_eq!(limits.count_address(one), Err(Duration::from_secs(1)));
        assert_eq!(limits.count_address(from("192.0.2.2")), Ok(()));
        clock.advance(Duration::from_millis(400));
        assert_eq!(limits.count_address(one), Err(Duration::from_millis(600)));
        clock.advance(Duration::from_millis(600));
        assert_eq!(
            limits.count_address(one),
            Ok(()),
            "what is refused costs nothing"
        );
        assert!(limits.count_address(one).is_err());
        clock.advance(Duration::from_secs(3_600));
        for _ in 0..60 {
            assert_eq!(limits.count_address(one), Ok(()));
        }
        assert!(
            limits.count_address(one).is_err(),
            "nothing is saved up beyond a minute"
        );
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_and_of_another_are_not() {
        let clock = FakeRelativeClock::default();
        let limits = Limits::new(Rates { address: 1, ..NONE }, &clock);

        assert!(limits.count_address(from("2001:db8:1:2::1")).is_ok());
        assert!(limits.count_address(from("2001:db8:1:2:ffff::9")).is_err());
        assert!(limits.count_address(from("2001:db8:1:3::1")).is_ok());
        assert!(limits.count_address(from("192.0.2.1")).is_ok());
        assert!(limits.count_address(from("::ffff:192.0.2.1")).is_err());
        assert!(limits.count_address(from("::ffff:192.0.2.2")).is_ok());
    }

    #[test]
    fn accounts_are_counted_wherever_they_call_from_and_key_use_apart() {
        let clock = FakeRelativeClock::default();
        let rates = Rates {
            account: 2,
            key_use: 1,
            ..NONE
        };
        let limits = Limits::new(rates, &clock);
        let count = |narrow, who| {
            limits
                .count_route(narrow, Some(from("192.0.2.1")), who)
                .is_ok()
        };

        assert!(count(None, user(1)) && count(None, user(1)) && !count(None, user(1)));
        assert!(count(None, user(2)), "somebody else");
        assert!(
            count(None, application(1)),
            "a program with the same number"
        );
        assert!(count(Some(Narrow::KeyUse), application(1)));
        assert!(!count(Some(Narrow::KeyUse), application(1)));
        assert!(
            count(None, application(1)),
            "its use of keys has not been counted here"
        );
        assert!(count(None, None), "who is nobody is counted by address");
    }

    #[test]
    fn each_narrow_limit_counts_what_it_is_for() {
        let clock = FakeRelativeClock::default();
        let rates = Rates {
            sign_in: 1,
            oidc_start: 1,
            unseal: 1,
            ..NONE
        };
        let limits = Limits::new(rates, &clock);
        let (here, there) = (Some(from("192.0.2.1")), Some(from("192.0.2.2")));
        for narrow in [Narrow::SignIn, Narrow::OidcStart] {
            assert!(limits.count_route(Some(narrow), here, None).is_ok());
            assert!(limits.count_route(Some(narrow), here, user(1)).is_err());
            assert!(limits.count_route(Some(narrow), there, None).is_ok());
            assert!(
                limits.count_route(Some(narrow), None, None).is_ok(),
                "within another request"
            );
        }
        assert!(
            limits
                .count_route(Some(Narrow::Unseal), here, user(1))
                .is_ok()
        );
        assert!(
            limits
                .count_route(Some(Narrow::Unseal), there, user(1))
                .is_err()
        );
        assert!(
            limits
                .count_route(Some(Narrow::Unseal), here, user(2))
                .is_ok()
        );
        assert!(limits.count_route(None, here, user(1)).is_ok());
    }

    #[test]
    fn a_rate_of_0_is_no_limit() {
        let limits = Limits::new(NONE, &FakeRelativeClock::default());
        for _ in 0..1_000 {
            assert!(limits.count_address(from("192.0.2.1")).is_ok());
            assert!(
                limits
                    .count_route(Some(Narrow::SignIn), Some(from("192.0.2.1")), None)
                    .is_ok()
            );
        }
    }
}
