//! The self-check: every check once, each told, none stopping the others.

use serde::Serialize;

use crate::checks::{CHECKS, Check};
use crate::error::{DemoError, Why};
use crate::rig::Rig;

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckResult {
    /// The check.
    pub name: &'static str,
    /// Whether the product did what it promises.
    pub ok: bool,
    /// What was seen, or why it failed.
    pub detail: String,
}

/// What all checks found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether every check is well.
    pub ok: bool,
    /// The checks, in their order.
    pub checks: Vec<CheckResult>,
}

/// Runs every check on a fresh installation. `tell` hears of each as it ends.
///
/// Needs loopback and a temporary folder, no AWS and no internet. Virtual hours pass in real seconds.
pub async fn self_check(mut tell: impl FnMut(&CheckResult)) -> Report {
    let mut rig = Rig::start().await;
    let mut checks = Vec::new();
    for check in CHECKS {
        let result = run(check, &mut rig).await;
        tell(&result);
        checks.push(result);
    }
    Report {
        ok: checks.iter().all(|check| check.ok),
        checks,
    }
}

async fn run(check: &Check, rig: &mut Result<Rig, DemoError>) -> CheckResult {
    let found = match rig {
        Ok(rig) => (check.run)(rig).await,
        Err(error) => Err(Why::of(error)),
    };
    CheckResult {
        name: check.name,
        ok: found.is_ok(),
        detail: found.unwrap_or_else(|why| why.to_string()),
    }
}
