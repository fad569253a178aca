//! What every stage looks at, and what a stage can answer.

use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};

use crate::arn::{KmsKeyArn, Partition, Region};
use crate::intent::{Intent, WantedVersion};
use crate::plan::{Blocked, WaitReason};
use crate::spec::SpecKind;
use crate::step::{Step, StepKind};
use crate::validity::Validity;
use crate::version::VersionNumber;
use crate::view::{Described, EffectOutcome, Field, HORIZON, OwnEffect, Place, View};

/// How often something is looked at that usually takes AWS seconds.
pub(super) const SOON: SignedDuration = SignedDuration::from_secs(5);

/// How often something is looked at that could not be read.
pub(super) const UNREADABLE: SignedDuration = SignedDuration::from_secs(60);

/// A stage's answer, if it is not content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing more is to be done, whatever later stages would say.
    Reached,
    /// Do this.
    Step(Step),
    /// Look again then.
    Wait(Timestamp, WaitReason),
    /// A person has to act.
    Blocked(Blocked),
}

/// `Continue`: the stage is content.
pub(super) type Flow = ControlFlow<Next>;

/// Content.
pub(super) const CONTENT: Flow = ControlFlow::Continue(());

pub(super) fn step(step: Step) -> Flow {
    ControlFlow::Break(Next::Step(step))
}

pub(super) fn blocked(blocked: Blocked) -> Flow {
    ControlFlow::Break(Next::Blocked(blocked))
}

pub(super) fn reached() -> Flow {
    ControlFlow::Break(Next::Reached)
}

/// A moment after another, at the end of time at the latest.
pub(super) fn later(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// One question to the planner.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    /// What is wanted.
    pub(super) intent: &'a Intent,
    /// What is known.
    pub(super) view: &'a View,
    /// When.
    pub(super) now: Timestamp,
}

/// A wanted place that exists in AWS and could be read.
#[derive(Clone, Copy)]
pub(super) struct Live<'a> {
    /// Where.
    pub(super) region: &'a Region,
    /// All that was observed.
    pub(super) place: &'a Place,
    /// `DescribeKey`.
    pub(super) described: &'a Described,
}

impl<'a> Case<'a> {
    pub(super) fn wait(&self, by: SignedDuration, why: WaitReason) -> Flow {
        ControlFlow::Break(Next::Wait(later(self.now, by), why))
    }

    /// The primary Region: as AWS shows it, else as the intent wants it.
    pub(super) fn primary_region(&self) -> Option<&'a Region> {
        let observed = self.view.places.values().find_map(|place| {
            place
                .described
                .value()?
                .multi_region
                .as_ref()
                .map(|role| &role.primary)
        });
        observed.or_else(|| self.intent.primary())
    }

    /// The wanted Regions, the observed primary first.
    pub(super) fn regions(&self) -> Vec<&'a Region> {
        let count = if self.intent.shape.multi_region {
            usize::MAX
        } else {
            1
        };
        let mut regions: Vec<&Region> = self.intent.places.iter().take(count).collect();
        let primary = self.primary_region();
        regions.sort_by_key(|region| Some(*region) != primary);
        regions
    }

    pub(super) fn place(&self, region: &Region) -> Option<&'a Place> {
        self.view.places.get(region)
    }

    /// The wanted places that exist, primary first.
    pub(super) fn live(&self) -> Vec<Live<'a>> {
        self.regions()
            .into_iter()
            .filter_map(|region| self.live_in(region))
            .collect()
    }

    pub(super) fn live_in(&self, region: &'a Region) -> Option<Live<'a>> {
        let place = self.view.places.get(region)?;
        let described = place.described.value()?;
        Some(Live {
            region,
            place,
            described,
        })
    }

    pub(super) fn primary(&self) -> Option<Live<'a>> {
        self.live_in(self.primary_region()?)
    }

    pub(super) fn replicas(&self) -> Vec<Live<'a>> {
        let primary = self.primary_region();
        self.live()
            .into_iter()
            .filter(|live| Some(live.region) != primary)
            .collect()
    }

    /// The ARN of the KMS key in any place.
    pub(super) fn any_arn(&self) -> Option<&'a KmsKeyArn> {
        self.view
            .places
            .values()
            .find_map(|place| place.arn.as_ref())
    }

    /// A wanted version whose validity has not ended.
    pub(super) fn wanted_now(&self, number: VersionNumber) -> Option<&'a WantedVersion> {
        self.intent
            .version(number)
            .filter(|wanted| match wanted.validity {
                Validity::Permanent => true,
                Validity::Until(end) => end > self.now,
            })
    }

    /// Our requests of a kind that have no answer.
    pub(super) fn unknown(&self, kind: StepKind) -> impl Iterator<Item = &'a OwnEffect> {
        self.view.own_effects.iter().filter(move |effect| {
            effect.step.kind() == kind && effect.outcome == EffectOutcome::Unknown
        })
    }

    /// A once-only step is never sent again while its former outcome is open.
    pub(super) fn past_horizon_of(&self, same: impl Fn(&Step) -> bool, kind: StepKind) -> Flow {
        let sent = self.unknown(kind).filter(|effect| same(&effect.step));
        match sent.map(|effect| later(effect.signed_at, HORIZON)).max() {
            Some(horizon) if self.now < horizon => {
                ControlFlow::Break(Next::Wait(horizon, WaitReason::Horizon))
            }
            _ => CONTENT,
        }
    }

    /// Nothing is taken from callers who may still hold an old alias target.
    pub(super) fn calm(&self) -> Flow {
        match self.intent.calm_until {
            Some(until) if self.now < until => {
                ControlFlow::Break(Next::Wait(until, WaitReason::Calm))
            }
            _ => CONTENT,
        }
    }

    /// Whether the vault's version can go into AWS in this Region.
    ///
    /// # Source
    ///
    /// KMS Developer Guide, "Download the wrapping public key and import token": in China Regions RSA
    /// private keys are wrapped with SM2PKE, and symmetric keys are 128-bit SM4.
    pub(super) fn importable(&self, region: &Region, version: VersionNumber) -> Flow {
        let kind = self.intent.shape.spec.kind();
        let in_china = Partition::of_region(region) == Partition::AwsCn;
        if in_china && matches!(kind, SpecKind::Rsa | SpecKind::Symmetric) {
            return blocked(Blocked::ChinaPartition);
        }
        if !self.view.importable.contains(&version) {
            return blocked(Blocked::NoCopyKept { version });
        }
        CONTENT
    }
}

impl Live<'_> {
    /// A field that AWS has none of counts as its empty value; what was not read is `None`.
    pub(super) fn or_empty<T: Clone + Default>(field: &Field<T>) -> Option<T> {
        match field {
            Field::Value(value) => Some(value.clone()),
            Field::Absent => Some(T::default()),
            Field::Unreadable => None,
        }
    }
}
