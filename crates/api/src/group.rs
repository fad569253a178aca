//! Groups: who owns keys and keystores.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::page::page;

/// Makes a group.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateGroupRequest {
    /// Unique; case counts.
    pub name: String,
    /// Free text.
    #[serde(default)]
    pub description: String,
}

/// Changes a group.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateGroupRequest {
    /// Unique; case counts.
    pub name: Option<String>,
    /// Free text.
    pub description: Option<String>,
}

/// Somebody with roles in a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberView {
    /// Who.
    pub user: String,
    /// Which roles.
    pub roles: Vec<String>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupView {
    /// Identity.
    pub id: String,
    /// Unique; case counts.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Whether it is the default one, which is always there and owns what names no other.
    pub is_default: bool,
    /// When it was made; absent for the default one, which nobody made.
    #[schema(format = DateTime)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// Who has a role there, by name; shown for one group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<MemberView>>,
}

page! {
    /// All groups, the default one first, then by name.
    GroupPage of GroupView
}
