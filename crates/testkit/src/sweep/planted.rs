//! Mistakes built in at the ports, which the sweep must find: who tests the test.

use super::scenario::{CREATE, ROTATE_IN_PLACE, SYNCHRONIZE_ALL};
use super::{Broken, Reach, Scenario, Sweep};
use crate::records::{Lies, Loses, MemoryRecords};
use crate::sim_aws::Mistake;

/// A mistake built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// None.
    Nothing,
    /// Material is imported although its version is not on the disk yet: a crash takes the version away.
    ImportBeforeCommit,
    /// An SDK that sends `CreateKey` again when no answer came.
    CreateKeyRetriedBlindly,
    /// A request that waited is signed anew, with the time at which it is sent.
    SignedAnew,
    /// Effects are sent although their audit entries are not on the disk yet: a crash takes the entries away.
    SentBeforeItsEntry,
    /// Whether a request may still take effect is judged too early.
    NoHorizon,
    /// A repeated request is a new one: a rotation that was asked for twice is done twice.
    RotatedTwice,
    /// Material is deleted before it is imported again.
    DeletedBeforeImport,
    /// Of a rotated KMS key only the current version is looked after.
    CurrentVersionOnly,
    /// What could not be read is taken for absent.
    UnreadableIsAbsent,
    /// A call without an answer is taken for refused.
    SilenceIsRefusal,
}

/// Commits that the disk of a planted mistake runs behind.
const BEHIND: usize = 8;

impl Planted {
    /// The database with the mistake in it.
    pub(super) fn records(self, prepared: &MemoryRecords) -> MemoryRecords {
        match self {
            Self::ImportBeforeCommit => prepared.fork_running_behind(BEHIND, Loses::Versions),
            Self::SentBeforeItsEntry => prepared.fork_running_behind(BEHIND, Loses::Leaves),
            Self::NoHorizon => prepared.fork_lying(Lies::AboutTheAgeOfAttempts),
            Self::RotatedTwice => prepared.fork_lying(Lies::AboutRepeatedRequests),
            _ => prepared.fork(),
        }
    }

    /// The adapter's mistake.
    pub(super) fn mistake(self) -> Mistake {
        match self {
            Self::CreateKeyRetriedBlindly => Mistake::RetriesCreateKey,
            Self::SignedAnew => Mistake::SignsAnew,
            Self::DeletedBeforeImport => Mistake::DeletesBeforeImport,
            Self::CurrentVersionOnly => Mistake::ListsCurrentMaterialOnly,
            Self::UnreadableIsAbsent => Mistake::TakesFailureForAbsence,
            Self::SilenceIsRefusal => Mistake::TakesSilenceForRefusal,
            _ => Mistake::None,
        }
    }
}

/// One mistake, where it is looked for, and as what it must be found.
#[derive(Clone, Copy, Debug)]
pub struct Hunt {
    /// The mistake.
    pub planted: Planted,
    scenarios: &'static [&'static Scenario],
    fault_percent: u32,
    is_it: fn(&Broken) -> bool,
}

/// Every mistake that can be built in.
pub const HUNTS: &[Hunt] = &[
    Hunt::calm(Planted::ImportBeforeCommit, &[&CREATE], is_loss),
    Hunt::with_faults(Planted::CreateKeyRetriedBlindly, &[&CREATE], is_second_key),
    Hunt::calm(Planted::SignedAnew, &[&CREATE], is_second_key),
    Hunt::calm(Planted::SentBeforeItsEntry, &[&CREATE], is_untold),
    Hunt::with_faults(Planted::NoHorizon, &[&CREATE], is_second_key),
    Hunt::calm(Planted::RotatedTwice, &[&ROTATE_IN_PLACE], is_twice),
    Hunt::calm(Planted::DeletedBeforeImport, &[&ROTATE_IN_PLACE], is_untold),
    Hunt::calm(Planted::CurrentVersionOnly, &[&SYNCHRONIZE_ALL], is_missed),
    Hunt::with_faults(Planted::UnreadableIsAbsent, &[&CREATE], is_second_key),
    Hunt::with_faults(Planted::SilenceIsRefusal, &[&CREATE], is_second_key),
];

fn is_loss(broken: &Broken) -> bool {
    matches!(broken, Broken::MaterialLost(_))
}

fn is_second_key(broken: &Broken) -> bool {
    matches!(broken, Broken::SecondKey(_))
}

fn is_untold(broken: &Broken) -> bool {
    matches!(broken, Broken::EffectWithoutAudit(_))
}

fn is_twice(broken: &Broken) -> bool {
    matches!(broken, Broken::TwoEffects(_))
}

fn is_missed(broken: &Broken) -> bool {
    matches!(broken, Broken::NotReached(_))
}

type Scenarios = &'static [&'static Scenario];

impl Hunt {
    const fn calm(planted: Planted, scenarios: Scenarios, is_it: fn(&Broken) -> bool) -> Self {
        Self {
            planted,
            scenarios,
            fault_percent: 0,
            is_it,
        }
    }

    const fn with_faults(
        planted: Planted,
        scenarios: Scenarios,
        is_it: fn(&Broken) -> bool,
    ) -> Self {
        Self {
            fault_percent: 30,
            ..Self::calm(planted, scenarios, is_it)
        }
    }

    /// Sweeps for it.
    ///
    /// # Errors
    ///
    /// Where it is not found as what it is: what was found instead.
    pub fn run(&self) -> Result<(), String> {
        let sweep = Sweep {
            scenarios: self.scenarios,
            fault_percents: vec![self.fault_percent],
            seeds: 1..=1,
            reach: Reach {
                firsts: usize::MAX,
                seconds: 2,
            },
            planted: self.planted,
        };
        let total = sweep.run_until(&|tally| tally.count(self.is_it) > 0);
        if total.count(self.is_it) > 0 {
            return Ok(());
        }
        let others: Vec<_> = total.broken.iter().take(3).collect();
        Err(format!("{:?} was not found, but {others:#?}", self.planted))
    }
}
