//! What a sweep counts.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;

use serde_json::{Value, json};

use super::Case;
use super::verdict::Broken;

/// What was run and found.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Runs.
    pub runs: u64,
    /// Processes that died at a point, tasks dropped, and were started again on the records reopened.
    pub restarts: u64,
    /// Processes that slept at a point and woke unaware.
    pub pauses: u64,
    /// Processes that slept while another took over, and woke unaware.
    pub takeovers: u64,
    /// What was broken, in which run.
    pub broken: Vec<(Case, Broken)>,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.restarts += other.restarts;
        self.pauses += other.pauses;
        self.takeovers += other.takeovers;
        self.broken.extend(other.broken);
    }
}

impl Tally {
    /// How often one thing was broken.
    pub fn count(&self, is: fn(&Broken) -> bool) -> usize {
        self.broken.iter().filter(|(_, broken)| is(broken)).count()
    }

    /// One JSON object.
    pub fn figures(&self) -> Value {
        let lost = self.count(|broken| matches!(broken, Broken::MaterialLost(_)));
        let second = self.count(|broken| matches!(broken, Broken::SecondKey(_)));
        let untold = self.count(|broken| matches!(broken, Broken::EffectWithoutAudit(_)));
        json!({
            "runs": self.runs,
            "crash_restarts": self.restarts,
            "pauses": self.pauses,
            "takeovers": self.takeovers,
            "material_lost": lost,
            "second_keys": second,
            "effects_without_audit": untold,
            "otherwise_broken": self.broken.len() - lost - second - untold,
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} restarts, {} pauses, {} takeovers in {} runs",
            self.restarts, self.pauses, self.takeovers, self.runs
        )
    }
}

/// What a sweep over several scenarios counts, by the scenario's name.
#[derive(Clone, Debug, Default)]
pub struct Report(pub BTreeMap<&'static str, Tally>);

impl AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        for (scenario, tally) in other.0 {
            self.add(scenario, tally);
        }
    }
}

impl Report {
    /// Adds to one scenario's tally.
    pub fn add(&mut self, scenario: &'static str, tally: Tally) {
        *self.0.entry(scenario).or_default() += tally;
    }

    /// Everything together.
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        for tally in self.0.values() {
            total += tally.clone();
        }
        total
    }

    /// One JSON object: everything together, and each scenario.
    pub fn figures(&self) -> Value {
        let mut all = self.total().figures();
        let each = self.0.iter();
        all["scenarios"] = each
            .map(|(name, tally)| ((*name).to_owned(), tally.figures()))
            .collect();
        all
    }

    /// Fails with the first findings, each with the case that shows it again.
    ///
    /// # Panics
    ///
    /// If anything was broken.
    pub fn assert_whole(&self) {
        let broken = self.total().broken;
        let first: Vec<String> = broken
            .iter()
            .take(5)
            .map(|(case, broken)| format!("{case}: {broken:?}"))
            .collect();
        assert!(
            first.is_empty(),
            "{} broken, first: {first:#?}",
            broken.len()
        );
    }
}
