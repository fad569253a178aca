//! Who may do what: every use case begins with a [`Permit`], and finds things by it alone.
//!
//! What belongs to a group in which the actor may not even read is not there for it: it is not found, whatever it is
//! called. What may be read and not done is refused by name.

mod any_role;
mod assign;
mod custom;
mod deciders;
mod demand;
mod effects;
mod explain;
mod holder;
mod kinds;
mod object;
mod own_policies;
mod permit;
mod place;
mod policies;
mod recorded;
mod roles;
mod use_cases;
mod use_demand;
mod watch;

pub use any_role::AnyRole;
pub use custom::{CUSTOM_ROLES_MAX, UpdateRole};
pub(crate) use deciders::{Deciders, Jury};
pub use demand::Question;
pub(crate) use demand::{Demand, Gathered, Questions};
pub use effects::{Effect, Effects};
pub use explain::{About, Authorization, WhoCan, Why};
pub(crate) use object::Object;
pub use own_policies::{AccessPolicies, OWN_POLICIES_MAX, POLICY_TEXT_MAX};
pub(crate) use permit::Permit;
use policies::PolicyCache;
pub(crate) use recorded::RightsCache;
pub use roles::{BuiltInRole, RoleScope};
pub use use_cases::{Assignment, Roles};
