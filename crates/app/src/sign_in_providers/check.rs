//! Whether settings of a provider can be. Pure.

use super::{ProviderSettings, invalid};
use crate::error::AppError;

/// Longest texts, in characters.
const TEXT_MAX: usize = 1024;

/// The scope that makes it OpenID Connect.
const OPENID: &str = "openid";

/// Whether a text is an `https` address without user name, query and fragment.
fn is_address(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else {
        return false;
    };
    let host = rest.split('/').next().unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_graphic() && !"@?#\\\"<>".contains(c);
    !host.is_empty() && url.len() <= TEXT_MAX && rest.chars().all(is_plain)
}

pub(super) fn issuer(issuer: &str) -> Result<(), AppError> {
    if is_address(issuer) {
        return Ok(());
    }
    let why = "write https://HOST or https://HOST/PATH exactly as the provider writes it, without user name, query and fragment";
    Err(invalid("issuer", why))
}

/// Settings as they are kept.
pub(super) fn settings(mut settings: ProviderSettings) -> Result<ProviderSettings, AppError> {
    let is_filled = |text: &str| {
        !text.is_empty() && text.len() <= TEXT_MAX && !text.chars().any(char::is_control)
    };
    if !is_filled(&settings.client_id) {
        return Err(invalid(
            "client_id",
            "it is the name under which Keyferry is registered",
        ));
    }
    if !is_filled(&settings.name_claim) {
        return Err(invalid(
            "name_claim",
            "it is the name of a claim, such as `preferred_username`",
        ));
    }
    let public_url = settings.public_url.trim_end_matches('/').to_owned();
    let has_path = public_url.trim_start_matches("https://").contains('/');
    if !is_address(&public_url) || has_path {
        let why = "write https://HOST or https://HOST:PORT, as browsers reach Keyferry";
        return Err(invalid("public_url", why));
    }
    settings.public_url = public_url;
    let is_scope = |scope: &String| {
        !scope.is_empty() && scope.len() <= TEXT_MAX && scope.chars().all(|c| c.is_ascii_graphic())
    };
    if settings.scopes.len() > 50 || !settings.scopes.iter().all(is_scope) {
        return Err(invalid("scopes", "a scope is one word of ASCII"));
    }
    if !settings.scopes.iter().any(|scope| scope == OPENID) {
        settings.scopes.insert(0, OPENID.to_owned());
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_an_https_address() {
        for good in [
            "https://id.example",
            "https://id.example:8443/realms/a",
            "https://[::1]:1",
        ] {
            assert!(issuer(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "http://id.example",
            "https://",
            "https:///path",
            "https://me@id.example",
            "https://id.example?x=1",
            "https://id.example#f",
            "https://id.example\\@evil",
            "https://id example",
            "file:///etc/passwd",
            "HTTPS://id.example",
        ] {
            assert!(issuer(bad).is_err(), "{bad}");
        }
    }
}
