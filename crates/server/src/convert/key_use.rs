//! Using keys: base64 in and out, and nothing of it in an error.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_api::key_use::{
    DecryptRequest, EncryptRequest, KmsDecryptRequest, KmsEncryptRequest, MacRequest, SignRequest,
    UnwrapRequest, UsedView, VerifyRequest, WrapRequest,
};
use keyferry_api::secret::Secret;
use keyferry_app::AppError;
use keyferry_app::key_use::{By, Data, KmsData, Message, Proof, Wrapped, Wrapping};
use keyferry_domain::arn::Region;
use keyferry_domain::key_file::KeyFileWrapping;
use keyferry_domain::key_use::SigningAlgorithm;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::secret::SecretBytes;

pub(crate) fn used(by: &By) -> UsedView {
    UsedView {
        key: by.key.to_string(),
        version: by.version.get(),
        algorithm: by.algorithm.clone(),
        warning: by.warning(),
    }
}

/// Bytes for the wire.
pub(crate) fn text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Secret bytes for the wire.
pub(crate) fn secret_text(bytes: &SecretBytes) -> Secret {
    Secret::new(STANDARD.encode(bytes.expose()))
}

pub(crate) fn data(request: &EncryptRequest) -> Result<Data, AppError> {
    Ok(Data {
        plaintext: secret("plaintext", &request.plaintext)?,
        associated: associated(request.associated_data.as_deref())?,
        version: version(request.version)?,
    })
}

pub(crate) fn ciphertext(request: &DecryptRequest) -> Result<Wrapped, AppError> {
    Ok(Wrapped {
        bytes: bytes("ciphertext", &request.ciphertext)?,
        associated: associated(request.associated_data.as_deref())?,
        version: version(request.version)?,
        wrapping: None,
    })
}

pub(crate) fn mac(request: &MacRequest) -> Result<Message, AppError> {
    Ok(Message {
        message: secret("message", &request.message)?,
        algorithm: None,
        version: version(request.version)?,
    })
}

pub(crate) fn sign(request: &SignRequest) -> Result<Message, AppError> {
    Ok(Message {
        message: secret("message", &request.message)?,
        algorithm: algorithm(request.algorithm.as_deref())?,
        version: version(request.version)?,
    })
}

pub(crate) fn proof(request: &VerifyRequest) -> Result<Proof, AppError> {
    Ok(Proof {
        message: Message {
            message: secret("message", &request.message)?,
            algorithm: algorithm(request.algorithm.as_deref())?,
            version: version(request.version)?,
        },
        proof: bytes("signature", &request.signature)?,
    })
}

pub(crate) fn to_wrap(request: &WrapRequest) -> Result<Wrapping, AppError> {
    Ok(Wrapping {
        key: secret("key", &request.key)?,
        wrapping: wrapping(request.wrapping.as_deref())?,
        version: version(request.version)?,
    })
}

pub(crate) fn wrapped(request: &UnwrapRequest) -> Result<Wrapped, AppError> {
    Ok(Wrapped {
        bytes: bytes("wrapped_key", &request.wrapped_key)?,
        associated: Vec::new(),
        version: version(request.version)?,
        wrapping: wrapping(request.wrapping.as_deref())?,
    })
}

pub(crate) fn kms_plaintext(request: KmsEncryptRequest) -> Result<KmsData, AppError> {
    Ok(KmsData {
        bytes: secret("plaintext", &request.plaintext)?,
        context: request.encryption_context,
        region: region(request.region.as_deref())?,
    })
}

pub(crate) fn kms_ciphertext(request: KmsDecryptRequest) -> Result<KmsData, AppError> {
    let ciphertext = bytes("ciphertext", &request.ciphertext)?;
    Ok(KmsData {
        bytes: SecretBytes::new(ciphertext.into()),
        context: request.encryption_context,
        region: region(request.region.as_deref())?,
    })
}

fn invalid(field: &'static str, why: impl Into<String>) -> AppError {
    AppError::Invalid {
        field,
        why: why.into(),
    }
}

fn bytes(field: &'static str, text: &str) -> Result<Vec<u8>, AppError> {
    let read = STANDARD.decode(text);
    read.map_err(|_| invalid(field, "it is no base64, with + and / and padding"))
}

fn secret(field: &'static str, text: &Secret) -> Result<SecretBytes, AppError> {
    Ok(SecretBytes::new(bytes(field, text.expose())?.into()))
}

fn associated(text: Option<&str>) -> Result<Vec<u8>, AppError> {
    text.map_or(Ok(Vec::new()), |text| bytes("associated_data", text))
}

fn version(number: Option<u32>) -> Result<Option<VersionNumber>, AppError> {
    let known = |number| {
        VersionNumber::new(number).ok_or_else(|| invalid("version", "versions count from 1"))
    };
    number.map(known).transpose()
}

fn algorithm(word: Option<&str>) -> Result<Option<SigningAlgorithm>, AppError> {
    let known = |word: &str| {
        let words: Vec<&str> = SigningAlgorithm::ALL.iter().map(|row| row.1).collect();
        let why = || invalid("algorithm", format!("choose one of {}", words.join(", ")));
        SigningAlgorithm::from_word(word).ok_or_else(why)
    };
    word.map(known).transpose()
}

fn wrapping(word: Option<&str>) -> Result<Option<KeyFileWrapping>, AppError> {
    let known = |word: &str| {
        let words: Vec<&str> = KeyFileWrapping::ALL.iter().map(|row| row.1).collect();
        let why = || invalid("wrapping", format!("choose one of {}", words.join(", ")));
        KeyFileWrapping::from_word(word).ok_or_else(why)
    };
    word.map(known).transpose()
}

fn region(text: Option<&str>) -> Result<Option<Region>, AppError> {
    Ok(text.map(str::parse).transpose()?)
}
