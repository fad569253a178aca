//! What people and programs may do at all, whatever roles and policies say: people manage keys, applications use them.

use keyferry_authz::PrincipalKind;

use crate::action::Action;

/// Whether principals of a kind may ever do this.
pub(crate) fn may(kind: PrincipalKind, action: Action) -> bool {
    match kind {
        PrincipalKind::Application => action.is_for_applications(),
        PrincipalKind::User => !action.is_use(),
    }
}

/// A policy that forbids what a kind of principal may never do.
pub(super) struct Rule {
    /// Its name, as decisions tell it.
    pub(super) name: &'static str,
    kind: PrincipalKind,
    entity: &'static str,
}

/// One for each kind. Cedar's `forbid` overrides every `permit`, so that neither a role nor a policy of one's own passes it.
pub(super) const RULES: [Rule; 2] = [
    Rule {
        name: "applications-only-use-keys",
        kind: PrincipalKind::Application,
        entity: "Application",
    },
    Rule {
        name: "people-use-no-keys",
        kind: PrincipalKind::User,
        entity: "User",
    },
];

impl Rule {
    /// In Cedar.
    pub(super) fn text(&self) -> String {
        let forbidden = Action::ALL.iter().filter(|row| !may(self.kind, row.0));
        let words: Vec<String> = forbidden
            .map(|row| format!("Keyferry::Action::\"{}\"", row.1))
            .collect();
        let (entity, words) = (self.entity, words.join(", "));
        format!("forbid(principal is Keyferry::{entity}, action in [{words}], resource);")
    }
}
