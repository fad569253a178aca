//! Faults: scripted for the next calls of an operation, or drawn at random from a seed.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::clock::Micros;
use crate::rng::Rng;

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// ThrottlingException; nothing happened.
    Throttle,
    /// KMSInternalException with status 500; nothing happened.
    Internal500,
    /// KMSInternalException with status 500, but the call took effect.
    Internal500AfterEffect,
    /// No answer; nothing happened.
    TimeoutBefore,
    /// No answer, the connection drops; the call took effect.
    LostReply,
    /// No answer now; the call takes effect `after` microseconds later, unless its signature is
    /// then older than five minutes.
    DelayedEffect {
        /// Microseconds from now.
        after: Micros,
    },
    /// The answer takes this long.
    Latency {
        /// Milliseconds.
        ms: u64,
    },
}

/// A fault that waits for its call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptedFault {
    /// The operation, or `*` for every operation of KMS.
    pub operation: String,
    /// Only calls in this Region.
    #[serde(default)]
    pub region: Option<String>,
    /// Only calls by principals of this account.
    #[serde(default)]
    pub account: Option<String>,
    /// Matching calls that pass before the fault strikes.
    #[serde(default)]
    pub skip: u32,
    /// Matching calls that it strikes; at least 1.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens.
    pub fault: Fault,
}

fn once() -> u32 {
    1
}

impl ScriptedFault {
    /// Strikes the next call of `operation`, once.
    #[must_use]
    pub fn next(operation: &str, fault: Fault) -> Self {
        ScriptedFault {
            operation: operation.to_owned(),
            region: None,
            account: None,
            skip: 0,
            times: 1,
            fault,
        }
    }

    /// Only in `region`.
    #[must_use]
    pub fn in_region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Only for callers of `account`.
    #[must_use]
    pub fn in_account(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// Lets `skip` matching calls pass first.
    #[must_use]
    pub fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// Strikes `times` calls; `u32::MAX` is an outage that lasts until faults are cleared.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    fn matches(&self, call: &Call, account: &str) -> bool {
        (self.operation == "*" && call.service == crate::call::Service::Kms
            || self.operation == call.operation)
            && self
                .region
                .as_ref()
                .is_none_or(|region| *region == call.region)
            && self.account.as_ref().is_none_or(|wanted| wanted == account)
    }
}

/// Whether random faults strike a call: calls to KMS, and changes of access keys.
fn is_struck(call: &Call) -> bool {
    use crate::call::Service;
    call.service == Service::Kms
        || call.service == Service::Iam && crate::services::iam::is_write(&call.operation)
}

/// Faults drawn at random for calls to KMS and for changes of access keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomFaults {
    /// Every draw follows from it.
    pub seed: u64,
    /// Probability that a call is struck, 0.0 to 1.0.
    pub rate: f64,
    /// What may happen, each as likely as the others.
    #[serde(default = "all_kinds")]
    pub kinds: Vec<Fault>,
    /// Only these operations; empty means all.
    #[serde(default)]
    pub operations: Vec<String>,
}

fn all_kinds() -> Vec<Fault> {
    vec![
        Fault::Throttle,
        Fault::Internal500,
        Fault::Internal500AfterEffect,
        Fault::TimeoutBefore,
        Fault::LostReply,
        Fault::DelayedEffect {
            after: 30 * crate::clock::SECOND,
        },
    ]
}

impl RandomFaults {
    /// Every kind of fault but latency, at `rate`.
    #[must_use]
    pub fn new(seed: u64, rate: f64) -> Self {
        RandomFaults {
            seed,
            rate,
            kinds: all_kinds(),
            operations: Vec::new(),
        }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Faults {
    scripted: VecDeque<ScriptedFault>,
    random: Option<(RandomFaults, Rng)>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: ScriptedFault) {
        self.scripted.push_back(fault);
    }

    pub(crate) fn set_random(&mut self, random: Option<RandomFaults>) {
        self.random = random.map(|random| {
            let rng = Rng::new(random.seed);
            (random, rng)
        });
    }

    pub(crate) fn clear(&mut self) {
        *self = Faults::default();
    }

    pub(crate) fn waiting(&self) -> usize {
        self.scripted.len()
    }

    /// The fault that strikes this call, if any.
    pub(crate) fn draw(&mut self, call: &Call, account: &str) -> Option<Fault> {
        let hit = self
            .scripted
            .iter()
            .position(|fault| fault.matches(call, account));
        if let Some(scripted) = hit.and_then(|index| self.scripted.get_mut(index)) {
            if scripted.skip > 0 {
                scripted.skip -= 1;
            } else {
                let fault = scripted.fault;
                scripted.times = if scripted.times == u32::MAX {
                    u32::MAX
                } else {
                    scripted.times.saturating_sub(1)
                };
                self.scripted.retain(|fault| fault.times > 0);
                return Some(fault);
            }
        }
        self.draw_random(call)
    }

    fn draw_random(&mut self, call: &Call) -> Option<Fault> {
        let (random, rng) = self.random.as_mut()?;
        let concerns = is_struck(call)
            && (random.operations.is_empty() || random.operations.contains(&call.operation));
        if !concerns || !rng.chance(random.rate) {
            return None;
        }
        let last = i64::try_from(random.kinds.len()).ok()?.checked_sub(1)?;
        let index = usize::try_from(rng.up_to(last)).ok()?;
        random.kinds.get(index).copied()
    }
}
