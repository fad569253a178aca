//! Answers are checked: partition, Region, account and key of every ARN that comes back equal what was asked.

use keyferry_domain::arn::{Account, KmsKeyArn, Partition, Region};
use keyferry_ports::aws::CallFailure;

/// Whether `found`, an ARN or a bare key id, is the key that was asked.
pub(crate) fn same_key(
    operation: &'static str,
    asked: &KmsKeyArn,
    found: &str,
) -> Result<(), CallFailure> {
    let is_same = match found.starts_with("arn:") {
        true => found == asked.to_string(),
        false => found == asked.key_id(),
    };
    if is_same {
        Ok(())
    } else {
        Err(wrong(operation, found, asked))
    }
}

/// Reads the ARN of a key whose id nobody knew before, and checks all else.
pub(crate) fn key_in(
    operation: &'static str,
    account: &Account,
    region: &Region,
    found: &str,
) -> Result<KmsKeyArn, CallFailure> {
    let asked = || format!("a key in {account} {region}");
    let arn: KmsKeyArn = found
        .parse()
        .map_err(|_| wrong(operation, found, asked()))?;
    if arn.account() != *account || arn.region() != region {
        return Err(wrong(operation, found, asked()));
    }
    Ok(arn)
}

/// Whether an ARN of IAM or STS is in the account that was asked.
pub(crate) fn in_account(
    operation: &'static str,
    account: &Account,
    found: &str,
) -> Result<(), CallFailure> {
    let mut parts = found.splitn(6, ':').skip(1);
    let partition = parts.next().and_then(|text| text.parse::<Partition>().ok());
    let id = parts.nth(2);
    if partition == Some(account.partition) && id == Some(account.id.as_str()) {
        Ok(())
    } else {
        Err(wrong(operation, found, format!("something in {account}")))
    }
}

/// The failure for an answer about something else.
pub(crate) fn wrong(
    operation: &'static str,
    found: impl std::fmt::Display,
    asked: impl std::fmt::Display,
) -> CallFailure {
    let found: String = found.to_string().chars().take(300).collect();
    CallFailure::WrongAnswer {
        operation,
        found,
        asked: asked.to_string(),
    }
}
