//! What a provider tells of itself (OpenID Connect Discovery 1.0). Pure.

use http::Uri;
use keyferry_ports::identity::NotVouchedFor;
use serde::Deserialize;

use crate::unavailable;

/// Where a provider is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// Where browsers are sent.
    pub authorization_endpoint: String,
    /// Where codes are redeemed.
    pub token_endpoint: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Whether the client's secret goes into the body, because no header is taken.
    pub takes_secret_in_body: bool,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// Where an issuer's document is (section 4).
pub fn url_of(issuer: &str) -> String {
    let issuer = issuer.trim_end_matches('/');
    format!("{issuer}/.well-known/openid-configuration")
}

impl Discovery {
    /// Reads the document of an issuer, which must be exactly the one that was asked for (section 4.3).
    ///
    /// # Errors
    ///
    /// [`NotVouchedFor::Unavailable`]
    pub fn read(json: &[u8], issuer: &str) -> Result<Self, NotVouchedFor> {
        let document: Document = serde_json::from_slice(json).map_err(|error| {
            unavailable(format!(
                "the provider's discovery document cannot be read: {error}"
            ))
        })?;
        if document.issuer != issuer {
            return Err(unavailable(
                "the discovery document names another issuer than the one that was asked for",
            ));
        }
        let methods = &document.token_endpoint_auth_methods_supported;
        let has = |name: &str| methods.iter().any(|method| method == name);
        let takes_secret_in_body = !has("client_secret_basic") && has("client_secret_post");
        Ok(Self {
            authorization_endpoint: https(
                document.authorization_endpoint,
                "authorization_endpoint",
            )?,
            token_endpoint: https(document.token_endpoint, "token_endpoint")?,
            jwks_uri: https(document.jwks_uri, "jwks_uri")?,
            takes_secret_in_body,
        })
    }
}

/// Every address is an `https` one, without a user name and without a fragment.
fn https(url: String, what: &str) -> Result<String, NotVouchedFor> {
    let bad = || unavailable(format!("the provider's {what} is no https address"));
    let uri: Uri = url.parse().map_err(|_| bad())?;
    let authority = uri.authority().map_or("", http::uri::Authority::as_str);
    let is_good = uri.scheme_str() == Some("https")
        && uri.host().is_some_and(|host| !host.is_empty())
        && !authority.contains('@')
        && !url.contains('#');
    is_good.then_some(url).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://id.example/realm";

    fn document(issuer: &str, token: &str) -> String {
        format!(
            r#"{{"issuer":"{issuer}","authorization_endpoint":"https://id.example/auth","token_endpoint":"{token}","jwks_uri":"https://id.example/keys"}}"#
        )
    }

    #[test]
    fn the_document_is_at_the_well_known_place() {
        let place = "https://id.example/realm/.well-known/openid-configuration";

        assert_eq!(url_of(ISSUER), place);
        assert_eq!(url_of("https://id.example/realm/"), place);
    }

    #[test]
    fn only_the_issuer_that_was_asked_for_is_believed() {
        let good = document(ISSUER, "https://id.example/token");
        assert!(Discovery::read(good.as_bytes(), ISSUER).is_ok());

        for other in ["https://id.example/realm/", "https://evil.example", ""] {
            let text = document(other, "https://id.example/token");
            assert!(Discovery::read(text.as_bytes(), ISSUER).is_err(), "{other}");
        }
    }

    #[test]
    fn addresses_that_are_no_https_are_refused() {
        for url in [
            "http://id.example/token",
            "ftp://id.example/",
            "https://",
            "https://me@id.example/token",
            "/token",
            "https://id.example/token#x",
            "javascript:alert(1)",
        ] {
            let text = document(ISSUER, url);
            assert!(Discovery::read(text.as_bytes(), ISSUER).is_err(), "{url}");
        }
    }
}
