//! Copies and their links.

use keyferry_api::key::{CopyKeyRequest, KeyLinkView};
use keyferry_app::AppError;
use keyferry_app::key_copies::CopyToGroup;
use keyferry_app::kms_keys::CopyInto;
use keyferry_domain::key_link::KeyLink;

use super::kms_key::properties;

/// What a request to copy asks for.
pub(crate) enum Copies {
    /// KMS keys.
    IntoKeystores(Vec<CopyInto>),
    /// A key of a group.
    ToGroup(CopyToGroup),
}

/// Which copies to make.
pub(crate) fn copies(request: CopyKeyRequest) -> Result<Copies, AppError> {
    let name = request.name.map(|name| name.parse()).transpose()?;
    match request.group {
        Some(group) if request.keystores.is_empty() => Ok(Copies::ToGroup(CopyToGroup {
            group,
            name,
            exportable: request.exportable,
        })),
        None if name.is_none() && !request.exportable => {
            let into = request.keystores.into_iter().map(|one| {
                Ok(CopyInto {
                    keystore: one.keystore,
                    name: one.name.map(|name| name.parse()).transpose()?,
                    properties: properties(one.settings)?,
                })
            });
            let into: Result<_, AppError> = into.collect();
            Ok(Copies::IntoKeystores(into?))
        }
        _ => Err(AppError::Invalid {
            field: "group",
            why: "give keystores, or a group with what belongs to it, not both".to_owned(),
        }),
    }
}

/// A link.
pub(crate) fn view(link: KeyLink) -> KeyLinkView {
    KeyLinkView {
        kind: link.copy.kind().to_owned(),
        id: link.copy.id(),
        name: link.name.to_string(),
        source: link.source.to_string(),
        version: link.version.get(),
        group: link.group.to_string(),
        into: link.into.to_string(),
        by: link.by,
        at: link.at.to_string(),
    }
}
