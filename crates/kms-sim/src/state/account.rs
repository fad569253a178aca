//! One AWS account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::iam::Iam;
use super::key::Key;
use super::material::Lineage;
use crate::clock::Micros;
use crate::names::{partition_of, regions_of};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Alias {
    /// With `alias/` in front.
    pub(crate) name: String,
    pub(crate) target: Option<String>,
    pub(crate) created: Micros,
    pub(crate) updated: Micros,
}

/// Keys and aliases of one account in one Region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct RegionState {
    pub(crate) keys: BTreeMap<String, Key>,
    pub(crate) aliases: BTreeMap<String, Alias>,
    /// Lists of aliases as they were before writes that are not visible yet.
    pub(crate) stale_aliases: Vec<(Micros, BTreeMap<String, Alias>)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) partition: String,
    pub(crate) regions: BTreeMap<String, RegionState>,
    /// Materials by key id; shared by the Regions of a multi-Region key.
    pub(crate) lineages: BTreeMap<String, Lineage>,
    /// Regions that the account opted into or out of, against the default.
    pub(crate) region_choices: BTreeMap<String, bool>,
    pub(crate) iam: Iam,
}

impl Account {
    pub(crate) fn new(id: &str, partition: &str) -> Self {
        Account {
            id: id.to_owned(),
            partition: partition.to_owned(),
            regions: BTreeMap::new(),
            lineages: BTreeMap::new(),
            region_choices: BTreeMap::new(),
            iam: Iam::default(),
        }
    }

    /// `RegionOptStatus` of the Account API, for a Region of the account's partition.
    pub(crate) fn region_status(&self, region: &str) -> Option<&'static str> {
        if partition_of(region) != self.partition {
            return None;
        }
        let (_, opt_in) = regions_of(&self.partition)
            .iter()
            .find(|(name, _)| *name == region)?;
        Some(match (opt_in, self.region_choices.get(region)) {
            (false, _) => "ENABLED_BY_DEFAULT",
            (true, Some(true)) => "ENABLED",
            (true, _) => "DISABLED",
        })
    }

    pub(crate) fn region_enabled(&self, region: &str) -> bool {
        self.region_status(region)
            .is_some_and(|status| status != "DISABLED")
    }
}
