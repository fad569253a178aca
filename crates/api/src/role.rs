//! Roles, and who has them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::page::page;

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoleView {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Whether it is always there; the others the installation made for itself.
    #[serde(default)]
    pub built_in: bool,
    /// Where it is given: `group` or `installation`.
    pub scope: String,
    /// The words of what it allows.
    pub actions: Vec<String>,
    /// The roles that nobody has beside it.
    pub excludes: Vec<String>,
    /// Counts changes of a role that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}

/// Makes a role.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRoleRequest {
    /// Unique; case counts. It never changes.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The words of what it allows, of those that built-in roles of groups allow; `role.manage` and `group.update` come by
    /// built-in roles alone.
    pub actions: Vec<String>,
}

/// Changes a role that was made, for everybody who has it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRoleRequest {
    /// What it is for.
    pub description: Option<String>,
    /// The words of all that it allows from now on.
    pub actions: Option<Vec<String>>,
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
