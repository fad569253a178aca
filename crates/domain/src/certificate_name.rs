//! Names in TLS client certificates by which applications are known.

use std::fmt;
use std::str::FromStr;

/// The longest name, in bytes.
pub const CERTIFICATE_NAME_MAX: usize = 1024;

/// One name of a certificate: its whole subject, or one subject alternative name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CertificateName {
    /// A DNS name, in small letters.
    Dns(String),
    /// A mail address; what follows the `@` in small letters.
    Email(String),
    /// The whole subject as RFC 4514 writes it: the last part first, parted by commas without blanks.
    Subject(String),
    /// A URI, such as a SPIFFE id.
    Uri(String),
}

/// The text is no name of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no name of a certificate: {why}")]
pub struct NotACertificateName {
    /// The text, cut to 100 characters.
    pub text: String,
    /// In a few words.
    pub why: &'static str,
}

impl CertificateName {
    /// A DNS name, however it is written.
    pub fn dns(text: &str) -> Self {
        Self::Dns(text.trim_end_matches('.').to_ascii_lowercase())
    }

    /// A mail address, however its host is written.
    pub fn email(text: &str) -> Self {
        Self::Email(match text.rsplit_once('@') {
            Some((mailbox, host)) => format!("{mailbox}@{}", host.to_ascii_lowercase()),
            None => text.to_owned(),
        })
    }

    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Dns(text) => ("dns", text),
            Self::Email(text) => ("email", text),
            Self::Subject(text) => ("subject", text),
            Self::Uri(text) => ("uri", text),
        }
    }

    fn refusal(&self) -> Option<&'static str> {
        let (_, text) = self.parts();
        if text.is_empty() || text.chars().any(char::is_control) {
            return Some("it is empty or has control characters");
        }
        if text.len() > CERTIFICATE_NAME_MAX {
            return Some("it has more than 1,024 bytes");
        }
        match self {
            Self::Dns(text) if text.contains('*') => Some("a wildcard is no name of one program"),
            Self::Dns(text) if text.chars().any(char::is_whitespace) => {
                Some("a DNS name has no blanks")
            }
            Self::Email(text) if !text.contains('@') => Some("a mail address has an @"),
            Self::Subject(text) if !text.contains('=') => {
                Some("a subject is written like CN=billing,O=Example")
            }
            Self::Uri(text) if !text.contains(':') => Some("a URI begins with a scheme"),
            _ => None,
        }
    }
}

impl fmt::Display for CertificateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, text) = self.parts();
        write!(f, "{kind}:{text}")
    }
}

impl FromStr for CertificateName {
    type Err = NotACertificateName;

    fn from_str(text: &str) -> Result<Self, NotACertificateName> {
        let refuse = |why| NotACertificateName {
            text: text.chars().take(100).collect(),
            why,
        };
        let (kind, name) = text.split_once(':').unwrap_or_default();
        let name = match kind {
            "dns" => Self::dns(name),
            "email" => Self::email(name),
            "subject" => Self::Subject(name.to_owned()),
            "uri" => Self::Uri(name.to_owned()),
            _ => return Err(refuse("it begins with subject:, dns:, email: or uri:")),
        };
        match name.refusal() {
            None => Ok(name),
            Some(why) => Err(refuse(why)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back_and_hosts_are_compared_in_small_letters() {
        for (text, written) in [
            ("dns:Billing.Example.COM.", "dns:billing.example.com"),
            ("email:Jobs@Example.COM", "email:Jobs@example.com"),
            (
                "subject:CN=Billing,O=Example",
                "subject:CN=Billing,O=Example",
            ),
            (
                "uri:spiffe://example.org/Billing",
                "uri:spiffe://example.org/Billing",
            ),
        ] {
            let name: CertificateName = text.parse().unwrap();
            assert_eq!(name.to_string(), written);
            assert_eq!(written.parse(), Ok(name));
        }
    }

    #[test]
    fn what_could_stand_for_more_than_one_program_or_for_none_is_refused() {
        for text in [
            "billing",
            "dns:",
            "dns:*.example.com",
            "dns:two names",
            "email:nobody",
            "subject:billing",
            "uri:nothing",
            "ip:10.0.0.1",
            "subject:CN=a\nb",
        ] {
            assert!(text.parse::<CertificateName>().is_err(), "{text:?}");
        }
    }
}
