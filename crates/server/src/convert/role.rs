//! Roles, and who has them.

use keyferry_api::role::{AssignmentView, RoleView};
use keyferry_app::AppError;
use keyferry_app::rights::{Assignment, BuiltInRole, RoleScope};
use keyferry_domain::id::AssignmentId;

pub(crate) fn view(role: BuiltInRole) -> RoleView {
    let scope = match role.scope() {
        RoleScope::Group => "group",
        RoleScope::Installation => "installation",
    };
    let excludes = role.excludes().iter();
    RoleView {
        name: role.as_str().to_owned(),
        scope: scope.to_owned(),
        actions: role.actions().into_iter().collect(),
        excludes: excludes.map(|other| other.as_str().to_owned()).collect(),
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

/// The role of that name.
pub(crate) fn named(name: &str) -> Result<BuiltInRole, AppError> {
    BuiltInRole::named(name).ok_or_else(|| AppError::NotFound {
        what: "role",
        selector: name.to_owned(),
    })
}

/// The id of an assignment; what is none names nothing.
pub(crate) fn assignment_id(text: &str) -> Result<AssignmentId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "role assignment",
        selector: text.to_owned(),
    })
}
