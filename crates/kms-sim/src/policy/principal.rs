//! Who calls.

use serde::{Deserialize, Serialize};

use super::document::Document;

/// An authenticated caller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Principal {
    pub(crate) account: String,
    pub(crate) partition: String,
    pub(crate) kind: PrincipalKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum PrincipalKind {
    Root,
    User {
        name: String,
    },
    Session {
        role: String,
        session_name: String,
        policy: Option<Document>,
    },
    /// Nobody yet: the caller of AssumeRoleWithWebIdentity.
    Anonymous,
}

impl Principal {
    pub(crate) fn root(account: &str, partition: &str) -> Self {
        Principal {
            account: account.to_owned(),
            partition: partition.to_owned(),
            kind: PrincipalKind::Root,
        }
    }

    pub(crate) fn is_root(&self) -> bool {
        self.kind == PrincipalKind::Root
    }

    pub(crate) fn arn(&self) -> String {
        let (service, resource) = match &self.kind {
            PrincipalKind::Root | PrincipalKind::Anonymous => ("iam", "root".to_owned()),
            PrincipalKind::User { name } => ("iam", format!("user/{name}")),
            PrincipalKind::Session {
                role, session_name, ..
            } => ("sts", format!("assumed-role/{role}/{session_name}")),
        };
        format!(
            "arn:{}:{service}::{}:{resource}",
            self.partition, self.account
        )
    }

    /// The ARN that policies mostly name: the role's for a session, else the caller's own.
    pub(crate) fn policy_arn(&self) -> String {
        match &self.kind {
            PrincipalKind::Session { role, .. } => {
                format!("arn:{}:iam::{}:role/{role}", self.partition, self.account)
            }
            _ => self.arn(),
        }
    }

    pub(crate) fn session_name(&self) -> Option<&str> {
        match &self.kind {
            PrincipalKind::Session { session_name, .. } => Some(session_name),
            _ => None,
        }
    }

    pub(crate) fn session_policy(&self) -> Option<&Document> {
        match &self.kind {
            PrincipalKind::Session { policy, .. } => policy.as_ref(),
            _ => None,
        }
    }
}
