//! What must be true at the end of every simulation, whatever happened in between.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use keyferry_audit::{Entry, Hash, Outcome, Phase, RecordedLeaf, verify_leaves};
use keyferry_domain::id::KmsKeyId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::material::VersionIdentity;
use keyferry_domain::version::VersionNumber;
use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::durable::{Durable, attest};
use keyferry_ports::records::{AuditRecord, AuditRecords as _, KeyRecords as _};
use keyferry_ports::vault::{Vault as _, WrappingPublicKey};
use kms_sim::{ForeignHand, JournalEntry};
use serde_json::{Value, json};

use super::landscape::{ACCOUNTS, CANARIES, REGIONS, Site, canary, ours};
use super::people::{Asked, Ledger};
use crate::sim_aws::{base64, bytes};
use crate::sweep::Broken;
use crate::world::open_vault;

/// Clocks of servers may be off by this much, and with them the times of audit entries.
const OFF_BY_MAX: i64 = 3 * 3_600 * 1_000_000;

/// Everything that is looked at.
pub(super) struct Court<'a> {
    site: &'a Site,
    ledger: &'a Ledger,
    keys: Vec<Arc<KmsKey>>,
    journal: Vec<JournalEntry>,
    /// Several records, where a KMS key was released and adopted again.
    by_arn: HashMap<String, Vec<usize>>,
    /// KMS keys that were to be disabled from the beginning.
    made_disabled: BTreeSet<KmsKeyId>,
    /// Materials that AWS took from us.
    imported: HashSet<String>,
}

/// What names a KMS key in every Region: account and key id.
fn identity(arn: &str) -> String {
    let account = arn.split(':').nth(4).unwrap_or_default();
    let id = arn.rsplit('/').next().unwrap_or_default();
    format!("{account}/{id}")
}

impl<'a> Court<'a> {
    pub(super) fn convene(site: &'a Site, ledger: &'a Ledger) -> Self {
        let keys = site.records.kms_keys();
        let mut by_arn: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, key) in keys.iter().enumerate() {
            if let Some(arn) = &key.arn {
                let places = by_arn.entry(identity(&arn.to_string())).or_default();
                places.push(place);
            }
        }
        let mut court = Self {
            by_arn,
            made_disabled: site.records.made_disabled(),
            journal: site.sim.journal(),
            imported: HashSet::new(),
            keys,
            site,
            ledger,
        };
        let imports = court
            .our_effects()
            .filter(|event| event.operation == "ImportKeyMaterial");
        let ids = imports.filter_map(|event| event.detail["keyMaterialId"].as_str());
        court.imported = ids.map(str::to_owned).collect();
        court
    }

    fn records_of(&self, arn: &str) -> impl Iterator<Item = &KmsKey> {
        let places = self.by_arn.get(&identity(arn)).into_iter().flatten();
        places.map(|place| &*self.keys[*place])
    }

    /// Those that were there at that time, as far as the servers' clocks can tell: what people ask of a record does not
    /// excuse what was done before it was made.
    fn records_at(&self, arn: &str, time: i64) -> impl Iterator<Item = &KmsKey> {
        let was_there = move |key: &&KmsKey| key.created_at.as_microsecond() <= time + OFF_BY_MAX;
        self.records_of(arn).filter(was_there)
    }

    /// What was asked of a KMS key by records that were dropped since.
    fn forgotten(&self, arn: &str) -> Option<Asked> {
        let identity_of = identity(arn);
        let is_it = |one: &str| identity(one) == identity_of;
        self.ledger.asked_of_forgotten(is_it)
    }

    /// Everything that was broken.
    pub(super) async fn judge(&self) -> Vec<Broken> {
        let mut broken = self.keys_too_many();
        broken.extend(self.unasked());
        broken.extend(self.twice());
        broken.extend(self.untold().await);
        broken.extend(self.seen_canaries().await);
        broken.extend(self.lost().await);
        broken.extend(self.ledger.bugs.iter().cloned().map(Broken::OurMistake));
        broken
    }

    /// What we did in AWS, oldest first.
    fn our_effects(&self) -> impl Iterator<Item = &JournalEntry> {
        let ours = ACCOUNTS.map(ours);
        self.journal.iter().filter(move |event| {
            event.service == "kms"
                && event.write
                && !event.request_id.is_empty()
                && ours.contains(&event.caller)
        })
    }

    /// I2: each KMS key that we made is the KMS key of one record.
    fn keys_too_many(&self) -> Vec<Broken> {
        let made = self
            .our_effects()
            .filter(|event| event.operation == "CreateKey");
        made.filter_map(|event| {
            let arn = event.key_arn.as_deref().unwrap_or_default();
            let is_known = self.records_of(arn).next().is_some() || self.forgotten(arn).is_some();
            (!is_known).then(|| Broken::SecondKey(format!("no record knows {arn}")))
        })
        .collect()
    }

    /// I2 and more: nothing is disabled, emptied or scheduled for deletion that nobody asked to be, and nothing at all is
    /// done to KMS keys of others that no record has.
    fn unasked(&self) -> Vec<Broken> {
        let mut broken = Vec::new();
        for event in self.our_effects() {
            let arn = event.key_arn.as_deref().unwrap_or_default();
            let records: Vec<&KmsKey> = self.records_at(arn, event.time).collect();
            let forgotten = self.forgotten(arn);
            let is_recorded = !records.is_empty() || forgotten.is_some();
            let mut asked = forgotten.unwrap_or_default();
            records.iter().for_each(|key| asked.add(self.asked_of(key)));
            let is_allowed = match event.operation.as_str() {
                "DisableKey" => asked.disabling,
                // What is discarded to make room for a rotation was never current.
                "DeleteImportedKeyMaterial" => asked.emptying || event.detail["pending"] == true,
                "ScheduleKeyDeletion" => asked.deletion,
                _ => is_recorded || !self.ledger.foreign_keys.contains(arn),
            };
            if !is_allowed {
                let name = records.last().map_or(arn, |key| key.name.as_str());
                let what = format!("{} of {name} at {}", event.operation, event.time);
                broken.push(Broken::Unasked(what));
            }
        }
        broken
    }

    fn asked_of(&self, key: &KmsKey) -> Asked {
        let mut asked = self.ledger.asked_of(key);
        asked.disabling |= self.is_made_disabled(key);
        asked
    }

    /// Whether it was to be disabled from the beginning: as somebody made or found it, or as what it succeeds, of which
    /// that was asked. What came later, enabling it too, changes nothing of that.
    fn is_made_disabled(&self, key: &KmsKey) -> bool {
        let is_former = |one: &&Arc<KmsKey>| Some(one.id) == key.predecessor;
        let former = || self.keys.iter().find(is_former);
        self.made_disabled.contains(&key.id)
            && former().is_none_or(|former| self.asked_of(former).disabling)
    }

    /// I4: a version goes into rotation once, a replica is made once.
    fn twice(&self) -> Vec<Broken> {
        let mut rotations: BTreeMap<String, usize> = BTreeMap::new();
        let mut replicas: BTreeMap<(String, String), usize> = BTreeMap::new();
        for event in self.our_effects() {
            let arn = event.key_arn.clone().unwrap_or_default();
            match event.operation.as_str() {
                "RotateKeyOnDemand" => *rotations.entry(arn).or_default() += 1,
                "ReplicateKey" => {
                    let region = event.detail["replicaRegion"].as_str().unwrap_or_default();
                    let place = (identity(&arn), region.to_owned());
                    *replicas.entry(place).or_default() += 1;
                }
                _ => {}
            }
        }
        let ended = |identity_of: &str, region: &str| {
            let is_it = |event: &&JournalEntry| {
                event.operation == "DeleteKey"
                    && event.region == region
                    && event.key_arn.as_deref().map(identity).as_deref() == Some(identity_of)
            };
            self.journal.iter().filter(is_it).count()
        };
        let mut broken = Vec::new();
        for (arn, count) in rotations {
            let has_source = |key: &&KmsKey| key.source.is_some();
            let records: Vec<&KmsKey> = self.records_of(&arn).filter(has_source).collect();
            let Some(key) = records.first() else {
                continue;
            };
            let bound = records.iter().flat_map(|key| key.bindings.values());
            let versions: BTreeSet<_> = bound.collect();
            if count >= versions.len().max(1) {
                let what = format!(
                    "{count} rotations of {} to {} versions",
                    key.name,
                    versions.len()
                );
                broken.push(Broken::TwoEffects(what));
            }
        }
        for ((which, region), count) in replicas {
            if count > 1 + ended(&which, &region) {
                let what = format!("{count} times ReplicateKey of {which} to {region}");
                broken.push(Broken::TwoEffects(what));
            }
        }
        broken
    }

    /// I3: an intent before each effect, its outcome after it; and the log holds together.
    async fn untold(&self) -> Vec<Broken> {
        let leaves = self.site.records.list_leaves(0, u32::MAX).await;
        let leaves = leaves.expect("records in memory answer");
        let mut untold = altered(&leaves);
        let told = Told::of(&leaves);
        let mut claimed = BTreeSet::new();
        for effect in self.our_effects() {
            let arn = effect.key_arn.as_deref().unwrap_or_default();
            let objects: Vec<String> = self.records_of(arn).map(|key| key.id.to_string()).collect();
            untold.extend(told.tells(effect, &objects, &mut claimed).err());
        }
        untold.into_iter().map(Broken::EffectWithoutAudit).collect()
    }

    /// I6: what came by file is nowhere in the records.
    async fn seen_canaries(&self) -> Vec<Broken> {
        let leaves = self.site.records.list_leaves(0, u32::MAX).await;
        let leaves = leaves.expect("records in memory answer");
        let mut everything = Vec::new();
        for leaf in &leaves {
            everything.extend_from_slice(&leaf.leaf.bytes);
        }
        for error in &self.ledger.errors {
            everything.extend_from_slice(error.as_bytes());
        }
        for key in self
            .keys
            .iter()
            .filter_map(|key| key.source)
            .collect::<BTreeSet<_>>()
        {
            let versions = self.site.records.list_versions(key).await;
            for version in versions.expect("records in memory answer") {
                if let Some(sealed) = &version.sealed {
                    everything.extend_from_slice(sealed.as_bytes());
                }
            }
        }
        everything.extend_from_slice(self.site.records.debug_without_leaves().as_bytes());
        for event in &self.journal {
            everything.extend_from_slice(event.detail.to_string().as_bytes());
        }
        let canaries: Vec<[u8; 32]> = (0..CANARIES).map(canary).collect();
        shown(&everything, &canaries)
            .into_iter()
            .map(|number| Broken::SecretSeen(format!("the plaintext of key-{number}")))
            .collect()
    }

    /// I1: the vault has whatever AWS holds of ours, proved by AWS taking the same bytes again.
    async fn lost(&self) -> Vec<Broken> {
        let mut lost = Vec::new();
        for key in &self.keys {
            let bound = key.bindings.values().copied();
            for version in bound.chain(only_version(key)).collect::<BTreeSet<_>>() {
                if let Err(why) = self.durable(key, version).await {
                    lost.push(why);
                }
            }
            let Some(arn) = &key.arn else { continue };
            let arn = arn.to_string();
            let id = arn.rsplit('/').next().unwrap_or_default();
            for region in REGIONS {
                let account = arn.split(':').nth(4).unwrap_or_default();
                let hand = self.site.sim.foreign_hand(account, region);
                lost.extend(self.lost_in(&hand, key, id).await);
            }
        }
        lost.into_iter().map(Broken::MaterialLost).collect()
    }

    async fn lost_in(&self, hand: &ForeignHand, key: &KmsKey, id: &str) -> Vec<String> {
        let now = self.site.now();
        let Ok(shown) = hand.act("DescribeKey", json!({ "KeyId": id }), now) else {
            return Vec::new();
        };
        let metadata = &shown["KeyMetadata"];
        if metadata["Origin"] != "EXTERNAL" || metadata["KeyState"] == "PendingReplicaDeletion" {
            return Vec::new();
        }
        if metadata["KeyState"] == "PendingDeletion" {
            let _ = hand.act("CancelKeyDeletion", json!({ "KeyId": id }), now);
        }
        let mut supplied = Vec::new();
        for material in materials(hand, id, now) {
            // What others put there is theirs.
            if !self.imported.contains(&material) || self.is_of_former(key, &material) {
                continue;
            }
            let parsed = material.parse().ok();
            let version = parsed.and_then(|material| key.bindings.get(&material));
            supplied.push(match version {
                Some(version) => self.supply(hand, key, id, *version, Some(&material)).await,
                None => Err(format!("nothing stands for {material}")),
            });
        }
        if let Some(version) = only_version(key)
            && is_filled(hand, id, now)
        {
            supplied.push(self.supply(hand, key, id, version, None).await);
        }
        let lost = supplied.into_iter().filter_map(Result::err);
        lost.map(|why| format!("{} in {}: {why}", key.name, metadata["Arn"]))
            .collect()
    }

    /// Whether the material is that of a record of the same KMS key that was released before this one was adopted: it stands
    /// for it still, and is judged with it. Who is adopted knows no source until it is bound to one.
    fn is_of_former(&self, key: &KmsKey, material: &str) -> bool {
        let arn = key.arn.as_ref().map(ToString::to_string);
        let mut others = self.records_of(arn.as_deref().unwrap_or_default());
        let is_it = |other: &KmsKey| {
            other.intent.life == Life::Released
                && other.created_at < key.created_at
                && other.bindings.keys().any(|id| id.as_str() == material)
        };
        key.source.is_none() && others.any(is_it)
    }

    /// Imports the vault's version into AWS again, under the material's id where there are ids.
    async fn supply(
        &self,
        hand: &ForeignHand,
        key: &KmsKey,
        id: &str,
        version: VersionNumber,
        material: Option<&str>,
    ) -> Result<(), String> {
        let durable = self.durable(key, version).await?;
        let now = self.site.now();
        let algorithm = WrappingAlgorithm::for_spec(key.intent.shape.spec);
        let wrapping = json!({
            "KeyId": id,
            "WrappingAlgorithm": algorithm.as_str(),
            "WrappingKeySpec": "RSA_2048",
        });
        let refused = |error: kms_sim::AwsError| error.to_string();
        let pair = hand
            .act("GetParametersForImport", wrapping, now)
            .map_err(refused)?;
        let public = WrappingPublicKey(bytes(&pair["PublicKey"]).unwrap_or_default());
        let wrapped = open_vault()
            .wrap_for_aws(&durable, &public, algorithm)
            .await
            .map_err(|error| error.to_string())?;
        let mut input = json!({
            "KeyId": id,
            "ImportToken": pair["ImportToken"],
            "EncryptedKeyMaterial": base64(&wrapped.0),
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        });
        if let Some(material) = material {
            input["ImportType"] = json!("EXISTING_KEY_MATERIAL");
            input["KeyMaterialId"] = json!(material);
        }
        hand.act("ImportKeyMaterial", input, now)
            .map(drop)
            .map_err(refused)
    }

    async fn durable(&self, key: &KmsKey, version: VersionNumber) -> Result<Durable, String> {
        let identity = VersionIdentity {
            group: key.group,
            key: key.source.ok_or("the KMS key has no source")?,
            version,
            spec: key.intent.shape.spec,
        };
        attest(&*self.site.records, &*open_vault(), &identity)
            .await
            .map_err(|error| format!("{} version {version}: {error}", key.name))
    }
}

/// The version of ours that a KMS key has for life, where AWS tells no ids of material: HMAC and asymmetric ones.
fn only_version(key: &KmsKey) -> Option<VersionNumber> {
    let has_ids = key.intent.shape.spec.is_symmetric();
    let held = || key.held.last().map(|held| held.number);
    let version = key.intent.current.or_else(held);
    version.filter(|_| !has_ids && key.held_material)
}

fn is_filled(hand: &ForeignHand, id: &str, now: i64) -> bool {
    let shown = hand.act("DescribeKey", json!({ "KeyId": id }), now);
    shown.is_ok_and(|shown| shown["KeyMetadata"]["KeyState"] != "PendingImport")
}

/// Ids of all materials of a KMS key in one Region, as AWS lists them.
pub(super) fn materials(hand: &ForeignHand, id: &str, now: i64) -> Vec<String> {
    let all = json!({ "KeyId": id, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
    let listed = hand.act("ListKeyRotations", all, now);
    let listed = listed.unwrap_or(Value::Null)["Rotations"].clone();
    let ids = listed.as_array().cloned().unwrap_or_default();
    let id = |one: &Value| one["KeyMaterialId"].as_str().map(str::to_owned);
    ids.iter().filter_map(id).collect()
}

/// Each form of a secret that must not be seen: raw, hex, base64, or as a list of numbers.
fn forms(secret: [u8; 32]) -> [Vec<u8>; 5] {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let list = format!("{secret:?}");
    [
        secret.to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        base64(&secret).into_bytes(),
        list.into_bytes(),
    ]
}

/// Which of the secrets stand there, in any form. Looks once for all: the text is long.
fn shown(everything: &[u8], secrets: &[[u8; 32]]) -> BTreeSet<usize> {
    let forms: Vec<(usize, Vec<u8>)> = secrets
        .iter()
        .enumerate()
        .flat_map(|(number, secret)| forms(*secret).map(|form| (number, form)))
        .collect();
    let mut begins = vec![false; 1 << 16];
    for (_, form) in &forms {
        begins[usize::from(u16::from_le_bytes([form[0], form[1]]))] = true;
    }
    let mut shown = BTreeSet::new();
    for (at, pair) in everything.windows(2).enumerate() {
        if !begins[usize::from(u16::from_le_bytes([pair[0], pair[1]]))] {
            continue;
        }
        let stands_here = |one: &&(usize, Vec<u8>)| everything[at..].starts_with(&one.1);
        shown.extend(forms.iter().filter(stands_here).map(|(number, _)| *number));
    }
    shown
}

/// Leaves that are not what their hashes say.
fn altered(leaves: &[AuditRecord]) -> Vec<String> {
    let recorded = leaves.iter().map(|record| RecordedLeaf {
        index: record.index,
        bytes: record.leaf.bytes.clone(),
        hash: Hash::from_bytes(record.leaf.hash),
    });
    let findings = verify_leaves(recorded, &[]);
    let text = |finding| format!("{finding:?}");
    findings.iter().map(text).collect()
}

/// Entries of AWS operations, by what leads to them.
struct Told {
    intents: HashMap<String, Entry>,
    outcomes: Vec<Entry>,
    by_request: HashMap<String, usize>,
    open: HashMap<String, Vec<usize>>,
}

impl Told {
    fn of(leaves: &[AuditRecord]) -> Self {
        let mut told = Self {
            intents: HashMap::new(),
            outcomes: Vec::new(),
            by_request: HashMap::new(),
            open: HashMap::new(),
        };
        let entries = leaves
            .iter()
            .filter_map(|record| Entry::from_leaf_bytes(&record.leaf.bytes).ok())
            .filter(|entry| entry.aws_operation.is_some());
        for entry in entries {
            let operation = entry.aws_operation.clone().unwrap_or_default();
            if entry.phase == Phase::Intent {
                let attempt = format!("{:?}", entry.attempt_id);
                told.intents.insert(attempt, entry);
                continue;
            }
            let place = told.outcomes.len();
            match &entry.aws_request_id {
                Some(id) => drop(told.by_request.insert(id.clone(), place)),
                None if entry.phase != Phase::Outcome(Outcome::Refused) => {
                    told.open.entry(operation).or_default().push(place);
                }
                None => {}
            }
            told.outcomes.push(entry);
        }
        told
    }

    /// Whether an effect has an intent and an outcome of its own.
    fn tells(
        &self,
        effect: &JournalEntry,
        objects: &[String],
        claimed: &mut BTreeSet<usize>,
    ) -> Result<(), String> {
        let what = format!("{} {} on {objects:?}", effect.operation, effect.request_id);
        let named = self.by_request.get(&effect.request_id).copied();
        let open = || {
            let may_tell = |place: &&usize| {
                let entry = &self.outcomes[**place];
                !claimed.contains(*place)
                    && (objects.is_empty() || objects.contains(&entry.object.id))
                    && self.intent_of(entry).is_some_and(|intent| {
                        (intent.time_micros - effect.time).abs() <= OFF_BY_MAX
                    })
            };
            let open = self.open.get(&effect.operation)?;
            open.iter().find(may_tell).copied()
        };
        let found = named.or_else(open);
        let found = found.ok_or_else(|| format!("{what} is not told"))?;
        claimed.insert(found);
        let outcome = &self.outcomes[found];
        let intent = self.intent_of(outcome);
        let intent = intent.ok_or_else(|| format!("{what} has no intent"))?;
        if intent.time_micros > effect.time + OFF_BY_MAX {
            return Err(format!("{what} has its intent after it"));
        }
        if outcome.phase == Phase::Outcome(Outcome::Refused) {
            return Err(format!("{what} is told otherwise: {outcome:?}"));
        }
        Ok(())
    }

    fn intent_of(&self, outcome: &Entry) -> Option<&Entry> {
        self.intents.get(&format!("{:?}", outcome.attempt_id))
    }
}
