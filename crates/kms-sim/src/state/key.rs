//! One KMS key in one Region.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::material::{Lineage, Loaded};
use crate::clock::Micros;
use crate::policy::document::Document;
use crate::specs::{KeySpec, Origin};
use crate::states::KeyState;

/// Switched on, off, or on its way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Life {
    Enabled,
    Disabled,
    PendingDeletion {
        deletion_date: Micros,
        /// When it is really gone: up to a day after the deletion date.
        ends: Micros,
    },
    /// A primary that waits for its replicas; the window starts with the last one's end.
    PendingReplicaDeletion {
        window_days: i64,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) name: Option<String>,
    pub(crate) created: Micros,
    pub(crate) grantee: String,
    pub(crate) retiring: Option<String>,
    pub(crate) operations: Vec<String>,
    pub(crate) constraints: Option<Value>,
    pub(crate) issuing_account: String,
}

/// The last cryptographic use of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LastUse {
    pub(crate) operation: String,
    pub(crate) at: Micros,
    pub(crate) request_id: String,
    pub(crate) event_id: String,
}

/// What reads showed before a write that is not visible yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stale {
    pub(crate) kind: StaleKind,
    pub(crate) visible_at: Micros,
    pub(crate) answers: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum StaleKind {
    Key,
    Tags,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) spec: KeySpec,
    pub(crate) usage: String,
    pub(crate) origin: Origin,
    pub(crate) multi_region: bool,
    pub(crate) aws_managed: bool,
    pub(crate) description: String,
    pub(crate) created: Micros,
    /// Until then the new key answers NotFoundException.
    pub(crate) visible_at: Micros,
    pub(crate) creating_until: Micros,
    pub(crate) updating_until: Micros,
    pub(crate) unavailable: bool,
    pub(crate) life: Life,
    /// Material by id.
    pub(crate) loaded: BTreeMap<String, Loaded>,
    pub(crate) policy: Document,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) last_use: Option<LastUse>,
    pub(crate) stale: Vec<Stale>,
}

impl Key {
    pub(crate) fn arn(&self) -> String {
        crate::names::kms_arn(&self.region, &self.account, &format!("key/{}", self.id))
    }

    pub(crate) fn state(&self, lineage: &Lineage, now: Micros) -> KeyState {
        match self.life {
            Life::PendingDeletion { .. } => return KeyState::PendingDeletion,
            Life::PendingReplicaDeletion { .. } => return KeyState::PendingReplicaDeletion,
            Life::Enabled | Life::Disabled => {}
        }
        if now < self.creating_until {
            KeyState::Creating
        } else if !self.is_filled(lineage) {
            KeyState::PendingImport
        } else if self.unavailable {
            KeyState::Unavailable
        } else if now < self.updating_until {
            KeyState::Updating
        } else if self.life == Life::Disabled {
            KeyState::Disabled
        } else {
            KeyState::Enabled
        }
    }

    /// Whether every permanently associated material is there.
    pub(crate) fn is_filled(&self, lineage: &Lineage) -> bool {
        if self.origin != Origin::External {
            return true;
        }
        let mut permanent = lineage.permanent().peekable();
        permanent.peek().is_some()
            && permanent.all(|material| self.loaded.contains_key(&material.id))
    }

    pub(crate) fn is_primary(&self, lineage: &Lineage) -> bool {
        lineage.primary.as_deref() == Some(self.region.as_str())
    }

    pub(crate) fn is_replica(&self, lineage: &Lineage) -> bool {
        self.multi_region && !self.is_primary(lineage)
    }

    pub(crate) fn supports_rotation(&self) -> bool {
        self.spec.is_symmetric() && self.origin != Origin::CloudHsm
    }
}
