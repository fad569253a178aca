//! Tries a link: who are we, which Regions answer, which actions are missing. Changes nothing in AWS.

use std::collections::BTreeMap;

use futures::future::join_all;
use keyferry_domain::arn::{Account, Region};
use keyferry_domain::connection::Tier;
use keyferry_ports::aws::{AwsAccount, CallFailure, Caller, Refusal};

use crate::error::AppError;
use crate::link::default_region;

use super::regions::{check_enabled, explain};
use super::tier::{actions_of, missing_of};

/// What verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The account that answered.
    pub account: Account,
    /// Who we are there.
    pub principal: String,
    /// Each Region in use.
    pub regions: Vec<RegionCheck>,
    /// Actions of the tier that the IAM policies do not allow.
    pub missing_actions: Vec<String>,
    /// Why the actions could not be checked, where they could not.
    pub actions_unchecked: Option<String>,
}

/// Whether KMS answers in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionCheck {
    /// Which.
    pub region: Region,
    /// What went wrong there; `None` is well.
    pub problem: Option<String>,
}

/// Tries a link.
pub(crate) async fn verify(
    link: &dyn AwsAccount,
    regions: &[Region],
    tier: Tier,
) -> Result<Verified, AppError> {
    let home = super::regions::home(regions)?;
    let caller = match link.caller().await {
        Ok(caller) => caller,
        Err(failure) => {
            let told = explain(link, home, None, &failure).await;
            let plain = AppError::aws("asking AWS who we are (GetCallerIdentity)");
            return Err(told.unwrap_or_else(|| plain(failure)));
        }
    };
    check_enabled(link, Some(&caller.account), regions).await?;
    let account = &caller.account;
    let checks = join_all(
        regions
            .iter()
            .map(|region| check_region(link, account, region)),
    )
    .await;
    let checked: Vec<RegionCheck> = checks.into_iter().collect::<Result<_, AppError>>()?;
    let region = default_region(regions)?;
    let (missing_actions, actions_unchecked) = missing_actions(link, &caller, region, tier).await;
    Ok(Verified {
        account: caller.account,
        principal: caller.arn,
        regions: checked,
        missing_actions,
        actions_unchecked,
    })
}

/// Lists keys: a refusal for want of rights proves that the Region answers; anything else fails verification.
async fn check_region(
    link: &dyn AwsAccount,
    account: &Account,
    region: &Region,
) -> Result<RegionCheck, AppError> {
    let problem = match link.kms(region).keys(None).await {
        Ok(_) => None,
        Err(CallFailure::Refused {
            refusal: Refusal::AccessDenied,
            ..
        }) => Some("kms:ListKeys is not allowed".to_owned()),
        Err(failure) => {
            let told = explain(link, region, Some(account), &failure).await;
            let plain = AppError::aws(format!("listing KMS keys in {region}"));
            return Err(told.unwrap_or_else(|| plain(failure)));
        }
    };
    Ok(RegionCheck {
        region: region.clone(),
        problem,
    })
}

async fn missing_actions(
    link: &dyn AwsAccount,
    caller: &Caller,
    region: &Region,
    tier: Tier,
) -> (Vec<String>, Option<String>) {
    if caller.arn.ends_with(":root") {
        return (
            Vec::new(),
            Some("the account's root user needs no IAM policy".to_owned()),
        );
    }
    let wanted = actions_of(tier);
    let allowed: Result<BTreeMap<String, bool>, _> = link.allowed(caller, region, &wanted).await;
    match allowed {
        Ok(allowed) => {
            let missing = missing_of(wanted, &allowed);
            (missing, None)
        }
        Err(failure) => (Vec::new(), Some(failure.to_string())),
    }
}
