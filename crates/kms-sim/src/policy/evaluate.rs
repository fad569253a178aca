//! Deciding whether a request is allowed.
//!
//! Source: IAM User Guide, "Policy evaluation logic"; AWS KMS Developer Guide, "Key policies in AWS
//! KMS" and "Default key policy" (the account's delegation to IAM).

use super::conditions::Context;
use super::document::{Document, Principals, Statement};
use super::principal::{Principal, PrincipalKind};

/// A request to be decided.
pub(crate) struct Request<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) context: &'a Context,
}

/// What one kind of policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Silent,
    Allow,
    Deny,
}

/// The outcome of all policies together, with the reason AWS names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allowed,
    Denied(&'static str),
}

const IDENTITY_DENY: Decision =
    Decision::Denied("with an explicit deny in an identity-based policy");
const RESOURCE_DENY: Decision =
    Decision::Denied("with an explicit deny in a resource-based policy");
const SESSION_DENY: Decision = Decision::Denied("with an explicit deny in a session policy");

/// What identity-based policies say. The root user needs none.
pub(crate) fn identity_verdict(policies: &[&Document], request: &Request<'_>) -> Verdict {
    let mut verdict = if request.principal.is_root() {
        Verdict::Allow
    } else {
        Verdict::Silent
    };
    for statement in policies.iter().flat_map(|policy| policy.statements()) {
        let resource = statement
            .resources
            .as_ref()
            .is_some_and(|resources| resources.fits(request.resource, request.context));
        if resource && applies(statement, request) {
            if !statement.allows {
                return Verdict::Deny;
            }
            verdict = Verdict::Allow;
        }
    }
    verdict
}

/// Requests that only IAM decides: no resource has a policy of its own.
pub(crate) fn decide_identity(policies: &[&Document], request: &Request<'_>) -> Decision {
    match (
        session_verdict(request),
        identity_verdict(policies, request),
    ) {
        (Verdict::Deny, _) => SESSION_DENY,
        (_, Verdict::Deny) => IDENTITY_DENY,
        (Verdict::Silent, _) => Decision::Denied("because no session policy allows"),
        (_, Verdict::Silent) => Decision::Denied("because no identity-based policy allows"),
        (Verdict::Allow, Verdict::Allow) => Decision::Allowed,
    }
}

/// Requests on a resource with a policy: a KMS key, or a role to be assumed.
///
/// In the resource's own account it is enough that its policy names the caller; where it names
/// only the account, an identity-based policy must allow too. Callers of other accounts need both.
pub(crate) fn decide_resource(
    resource_policy: &Document,
    resource_account: &str,
    policies: &[&Document],
    request: &Request<'_>,
) -> Decision {
    let mut named = false;
    let mut delegated = false;
    for statement in resource_policy.statements() {
        let resource = statement
            .resources
            .as_ref()
            .is_none_or(|resources| resources.fits(request.resource, request.context));
        if !resource || !applies(statement, request) {
            continue;
        }
        let reach = statement
            .principals
            .as_ref()
            .map_or(Reach::Nobody, |principals| {
                reach(principals, request.principal)
            });
        match (reach, statement.allows) {
            (Reach::Nobody, _) => {}
            (_, false) => return RESOURCE_DENY,
            (Reach::Named, true) => named = true,
            (Reach::Account, true) => delegated = true,
        }
    }
    let session = session_verdict(request);
    let identity = identity_verdict(policies, request);
    if session == Verdict::Deny {
        return SESSION_DENY;
    }
    if identity == Verdict::Deny {
        return IDENTITY_DENY;
    }
    let own_account = request.principal.account == resource_account;
    if session == Verdict::Silent {
        return Decision::Denied("because no session policy allows");
    }
    match (named, delegated) {
        (true, _) if own_account => Decision::Allowed,
        (false, false) => Decision::Denied("because no resource-based policy allows"),
        _ if identity == Verdict::Allow => Decision::Allowed,
        _ => Decision::Denied("because no identity-based policy allows"),
    }
}

fn session_verdict(request: &Request<'_>) -> Verdict {
    match request.principal.session_policy() {
        None => Verdict::Allow,
        Some(policy) => identity_verdict(&[policy], request),
    }
}

fn applies(statement: &Statement, request: &Request<'_>) -> bool {
    statement
        .actions
        .as_ref()
        .is_some_and(|actions| actions.fits_action(request.action))
        && statement
            .conditions
            .iter()
            .all(|condition| condition.holds(request.context))
}

/// How far a statement's principals reach a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Nobody,
    /// The account is named; IAM decides for its users and roles.
    Account,
    /// The caller, the caller's role, or everybody is named.
    Named,
}

fn reach(principals: &Principals, caller: &Principal) -> Reach {
    let reached = principals
        .values
        .iter()
        .map(|(kind, value)| reach_of(kind, value, caller))
        .fold(Reach::Nobody, |best, one| match (best, one) {
            (Reach::Named, _) | (_, Reach::Named) => Reach::Named,
            (Reach::Account, _) | (_, Reach::Account) => Reach::Account,
            _ => Reach::Nobody,
        });
    match (principals.negated, reached) {
        (false, reached) => reached,
        (true, Reach::Nobody) => Reach::Named,
        (true, _) => Reach::Nobody,
    }
}

fn reach_of(kind: &str, value: &str, caller: &Principal) -> Reach {
    if kind != "AWS" || caller.kind == PrincipalKind::Anonymous {
        return Reach::Nobody;
    }
    if value == caller.account || is_root_of(value, caller) {
        return if caller.is_root() {
            Reach::Named
        } else {
            Reach::Account
        };
    }
    if value == "*" || value == caller.arn() || value == caller.policy_arn() {
        return Reach::Named;
    }
    Reach::Nobody
}

/// Whether an ARN is that of the root user of the caller's account.
fn is_root_of(arn: &str, caller: &Principal) -> bool {
    let rest = arn
        .strip_prefix("arn:")
        .and_then(|rest| rest.strip_prefix(&*caller.partition))
        .and_then(|rest| rest.strip_prefix(":iam::"))
        .and_then(|rest| rest.strip_prefix(&*caller.account));
    rest == Some(":root")
}
