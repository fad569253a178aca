//! Keys in the vault and their versions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_api::key::{CreateKeyRequest, KeyVersionView, KeyView};
use keyferry_app::AppError;
use keyferry_app::keys::{CreateKey, KeyWithVersions};
use keyferry_domain::key::{KeyVersion, ManagedKey, MaterialOrigin};
use keyferry_domain::spec::{KeySpec, SpecKind};
use keyferry_domain::version::VersionState;

/// A key to make.
pub(crate) fn create(request: CreateKeyRequest) -> Result<CreateKey, AppError> {
    Ok(CreateKey {
        name: request.name.parse()?,
        spec: request
            .spec
            .map_or(Ok(KeySpec::Aes256), |text| text.parse())?,
        description: request.description,
        active_versions_max: request.active_versions_max,
        exportable: request.exportable,
    })
}

/// What a version may still be used for (NIST SP 800-57 Part 1 Rev. 5, section 7: an active key protects and
/// processes, a suspended or deactivated one only processes what it protected).
fn usage(spec: KeySpec, state: VersionState) -> Vec<String> {
    let (protect, process): (&[&str], &[&str]) = match spec.kind() {
        SpecKind::Symmetric => (&["encrypt"], &["decrypt"]),
        SpecKind::Hmac => (&["generate-mac"], &["verify-mac"]),
        SpecKind::Rsa => (&["encrypt", "sign"], &["decrypt", "verify"]),
        SpecKind::Ecc => (&["sign"], &["verify"]),
    };
    let words = match state {
        VersionState::Active => [protect, process].concat(),
        VersionState::Suspended | VersionState::Deactivated | VersionState::Compromised => {
            process.to_vec()
        }
        VersionState::PreActivation | VersionState::Destroyed => Vec::new(),
    };
    words.into_iter().map(str::to_owned).collect()
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<String> = text
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    )
}

/// A version.
pub(crate) fn version(version: KeyVersion) -> KeyVersionView {
    KeyVersionView {
        number: version.identity.version.get(),
        state: version.state.as_str().to_owned(),
        usage: usage(version.identity.spec, version.state),
        origin: match version.origin {
            MaterialOrigin::Generated => "generated".to_owned(),
            MaterialOrigin::Imported => "imported".to_owned(),
        },
        fingerprint: version.fingerprint.to_string(),
        public_key: version.public_key.as_deref().map(pem),
        created_at: version.created_at.to_string(),
        state_since: version.state_since.to_string(),
    }
}

/// A key without its versions.
pub(crate) fn view(key: ManagedKey) -> KeyView {
    KeyView {
        id: key.id.to_string(),
        name: key.name.to_string(),
        group: key.group.to_string(),
        spec: key.spec.name().to_owned(),
        aws_spec: key.spec.aws_name().to_owned(),
        description: key.description,
        active_versions_max: key.active_versions_max,
        exportable: key.exportable,
        current_version: key.current.get(),
        created_at: key.created_at.to_string(),
        revision: key.revision,
        versions: Vec::new(),
    }
}

/// A key with its versions.
pub(crate) fn with_versions(key: KeyWithVersions) -> KeyView {
    let versions = key.versions.into_iter().map(version).collect();
    KeyView {
        versions,
        ..view(key.key)
    }
}
