//! Applications, their API keys, and the names that stand for them.

use std::collections::BTreeSet;

use keyferry_api::application::{
    ApplicationKeyView, ApplicationView, CertificateView, CreateApplicationKeyRequest,
    CreateApplicationRequest, UpdateApplicationRequest,
};
use keyferry_app::applications::{CreateApplication, NewApplicationKey, Owned, UpdateApplication};
use keyferry_app::{AppError, ApplicationError};
use keyferry_domain::certificate_name::CertificateName;
use keyferry_ports::records::{ApplicationCertificate, ApplicationKey};

use super::time;

pub(crate) fn view(found: Owned) -> ApplicationView {
    let Owned { application, group } = found;
    ApplicationView {
        id: application.id.to_string(),
        name: application.name.to_string(),
        description: application.description,
        group: application.group.to_string(),
        group_name: group.to_string(),
        is_locked: application.is_locked,
        created_at: application.created_at.to_string(),
        revision: application.revision,
    }
}

pub(crate) fn create(request: CreateApplicationRequest) -> Result<CreateApplication, AppError> {
    Ok(CreateApplication {
        name: request.name.parse()?,
        description: request.description,
        group: request.group,
    })
}

pub(crate) fn update(
    request: UpdateApplicationRequest,
    revision: Option<u64>,
) -> Result<UpdateApplication, AppError> {
    Ok(UpdateApplication {
        revision,
        name: request.name.map(|name| name.parse()).transpose()?,
        description: request.description,
    })
}

pub(crate) fn new_key(request: CreateApplicationKeyRequest) -> Result<NewApplicationKey, AppError> {
    let zone = request.time_zone.as_deref();
    let end = request.expires_at.as_deref();
    Ok(NewApplicationKey {
        name: request.name.parse()?,
        actions: BTreeSet::from_iter(request.actions),
        keys: request.keys,
        kms_keys: request.kms_keys,
        expires_at: end.map(|text| time::moment(text, zone)).transpose()?,
    })
}

pub(crate) fn key(row: ApplicationKey) -> ApplicationKeyView {
    ApplicationKeyView {
        id: row.id.to_string(),
        name: row.name.to_string(),
        actions: row.scope.actions.into_iter().collect(),
        keys: row.scope.keys.iter().map(ToString::to_string).collect(),
        created_at: row.created_at.to_string(),
        expires_at: row.expires_at.to_string(),
        revoked_at: row.revoked_at.map(|at| at.to_string()),
        replaced_by: row.replaced_by.map(|id| id.to_string()),
    }
}

pub(crate) fn certificate(row: ApplicationCertificate) -> CertificateView {
    CertificateView {
        id: row.id.to_string(),
        name: row.name.to_string(),
        created_at: row.created_at.to_string(),
    }
}

/// A name in certificates from text.
pub(crate) fn certificate_name(text: &str) -> Result<CertificateName, AppError> {
    let read = text.parse::<CertificateName>();
    read.map_err(|error| ApplicationError::from(error).into())
}
