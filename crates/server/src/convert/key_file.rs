//! Key files on their way in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_api::key::ImportKeyRequest;
use keyferry_api::kms_key::{self as api, ImportKmsKeyRequest, KmsKeySettings};
use keyferry_api::secret::Secret;
use keyferry_app::AppError;
use keyferry_app::key_import::{ImportAs, MaterialFile};
use keyferry_app::keys::CreateKey;
use keyferry_app::kms_keys::{FileOfKey, ImportInto, ImportKmsKey, KeepCopy};
use keyferry_domain::key_file::{KeyFileFormat, KeyFileWrapping};
use keyferry_domain::spec::KeySpec;
use keyferry_ports::secret::SecretBytes;
use zeroize::Zeroizing;

use super::key::operations;
use super::kms_key::properties;

/// What requests say of a file.
struct Sent {
    bytes: Secret,
    format: Option<String>,
    spec: Option<String>,
    wrapped_by: Option<String>,
    wrapping: Option<String>,
}

impl Sent {
    fn read(self) -> Result<MaterialFile, AppError> {
        Ok(MaterialFile {
            bytes: bytes(&self.bytes)?,
            format: format(self.format.as_deref())?,
            spec: self.spec.map(|text| text.parse()).transpose()?,
            wrapped: wrapped(self.wrapped_by, self.wrapping.as_deref())?,
        })
    }
}

/// A file that goes into a KMS key.
pub(crate) fn import_kms_key(request: ImportKmsKeyRequest) -> Result<ImportKmsKey, AppError> {
    let sent = Sent {
        bytes: request.file,
        format: request.format,
        spec: request.spec,
        wrapped_by: request.wrapped_by,
        wrapping: request.wrapping,
    };
    let file = sent.read()?;
    let key = CreateKey {
        description: request.settings.description.clone().unwrap_or_default(),
        active_versions_max: request.active_versions_max,
        permitted: request.permitted_operations.map(operations).transpose()?,
        exportable: request.exportable,
        ..CreateKey::called(request.name.parse()?, file.spec.unwrap_or(KeySpec::Aes256))
    };
    let keep = match request.keep {
        None | Some(api::KeepCopy::Copy) => KeepCopy::Always,
        Some(api::KeepCopy::None) => KeepCopy::UntilImported,
    };
    let into = match request.into {
        None => ImportInto::New(Box::new(properties(request.settings)?)),
        Some(kms_key) if request.settings == KmsKeySettings::default() => {
            ImportInto::Existing(kms_key)
        }
        Some(_) => {
            return Err(invalid(
                "settings",
                "a KMS key that is there stays as it is: change it by an update",
            ));
        }
    };
    Ok(ImportKmsKey {
        keystore: request.keystore,
        file: FileOfKey { file, key, keep },
        into,
    })
}

/// What to make of a file, and the file.
pub(crate) fn import(request: ImportKeyRequest) -> Result<(ImportAs, MaterialFile), AppError> {
    let sent = Sent {
        bytes: request.file,
        format: request.format,
        spec: request.spec,
        wrapped_by: request.wrapped_by,
        wrapping: request.wrapping,
    };
    let file = sent.read()?;
    let wanted = match (request.name, request.new_version_of) {
        (Some(name), None) => ImportAs::NewKey(Box::new(CreateKey {
            group: request.group,
            description: request.description.unwrap_or_default(),
            active_versions_max: request.active_versions_max,
            permitted: request.permitted_operations.map(operations).transpose()?,
            exportable: request.exportable,
            ..CreateKey::called(name.parse()?, file.spec.unwrap_or(KeySpec::Aes256))
        })),
        (None, Some(key)) => ImportAs::VersionOf(key),
        _ => {
            return Err(invalid(
                "name",
                "give either the name of a new key or the key whose next version it becomes",
            ));
        }
    };
    Ok((wanted, file))
}

/// Every buffer is overwritten: that of the digits with the request, those of the bytes here and when they were read.
fn bytes(file: &Secret) -> Result<SecretBytes, AppError> {
    let mut buffer = Zeroizing::new(vec![0; file.expose().len()]);
    let length = STANDARD.decode_slice(file.expose(), &mut buffer).ok();
    length
        .and_then(|length| buffer.get(..length))
        .map(|bytes| SecretBytes::new(bytes.into()))
        .ok_or_else(|| invalid("file", "it is no base64"))
}

fn format(word: Option<&str>) -> Result<KeyFileFormat, AppError> {
    let Some(word) = word else {
        return Ok(KeyFileFormat::Auto);
    };
    KeyFileFormat::from_word(word)
        .ok_or_else(|| invalid("format", "choose auto, raw, base64, hex or pem"))
}

fn wrapped(
    key: Option<String>,
    wrapping: Option<&str>,
) -> Result<Option<(String, KeyFileWrapping)>, AppError> {
    match (key, wrapping) {
        (None, None) => Ok(None),
        (Some(key), Some(word)) => KeyFileWrapping::from_word(word)
            .map(|wrapping| Some((key, wrapping)))
            .ok_or_else(|| {
                invalid(
                    "wrapping",
                    "choose aes-kwp, rsa-oaep-sha-256 or rsa-aes-key-wrap-sha-256",
                )
            }),
        _ => Err(invalid(
            "wrapping",
            "the key that wraps and the way of wrapping go together",
        )),
    }
}

fn invalid(field: &'static str, why: &str) -> AppError {
    AppError::Invalid {
        field,
        why: why.to_owned(),
    }
}
