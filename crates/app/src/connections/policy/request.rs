//! What a person says about the account to be connected, checked before any policy is written.

use keyferry_domain::arn::{Account, Partition, Region};
use keyferry_domain::connection::Tier;

use crate::error::AppError;

/// The name of role or user where none is given.
pub const DEFAULT_NAME: &str = "keyferry";

/// In which form documents come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Bare policies.
    Json,
    /// A Terraform file.
    Terraform,
    /// A CloudFormation template in JSON.
    CloudFormation,
}

impl Format {
    /// Every format with its word.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Json, "json"),
        (Self::Terraform, "terraform"),
        (Self::CloudFormation, "cloudformation"),
    ];

    /// The format that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == word).map(|row| row.0)
    }
}

/// As whom Keyferry comes into the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyIdentity {
    /// A role that another identity assumes.
    Role {
        /// What the trust policy asks for; 2 to 1,224 characters.
        external_id: String,
        /// Who may assume it: the ARN of a user or role, or an account id for everybody whom that account allows.
        trusted_principal: String,
    },
    /// An IAM user with an access key, which may rotate its own access key.
    User,
    /// A role for the tokens of an OpenID provider.
    WebIdentity {
        /// The provider's address without `https://`, such as `oidc.eks.eu-central-1.amazonaws.com/id/1234`.
        provider: String,
        /// The `aud` that tokens must carry.
        audience: String,
        /// The `sub` that tokens must carry.
        subject: String,
    },
}

/// What documents are wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRequest {
    /// How far the rights go.
    pub tier: Tier,
    /// In which form.
    pub format: Format,
    /// Which account; `None` leaves a placeholder.
    pub account: Option<Account>,
    /// The partition of the account.
    pub partition: Partition,
    /// Regions outside of which every KMS call is denied; empty denies none.
    pub regions: Vec<Region>,
    /// The name of role or user; [`DEFAULT_NAME`] is usual.
    pub name: String,
    /// As whom.
    pub identity: PolicyIdentity,
    /// Whether multi-Region keys are wanted, which need a service-linked role.
    pub multi_region: bool,
    /// Whether KMS keys whose material AWS makes are wanted.
    pub native: bool,
    /// Whether grants shall be given and retired, to anybody but ourselves.
    pub grants: bool,
}

impl PolicyRequest {
    /// Refuses what AWS would refuse.
    ///
    /// # Source
    ///
    /// IAM API, `CreateRole`: names; STS API, `AssumeRole`, `ExternalId`.
    pub(super) fn check(&self) -> Result<(), AppError> {
        let in_partition = |account: &Account| account.partition == self.partition;
        if !self.account.as_ref().is_none_or(in_partition) {
            return Err(invalid("account", "is in another AWS partition"));
        }
        let is_ours = |region: &Region| Partition::of_region(region) == self.partition;
        if let Some(region) = self.regions.iter().find(|region| !is_ours(region)) {
            let why = format!("{region} is not in the partition {}", self.partition);
            return Err(invalid("regions", &why));
        }
        if self.grants && self.tier < Tier::Full {
            return Err(invalid("grants", "can be given with the tier `full` only"));
        }
        check_text("name", &self.name, 1..=64, "+=,.@-_")?;
        match &self.identity {
            PolicyIdentity::Role { external_id, .. } => {
                check_text("external id", external_id, 2..=1224, "+=,.@:/-_")
            }
            PolicyIdentity::User => Ok(()),
            PolicyIdentity::WebIdentity {
                provider,
                audience,
                subject,
            } => {
                check_text("provider", provider, 1..=255, "./-_:")?;
                check_text("audience", audience, 1..=255, "./-_:@")?;
                check_text("subject", subject, 1..=255, "./-_:@|*")
            }
        }
    }
}

/// ASCII letters and digits, and the other characters given.
fn check_text(
    field: &'static str,
    text: &str,
    length: std::ops::RangeInclusive<usize>,
    others: &str,
) -> Result<(), AppError> {
    let fits = |found: char| found.is_ascii_alphanumeric() || others.contains(found);
    if !length.contains(&text.len()) {
        let (least, most) = (length.start(), length.end());
        return Err(invalid(
            field,
            &format!("must have {least} to {most} characters"),
        ));
    }
    match text.chars().find(|&found| !fits(found)) {
        Some(found) => Err(invalid(field, &format!("must not contain {found:?}"))),
        None => Ok(()),
    }
}

pub(super) fn invalid(field: &'static str, why: &str) -> AppError {
    AppError::Invalid {
        field,
        why: why.to_owned(),
    }
}
