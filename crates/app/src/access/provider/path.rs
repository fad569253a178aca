//! What is made from the browser's secret, and where browsers may be sent. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyferry_ports::secret::SecretText;

use super::hash;
use crate::error::AppError;

/// Longest place to go to afterwards, in bytes.
const PATH_MAX: usize = 1024;

/// SHA-256 of a text in base64url, as PKCE's method S256 wants it.
pub fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(hash(verifier))
}

/// What the provider is promised.
pub(super) fn verifier_of(browser: &SecretText) -> SecretText {
    SecretText::new(challenge_of(&format!("keyferry pkce {}", browser.expose())))
}

/// What the provider's token must repeat.
pub(super) fn nonce_of(browser: &SecretText) -> String {
    challenge_of(&format!("keyferry nonce {}", browser.expose()))
}

/// What a command line promises: a port that people may listen on, and 32 bytes.
pub(super) fn challenge(port: u16, text: &str) -> Result<[u8; 32], AppError> {
    let invalid = |field, why: &str| AppError::Invalid {
        field,
        why: why.to_owned(),
    };
    if port < 1024 {
        return Err(invalid("cli_port", "it is a port from 1024 on"));
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| invalid("cli_challenge", "it is a SHA-256 in base64url"))
}

/// A path of this server: what browsers could take for another host is refused.
pub(super) fn local(path: Option<String>) -> Result<String, AppError> {
    let path = path.unwrap_or_else(|| "/".to_owned());
    let is_plain =
        path.len() <= PATH_MAX && path.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if is_plain && path.starts_with('/') && !path.starts_with("//") {
        return Ok(path);
    }
    Err(AppError::Invalid {
        field: "return_to",
        why: "it is a path here, such as /kms-keys".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

        assert_eq!(
            challenge_of(verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn nonce_and_verifier_are_two_and_tell_neither_each_other_nor_the_secret() {
        let browser = SecretText::new("secret");
        let (nonce, verifier) = (nonce_of(&browser), verifier_of(&browser));

        assert_ne!(nonce, verifier.expose());
        assert_ne!(nonce, challenge_of(verifier.expose()));
        assert_ne!(nonce, nonce_of(&SecretText::new("another")));
        assert_eq!(verifier.expose().len(), 43);
    }

    #[test]
    fn nobody_is_sent_to_another_host() {
        for bad in [
            "",
            "kms-keys",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nSet-Cookie: x",
            "/a b",
            "\t//evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
        ] {
            assert!(local(Some(bad.to_owned())).is_err(), "{bad}");
        }
        assert_eq!(
            local(Some("/kms-keys?q=a#b".to_owned())).unwrap(),
            "/kms-keys?q=a#b"
        );
        assert_eq!(local(None).unwrap(), "/");
    }

    proptest! {
        #[test]
        fn what_is_accepted_leads_to_this_host_as_a_browser_reads_it(path in "[/\\\\:a-z?#.@ \t%]{0,12}") {
            if let Ok(kept) = local(Some(path)) {
                // Browsers drop tabs and line breaks, and read backslashes as slashes.
                let read: String = kept.chars().filter(|c| !"\t\r\n".contains(*c)).collect();
                let read = read.replace('\\', "/");
                prop_assert!(read.starts_with('/') && !read.starts_with("//"));
            }
        }
    }
}
