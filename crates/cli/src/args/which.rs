//! Which KMS keys an operation is about.

use clap::Args;

/// One KMS key, several, or all that match.
#[derive(Clone, Debug, Default, Args)]
pub struct WhichArgs {
    /// Id, name, ARN or alias. Several make one job.
    #[arg(
        value_name = "KMS_KEY",
        required_unless_present = "conditions",
        conflicts_with = "conditions"
    )]
    pub kms_keys: Vec<String>,
    /// Instead: every KMS key that matches, such as keystore=prod, connection=aws, key=billing, region=eu-central-1,
    /// life=ACTIVE, status=AVAILABLE, tag=team=pay, tag=team, name=part. All of them count; `all` is every KMS key.
    #[arg(long = "where", value_name = "NAME=VALUE")]
    pub conditions: Vec<String>,
}

impl WhichArgs {
    /// The KMS key, where it is exactly one that was named.
    pub(crate) fn one(&self) -> Option<&str> {
        match (self.kms_keys.as_slice(), self.conditions.as_slice()) {
            ([one], []) => Some(one),
            _ => None,
        }
    }
}
