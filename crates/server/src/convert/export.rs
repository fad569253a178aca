//! What is prepared to be taken out, and what is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_api::export::{DownloadView, PreparationView, PrepareRequest, TakeQuery};
use keyferry_app::AppError;
use keyferry_app::exports::{Downloaded, Prepare, Ready};
use keyferry_domain::preparation::{Preparation, Prepared};

/// How something shall be taken.
pub(crate) fn prepare(request: PrepareRequest) -> Prepare {
    Prepare {
        public_key: request.public_key,
        hours: request.hours,
        reason: request.reason,
    }
}

/// The SHA-256 of the public key that somebody expects.
///
/// # Errors
///
/// [`AppError::Invalid`] where it is none.
pub(crate) fn fingerprint(query: &TakeQuery) -> Result<Option<[u8; 32]>, AppError> {
    let Some(text) = &query.public_key_sha256 else {
        return Ok(None);
    };
    let mut bytes = [0; 32];
    match hex::decode_to_slice(text, &mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(_) => Err(AppError::Invalid {
            field: "public_key_sha256",
            why: "it is a SHA-256 in 64 hexadecimal digits".to_owned(),
        }),
    }
}

/// What is prepared.
pub(crate) fn ready(ready: Ready) -> PreparationView {
    view(ready.row, ready.name)
}

fn view(row: Preparation, name: String) -> PreparationView {
    let (kind, key, version) = match row.what {
        Prepared::Version(key, number) => ("key-version", Some(key), Some(number.get())),
        Prepared::Group(_) => ("group", None, None),
    };
    PreparationView {
        id: row.id.to_string(),
        kind: kind.to_owned(),
        name,
        key: key.map(|id| id.to_string()),
        version,
        group: row.group.to_string(),
        prepared_by: row.preparer_name.to_string(),
        public_key_sha256: hex::encode(row.fingerprint),
        reason: row.reason,
        created_at: row.created_at.to_string(),
        expires_at: row.expires_at.to_string(),
    }
}

/// What leaves.
pub(crate) fn downloaded(found: Downloaded) -> DownloadView {
    DownloadView {
        preparation: view(found.row, found.key.name.to_string()),
        spec: found.key.spec.name().to_owned(),
        wrapping: found.wrapping.as_str().to_owned(),
        wrapped: found.wrapped.map(|bytes| STANDARD.encode(bytes)),
    }
}
