//! The whole simulated AWS, and what it does on its own as time passes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::account::{Account, RegionState};
use super::iam::Credential;
use super::key::{Key, Life};
use super::material::Lineage;
use super::tokens::Tokens;
use crate::call::Call;
use crate::clock::{DAY, Micros};
use crate::config::SimConfig;
use crate::error::AwsError;
use crate::faults::Faults;
use crate::journal::JournalEntry;
use crate::names::KeyRef;
use crate::policy::document::Document;
use crate::policy::principal::{Principal, PrincipalKind};
use crate::quotas::Quotas;
use crate::rng::Rng;

/// A call whose effect comes later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delayed {
    pub(crate) due: Micros,
    pub(crate) call: Call,
    pub(crate) signed_at: Micros,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) config: SimConfig,
    pub(crate) rng: Rng,
    /// The latest time seen.
    pub(crate) now: Micros,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) credentials: BTreeMap<String, Credential>,
    pub(crate) tokens: Tokens,
    /// Keys to look at again, and when.
    pub(crate) events: BTreeSet<(Micros, KeyRef)>,
    pub(crate) delayed: Vec<Delayed>,
    pub(crate) journal: Vec<JournalEntry>,
    pub(crate) journal_next: u64,
    pub(crate) faults: Faults,
    #[serde(skip)]
    pub(crate) quotas: Quotas,
}

impl World {
    pub(crate) fn new(config: SimConfig) -> Self {
        World {
            rng: Rng::new(config.seed),
            now: config.start,
            config,
            accounts: BTreeMap::new(),
            credentials: BTreeMap::new(),
            tokens: Tokens::new(),
            events: BTreeSet::new(),
            delayed: Vec::new(),
            journal: Vec::new(),
            journal_next: 0,
            faults: Faults::default(),
            quotas: Quotas::default(),
        }
    }

    pub(crate) fn region(&self, account: &str, region: &str) -> Option<&RegionState> {
        self.accounts.get(account)?.regions.get(region)
    }

    pub(crate) fn region_mut(&mut self, account: &str, region: &str) -> Option<&mut RegionState> {
        let account = self.accounts.get_mut(account)?;
        Some(account.regions.entry(region.to_owned()).or_default())
    }

    pub(crate) fn find_key(&self, key: &KeyRef) -> Option<&Key> {
        self.region(&key.account, &key.region)?.keys.get(&key.id)
    }

    pub(crate) fn key(&self, key: &KeyRef) -> Result<&Key, AwsError> {
        self.find_key(key).ok_or_else(|| no_such_key(key))
    }

    pub(crate) fn key_mut(&mut self, key: &KeyRef) -> Result<&mut Key, AwsError> {
        self.region_mut(&key.account, &key.region)
            .and_then(|region| region.keys.get_mut(&key.id))
            .ok_or_else(|| no_such_key(key))
    }

    pub(crate) fn lineage(&self, key: &KeyRef) -> Result<&Lineage, AwsError> {
        self.accounts
            .get(&key.account)
            .and_then(|account| account.lineages.get(&key.id))
            .ok_or_else(|| no_such_key(key))
    }

    pub(crate) fn lineage_mut(&mut self, key: &KeyRef) -> Result<&mut Lineage, AwsError> {
        self.accounts
            .get_mut(&key.account)
            .and_then(|account| account.lineages.get_mut(&key.id))
            .ok_or_else(|| no_such_key(key))
    }

    /// A key with the materials it may hold.
    pub(crate) fn key_and_lineage(&self, key: &KeyRef) -> Result<(&Key, &Lineage), AwsError> {
        Ok((self.key(key)?, self.lineage(key)?))
    }

    /// All keys of a multi-Region set, or the key alone.
    pub(crate) fn set_of(&self, key: &KeyRef) -> Vec<KeyRef> {
        match self.lineage(key) {
            Ok(lineage) if !lineage.members.is_empty() => lineage
                .members
                .iter()
                .map(|region| key.in_region(region))
                .collect(),
            _ => vec![key.clone()],
        }
    }

    /// Identity-based policies of a principal.
    pub(crate) fn policies_of(&self, principal: &Principal) -> Vec<&Document> {
        let Some(account) = self.accounts.get(&principal.account) else {
            return Vec::new();
        };
        let policies = match &principal.kind {
            PrincipalKind::User { name } => account.iam.users.get(name).map(|user| &user.policies),
            PrincipalKind::Session { role, .. } => {
                account.iam.roles.get(role).map(|role| &role.policies)
            }
            PrincipalKind::Root | PrincipalKind::Anonymous => None,
        };
        policies
            .map(|list| list.iter().collect())
            .unwrap_or_default()
    }

    pub(crate) fn schedule(&mut self, key: &KeyRef, at: Micros) {
        self.events.insert((at, key.clone()));
    }

    pub(crate) fn record(&mut self, mut entry: JournalEntry) {
        entry.number = self.journal_next;
        self.journal_next += 1;
        self.journal.push(entry);
    }

    /// Something AWS does by itself (CloudTrail's AwsServiceEvent).
    pub(crate) fn record_event(&mut self, key: &KeyRef, time: Micros, name: &str, detail: Value) {
        self.record(JournalEntry {
            number: 0,
            time,
            account: key.account.clone(),
            region: key.region.clone(),
            service: "kms".to_owned(),
            operation: name.to_owned(),
            key_arn: Some(key.arn()),
            request_id: String::new(),
            caller: String::new(),
            session_name: None,
            write: true,
            detail,
        });
    }

    /// When something happens next without a call.
    pub(crate) fn next_event(&self) -> Option<Micros> {
        self.events.first().map(|(time, _)| *time)
    }

    /// Brings one key up to date with time `at`.
    pub(crate) fn settle_key(&mut self, key: &KeyRef, at: Micros) {
        if self.find_key(key).is_none() {
            return;
        }
        self.settle_expiry(key, at);
        self.settle_rotation(key, at);
        self.settle_automatic_rotation(key, at);
        self.settle_deletion(key, at);
    }

    fn settle_expiry(&mut self, key: &KeyRef, at: Micros) {
        let expired: Vec<String> = self
            .find_key(key)
            .into_iter()
            .flat_map(|key| &key.loaded)
            .filter(|(_, loaded)| loaded.valid_to.is_some_and(|valid_to| valid_to <= at))
            .map(|(id, _)| id.clone())
            .collect();
        for id in expired {
            self.drop_material(key, &id);
            let detail = json!({ "keyMaterialId": id });
            self.record_event(key, at, "DeleteExpiredKeyMaterial", detail);
        }
    }

    /// Removes material from a key: pending material of a primary or single key is forgotten
    /// everywhere, everything else only goes from this key.
    pub(crate) fn drop_material(&mut self, key: &KeyRef, id: &str) {
        let Ok((held, lineage)) = self.key_and_lineage(key) else {
            return;
        };
        let pending = lineage.find(id).is_some_and(|material| material.pending);
        let everywhere = pending && !held.is_replica(lineage);
        let places = if everywhere {
            self.set_of(key)
        } else {
            vec![key.clone()]
        };
        for place in &places {
            if let Ok(key) = self.key_mut(place) {
                key.loaded.remove(id);
            }
        }
        if everywhere && let Ok(lineage) = self.lineage_mut(key) {
            lineage.materials.retain(|material| material.id != id);
            // A rotation to it has nothing to rotate to any more.
            lineage.rotation = None;
        }
    }

    /// Materials are shared, so any key of a multi-Region set may bring them up to date.
    fn settle_rotation(&mut self, key: &KeyRef, at: Micros) {
        let Ok(lineage) = self.lineage(key) else {
            return;
        };
        let due = lineage
            .rotation
            .as_ref()
            .filter(|rotation| rotation.ends <= at)
            .map(|rotation| rotation.ends);
        let (Some(ends), Some(next)) = (due, lineage.pending().map(|next| next.id.clone())) else {
            return;
        };
        let previous = lineage.current.clone();
        if let Ok(lineage) = self.lineage_mut(key) {
            lineage.promote(&next, ends, "ON_DEMAND");
        }
        let detail = json!({
            "rotationType": "ON_DEMAND",
            "previousKeyMaterialId": previous,
            "currentKeyMaterialId": next,
        });
        self.record_event(key, ends, "RotateKey", detail);
    }

    fn settle_automatic_rotation(&mut self, key: &KeyRef, at: Micros) {
        loop {
            let Ok((held, lineage)) = self.key_and_lineage(key) else {
                return;
            };
            let Some(automatic) = lineage.automatic.clone() else {
                return;
            };
            if automatic.next > at {
                return;
            }
            let usable = matches!(held.life, Life::Enabled | Life::Disabled);
            let next = automatic.next + automatic.period_days * DAY;
            let primary = lineage.primary.as_ref().map(|region| key.in_region(region));
            if let Ok(lineage) = self.lineage_mut(key)
                && let Some(automatic) = lineage.automatic.as_mut()
            {
                automatic.next = next;
            }
            self.schedule(primary.as_ref().unwrap_or(key), next);
            if usable {
                self.add_native_material(key, Some((automatic.next, "AUTOMATIC")));
            }
        }
    }

    /// Makes new material for a key of origin AWS_KMS, in all its Regions, and makes it current.
    pub(crate) fn add_native_material(&mut self, key: &KeyRef, rotated: Option<(Micros, &str)>) {
        let Ok(spec) = self.key(key).map(|key| key.spec) else {
            return;
        };
        let Some(bytes) = crate::crypto::material::generate(spec, &mut self.rng) else {
            return;
        };
        let public_key = crate::crypto::material::check(spec, false, &bytes)
            .ok()
            .flatten();
        let id = crate::crypto::material::material_id(&key.id, &bytes);
        for place in self.set_of(key) {
            if let Ok(key) = self.key_mut(&place) {
                let bytes = bytes.clone();
                let loaded = super::material::Loaded {
                    bytes,
                    valid_to: None,
                };
                key.loaded.insert(id.clone(), loaded);
            }
        }
        if let Ok(lineage) = self.lineage_mut(key) {
            lineage.materials.push(super::material::Material {
                id: id.clone(),
                description: None,
                pending: false,
                rotated: None,
            });
            match rotated {
                Some((at, kind)) => lineage.promote(&id, at, kind),
                None => lineage.current = Some(id),
            }
            lineage.public_key = public_key;
        }
    }

    fn settle_deletion(&mut self, key: &KeyRef, at: Micros) {
        let ended = self.find_key(key).and_then(|key| match key.life {
            Life::PendingDeletion { ends, .. } if ends <= at => Some(ends),
            _ => None,
        });
        let Some(ends) = ended else {
            return;
        };
        if let Some(region) = self.region_mut(&key.account, &key.region) {
            region.keys.remove(&key.id);
            region
                .aliases
                .retain(|_, alias| alias.target.as_deref() != Some(key.id.as_str()));
        }
        self.record_event(key, ends, "DeleteKey", Value::Null);
        let mut waiting_primary = None;
        if let Ok(lineage) = self.lineage_mut(key) {
            lineage.members.retain(|region| *region != key.region);
            match lineage.members.as_slice() {
                [] => {
                    if let Some(account) = self.accounts.get_mut(&key.account) {
                        account.lineages.remove(&key.id);
                    }
                }
                [last] if lineage.primary.as_ref() == Some(last) => {
                    waiting_primary = Some(key.in_region(last));
                }
                _ => {}
            }
        }
        if let Some(primary) = waiting_primary {
            self.start_waiting_deletion(&primary, ends);
        }
    }

    /// The last replica is gone: a primary that was to be deleted starts its waiting period.
    fn start_waiting_deletion(&mut self, primary: &KeyRef, at: Micros) {
        let lag = self.config.deletion_lag_max;
        let lag = self.rng.up_to(lag);
        let Ok(key) = self.key_mut(primary) else {
            return;
        };
        let Life::PendingReplicaDeletion { window_days } = key.life else {
            return;
        };
        let deletion_date = at + window_days * DAY;
        let ends = deletion_date + lag;
        key.life = Life::PendingDeletion {
            deletion_date,
            ends,
        };
        self.schedule(primary, ends);
    }
}

pub(crate) fn no_such_key(key: &KeyRef) -> AwsError {
    AwsError::not_found(format!("Key '{}' does not exist", key.arn()))
}
