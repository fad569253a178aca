//! The materials a key has, had and will have; shared by a primary and its replicas.

use serde::{Deserialize, Serialize};

use crate::args::base64_bytes;
use crate::clock::Micros;

/// Material in one key of one Region.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Loaded {
    #[serde(with = "base64_bytes")]
    pub(crate) bytes: Vec<u8>,
    /// `None`: does not expire.
    pub(crate) valid_to: Option<Micros>,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded")
            .field("valid_to", &self.valid_to)
            .finish_non_exhaustive()
    }
}

/// When and how a material became current.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rotated {
    pub(crate) at: Micros,
    /// `ON_DEMAND` or `AUTOMATIC`.
    pub(crate) kind: String,
}

/// One material of a key, whether its bytes are there or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Material {
    pub(crate) id: String,
    pub(crate) description: Option<String>,
    /// Waiting for its first rotation: not used, and not permanently associated.
    pub(crate) pending: bool,
    /// Absent for the first material and for pending ones.
    pub(crate) rotated: Option<Rotated>,
}

/// A rotation on demand under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rotation {
    pub(crate) started: Micros,
    pub(crate) ends: Micros,
}

/// Automatic rotation of a key whose origin is AWS_KMS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AutomaticRotation {
    pub(crate) period_days: i64,
    pub(crate) next: Micros,
}

/// All materials of one key id, oldest first. A multi-Region key and its replicas share one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lineage {
    pub(crate) materials: Vec<Material>,
    pub(crate) current: Option<String>,
    pub(crate) rotation: Option<Rotation>,
    pub(crate) automatic: Option<AutomaticRotation>,
    /// Rotations on demand that were ever started.
    pub(crate) on_demand: u32,
    /// The public key of asymmetric keys, known from the first material on.
    pub(crate) public_key: Option<Vec<u8>>,
    /// Region of the primary, when multi-Region.
    pub(crate) primary: Option<String>,
    /// Regions of all keys of the set, primary included, when multi-Region.
    pub(crate) members: Vec<String>,
}

impl Lineage {
    pub(crate) fn find(&self, id: &str) -> Option<&Material> {
        self.materials.iter().find(|material| material.id == id)
    }

    pub(crate) fn find_mut(&mut self, id: &str) -> Option<&mut Material> {
        self.materials.iter_mut().find(|material| material.id == id)
    }

    pub(crate) fn pending(&self) -> Option<&Material> {
        self.materials.iter().find(|material| material.pending)
    }

    pub(crate) fn permanent(&self) -> impl Iterator<Item = &Material> {
        self.materials.iter().filter(|material| !material.pending)
    }

    /// Makes `id` the current material.
    pub(crate) fn promote(&mut self, id: &str, at: Micros, kind: &str) {
        if let Some(material) = self.find_mut(id) {
            material.pending = false;
            material.rotated = Some(Rotated {
                at,
                kind: kind.to_owned(),
            });
        }
        self.current = Some(id.to_owned());
        self.rotation = None;
    }
}
