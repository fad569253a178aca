//! People.

use keyferry_api::user::{
    CreateUserRequest, GroupLinkView, LeavingView, LeftApprovalView, LeftJobView, LeftRoleView,
    LeftTokenView, MembershipView, UserState, UserView,
};
use keyferry_app::users::{Invitation, Leaving, Membership, Person};
use keyferry_app::{Actor, AppError};
use keyferry_ports::records::User;

use super::access::session_row;
use super::connection::health_view;
use super::export;

/// A person.
pub(crate) fn person(person: Person) -> UserView {
    UserView {
        waits_until: person.waits_until.map(|at| at.to_string()),
        provider: person.provider.map(|name| name.to_string()),
        same_person_as: person.accounts.iter().map(ToString::to_string).collect(),
        ..user(person.user)
    }
}

/// A person of whom nobody tried to guess the password since it was set.
pub(crate) fn user(user: User) -> UserView {
    let state = match (user.offboarded_at, user.is_locked) {
        (Some(_), _) => UserState::Offboarded,
        (None, true) => UserState::Locked,
        (None, false) => UserState::Active,
    };
    let is_on = user.totp.is_some_and(|totp| totp.confirmed_at.is_some());
    UserView {
        id: user.id.to_string(),
        name: user.name.to_string(),
        full_name: user.full_name,
        same_person_as: Vec::new(),
        state,
        must_change_password: user.must_change_password,
        second_factor: is_on,
        recovery_codes_left: user.recovery_codes.len(),
        waits_until: None,
        provider: None,
        created_at: user.created_at.to_string(),
        offboarded_at: user.offboarded_at.map(|at| at.to_string()),
        groups: None,
    }
}

/// A group of a person.
pub(crate) fn membership(found: Membership) -> MembershipView {
    let connections = found.connections.into_iter();
    let connections = connections.map(|(name, health)| GroupLinkView {
        connection: name.to_string(),
        health: health_view(health),
    });
    MembershipView {
        group: found.group.as_ref().map(|group| group.id.to_string()),
        group_name: found.group.map(|group| group.name.to_string()),
        roles: found.roles.iter().map(ToString::to_string).collect(),
        connections: connections.collect(),
    }
}

/// A person with its groups.
pub(crate) fn with_groups(found: Person, groups: Vec<Membership>) -> UserView {
    UserView {
        groups: Some(groups.into_iter().map(membership).collect()),
        ..person(found)
    }
}

/// By which provider a new person comes, if by one.
pub(crate) fn invitation(request: &CreateUserRequest) -> Result<Option<Invitation>, AppError> {
    let invalid = |field, why: &str| AppError::Invalid {
        field,
        why: why.to_owned(),
    };
    match (&request.provider, &request.password) {
        (Some(_), Some(_)) => {
            let why = "whoever comes by a provider has no password here";
            Err(invalid("password", why))
        }
        (Some(provider), None) => Ok(Some(Invitation {
            provider: provider.clone(),
            subject: request.subject.clone(),
        })),
        (None, _) if request.subject.is_some() => {
            Err(invalid("subject", "it goes with a provider"))
        }
        (None, _) => Ok(None),
    }
}

/// A person who leaves.
pub(crate) fn leaving(leaving: Leaving, actor: &Actor) -> LeavingView {
    let sessions = leaving.sessions.into_iter();
    let tokens = leaving.tokens.into_iter().map(|token| LeftTokenView {
        id: token.id.to_string(),
        name: token.name.to_string(),
    });
    let jobs = leaving.jobs.into_iter().map(|job| LeftJobView {
        id: job.id.to_string(),
        title: job.title,
        state: job.state.as_str().to_owned(),
    });
    let roles = leaving.roles.into_iter();
    let roles = roles.map(|(row, group)| LeftRoleView {
        role: row.role.to_string(),
        group: group.map(|name| name.to_string()),
    });
    let approvals = leaving.approvals.into_iter().map(|one| LeftApprovalView {
        id: one.id.to_string(),
        action: one.action,
    });
    let preparations = leaving.preparations.into_iter().map(export::ready);
    LeavingView {
        preparations: preparations.collect(),
        roles: roles.collect(),
        user: person(leaving.person),
        sessions: sessions.map(|one| session_row(one, actor)).collect(),
        tokens: tokens.collect(),
        jobs: jobs.collect(),
        approvals: approvals.collect(),
    }
}
