//! One operation on many KMS keys.

use keyferry_api::bulk::{BulkOperation as ApiOperation, BulkRequest, MatchingRequest};
use keyferry_api::kms_key::{KmsKeyQuery, RetireGrantsRequest};
use keyferry_app::AppError;
use keyferry_app::kms_keys::{Bulk, BulkOperation, GrantChoice, Matching, Selection};
use keyferry_domain::arn::Region;
use keyferry_domain::kms_key::Status;
use keyferry_domain::operation::DELETION_DAYS_DEFAULT;
use keyferry_ports::records::KmsKeyFilter;

use super::{connection, kms_key};

fn invalid(field: &'static str, why: impl Into<String>) -> AppError {
    AppError::Invalid {
        field,
        why: why.into(),
    }
}

/// The part of a selection that lists ask for, too.
pub(crate) fn query(matching: &MatchingRequest) -> KmsKeyQuery {
    KmsKeyQuery {
        keystore: matching.keystore.clone(),
        connection: matching.connection.clone(),
        key: matching.key.clone(),
        life: matching.life.clone(),
        region: matching.region.clone(),
        q: matching.q.clone(),
        limit: None,
        cursor: None,
    }
}

/// What to do to which KMS keys; `filter` is what [`query`] came to.
pub(crate) fn command(request: BulkRequest, filter: KmsKeyFilter) -> Result<Bulk, AppError> {
    let selection = match (&request.kms_keys, &request.matching) {
        (Some(chosen), None) => Selection::Chosen(chosen.clone()),
        (None, Some(matching)) => Selection::Matching(Box::new(Matching {
            filter,
            status: matching.status.as_deref().map(status).transpose()?,
            tags: matching.tags.clone(),
        })),
        _ => {
            let why = "give either `kms_keys` or `matching`";
            return Err(invalid("selection", why));
        }
    };
    Ok(Bulk {
        selection,
        confirmed_count: request.confirm_count,
        operation: operation(request)?,
    })
}

fn operation(request: BulkRequest) -> Result<BulkOperation, AppError> {
    use ApiOperation as Api;
    refuse_stray_parameters(&request)?;
    Ok(match request.operation {
        Api::Activate => BulkOperation::Activate,
        Api::CancelDeletion => BulkOperation::CancelDeletion {
            empty: request.cancel_deletion.and_then(|how| how.empty),
        },
        Api::ChangePrimary => {
            let to = request
                .change_primary
                .ok_or_else(|| needed("change_primary"))?;
            let region = to.region.parse::<Region>()?;
            BulkOperation::ChangePrimary { region }
        }
        Api::CreateGrant => {
            let which = request.create_grant.ok_or_else(|| needed("create_grant"))?;
            BulkOperation::CreateGrant(Box::new(kms_key::create_grant(which)?))
        }
        Api::Deactivate => BulkOperation::Deactivate,
        Api::Disable => BulkOperation::Disable,
        Api::Enable => BulkOperation::Enable,
        Api::Release => BulkOperation::Release,
        Api::RemoveFromCloud => BulkOperation::RemoveFromCloud,
        Api::Replicate => {
            let to = request.replicate.ok_or_else(|| needed("replicate"))?;
            let regions = connection::regions(&to.regions)?;
            BulkOperation::Replicate { regions }
        }
        Api::Restore => BulkOperation::Restore,
        Api::RetireGrants => retire_grants(
            request
                .retire_grants
                .ok_or_else(|| needed("retire_grants"))?,
        )?,
        Api::RevokeGrants => {
            let which = request
                .revoke_grants
                .ok_or_else(|| needed("revoke_grants"))?;
            BulkOperation::RevokeGrants(kms_key::grants(which)?)
        }
        Api::Rotate => {
            let how = request.rotate.ok_or_else(|| needed("rotate"))?;
            BulkOperation::Rotate(kms_key::rotate(&how)?)
        }
        Api::ScheduleDeletion => BulkOperation::ScheduleDeletion {
            days: request
                .schedule_deletion
                .and_then(|how| how.days)
                .unwrap_or(DELETION_DAYS_DEFAULT),
        },
        Api::Synchronize => {
            let how = request.synchronize.unwrap_or_default();
            BulkOperation::Synchronize(kms_key::synchronize(&how))
        }
        Api::Update => {
            let what = request.update.ok_or_else(|| needed("update"))?;
            BulkOperation::Update(Box::new(kms_key::update(what, None)?))
        }
        Api::UploadVersion => BulkOperation::UploadVersion,
    })
}

fn needed(field: &'static str) -> AppError {
    invalid(field, "this operation needs it")
}

fn retire_grants(which: RetireGrantsRequest) -> Result<BulkOperation, AppError> {
    match kms_key::grants_to_retire(which)? {
        GrantChoice::Of(grantee) => Ok(BulkOperation::RetireGrants { grantee }),
        GrantChoice::These(_) | GrantChoice::All => {
            let why = "each KMS key has its own; retire them one by one, or those of one `grantee`";
            Err(invalid("grants", why))
        }
    }
}

/// What is said for another operation was meant otherwise.
fn refuse_stray_parameters(request: &BulkRequest) -> Result<(), AppError> {
    use ApiOperation as Api;
    let given = [
        (
            "cancel_deletion",
            request.cancel_deletion.is_some(),
            Api::CancelDeletion,
        ),
        (
            "change_primary",
            request.change_primary.is_some(),
            Api::ChangePrimary,
        ),
        (
            "create_grant",
            request.create_grant.is_some(),
            Api::CreateGrant,
        ),
        ("replicate", request.replicate.is_some(), Api::Replicate),
        (
            "retire_grants",
            request.retire_grants.is_some(),
            Api::RetireGrants,
        ),
        (
            "revoke_grants",
            request.revoke_grants.is_some(),
            Api::RevokeGrants,
        ),
        ("rotate", request.rotate.is_some(), Api::Rotate),
        (
            "schedule_deletion",
            request.schedule_deletion.is_some(),
            Api::ScheduleDeletion,
        ),
        (
            "synchronize",
            request.synchronize.is_some(),
            Api::Synchronize,
        ),
        ("update", request.update.is_some(), Api::Update),
    ];
    let mut stray = given
        .into_iter()
        .filter(|(_, is_given, of)| *is_given && *of != request.operation);
    match stray.next() {
        Some((field, ..)) => {
            let word = request.operation.as_str();
            Err(invalid(field, format!("it says nothing about `{word}`")))
        }
        None => Ok(()),
    }
}

fn status(word: &str) -> Result<Status, AppError> {
    const ALL: [Status; 7] = [
        Status::Available,
        Status::NotAvailable,
        Status::Disabled,
        Status::PendingDelete,
        Status::Gone,
        Status::NoAccess,
        Status::Provisioning,
    ];
    let found = ALL.into_iter().find(|status| status.as_str() == word);
    found.ok_or_else(|| {
        let known: Vec<&str> = ALL.iter().map(|status| status.as_str()).collect();
        let known = known.join(", ");
        invalid("status", format!("`{word}` is no status; known: {known}"))
    })
}
