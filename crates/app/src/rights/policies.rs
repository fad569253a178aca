//! The policies that hold now, compiled once for as long as nobody changes them.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use keyferry_authz::{OwnPolicy, Policies, Role};
use keyferry_ports::records::{AccessPolicy, CustomRole};

use crate::error::{AccessError, AppError};

use super::kinds;
use super::roles::built_in_roles;

/// What the last decision was made by.
#[derive(Debug, Default)]
pub(crate) struct PolicyCache {
    last: Mutex<Option<Compiled>>,
}

#[derive(Debug)]
struct Compiled {
    custom: Vec<CustomRole>,
    own: Vec<AccessPolicy>,
    policies: Arc<Policies>,
}

impl PolicyCache {
    /// Built-in roles, those of one's own, and own policies, as they are now.
    pub(super) fn of(
        &self,
        custom: Vec<CustomRole>,
        own: Vec<AccessPolicy>,
    ) -> Result<Arc<Policies>, AppError> {
        if custom.is_empty() && own.is_empty() {
            return built_in();
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = &*last
            && compiled.custom == custom
            && compiled.own == own
        {
            return Ok(Arc::clone(&compiled.policies));
        }
        let policies = Arc::new(compile(&custom, &own)?);
        *last = Some(Compiled {
            custom,
            own,
            policies: Arc::clone(&policies),
        });
        Ok(policies)
    }
}

/// Those of the built-in roles alone, which are the same in every process.
fn built_in() -> Result<Arc<Policies>, AppError> {
    static BUILT_IN: OnceLock<Arc<Policies>> = OnceLock::new();
    if let Some(policies) = BUILT_IN.get() {
        return Ok(Arc::clone(policies));
    }
    let policies = Arc::new(compile(&[], &[])?);
    Ok(Arc::clone(BUILT_IN.get_or_init(|| policies)))
}

fn compile(custom: &[CustomRole], own: &[AccessPolicy]) -> Result<Policies, AppError> {
    let mut roles = built_in_roles();
    roles.extend(custom.iter().map(|role| Role {
        name: role.name.to_string(),
        actions: role.actions.clone(),
    }));
    let own: Vec<OwnPolicy> = own
        .iter()
        .map(|policy| OwnPolicy {
            name: policy.name.to_string(),
            text: policy.text.clone(),
        })
        .collect();
    let compiled = Policies::compile(&roles, &own).and_then(|policies| {
        kinds::RULES.iter().try_fold(policies, |policies, rule| {
            policies.with_rule(rule.name, &rule.text())
        })
    });
    Ok(compiled.map_err(AccessError::BadPolicy)?)
}
