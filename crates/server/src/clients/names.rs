//! The names in a certificate: its subject as RFC 4514 writes it, and its alternative names.

use keyferry_domain::certificate_name::CertificateName;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// Attributes that have short names: those of RFC 4514, section 3, and two that OpenSSL writes too.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.3", "CN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
];

/// All names that may stand for an application. A name that cannot is left out; bytes that are no certificate have none.
pub(super) fn names_in(der: &[u8]) -> Vec<CertificateName> {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return Vec::new();
    };
    let subject = subject_text(certificate.subject()).map(|text| format!("subject:{text}"));
    let mut texts: Vec<String> = subject.into_iter().collect();
    if let Ok(Some(found)) = certificate.subject_alternative_name() {
        let names = found.value.general_names.iter();
        texts.extend(names.filter_map(|name| match name {
            GeneralName::DNSName(text) => Some(format!("dns:{text}")),
            GeneralName::RFC822Name(text) => Some(format!("email:{text}")),
            GeneralName::URI(text) => Some(format!("uri:{text}")),
            _ => None,
        }));
    }
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

/// `None` where a part has no short name or is no text: such a subject stands for nobody.
fn subject_text(subject: &X509Name<'_>) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in subject.iter_rdn() {
        let values: Option<Vec<String>> = part.iter().map(attribute).collect();
        parts.push(values?.join("+"));
    }
    parts.reverse();
    (!parts.is_empty()).then(|| parts.join(","))
}

fn attribute(value: &AttributeTypeAndValue<'_>) -> Option<String> {
    let kind = value.attr_type().to_id_string();
    let (_, short) = SHORT_NAMES.iter().find(|row| row.0 == kind)?;
    Some(format!("{short}={}", escaped(value.as_str().ok()?)))
}

/// RFC 4514, section 2.4.
fn escaped(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let mut written = String::with_capacity(text.len());
    for (place, letter) in text.chars().enumerate() {
        let is_edge =
            (place == 0 && matches!(letter, '#' | ' ')) || (place == last && letter == ' ');
        if is_edge || matches!(letter, '"' | '+' | ',' | ';' | '<' | '>' | '\\') {
            written.push('\\');
        }
        written.push(letter);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SanType};

    fn certificate(names: &[(DnType, &str)], alternative: Vec<SanType>) -> Vec<u8> {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = DistinguishedName::new();
        for (kind, text) in names {
            params.distinguished_name.push(kind.clone(), *text);
        }
        params.subject_alt_names = alternative;
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn subject_and_alternative_names_are_read() {
        let der = certificate(
            &[
                (DnType::CountryName, "CH"),
                (DnType::OrganizationName, "Smith, Sons + Co"),
                (DnType::CommonName, "#billing "),
            ],
            vec![
                SanType::DnsName("Billing.Example.com".try_into().unwrap()),
                SanType::DnsName("*.example.com".try_into().unwrap()),
                SanType::URI("spiffe://example.org/billing".try_into().unwrap()),
                SanType::Rfc822Name("jobs@Example.com".try_into().unwrap()),
            ],
        );

        let found: Vec<String> = names_in(&der).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                r"subject:CN=\#billing\ ,O=Smith\, Sons \+ Co,C=CH",
                "dns:billing.example.com",
                "uri:spiffe://example.org/billing",
                "email:jobs@example.com",
            ]
        );
    }

    #[test]
    fn a_subject_with_an_unknown_part_and_what_is_no_certificate_have_no_names() {
        let strange = DnType::CustomDnType(vec![1, 2, 3, 4]);
        let der = certificate(&[(DnType::CommonName, "a"), (strange, "b")], Vec::new());

        assert_eq!(names_in(&der), []);
        assert_eq!(names_in(b"no certificate"), []);
    }
}
