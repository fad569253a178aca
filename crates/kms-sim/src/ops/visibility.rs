//! Late visibility of writes: reads keep showing what was there before.

use serde_json::{Value, json};

use super::cx::Cx;
use super::{metadata, rotation, tags};
use crate::clock::Micros;
use crate::error::AwsError;
use crate::names::KeyRef;
use crate::state::key::{Stale, StaleKind};

impl Cx<'_> {
    /// Call before a write to a key: what reads show now stays visible for a drawn time.
    pub(crate) fn before_write(&mut self, key: &KeyRef) -> Result<(), AwsError> {
        let max = self.world.config.consistency.key_writes;
        if max == 0 || self.unchecked {
            return Ok(());
        }
        let (held, lineage) = self.world.key_and_lineage(key)?;
        let answers = json!({
            "metadata": metadata::key_metadata(held, lineage, self.now),
            "policy": held.policy.text(),
            "rotations": rotation::entries(self, key)?,
            "status": rotation::status_of(held, lineage),
        });
        self.keep(key, StaleKind::Key, max, answers)
    }

    /// Call before a write to a key's tags.
    pub(crate) fn before_tag_write(&mut self, key: &KeyRef) -> Result<(), AwsError> {
        let max = self.world.config.consistency.tag_and_alias_writes;
        if max == 0 || self.unchecked {
            return Ok(());
        }
        let answers = json!({ "tags": tags::entries(self.world.key(key)?) });
        self.keep(key, StaleKind::Tags, max, answers)
    }

    /// Call before a write to the aliases of a Region.
    pub(crate) fn before_alias_write(&mut self) {
        let max = self.world.config.consistency.tag_and_alias_writes;
        if max == 0 || self.unchecked {
            return;
        }
        let visible_at = self.now + self.world.rng.up_to(max);
        let (account, region, now) = (
            self.principal.account.clone(),
            self.region.clone(),
            self.now,
        );
        if let Some(region) = self.world.region_mut(&account, &region) {
            region.stale_aliases.retain(|(until, _)| *until > now);
            let aliases = region.aliases.clone();
            region.stale_aliases.push((visible_at, aliases));
        }
    }

    fn keep(
        &mut self,
        key: &KeyRef,
        kind: StaleKind,
        max: Micros,
        answers: Value,
    ) -> Result<(), AwsError> {
        let visible_at = self.now + self.world.rng.up_to(max);
        let now = self.now;
        let held = self.world.key_mut(key)?;
        held.stale.retain(|stale| stale.visible_at > now);
        held.stale.push(Stale {
            kind,
            visible_at,
            answers,
        });
        Ok(())
    }

    /// What a read shows instead of the truth, if a write is not visible yet.
    pub(crate) fn stale(&self, key: &KeyRef, kind: StaleKind, name: &str) -> Option<Value> {
        if self.unchecked {
            return None;
        }
        let held = self.world.find_key(key)?;
        held.stale
            .iter()
            .find(|stale| stale.kind == kind && stale.visible_at > self.now)
            .and_then(|stale| stale.answers.get(name).cloned())
    }
}
