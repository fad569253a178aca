//! Binding of KMS keys that are in AWS to keys in the vault.

use keyferry_api::adoption::BindRequest;
use keyferry_api::endpoints as at;

use super::Context;
use super::operation::operate;
use crate::args::BindKmsKeyArgs;
use crate::error::CliError;

pub(crate) async fn run_one(
    context: &mut Context<'_>,
    args: BindKmsKeyArgs,
) -> Result<(), CliError> {
    let request = BindRequest {
        keystore: args.keystore,
        kms_key: args.kms_key,
        key: args.key,
        first_version: args.first_version,
    };
    operate(context, &at::BIND_KMS_KEY, &[], Some(&request), &args.run).await
}
