//! Roles, and who has them.

use keyferry_api::role::{AssignmentView, RoleView};
use keyferry_app::AppError;
use keyferry_app::rights::{AnyRole, Assignment, RoleScope};
use keyferry_domain::id::AssignmentId;

pub(crate) fn view(role: AnyRole) -> RoleView {
    let scope = match role.scope() {
        RoleScope::Group => "group",
        RoleScope::Installation => "installation",
    };
    let excludes = role.excludes(&[]).unwrap_or_default();
    let made = match &role {
        AnyRole::Custom(made) => Some(made),
        AnyRole::BuiltIn(_) => None,
    };
    RoleView {
        name: role.name().to_owned(),
        description: made
            .map(|made| made.description.clone())
            .unwrap_or_default(),
        built_in: made.is_none(),
        scope: scope.to_owned(),
        actions: role.actions().into_iter().collect(),
        excludes: excludes.iter().map(ToString::to_string).collect(),
        revision: made.map(|made| made.revision),
    }
}

pub(crate) fn assignment(found: Assignment) -> AssignmentView {
    let Assignment { row, holder, group } = found;
    AssignmentView {
        id: row.id.to_string(),
        role: row.role.to_string(),
        holder: row.holder.to_string(),
        user: holder.map(|name| name.to_string()),
        group: row.group.map(|group| group.to_string()),
        group_name: group.map(|name| name.to_string()),
        given_by: row.given_by,
        given_at: row.given_at.to_string(),
    }
}

/// The id of an assignment; what is none names nothing.
pub(crate) fn assignment_id(text: &str) -> Result<AssignmentId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "role assignment",
        selector: text.to_owned(),
    })
}
