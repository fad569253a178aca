//! Records in memory, and the simulator's core in process: what most of the sweep runs on.

use std::sync::Arc;

use async_trait::async_trait;
use keyferry_ports::records::AllRecords;
use kms_sim::{SimConfig, Simulator};

use super::planted::Planted;
use super::{Case, Ground, Site, unsettle};
use crate::fuse::Fuse;
use crate::records::MemoryRecords;
use crate::world::{Outside, World};

/// An installation in memory.
pub(super) struct MemorySite {
    outside: Outside,
    planted: Planted,
}

impl MemorySite {
    pub(super) fn fresh(seed: u64) -> Self {
        Self {
            outside: Outside::new(seed, SimConfig::default()),
            planted: Planted::Nothing,
        }
    }

    /// What every run begins with a copy of.
    pub(super) fn freeze(self) -> MemoryGround {
        MemoryGround {
            records: self.outside.records.fork(),
            sim: self.outside.sim.fork(),
            outside: self.outside,
        }
    }
}

#[async_trait]
impl Site for MemorySite {
    fn outside(&self) -> &Outside {
        &self.outside
    }

    async fn start(&self, fuse: Arc<Fuse>, start: u64) -> World {
        self.outside.start_with(fuse, start, self.planted.mistake())
    }

    async fn lose_power(&self) {
        self.outside.records.crash();
    }

    async fn records(&self) -> Arc<dyn AllRecords> {
        self.outside.records.clone()
    }
}

/// A prepared installation in memory.
pub(super) struct MemoryGround {
    records: MemoryRecords,
    sim: Simulator,
    outside: Outside,
}

#[async_trait]
impl Ground for MemoryGround {
    async fn copy(&self, case: &Case) -> Box<dyn Site> {
        let sim = Arc::new(self.sim.fork());
        unsettle(&sim, case);
        let records = Arc::new(case.planted.records(&self.records));
        Box::new(MemorySite {
            outside: self.outside.copy_with(sim, records, case.seed),
            planted: case.planted,
        })
    }
}
