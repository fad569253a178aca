//! KMS keys as we keep them: identity, intent, last observation, and what lists show.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::arn::{KmsKeyArn, MaterialId, Region};
use crate::deletion_proof::Trace;
use crate::former::Former;
use crate::grant::WantedGrant;
use crate::id::{ConnectionId, GroupId, KeyId, KeystoreId, KmsKeyId, OperationId};
use crate::intent::{Intent, WantedVersion};
use crate::life::Life;
use crate::name::Name;
use crate::planner::ROTATIONS_MAX;
use crate::schedule::next_due;
use crate::validity::ExpiryInThePast;
use crate::version::VersionNumber;
use crate::view::{Field, Grant, KeyState, Place};

/// Our record of one KMS key, a multi-Region set included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KmsKey {
    /// Identity.
    pub id: KmsKeyId,
    /// Unique in its keystore among those that hold their names ([`KmsKey::holds_name`]); case counts.
    pub name: Name,
    /// Whose.
    pub group: GroupId,
    /// Where it belongs.
    pub keystore: KeystoreId,
    /// How its account is reached.
    pub connection: ConnectionId,
    /// The key in the vault whose versions it holds.
    pub source: Option<KeyId>,
    /// Names its creation; in the tag `keyferry:op`.
    pub operation: OperationId,
    /// ARN of the primary, once known.
    pub arn: Option<KmsKeyArn>,
    /// What people want.
    pub intent: Intent,
    /// What AWS last showed, by Region.
    pub observed: BTreeMap<Region, Place>,
    /// What was seen of its end, by Region: what proves a deletion.
    pub traces: BTreeMap<Region, Trace>,
    /// Which version a material id stands for. Never forgotten: ids outlive removals.
    pub bindings: BTreeMap<MaterialId, VersionNumber>,
    /// Whether it ever held material of ours.
    pub held_material: bool,
    /// The versions, with their validity, that it held when it was last emptied: what activation brings back.
    pub held: Vec<WantedVersion>,
    /// What was wanted before the jobs since the intent was last reached, oldest first.
    pub former: Vec<Former>,
    /// The KMS key that this one replaced.
    pub predecessor: Option<KmsKeyId>,
    /// The KMS key that replaced this one.
    pub successor: Option<KmsKeyId>,
    /// What becomes of the predecessor once this key has its aliases.
    pub handover: Option<OldKey>,
    /// When its schedule rotates it next, if it is ACTIVE then: what schedulers look for.
    pub rotation_due: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}

/// Where a KMS key belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// Whose.
    pub group: GroupId,
    /// Its keystore.
    pub keystore: KeystoreId,
    /// How its account is reached.
    pub connection: ConnectionId,
}

crate::words! {
    /// What becomes of a KMS key whose successor has its aliases, 10 minutes after they moved.
    OldKey {
        /// It stays enabled: what was encrypted before needs it.
        KeepEnabled = "keep-enabled",
        /// It is disabled.
        Disable = "disable",
        /// It is disabled and emptied.
        Deactivate = "deactivate",
    }
}

/// What lists show of a KMS key's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Works.
    Available,
    /// Has no material, or not all of it.
    NotAvailable,
    /// Disabled.
    Disabled,
    /// Scheduled for deletion.
    PendingDelete,
    /// AWS does not know it any more.
    Gone,
    /// We may not look at it.
    NoAccess,
    /// Not made yet.
    Provisioning,
}

impl Status {
    /// The words that lists show.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "AVAILABLE",
            Self::NotAvailable => "NOT AVAILABLE",
            Self::Disabled => "DISABLED",
            Self::PendingDelete => "PENDING DELETE",
            Self::Gone => "GONE",
            Self::NoAccess => "NO ACCESS",
            Self::Provisioning => "PROVISIONING",
        }
    }

    /// The one function that maps our life and AWS's state to what lists show.
    pub fn of(life: Life, primary: Option<&Place>) -> Self {
        let Some(place) = primary else {
            return Self::Provisioning;
        };
        match (&place.described, life) {
            (_, Life::Deleted) | (Field::Absent, _) => Self::Gone,
            (Field::Unreadable, Life::Provisioning) => Self::Provisioning,
            (Field::Unreadable, _) => Self::NoAccess,
            (Field::Value(described), _) => match described.state {
                KeyState::Enabled | KeyState::Updating => Self::Available,
                KeyState::Disabled => Self::Disabled,
                KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => Self::PendingDelete,
                KeyState::PendingImport | KeyState::Unavailable => Self::NotAvailable,
                KeyState::Creating => Self::Provisioning,
            },
        }
    }
}

impl KmsKey {
    /// The versions that it does not hold and shall hold again from `now` on. What is held for days is held anew where they are
    /// over: AWS takes no end that has come.
    ///
    /// # Errors
    ///
    /// [`ExpiryInThePast`] for another end that has come.
    pub fn held_at(&self, now: Timestamp) -> Result<Vec<WantedVersion>, ExpiryInThePast> {
        let is_missing = |held: &&WantedVersion| self.intent.version(held.number).is_none();
        let mut again: Vec<_> = self.held.iter().filter(is_missing).copied().collect();
        let over = again.iter().find_map(|held| held.validity.check(now).err());
        match over {
            None => Ok(again),
            Some(over) if self.intent.valid_days.is_none() => Err(over),
            Some(_) => {
                for held in &mut again {
                    let anew = held.validity.counted_anew(self.intent.valid_days, now);
                    held.validity = held.validity.or_later(anew);
                }
                Ok(again)
            }
        }
    }

    /// A KMS key of which AWS knows nothing yet. Its first rotation counts from now.
    pub fn new(
        (id, operation): (KmsKeyId, OperationId),
        name: Name,
        home: Home,
        intent: Intent,
        now: Timestamp,
    ) -> Self {
        let key = Self {
            id,
            name,
            group: home.group,
            keystore: home.keystore,
            connection: home.connection,
            source: None,
            operation,
            arn: None,
            intent,
            observed: BTreeMap::new(),
            traces: BTreeMap::new(),
            bindings: BTreeMap::new(),
            held_material: false,
            held: Vec::new(),
            former: Vec::new(),
            predecessor: None,
            successor: None,
            handover: None,
            rotation_due: None,
            created_at: now,
            revision: 1,
        };
        key.due_after(now, now)
    }

    /// Where it belongs.
    pub fn home(&self) -> Home {
        Home {
            group: self.group,
            keystore: self.keystore,
            connection: self.connection,
        }
    }

    /// The same KMS key with its due time counted from its last rotation.
    #[must_use]
    pub fn due_after(self, last: Timestamp, now: Timestamp) -> Self {
        let schedule = self.intent.rotation.as_ref();
        let rotation_due = schedule.and_then(|schedule| next_due(schedule, Some(last), now));
        Self {
            rotation_due,
            ..self
        }
    }

    /// How many of AWS's rotations in place are left in its life, as far as that was observed.
    pub fn rotations_left(&self) -> u32 {
        let primary = self.intent.primary();
        let place = primary.and_then(|region| self.observed.get(region));
        let status = place.and_then(|place| place.rotation.value());
        ROTATIONS_MAX.saturating_sub(status.map_or(0, |status| status.on_demand_used))
    }

    /// Whether nobody else in its keystore may have its name. A key that is being replaced leaves its name to its
    /// successor; what is deleted or no longer managed holds none.
    pub fn holds_name(&self) -> bool {
        self.successor.is_none() && self.is_managed()
    }

    /// Whether we manage it: nobody else's record may have its ARNs then.
    pub fn is_managed(&self) -> bool {
        !matches!(self.intent.life, Life::Deleted | Life::Released)
    }

    /// Its ARNs, of the primary and of every place where it was seen.
    pub fn arns(&self) -> impl Iterator<Item = &KmsKeyArn> {
        let places = self
            .observed
            .values()
            .filter_map(|place| place.arn.as_ref());
        self.arn.iter().chain(places)
    }

    /// Takes in what AWS shows now. `is_account_verified` says whether AWS has just named the account that was asked:
    /// only then does absence count towards a proof of deletion.
    ///
    /// Grants that are known stay as they are: see [`take_grants_for_known`](Self::take_grants_for_known). So does the last
    /// use where it was not asked for.
    pub fn observe(&mut self, mut places: BTreeMap<Region, Place>, is_account_verified: bool) {
        for (region, place) in &places {
            if let Some(at) = place.read_at {
                let trace = self.traces.entry(region.clone()).or_default();
                trace.sight(&place.described, at, is_account_verified);
            }
        }
        self.traces.retain(|_, trace| *trace != Trace::default());
        for (region, known) in &self.observed {
            let Some(place) = places.get_mut(region) else {
                continue;
            };
            if let Field::Value(_) = &known.grants {
                place.grants = known.grants.clone();
            }
            if place.last_use.is_none() {
                place.last_use.clone_from(&known.last_use);
            }
        }
        self.observed = places;
    }

    /// Takes the grants that AWS shows for known, where they could be read. Only for whoever tells of those that were not
    /// known before: otherwise they would never be told.
    pub fn take_grants_for_known(&mut self, places: &BTreeMap<Region, Place>) {
        for (region, place) in places {
            if let (Field::Value(_), Some(known)) = (&place.grants, self.observed.get_mut(region)) {
                known.grants = place.grants.clone();
            }
        }
    }

    /// Takes those grants for known that were wanted given here, where AWS shows them: they are no news.
    pub fn take_given_for_known(
        &mut self,
        wanted: &[WantedGrant],
        places: &BTreeMap<Region, Place>,
    ) {
        let is_wanted = |grant: &&Grant| wanted.iter().any(|one| one.is_shown_by(grant));
        for (region, place) in places {
            if let (Field::Value(shown), Some(known)) =
                (&place.grants, self.observed.get_mut(region))
                && let Field::Value(known) = &mut known.grants
            {
                known.extend(shown.iter().filter(is_wanted).cloned());
            }
        }
    }

    /// Whether its deletion was wanted here and is proved in every Region.
    pub fn is_proved_deleted(&self, now: Timestamp) -> bool {
        self.intent.life == Life::PendingDeletion && self.traces_prove_deletion(Some(now))
    }

    /// The versions of keys in the vault that it holds or could still need: to be what is wanted of it or was wanted
    /// before a job that may be cancelled, to be activated again, or to have AWS decrypt what they encrypted. Material that
    /// AWS knows by an id counts for ever: AWS takes only the same bytes again under that id, and decrypts old ciphertexts
    /// with nothing else (KMS Developer Guide, "Reimporting key material").
    ///
    /// None where its deletion is proved, and where AWS was never asked for it or nothing was made.
    pub fn needs(&self) -> BTreeSet<(KeyId, VersionNumber)> {
        if self.is_nowhere() {
            return BTreeSet::new();
        }
        self.took_in()
    }

    /// The versions that it needs, or needed until its end.
    pub fn took_in(&self) -> BTreeSet<(KeyId, VersionNumber)> {
        let Some(source) = self.source else {
            return BTreeSet::new();
        };
        let of_intent = |intent: &Intent| -> Vec<VersionNumber> {
            let wanted = intent.versions.iter().map(|wanted| wanted.number);
            wanted.chain(intent.current).collect()
        };
        let wishes = self.former.iter().filter_map(|former| former.wish.as_ref());
        let held = wishes.clone().flat_map(|wish| &wish.held).chain(&self.held);
        let numbers = wishes
            .flat_map(|wish| of_intent(&wish.intent))
            .chain(of_intent(&self.intent))
            .chain(held.map(|wanted| wanted.number))
            .chain(self.bindings.values().copied());
        numbers.map(|number| (source, number)).collect()
    }

    /// Whether AWS has it nowhere: it was never made, or its deletion was proved in every Region before it was no longer
    /// managed.
    fn is_nowhere(&self) -> bool {
        match self.intent.life {
            Life::Deleted => true,
            Life::Released => self.arn.is_none() || self.traces_prove_deletion(None),
            _ => false,
        }
    }

    /// Whether its deletion is proved in every Region by what was seen until `now`, or until it was last seen.
    fn traces_prove_deletion(&self, now: Option<Timestamp>) -> bool {
        let is_proved = |region| {
            let trace: Option<&Trace> = self.traces.get(region);
            trace.is_some_and(|trace| {
                let until = now.or(trace.missing_at);
                until.is_some_and(|until| trace.proves_deletion(until))
            })
        };
        !self.intent.places.is_empty() && self.intent.places.iter().all(is_proved)
    }

    /// Whether what it holds is claimed to be versions of its source and was not all proved yet.
    pub fn is_binding(&self) -> bool {
        self.source.is_some() && self.former.iter().any(Former::is_unbound)
    }

    /// Whether AWS has answered an import of its source's material: never forgotten while AWS may hold it.
    pub fn has_taken_in(&self) -> bool {
        self.source.is_some() && (self.held_material || !self.bindings.is_empty())
    }

    /// Takes a claim back that was not proved: what it holds is none of ours again. Where a part of it was proved, nothing
    /// more is wanted of that, but the source stays, with the bindings, or the version where AWS tells no id of the material:
    /// they say what AWS took in.
    pub fn unbind(&mut self) {
        let unbound = |former: Former| former.wish.filter(|wish| wish.intent.current.is_none());
        let before = self.former.drain(..).find_map(unbound);
        let life = before.map_or(self.intent.life, |wish| wish.intent.life);
        if self.intent.life == Life::Active {
            self.intent.life = life;
        }
        let versions = std::mem::take(&mut self.intent.versions);
        self.intent.current = None;
        if self.has_taken_in() {
            // Where nothing was wanted any more, what it held is remembered already.
            if !self.intent.shape.spec.is_symmetric() && !versions.is_empty() {
                self.held = versions;
            }
        } else {
            self.void_source();
        }
    }

    /// The same, free for another successor, where this one was to take over and has not.
    pub fn without_successor(&self, successor: KmsKeyId) -> Option<Self> {
        let waits = self.successor == Some(successor) && self.intent.life != Life::Replaced;
        waits.then(|| Self {
            successor: None,
            ..self.clone()
        })
    }

    /// Without a current version the material is none of ours.
    pub(crate) fn void_source(&mut self) {
        self.source = None;
        self.bindings.clear();
        self.held_material = false;
    }

    /// What lists show.
    pub fn status(&self) -> Status {
        let primary = self
            .intent
            .primary()
            .and_then(|region| self.observed.get(region));
        Status::of(self.intent.life, primary)
    }
}
