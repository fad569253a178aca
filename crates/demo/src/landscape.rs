//! The simulated accounts: who is in them, and what Keyferry may do there.

use std::fmt;

use keyferry_app::AppError;
use keyferry_app::connections::policy::{
    DEFAULT_NAME, Document, DocumentKind, Format, PolicyIdentity, PolicyRequest, documents,
};
use keyferry_domain::arn::{Account, Partition};
use keyferry_domain::connection::Tier;
use kms_sim::{RoleSpec, SetupError, Simulator};
use serde::{Deserialize, Serialize};

use crate::error::DemoError;

/// The account behind the connection `production`, reached by an access key.
pub const PRODUCTION: &str = "111122223333";
/// The account behind the connection `staging`, reached by a role.
pub const STAGING: &str = "444455556666";
/// The Regions of the sample connections, default first.
pub const REGIONS: &[&str] = &["eu-central-1", "us-east-1"];
/// The IAM user that Keyferry is, with the rights that `keyferry connection policy` prints.
pub const KEYFERRY_USER: &str = DEFAULT_NAME;
/// An IAM user who may do everything, and is not Keyferry.
pub const OTHER_USER: &str = "platform-admin";
/// The role that Keyferry assumes in the account `staging`.
pub const ROLE_NAME: &str = DEFAULT_NAME;
/// The external id that its trust policy asks for.
pub const ROLE_EXTERNAL_ID: &str = "keyferry-demo-staging";

const PEOPLE: &[(&str, &str)] = &[
    (PRODUCTION, "alice"),
    (PRODUCTION, "bob"),
    (STAGING, "carol"),
];
const APPLICATIONS: &[(&str, &str)] = &[
    (PRODUCTION, "payments-app"),
    (PRODUCTION, "reporting-app"),
    (STAGING, "payments-app"),
];
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const EC2_TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
    "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// An access key of a simulated user. It opens nothing but the simulator.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAccessKey {
    /// The account.
    pub account: String,
    /// The IAM user.
    pub user: String,
    /// Public half.
    pub access_key_id: String,
    /// Secret half.
    pub secret_access_key: String,
}

impl fmt::Debug for KeptAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptAccessKey({} of {})", self.access_key_id, self.user)
    }
}

/// Makes the accounts. Answers the access keys of the users who have one.
pub(crate) fn settle(simulator: &Simulator) -> Result<Vec<KeptAccessKey>, DemoError> {
    simulator.create_account(PRODUCTION)?;
    simulator.create_account(STAGING)?;
    let mut keys = Vec::new();
    for account in [PRODUCTION, STAGING] {
        let mut policies = keyferry_user_policies(account)?;
        if account == PRODUCTION {
            policies.extend(policy(&staging_role()?, DocumentKind::BaseIdentity));
        }
        let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
        simulator.create_user(account, KEYFERRY_USER, &policies)?;
        simulator.create_user(account, OTHER_USER, &[EVERYTHING])?;
        keys.push(access_key(simulator, account, KEYFERRY_USER)?);
        keys.push(access_key(simulator, account, OTHER_USER)?);
    }
    make_staging_role(simulator)?;
    for (account, name) in PEOPLE {
        simulator.create_user(account, name, &[])?;
    }
    for (account, name) in APPLICATIONS {
        let role = RoleSpec {
            name,
            trust_policy: EC2_TRUST,
            policies: &[],
            max_session_seconds: 3600,
        };
        simulator.create_role(account, &role)?;
    }
    Ok(keys)
}

fn access_key(
    simulator: &Simulator,
    account: &str,
    user: &str,
) -> Result<KeptAccessKey, SetupError> {
    let key = simulator.create_access_key(account, Some(user))?;
    Ok(KeptAccessKey {
        account: account.to_owned(),
        user: user.to_owned(),
        access_key_id: key.id,
        secret_access_key: key.secret,
    })
}

fn make_staging_role(simulator: &Simulator) -> Result<(), DemoError> {
    let paperwork = staging_role()?;
    let trust = policy(&paperwork, DocumentKind::Trust).unwrap_or_default();
    let permissions = policy(&paperwork, DocumentKind::Permissions).unwrap_or_default();
    let role = RoleSpec {
        name: ROLE_NAME,
        trust_policy: &trust,
        policies: &[&permissions],
        max_session_seconds: 3600,
    };
    Ok(simulator.create_role(STAGING, &role)?)
}

/// What a person would set up in AWS, by Keyferry's own paperwork.
fn paperwork(account: &str, identity: PolicyIdentity) -> Result<Vec<Document>, DemoError> {
    let prepare = || -> Result<Vec<Document>, AppError> {
        documents(&PolicyRequest {
            tier: Tier::Full,
            format: Format::Json,
            account: Some(Account {
                partition: Partition::Aws,
                id: account.parse()?,
            }),
            partition: Partition::Aws,
            regions: Vec::new(),
            name: DEFAULT_NAME.to_owned(),
            identity,
            multi_region: true,
            native: true,
            grants: true,
        })
    };
    prepare().map_err(DemoError::app("the IAM policies could not be written"))
}

fn keyferry_user_policies(account: &str) -> Result<Vec<String>, DemoError> {
    let paperwork = paperwork(account, PolicyIdentity::User)?;
    Ok(policy(&paperwork, DocumentKind::Permissions)
        .into_iter()
        .collect())
}

fn staging_role() -> Result<Vec<Document>, DemoError> {
    let identity = PolicyIdentity::Role {
        external_id: ROLE_EXTERNAL_ID.to_owned(),
        trusted_principal: format!("arn:aws:iam::{PRODUCTION}:user/{KEYFERRY_USER}"),
    };
    paperwork(STAGING, identity)
}

fn policy(paperwork: &[Document], kind: DocumentKind) -> Option<String> {
    paperwork
        .iter()
        .find(|document| document.kind == kind)
        .map(|document| document.text.clone())
}
