//! People.

use keyferry_api::user::{
    LeavingView, LeftApprovalView, LeftJobView, LeftTokenView, UserState, UserView,
};
use keyferry_app::Actor;
use keyferry_app::users::{Leaving, Person};
use keyferry_ports::records::User;

use super::access::session_row;

/// A person.
pub(crate) fn person(person: Person) -> UserView {
    UserView {
        waits_until: person.waits_until.map(|at| at.to_string()),
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
        state,
        must_change_password: user.must_change_password,
        second_factor: is_on,
        recovery_codes_left: user.recovery_codes.len(),
        waits_until: None,
        created_at: user.created_at.to_string(),
        offboarded_at: user.offboarded_at.map(|at| at.to_string()),
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
    let approvals = leaving.approvals.into_iter().map(|one| LeftApprovalView {
        id: one.id.to_string(),
        action: one.action,
    });
    LeavingView {
        user: person(leaving.person),
        sessions: sessions.map(|one| session_row(one, actor)).collect(),
        tokens: tokens.collect(),
        jobs: jobs.collect(),
        approvals: approvals.collect(),
    }
}
