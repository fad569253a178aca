//! Cryptographic operations: Encrypt, Decrypt, GenerateDataKey, MACs and signatures.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cx::{Accepts, Cx};
use super::grants::dry_run;
use crate::args::{Args, to_base64};
use crate::crypto::blob;
use crate::crypto::sign::{self, Message};
use crate::error::AwsError;
use crate::names::{KeyRef, kms_arn};
use crate::policy::conditions::Context;
use crate::specs::KeySpec;
use crate::state::key::LastUse;

/// Longest plaintext of Encrypt, message of Sign and of GenerateMac.
const MESSAGE_MAX: usize = 4096;

/// Longest ciphertext, signature and MAC.
const CIPHERTEXT_MAX: usize = 6144;

fn encryption_context(args: Args<'_>) -> Result<BTreeMap<String, String>, AwsError> {
    let mut context = BTreeMap::new();
    for (name, value) in args.object("EncryptionContext").into_iter().flatten() {
        let value = value.as_str().ok_or_else(|| {
            AwsError::new(
                "SerializationException",
                "EncryptionContext can not be converted to MAP",
            )
        })?;
        context.insert(name.clone(), value.to_owned());
    }
    Ok(context)
}

fn facts(context: &BTreeMap<String, String>) -> Context {
    let mut facts = Context::default();
    for (name, value) in context {
        facts.set(&format!("kms:EncryptionContext:{name}"), &**value);
    }
    facts
}

/// Opens the key for `usage` and answers its spec.
fn open(
    cx: &mut Cx<'_>,
    args: Args<'_>,
    usage: &str,
    facts: Context,
) -> Result<(KeyRef, KeySpec), AwsError> {
    let key = cx.open_with(args, Accepts::ANY, facts)?;
    let spec = check_usage(cx, &key, usage)?;
    Ok((key, spec))
}

fn check_usage(cx: &Cx<'_>, key: &KeyRef, usage: &str) -> Result<KeySpec, AwsError> {
    let held = cx.world.key(key)?;
    if held.usage == usage {
        return Ok(held.spec);
    }
    Err(AwsError::new(
        "InvalidKeyUsageException",
        format!(
            "{} key usage is {} which is not valid for {}.",
            key.arn(),
            held.usage,
            cx.operation
        ),
    ))
}

/// The id and the bytes of the current material.
fn current(cx: &Cx<'_>, key: &KeyRef) -> Result<(String, Vec<u8>), AwsError> {
    let (held, lineage) = cx.world.key_and_lineage(key)?;
    let id = lineage.current.clone().unwrap_or_default();
    let loaded = held.loaded.get(&id).ok_or_else(|| pending_import(key))?;
    Ok((id, loaded.bytes.clone()))
}

fn pending_import(key: &KeyRef) -> AwsError {
    AwsError::invalid_state(format!("{} is pending import.", key.arn()))
}

fn internal() -> AwsError {
    AwsError::new(
        "KMSInternalException",
        "The operation could not be completed.",
    )
}

/// Refuses a dry run, then remembers the use.
fn used(cx: &mut Cx<'_>, args: Args<'_>, key: &KeyRef) -> Result<(), AwsError> {
    dry_run(args)?;
    let last = LastUse {
        operation: cx.operation.clone(),
        at: cx.now,
        request_id: cx.request_id.clone(),
        event_id: cx.world.rng.uuid(),
    };
    cx.world.key_mut(key)?.last_use = Some(last);
    Ok(())
}

fn algorithm<'a>(
    cx: &Cx<'_>,
    args: Args<'a>,
    name: &str,
    key: &KeyRef,
    default: Option<&'a str>,
) -> Result<&'a str, AwsError> {
    let wanted = args
        .text(name)?
        .or(default)
        .ok_or_else(|| AwsError::missing(name))?;
    let held = cx.world.key(key)?;
    let (_, allowed) = held.spec.algorithms(&held.usage);
    if allowed.iter().any(|allowed| allowed == wanted) {
        return Ok(wanted);
    }
    Err(AwsError::new(
        "InvalidKeyUsageException",
        format!(
            "Algorithm {wanted} is incompatible with key spec {}.",
            held.spec.name()
        ),
    ))
}

pub(crate) fn encrypt(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let plaintext = args.required_blob("Plaintext", MESSAGE_MAX)?;
    let context = encryption_context(args)?;
    let (key, spec) = open(cx, args, "ENCRYPT_DECRYPT", facts(&context))?;
    let default = Some("SYMMETRIC_DEFAULT");
    let algorithm = algorithm(cx, args, "EncryptionAlgorithm", &key, default)?;
    let (id, material) = current(cx, &key)?;
    used(cx, args, &key)?;
    let ciphertext = if spec.is_symmetric() {
        let owner = (key.account.as_str(), key.id.as_str());
        blob::seal(
            owner,
            &id,
            &material,
            &plaintext,
            &context,
            &mut cx.world.rng,
        )
        .ok_or_else(internal)?
    } else {
        sign::rsa_encrypt(algorithm, &material, &plaintext).ok_or_else(|| {
            AwsError::validation("Plaintext is too long for the algorithm and the key.")
        })?
    };
    Ok(json!({
        "CiphertextBlob": to_base64(&ciphertext),
        "KeyId": key.arn(),
        "EncryptionAlgorithm": algorithm,
    }))
}

fn invalid_ciphertext() -> AwsError {
    AwsError::new("InvalidCiphertextException", "")
}

pub(crate) fn decrypt(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let ciphertext = args.required_blob("CiphertextBlob", CIPHERTEXT_MAX)?;
    if args
        .text("EncryptionAlgorithm")?
        .unwrap_or("SYMMETRIC_DEFAULT")
        != "SYMMETRIC_DEFAULT"
    {
        return decrypt_rsa(cx, args, &ciphertext);
    }
    let context = encryption_context(args)?;
    let sealed = blob::parse(&ciphertext).ok_or_else(invalid_ciphertext)?;
    let named = match args.text("KeyId")? {
        Some(_) => open(cx, args, "ENCRYPT_DECRYPT", facts(&context))?.0,
        None => {
            // The blob names its key; a replica in this Region serves as well.
            let arn = kms_arn(
                &cx.region,
                sealed.account,
                &format!("key/{}", sealed.key_id),
            );
            let key = cx.resolve(&arn, Accepts::ANY)?;
            cx.authorise_key("kms:Decrypt", &key, facts(&context))?;
            cx.check_state(&key)?;
            cx.note.key = Some(key.clone());
            key
        }
    };
    if named.id != sealed.key_id || named.account != sealed.account {
        return Err(AwsError::new(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        ));
    }
    let held = cx.world.key(&named)?;
    let loaded = held
        .loaded
        .get(&sealed.material_id)
        .ok_or_else(|| pending_import(&named))?;
    let plaintext = sealed
        .open(&loaded.bytes, &context)
        .ok_or_else(invalid_ciphertext)?;
    used(cx, args, &named)?;
    Ok(json!({
        "KeyId": named.arn(),
        "Plaintext": to_base64(&plaintext),
        "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "KeyMaterialId": sealed.material_id,
    }))
}

fn decrypt_rsa(cx: &mut Cx<'_>, args: Args<'_>, ciphertext: &[u8]) -> Result<Value, AwsError> {
    let (key, _) = open(cx, args, "ENCRYPT_DECRYPT", Context::default())?;
    let algorithm = algorithm(cx, args, "EncryptionAlgorithm", &key, None)?;
    let (_, material) = current(cx, &key)?;
    used(cx, args, &key)?;
    let plaintext =
        sign::rsa_decrypt(algorithm, &material, ciphertext).ok_or_else(invalid_ciphertext)?;
    Ok(json!({
        "KeyId": key.arn(),
        "Plaintext": to_base64(&plaintext),
        "EncryptionAlgorithm": algorithm,
    }))
}

pub(crate) fn generate_data_key(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let spec = args.one_of("KeySpec", &["AES_256", "AES_128"])?;
    let bytes = args.bounded("NumberOfBytes", 1, 1024)?;
    let length = match (spec, bytes) {
        (Some("AES_256"), None) => 32,
        (Some(_), None) => 16,
        (None, Some(bytes)) => usize::try_from(bytes).unwrap_or(1),
        _ => {
            return Err(AwsError::validation(
                "Please specify either number of bytes or key spec.",
            ));
        }
    };
    let context = encryption_context(args)?;
    let (key, held) = open(cx, args, "ENCRYPT_DECRYPT", facts(&context))?;
    if !held.is_symmetric() {
        return Err(AwsError::new(
            "InvalidKeyUsageException",
            format!("{} is not a symmetric encryption key.", key.arn()),
        ));
    }
    let (id, material) = current(cx, &key)?;
    used(cx, args, &key)?;
    let mut plaintext = vec![0; length];
    cx.world.rng.fill(&mut plaintext);
    let owner = (key.account.as_str(), key.id.as_str());
    let ciphertext = blob::seal(
        owner,
        &id,
        &material,
        &plaintext,
        &context,
        &mut cx.world.rng,
    )
    .ok_or_else(internal)?;
    Ok(json!({
        "CiphertextBlob": to_base64(&ciphertext),
        "Plaintext": to_base64(&plaintext),
        "KeyId": key.arn(),
        "KeyMaterialId": id,
    }))
}

/// Key, algorithm and MAC of a message.
fn mac<'a>(cx: &mut Cx<'_>, args: Args<'a>) -> Result<(KeyRef, &'a str, Vec<u8>), AwsError> {
    let message = args.required_blob("Message", MESSAGE_MAX)?;
    let (key, spec) = open(cx, args, "GENERATE_VERIFY_MAC", Context::default())?;
    let algorithm = algorithm(cx, args, "MacAlgorithm", &key, None)?;
    let (_, material) = current(cx, &key)?;
    let KeySpec::Hmac(bits) = spec else {
        return Err(internal());
    };
    used(cx, args, &key)?;
    Ok((key, algorithm, sign::mac(bits, &material, &message)))
}

pub(crate) fn generate_mac(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let (key, algorithm, mac) = mac(cx, args)?;
    Ok(json!({
        "KeyId": key.arn(),
        "Mac": to_base64(&mac),
        "MacAlgorithm": algorithm,
    }))
}

pub(crate) fn verify_mac(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let given = args.required_blob("Mac", CIPHERTEXT_MAX)?;
    let (key, algorithm, mac) = mac(cx, args)?;
    if given != mac {
        return Err(AwsError::new("KMSInvalidMacException", ""));
    }
    Ok(json!({
        "KeyId": key.arn(),
        "MacAlgorithm": algorithm,
        "MacValid": true,
    }))
}

/// A signing request: key, spec, algorithm, material, and the message with its type.
struct Signing<'a> {
    key: KeyRef,
    spec: KeySpec,
    algorithm: &'a str,
    material: Vec<u8>,
    message: Vec<u8>,
    digest: bool,
}

impl Signing<'_> {
    fn message(&self) -> Message<'_> {
        if self.digest {
            Message::Digest(&self.message)
        } else {
            Message::Raw(&self.message)
        }
    }
}

fn signing<'a>(cx: &mut Cx<'_>, args: Args<'a>) -> Result<Signing<'a>, AwsError> {
    let message = args.required_blob("Message", MESSAGE_MAX)?;
    let kind = args
        .one_of("MessageType", &["RAW", "DIGEST", "EXTERNAL_MU"])?
        .unwrap_or("RAW");
    let mut facts = Context::default();
    facts.set("kms:MessageType", kind);
    let (key, spec) = open(cx, args, "SIGN_VERIFY", facts)?;
    let algorithm = algorithm(cx, args, "SigningAlgorithm", &key, None)?;
    let (_, material) = current(cx, &key)?;
    if kind == "EXTERNAL_MU" || algorithm == "ED25519_PH_SHA_512" {
        return Err(AwsError::unsupported(format!(
            "{algorithm} with message type {kind} is not simulated."
        )));
    }
    used(cx, args, &key)?;
    Ok(Signing {
        key,
        spec,
        algorithm,
        material,
        message,
        digest: kind == "DIGEST",
    })
}

fn bad_digest() -> AwsError {
    AwsError::validation("Digest is invalid length for algorithm.")
}

pub(crate) fn sign(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let request = signing(cx, args)?;
    let signature = sign::sign(
        request.spec,
        request.algorithm,
        &request.material,
        request.message(),
    )
    .ok_or_else(bad_digest)?;
    Ok(json!({
        "KeyId": request.key.arn(),
        "Signature": to_base64(&signature),
        "SigningAlgorithm": request.algorithm,
    }))
}

pub(crate) fn verify(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let signature = args.required_blob("Signature", CIPHERTEXT_MAX)?;
    let request = signing(cx, args)?;
    let valid = sign::verify(
        request.spec,
        request.algorithm,
        &request.material,
        request.message(),
        &signature,
    )
    .ok_or_else(bad_digest)?;
    if !valid {
        return Err(AwsError::new("KMSInvalidSignatureException", ""));
    }
    Ok(json!({
        "KeyId": request.key.arn(),
        "SignatureValid": true,
        "SigningAlgorithm": request.algorithm,
    }))
}

/// The bucket of a cryptographic call, by the key it names.
pub(crate) fn bucket(cx: &mut Cx<'_>, args: Args<'_>) -> &'static str {
    let named = args.text("KeyId").ok().flatten();
    named
        .and_then(|id| cx.resolve(id, Accepts::ANY).ok())
        .and_then(|key| cx.world.find_key(&key).map(|key| key.spec.crypto_bucket()))
        .unwrap_or("CryptographicSymmetric")
}
