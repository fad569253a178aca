//! Who may do what: every use case begins with a [`Permit`], and finds things by it alone.
//!
//! What belongs to a group in which the actor may not even read is not there for it: it is not found, whatever it is
//! called. What may be read and not done is refused by name.

mod assign;
mod deciders;
mod demand;
mod holder;
mod kinds;
mod object;
mod permit;
mod policies;
mod roles;
mod use_cases;

pub(crate) use deciders::Deciders;
pub use demand::Question;
pub(crate) use demand::{Demand, Questions};
pub(crate) use object::Object;
pub(crate) use permit::Permit;
pub(crate) use policies::PolicyCache;
pub use roles::{BuiltInRole, RoleScope};
pub use use_cases::{Assignment, Roles};
