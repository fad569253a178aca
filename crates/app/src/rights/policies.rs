//! The policies that hold now, compiled once for as long as nobody changes them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use keyferry_authz::{Limit, OwnPolicy, Policies, PolicyError, Role};
use keyferry_ports::records::{AccessPolicy, CustomRole};

use crate::action::Action;
use crate::error::{AccessError, AppError};

use super::roles::built_in_roles;
use super::{BuiltInRole, kinds};

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

/// What own policies give to nobody, and what not beside which roles: by no policy somebody is what two people have to be.
pub(super) fn limits() -> Vec<Limit> {
    let actions = |is_meant: &dyn Fn(Action) -> bool| {
        let meant = Action::ALL.iter().filter(|row| is_meant(row.0));
        meant.map(|row| row.1.to_owned()).collect()
    };
    let apart = [
        BuiltInRole::SecurityOfficer,
        BuiltInRole::SystemAdministrator,
    ];
    vec![
        Limit {
            name: "roles-alone-give-roles".to_owned(),
            actions: actions(&|action| !action.can_be_given_freely()),
            beside: Default::default(),
        },
        Limit {
            name: "work-is-apart-from-running-and-watching".to_owned(),
            actions: actions(&Action::is_work),
            beside: apart.map(|role| role.as_str().to_owned()).into(),
        },
    ]
}

/// The words of what own policies may speak of.
pub(super) fn spoken_of() -> Vec<&'static str> {
    use crate::action::ActionScope;
    let all = Action::ALL.iter();
    let of_groups = all.filter(|row| row.0.scope() == ActionScope::Group);
    of_groups.map(|row| row.1).collect()
}

/// The words of the actions that policies name; `None` where one of them speaks of all.
pub(super) fn named_by<'a>(
    own: impl Iterator<Item = &'a AccessPolicy>,
) -> Result<Option<BTreeSet<String>>, AppError> {
    let own: Vec<OwnPolicy> = own.map(own_policy).collect();
    Ok(Policies::named_by(&own).map_err(AccessError::BadPolicy)?)
}

fn own_policy(row: &AccessPolicy) -> OwnPolicy {
    OwnPolicy {
        name: row.name.to_string(),
        text: row.text.clone(),
    }
}

/// Whether an own policy fits, and all of them together.
pub(super) fn check(
    custom: &[CustomRole],
    own: &[AccessPolicy],
    changed: &AccessPolicy,
) -> Result<Policies, AppError> {
    let policy = own_policy(changed);
    let bad = |error: PolicyError| AccessError::BadPolicy(error);
    Policies::check(&spoken_of(), &limits(), &policy).map_err(bad)?;
    compile(custom, own)
}

pub(super) fn compile(custom: &[CustomRole], own: &[AccessPolicy]) -> Result<Policies, AppError> {
    let mut roles = built_in_roles();
    // A later version may bring a role of a name that an installation used: the built-in one counts then.
    let custom = custom
        .iter()
        .filter(|role| BuiltInRole::named(role.name.as_str()).is_none());
    roles.extend(custom.map(|role| Role {
        name: role.name.to_string(),
        actions: role.actions.clone(),
    }));
    let own: Vec<OwnPolicy> = own.iter().map(own_policy).collect();
    let compiled = Policies::compile(&roles, &own).and_then(|policies| {
        kinds::RULES.iter().try_fold(policies, |policies, rule| {
            policies.with_rule(rule.name, &rule.text())
        })
    });
    let compiled = compiled.map_err(AccessError::BadPolicy)?;
    Ok(compiled.with_limits(limits()))
}
