//! Who may do what: roles as Cedar policies, an installation's own policies beside them, and decisions with their reasons.
//!
//! Pure: no database, no clock. The application brings the words of its actions, the roles with their actions, and who has
//! which role in which group; this crate answers yes or no, and by which policy.
//!
//! Each role becomes one policy: whoever has the role in a group may do its actions to what belongs to that group. What
//! belongs to no group belongs to [`INSTALLATION`]. Everything else is denied.
//!
//! Own policies speak of what belongs to groups. Of the installation they give nothing and take nothing: whoever can change
//! policies always can, and nobody locks everybody out. What they cannot give in groups either, a [`Limit`] says.
//!
//! Source of the language: Cedar, <https://docs.cedarpolicy.com>.

mod model;
mod place;
mod policies;
mod schema;

pub use model::{Decision, Limit, Principal, PrincipalKind, Resource, Role};
pub use policies::{OwnPolicy, Policies, PolicyError};
pub use schema::{INSTALLATION, schema};
