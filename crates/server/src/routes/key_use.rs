//! Using keys, as applications do.

use axum::extract::State;
use axum::response::Response;
use keyferry_api::key_use::{
    DecryptRequest, DecryptedView, EncryptRequest, EncryptedView, KmsDecryptRequest,
    KmsDecryptedView, KmsEncryptRequest, KmsEncryptedView, MacRequest, MacView, SignRequest,
    SignedView, UnwrapRequest, UnwrappedView, VerifiedView, VerifyRequest, WrapRequest,
    WrappedView,
};

use crate::convert::key_use::{self, secret_text, text, used};
use crate::http::extract::{By, Input, Selector};
use crate::http::problem::Refused;
use crate::http::reply;
use crate::state::ServerState;

/// The longest message in base64, and room for associated data, a signature and the other fields.
pub(crate) const BODY_BYTES_MAX: usize = 128 * 1024;

pub(crate) async fn encrypt(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(key): Selector,
    Input(body): Input<EncryptRequest>,
) -> Result<Response, Refused> {
    let data = key_use::data(&body)?;
    let made = state.app.key_uses.encrypt(&actor, &key, data).await?;
    Ok(reply::ok(EncryptedView {
        ciphertext: text(&made.bytes),
        used: used(&made.by),
    }))
}

pub(crate) async fn decrypt(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(key): Selector,
    Input(body): Input<DecryptRequest>,
) -> Result<Response, Refused> {
    let data = key_use::ciphertext(&body)?;
    let opened = state.app.key_uses.decrypt(&actor, &key, data).await?;
    Ok(reply::ok(DecryptedView {
        plaintext: secret_text(&opened.plaintext),
        used: used(&opened.by),
    }))
}

pub(crate) async fn mac(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(key): Selector,
    Input(body): Input<MacRequest>,
) -> Result<Response, Refused> {
    let message = key_use::mac(&body)?;
    let made = state.app.key_uses.mac(&actor, &key, message).await?;
    Ok(reply::ok(MacView {
        mac: text(&made.bytes),
        used: used(&made.by),
    }))
}

pub(crate) async fn sign(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(key): Selector,
    Input(body): Input<SignRequest>,
) -> Result<Response, Refused> {
    let message = key_use::sign(&body)?;
    let made = state.app.key_uses.sign(&actor, &key, message).await?;
    Ok(reply::ok(SignedView {
        signature: text(&made.bytes),
        used: used(&made.by),
    }))
}

pub(crate) async fn verify(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(key): Selector,
    Input(body): Input<VerifyRequest>,
) -> Result<Response, Refused> {
    let proof = key_use::proof(&body)?;
    let checked = state.app.key_uses.verify(&actor, &key, proof).await?;
    Ok(reply::ok(VerifiedView {
        is_valid: checked.is_valid,
        used: used(&checked.by),
    }))
}

pub(crate) async fn wrap(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(key): Selector,
    Input(body): Input<WrapRequest>,
) -> Result<Response, Refused> {
    let wanted = key_use::to_wrap(&body)?;
    let made = state.app.key_uses.wrap(&actor, &key, wanted).await?;
    Ok(reply::ok(WrappedView {
        wrapped_key: text(&made.bytes),
        used: used(&made.by),
    }))
}

pub(crate) async fn unwrap(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(key): Selector,
    Input(body): Input<UnwrapRequest>,
) -> Result<Response, Refused> {
    let data = key_use::wrapped(&body)?;
    let opened = state.app.key_uses.unwrap(&actor, &key, data).await?;
    Ok(reply::ok(UnwrappedView {
        unwrapped: secret_text(&opened.plaintext),
        used: used(&opened.by),
    }))
}

pub(crate) async fn kms_encrypt(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(kms_key): Selector,
    Input(body): Input<KmsEncryptRequest>,
) -> Result<Response, Refused> {
    let data = key_use::kms_plaintext(body)?;
    let made = state
        .app
        .key_uses
        .kms_encrypt(&actor, &kms_key, data)
        .await?;
    Ok(reply::ok(KmsEncryptedView {
        ciphertext: text(&made.ciphertext),
        kms_key: made.kms_key.to_string(),
    }))
}

pub(crate) async fn kms_decrypt(
    State(state): State<ServerState>,
    By(actor): By,
    Selector(kms_key): Selector,
    Input(body): Input<KmsDecryptRequest>,
) -> Result<Response, Refused> {
    let data = key_use::kms_ciphertext(body)?;
    let opened = state
        .app
        .key_uses
        .kms_decrypt(&actor, &kms_key, data)
        .await?;
    Ok(reply::ok(KmsDecryptedView {
        plaintext: secret_text(&opened.plaintext),
        kms_key: opened.kms_key.to_string(),
    }))
}
