//! Roles, and who has them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::page::page;

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoleView {
    /// Its name.
    pub name: String,
    /// Where it is given: `group` or `installation`.
    pub scope: String,
    /// The words of what it allows.
    pub actions: Vec<String>,
    /// The roles that nobody has beside it.
    pub excludes: Vec<String>,
}

/// Gives a role.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveRoleRequest {
    /// The role's name.
    pub role: String,
    /// Id or name of the person; `application/` and id or name of an application.
    pub user: String,
    /// Id or name of the group; none for a role of the installation.
    pub group: Option<String>,
}

/// That somebody has a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssignmentView {
    /// Identity.
    pub id: String,
    /// The role's name.
    pub role: String,
    /// Who has it: `user/` or `application/` and the id.
    pub holder: String,
    /// The holder's name, while there is one.
    pub user: Option<String>,
    /// The group's id; none for the installation.
    pub group: Option<String>,
    /// The group's name.
    pub group_name: Option<String>,
    /// Who gave it.
    pub given_by: String,
    /// When.
    #[schema(format = DateTime)]
    pub given_at: String,
}

page! {
    /// All roles, by name.
    RolePage of RoleView
}

page! {
    /// Who has which role, by role, group and holder.
    AssignmentPage of AssignmentView
}
