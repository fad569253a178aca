//! Crypto policy: which keys may be made, how material is wrapped, and whether it may leave, in a group and everywhere.
//!
//! What holds in a group is what the installation's policy and the group's both permit: a group's can only narrow.
//! Whatever is not said is permitted. Keys that are outside of a new policy stay; new versions of them are refused.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;

use crate::id::GroupId;
use crate::key_file::KeyFileWrapping;
use crate::key_operation::KeyOperation;
use crate::spec::KeySpec;
use crate::wrapping::{WrappingAlgorithm, WrappingKeySpec};

crate::words! {
    /// What applications may do with keys whose spec the policy does not permit.
    OutsideKeys {
        /// Whatever the key permits: nothing that runs today stops.
        Use = "use",
        /// Only undo and check what was protected before: decrypt, unwrap, verify.
        Process = "process",
    }
}

crate::words! {
    /// Which part of a policy refuses something.
    PolicyRule {
        /// Which specs are permitted.
        Specs = "specs",
        /// How material is wrapped.
        Wrapping = "wrapping",
        /// How large an RSA key must be that wraps material.
        RsaWrappingMin = "rsa-wrapping-min",
        /// Whether material may leave.
        Export = "export",
        /// What is done with keys outside of the policy.
        OutsideKeys = "outside-keys",
    }
}

/// What is permitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CryptoPolicy {
    /// Specs of keys; `None` is all.
    pub specs: Option<BTreeSet<KeySpec>>,
    /// How material is wrapped under RSA keys; `None` is every way.
    pub wrapping: Option<BTreeSet<WrappingAlgorithm>>,
    /// The smallest RSA key that wraps material.
    pub rsa_wrapping_min: WrappingKeySpec,
    /// Whether keys may be exportable, and their material copied to other groups and downloaded.
    pub export: bool,
    /// What applications may do with keys of other specs.
    pub outside_keys: OutsideKeys,
}

impl Default for CryptoPolicy {
    fn default() -> Self {
        Self::ANY
    }
}

impl CryptoPolicy {
    /// Everything is permitted.
    pub const ANY: Self = Self {
        specs: None,
        wrapping: None,
        rsa_wrapping_min: WrappingKeySpec::Rsa2048,
        export: true,
        outside_keys: OutsideKeys::Use,
    };

    /// What this one and another both permit.
    #[must_use]
    pub fn narrowed_by(&self, other: &Self) -> Self {
        Self {
            specs: both(self.specs.as_ref(), other.specs.as_ref()),
            wrapping: both(self.wrapping.as_ref(), other.wrapping.as_ref()),
            rsa_wrapping_min: self.rsa_wrapping_min.max(other.rsa_wrapping_min),
            export: self.export && other.export,
            outside_keys: self.outside_keys.max(other.outside_keys),
        }
    }

    /// Whether it permits nothing that the other one refuses.
    pub fn is_within(&self, other: &Self) -> bool {
        KeySpec::all().all(|spec| !self.permits_spec(spec) || other.permits_spec(spec))
            && WrappingAlgorithm::ALL
                .iter()
                .all(|one| !self.permits_wrapping(*one) || other.permits_wrapping(*one))
            && self.rsa_wrapping_min >= other.rsa_wrapping_min
            && (!self.export || other.export)
            && self.outside_keys >= other.outside_keys
    }

    /// Whether keys and versions of this spec may be made.
    pub fn permits_spec(&self, spec: KeySpec) -> bool {
        self.specs
            .as_ref()
            .is_none_or(|specs| specs.contains(&spec))
    }

    /// Whether material may be wrapped so.
    pub fn permits_wrapping(&self, algorithm: WrappingAlgorithm) -> bool {
        let algorithms = self.wrapping.as_ref();
        algorithms.is_none_or(|algorithms| algorithms.contains(&algorithm))
    }

    /// Whether an RSA key with a modulus of so many bits may wrap material.
    pub fn permits_wrapping_key(&self, bits: usize) -> bool {
        bits >= self.rsa_wrapping_min.bits()
    }

    /// Whether keys may be exportable, and material leave the group.
    pub fn permits_export(&self) -> bool {
        self.export
    }

    /// Whether applications may use a key of this spec so.
    pub fn permits_use(&self, spec: KeySpec, operation: KeyOperation) -> bool {
        let is_only_processing = self.outside_keys == OutsideKeys::Process;
        self.permits_spec(spec) || !is_only_processing || !operation.protects()
    }
}

fn both<T: Ord + Copy>(
    one: Option<&BTreeSet<T>>,
    other: Option<&BTreeSet<T>>,
) -> Option<BTreeSet<T>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.intersection(other).copied().collect()),
        (Some(only), None) | (None, Some(only)) => Some(only.clone()),
        (None, None) => None,
    }
}

/// A policy that somebody set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetPolicy {
    /// Where it holds; `None` is the installation, with all groups.
    pub group: Option<GroupId>,
    /// What it permits.
    pub policy: CryptoPolicy,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// Counts changes.
    pub revision: u64,
}

/// Whose policy refuses something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicySource {
    /// The installation's.
    Installation,
    /// The group's.
    Group,
}

impl fmt::Display for PolicySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Installation => "the installation",
            Self::Group => "the group",
        })
    }
}

/// A policy refuses something: which part of it, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the crypto policy of {from} ({}) does not permit {what}", .rule.as_str())]
pub struct PolicyRefusal {
    /// Which part.
    pub rule: PolicyRule,
    /// Whose.
    pub from: PolicySource,
    /// What is not permitted, in a few words.
    pub what: String,
}

/// How material goes to AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrappingChoice {
    /// By which algorithm.
    pub algorithm: WrappingAlgorithm,
    /// Under how large a key of AWS.
    pub key: WrappingKeySpec,
}

impl WrappingChoice {
    /// What is done where no policy says otherwise.
    pub fn preferred(spec: KeySpec) -> Self {
        Self {
            algorithm: WrappingAlgorithm::for_spec(spec),
            key: WrappingKeySpec::Rsa4096,
        }
    }
}

/// What holds in one group: the installation's policy and the group's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectivePolicy {
    installation: CryptoPolicy,
    group: CryptoPolicy,
}

impl EffectivePolicy {
    /// Of the installation and, where one is named, a group, by all that is set.
    pub fn of(group: Option<GroupId>, all: &[SetPolicy]) -> Self {
        let set_for = |place: Option<GroupId>| {
            let found = all.iter().find(|one| one.group == place);
            found.map(|one| one.policy.clone()).unwrap_or_default()
        };
        Self {
            installation: set_for(None),
            group: match group {
                Some(_) => set_for(group),
                None => CryptoPolicy::ANY,
            },
        }
    }

    /// What both permit.
    pub fn policy(&self) -> CryptoPolicy {
        self.installation.narrowed_by(&self.group)
    }

    fn check(
        &self,
        rule: PolicyRule,
        what: impl FnOnce() -> String,
        permits: impl Fn(&CryptoPolicy) -> bool,
    ) -> Result<(), PolicyRefusal> {
        let sources = [
            (PolicySource::Installation, &self.installation),
            (PolicySource::Group, &self.group),
        ];
        match sources.into_iter().find(|(_, policy)| !permits(policy)) {
            Some((from, _)) => Err(PolicyRefusal {
                rule,
                from,
                what: what(),
            }),
            None => Ok(()),
        }
    }

    /// Refuses to make keys, or versions of keys, of a spec.
    ///
    /// # Errors
    ///
    /// [`PolicyRule::Specs`].
    pub fn check_spec(&self, spec: KeySpec) -> Result<(), PolicyRefusal> {
        let what = || format!("new keys and versions of spec {spec}");
        self.check(PolicyRule::Specs, what, |policy| policy.permits_spec(spec))
    }

    /// Refuses that a key is exportable, or that its material leaves the group.
    ///
    /// # Errors
    ///
    /// [`PolicyRule::Export`].
    pub fn check_export(&self) -> Result<(), PolicyRefusal> {
        let what = || "that key material is exported, or may be".to_owned();
        self.check(PolicyRule::Export, what, CryptoPolicy::permits_export)
    }

    /// Refuses what a new key would be.
    ///
    /// # Errors
    ///
    /// [`PolicyRule::Specs`], [`PolicyRule::Export`].
    pub fn check_new_key(&self, spec: KeySpec, exportable: bool) -> Result<(), PolicyRefusal> {
        self.check_spec(spec)?;
        match exportable {
            true => self.check_export(),
            false => Ok(()),
        }
    }

    /// Refuses that applications use a key so.
    ///
    /// # Errors
    ///
    /// [`PolicyRule::OutsideKeys`].
    pub fn check_use(&self, spec: KeySpec, operation: KeyOperation) -> Result<(), PolicyRefusal> {
        let what = || format!("to {operation} with keys of spec {spec}");
        self.check(PolicyRule::OutsideKeys, what, |policy| {
            policy.permits_use(spec, operation)
        })
    }

    /// Refuses a way of wrapping under an RSA key with a modulus of so many bits.
    ///
    /// # Errors
    ///
    /// [`PolicyRule::Wrapping`], [`PolicyRule::RsaWrappingMin`].
    pub fn check_wrapping(
        &self,
        algorithm: WrappingAlgorithm,
        bits: usize,
    ) -> Result<(), PolicyRefusal> {
        let what = || format!("wrapping by {}", algorithm.as_str());
        self.check(PolicyRule::Wrapping, what, |policy| {
            policy.permits_wrapping(algorithm)
        })?;
        let what = || format!("wrapping under an RSA key of {bits} bits");
        self.check(PolicyRule::RsaWrappingMin, what, |policy| {
            policy.permits_wrapping_key(bits)
        })
    }

    /// Refuses a file that is wrapped under a key of this spec. What is wrapped under AES keys no policy speaks of.
    ///
    /// # Errors
    ///
    /// As [`check_wrapping`](Self::check_wrapping).
    pub fn check_key_file(
        &self,
        wrapping: KeyFileWrapping,
        under: KeySpec,
    ) -> Result<(), PolicyRefusal> {
        match (wrapping.algorithm(), under.rsa_bits()) {
            (Some(algorithm), Some(bits)) => self.check_wrapping(algorithm, bits),
            (Some(_), None) | (None, _) => Ok(()),
        }
    }

    /// Refuses a download, wrapped so under an RSA key with a modulus of so many bits. That material is of a spec which is no
    /// longer permitted does not keep it here.
    ///
    /// # Errors
    ///
    /// [`PolicyRule::Export`], and as [`check_wrapping`](Self::check_wrapping).
    pub fn check_download(
        &self,
        algorithm: WrappingAlgorithm,
        bits: usize,
    ) -> Result<(), PolicyRefusal> {
        self.check_export()?;
        self.check_wrapping(algorithm, bits)
    }

    /// How material of a spec goes to AWS: the preferred way where it is permitted, else another one that AWS takes.
    ///
    /// # Errors
    ///
    /// [`PolicyRule::Wrapping`] where none that AWS takes is permitted.
    pub fn wrapping_for(&self, spec: KeySpec) -> Result<WrappingChoice, PolicyRefusal> {
        let preferred = WrappingChoice::preferred(spec);
        let choices = WrappingAlgorithm::taken_for(spec).iter();
        let choices = choices.map(|algorithm| WrappingChoice {
            algorithm: *algorithm,
            ..preferred
        });
        let is_permitted = |choice: &WrappingChoice| {
            let checked = self.check_wrapping(choice.algorithm, choice.key.bits());
            checked.is_ok()
        };
        match choices.clone().find(is_permitted) {
            Some(choice) => Ok(choice),
            None => self
                .check_wrapping(preferred.algorithm, preferred.key.bits())
                .map(|()| preferred),
        }
    }

    /// Refuses what cannot be imported into AWS: material of this spec.
    ///
    /// # Errors
    ///
    /// [`PolicyRule::Specs`], and as [`wrapping_for`](Self::wrapping_for).
    pub fn check_import(&self, spec: KeySpec) -> Result<(), PolicyRefusal> {
        self.check_spec(spec)?;
        self.wrapping_for(spec).map(|_| ())
    }
}
