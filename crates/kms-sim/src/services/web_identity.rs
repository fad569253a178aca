//! AWS STS: AssumeRoleWithWebIdentity, for RS256 tokens of issuers that the account knows.
//!
//! Source: AWS STS API Reference, AssumeRoleWithWebIdentity; IAM User Guide, "Available keys for
//! AWS OIDC federation".

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::sts::{denied, open_session, wanted};
use crate::args::Args;
use crate::clock::SECOND;
use crate::error::AwsError;
use crate::ops::cx::Cx;
use crate::policy::conditions::Context;
use crate::policy::document::Document;

const TOKEN_MAX: usize = 20_000;

fn bad_token(why: &str) -> AwsError {
    AwsError::new("InvalidIdentityToken", why)
}

pub(crate) fn assume(cx: &mut Cx<'_>, args: Args<'_>) -> Result<Value, AwsError> {
    let token = args
        .sized("WebIdentityToken", 4, TOKEN_MAX)?
        .ok_or_else(|| AwsError::missing("WebIdentityToken"))?;
    let wanted = wanted(cx, args)?;
    let (claims, signed, signature) =
        split(token).ok_or_else(|| bad_token("The ID Token provided is not a valid JWT."))?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let issuer = text("iss").trim_start_matches("https://").to_owned();
    let subject = text("sub").to_owned();
    let audiences = audiences(&claims);
    let provider = cx
        .world
        .accounts
        .get(&wanted.account)
        .and_then(|account| account.iam.providers.get(&issuer))
        .ok_or_else(|| {
            bad_token("No OpenIDConnect provider found in your account for the issuer")
        })?;
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &provider.public_key);
    if key.verify(signed.as_bytes(), &signature).is_err() {
        return Err(bad_token(
            "Couldn't retrieve verification key from your identity provider",
        ));
    }
    let known = audiences
        .iter()
        .any(|audience| provider.audiences.contains(audience));
    if !known {
        return Err(bad_token("Incorrect token audience"));
    }
    let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or(0);
    if expires * SECOND <= cx.now {
        return Err(AwsError::new(
            "ExpiredTokenException",
            "Token expired: current date/time must be before the expiration date/time",
        ));
    }
    let mut context = Context::default();
    context.set_all(&format!("{issuer}:aud"), audiences.clone());
    context.set(&format!("{issuer}:sub"), &*subject);
    context.set("sts:RoleSessionName", wanted.session_name);
    let provider_arn = format!(
        "arn:{}:iam::{}:oidc-provider/{issuer}",
        cx.principal.partition, wanted.account
    );
    if !trusts(&wanted.role.trust, &provider_arn, &context) {
        return Err(denied(cx, wanted.role_arn));
    }
    let mut answer = open_session(cx, wanted);
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("SubjectFromWebIdentityToken".to_owned(), json!(subject));
        answer.insert("Provider".to_owned(), json!(provider_arn));
        let audience = audiences.first().cloned().unwrap_or_default();
        answer.insert("Audience".to_owned(), json!(audience));
    }
    Ok(answer)
}

/// Claims, signed text and signature of a JWT signed with RS256.
fn split(token: &str) -> Option<(Value, &str, Vec<u8>)> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let header: Value = serde_json::from_slice(&decode(header)?).ok()?;
    if header.get("alg").and_then(Value::as_str) != Some("RS256") {
        return None;
    }
    let claims = serde_json::from_slice(&decode(payload)?).ok()?;
    Some((claims, signed, decode(signature)?))
}

fn audiences(claims: &Value) -> Vec<String> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether a trust policy lets the provider's tokens in.
fn trusts(trust: &Document, provider_arn: &str, context: &Context) -> bool {
    let mut trusted = false;
    for statement in trust.statements() {
        let named = statement.principals.as_ref().is_some_and(|principals| {
            !principals.negated
                && principals
                    .values
                    .iter()
                    .any(|(kind, value)| kind == "Federated" && value == provider_arn)
        });
        let applies = named
            && statement
                .actions
                .as_ref()
                .is_some_and(|actions| actions.fits_action("sts:AssumeRoleWithWebIdentity"))
            && statement
                .conditions
                .iter()
                .all(|condition| condition.holds(context));
        if applies && !statement.allows {
            return false;
        }
        trusted |= applies;
    }
    trusted
}
