//! Whether AWS shows a KMS key as people want it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::tag::OWN_TAG_PREFIX;
use keyferry_domain::validity::Validity;
use kms_sim::{ForeignHand, JournalEntry};
use serde_json::{Value, json};

use super::DAY;
use super::verdict::materials;

/// One KMS key in one Region, at one time.
pub(super) struct Sight<'a> {
    pub(super) hand: &'a ForeignHand,
    pub(super) key: &'a KmsKey,
    /// AWS's id of it.
    pub(super) id: &'a str,
    pub(super) now: i64,
}

/// Where KMS keys came to their end: AWS's id and Region of each, as AWS's journal has them.
pub(super) fn ends(journal: &[JournalEntry]) -> BTreeSet<(String, String)> {
    let ended = journal
        .iter()
        .filter(|event| event.operation == "DeleteKey");
    let place = |event: &JournalEntry| {
        let (_, id) = event.key_arn.as_deref()?.rsplit_once('/')?;
        Some((id.to_owned(), event.region.clone()))
    };
    ended.filter_map(place).collect()
}

/// Each alias of an account and Region, with the id of the KMS key that it points to.
pub(super) fn aliases(hand: &ForeignHand, now: i64) -> Vec<(String, String)> {
    let listed = hand.act("ListAliases", json!({ "Limit": 100 }), now);
    let listed = listed.unwrap_or(Value::Null)["Aliases"].clone();
    let rows = listed.as_array().cloned().unwrap_or_default();
    let text = |one: &Value, member: &str| one[member].as_str().map(str::to_owned);
    rows.iter()
        .filter_map(|one| Some((text(one, "AliasName")?, text(one, "TargetKeyId")?)))
        .collect()
}

impl Sight<'_> {
    /// How AWS's key differs from what is wanted. `is_ended` tells whether AWS's journal has its end in this Region.
    ///
    /// # Errors
    ///
    /// The first difference, in words.
    pub(super) fn difference(&self, is_ended: bool) -> Result<(), String> {
        let life = self.key.intent.life;
        if matches!(life, Life::Provisioning | Life::Deleted | Life::Released) {
            return Ok(());
        }
        let shown = match self.describe() {
            Ok(shown) => shown,
            // Its deletion came through, ours or theirs, or it was given up before it was made here: nothing brings it back.
            Err(_) if is_ended || life == Life::PendingDeletion => return Ok(()),
            Err(why) => return Err(format!("AWS shows nothing: {why}")),
        };
        let state = shown["KeyState"].as_str().unwrap_or_default();
        if let Some(wanted) = self.wanted_states()
            && !wanted.contains(&state)
        {
            return Err(format!("{state}, wanted {wanted:?}"));
        }
        // What it is like matters no more, and AWS takes no change.
        if matches!(state, "PendingDeletion" | "PendingReplicaDeletion") {
            return Ok(());
        }
        self.properties(&shown)?;
        if self.is_lapsing() {
            return Ok(());
        }
        self.aliases()
    }

    /// What AWS tells of it.
    ///
    /// # Errors
    ///
    /// AWS's refusal.
    pub(super) fn describe(&self) -> Result<Value, String> {
        let mut shown = self.act("DescribeKey")?;
        Ok(shown["KeyMetadata"].take())
    }

    fn act(&self, operation: &str) -> Result<Value, String> {
        let answer = self
            .hand
            .act(operation, json!({ "KeyId": self.id }), self.now);
        answer.map_err(|error| error.to_string())
    }

    /// AWS's states of a KMS key that is as wanted; `None` where each is.
    fn wanted_states(&self) -> Option<&'static [&'static str]> {
        let intent = &self.key.intent;
        match intent.life {
            Life::PendingDeletion => Some(&["PendingDeletion", "PendingReplicaDeletion"]),
            _ if intent.wants_empty() => Some(&["PendingImport"]),
            // Material that is none of ours stays as it is.
            _ if intent.versions.is_empty() => None,
            _ if self.is_lapsing() => None,
            _ if intent.enabled => Some(&["Enabled"]),
            _ => Some(&["Disabled"]),
        }
    }

    fn properties(&self, shown: &Value) -> Result<(), String> {
        let intent = &self.key.intent;
        if shown["Description"] != intent.description.as_str() {
            let (is, wanted) = (&shown["Description"], &intent.description);
            return Err(format!("the description is {is}, wanted {wanted:?}"));
        }
        let listed = self.act("ListResourceTags")?["Tags"].take();
        let rows = listed.as_array().cloned().unwrap_or_default();
        let is: BTreeSet<(&str, &str)> = rows
            .iter()
            .filter_map(|tag| Some((tag["TagKey"].as_str()?, tag["TagValue"].as_str()?)))
            .filter(|(key, _)| !key.starts_with(OWN_TAG_PREFIX))
            .collect();
        let wanted = intent.tags.iter();
        let wanted: BTreeSet<(&str, &str)> = wanted
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        if is != wanted {
            return Err(format!("the tags are {is:?}, wanted {wanted:?}"));
        }
        let Some(wanted) = &intent.policy else {
            return Ok(());
        };
        let policy = self.act("GetKeyPolicy")?;
        let policy = policy["Policy"].as_str().unwrap_or_default();
        let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
        if parsed(policy) != parsed(wanted.as_str()) {
            return Err(format!(
                "the policy is {policy}, wanted {}",
                wanted.as_str()
            ));
        }
        Ok(())
    }

    fn aliases(&self) -> Result<(), String> {
        let pointing = aliases(self.hand, self.now);
        for alias in &self.key.intent.aliases {
            let is_there = |one: &(String, String)| one.0 == alias.as_str() && one.1 == self.id;
            if !pointing.iter().any(is_there) {
                return Err(format!("{alias} does not point to it"));
            }
        }
        Ok(())
    }

    /// Whether it has no material, or not all of it, as wanted.
    pub(super) fn is_empty_as_wanted(&self) -> bool {
        self.key.intent.wants_empty() || self.is_lapsing()
    }

    /// Whether its material ends by now or soon, as wanted.
    fn is_lapsing(&self) -> bool {
        let soon = Timestamp::from_microsecond(self.now).map(|now| now + DAY);
        let soon = soon.unwrap_or(Timestamp::MAX);
        let ends = |validity: Validity| matches!(validity, Validity::Until(until) if until <= soon);
        let versions = &self.key.intent.versions;
        versions.iter().any(|one| ends(one.validity))
    }

    /// Whether nothing of what is left to people stands between AWS's key and what is wanted: no deletion, nothing to be
    /// disabled or emptied, and no material that is not ours.
    pub(super) fn heals_by_itself(&self) -> bool {
        let intent = &self.key.intent;
        let is_ours = |id: &String| self.key.bindings.keys().any(|ours| ours.as_str() == id);
        let state = self.describe().unwrap_or(Value::Null)["KeyState"].take();
        let is_in_use = matches!(intent.life, Life::Active | Life::Inactive | Life::Replaced);
        let may_be_mended = match state.as_str() {
            Some("Enabled") => intent.enabled,
            Some("Disabled" | "PendingImport") => true,
            _ => false,
        };
        is_in_use
            && may_be_mended
            && !intent.versions.is_empty()
            && !self.is_lapsing()
            && materials(self.hand, self.id, self.now).iter().all(is_ours)
    }
}
