//! Signature Version 4, checked the way AWS does.
//!
//! Source: IAM User Guide, "AWS Signature Version 4 for API requests" and "Create a signed AWS API
//! request".

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;

use crate::clock::{Micros, parse_amz_date};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A request as it is signed: method, path and query as sent, headers in any order.
#[derive(Clone, Copy, Debug)]
pub struct SignedRequest<'a> {
    /// `POST`
    pub method: &'a str,
    /// `/`, percent-encoded as sent.
    pub path: &'a str,
    /// Without the question mark, percent-encoded as sent.
    pub query: &'a str,
    /// Names in any case, values as sent.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
}

/// An `Authorization` header, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// `AKIA…` or `ASIA…`
    pub access_key_id: String,
    /// `20260131`
    pub date: String,
    /// The scope's Region.
    pub region: String,
    /// The scope's service.
    pub service: String,
    /// Lower-case names, sorted.
    pub signed_headers: Vec<String>,
    /// 64 hex digits.
    pub signature: String,
}

impl Authorization {
    /// Reads the header; `None` when a part is missing.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let fields = header.strip_prefix(ALGORITHM)?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for field in fields.split(',') {
            match field.trim().split_once('=')? {
                ("Credential", value) => credential = Some(value),
                ("SignedHeaders", value) => signed_headers = Some(value),
                ("Signature", value) => signature = Some(value),
                _ => return None,
            }
        }
        let mut scope = credential?.split('/');
        let authorization = Authorization {
            access_key_id: scope.next()?.to_owned(),
            date: scope.next()?.to_owned(),
            region: scope.next()?.to_owned(),
            service: scope.next()?.to_owned(),
            signed_headers: signed_headers?.split(';').map(str::to_owned).collect(),
            signature: signature?.to_owned(),
        };
        let terminated = scope.next() == Some("aws4_request") && scope.next().is_none();
        terminated.then_some(authorization)
    }

    /// Whether the signature is the one that `secret` makes. Needs an `X-Amz-Date` of the scope's
    /// day, `Host` among the signed headers, and no unsigned `X-Amz-*` header.
    #[must_use]
    pub fn verify(&self, request: &SignedRequest<'_>, secret: &str) -> bool {
        let Some(stamp) = header(request.headers, "x-amz-date") else {
            return false;
        };
        if !stamp.starts_with(&self.date) || !self.covers(request.headers) {
            return false;
        }
        let wanted = signature(
            request,
            &self.signed_headers,
            &stamp,
            (&self.region, &self.service),
            secret,
        );
        aws_lc_rs::constant_time::verify_slices_are_equal(
            wanted.as_bytes(),
            self.signature.as_bytes(),
        )
        .is_ok()
    }

    fn covers(&self, headers: &[(String, String)]) -> bool {
        let signed = |name: &str| self.signed_headers.iter().any(|signed| signed == name);
        signed("host")
            && headers
                .iter()
                .map(|(name, _)| name.to_ascii_lowercase())
                .all(|name| !name.starts_with("x-amz-") || signed(&name))
    }
}

/// When the request says it was signed.
#[must_use]
pub fn signed_at(headers: &[(String, String)]) -> Option<Micros> {
    parse_amz_date(&header(headers, "x-amz-date")?)
}

/// The `Authorization` header for a request whose `X-Amz-Date` header is `stamp`; signs all
/// headers given.
#[must_use]
pub fn authorization_header(
    request: &SignedRequest<'_>,
    stamp: &str,
    scope: (&str, &str),
    credentials: (&str, &str),
) -> String {
    let mut names: Vec<String> = request
        .headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    names.sort();
    names.dedup();
    let (region, service) = scope;
    let (id, secret) = credentials;
    let signature = signature(request, &names, stamp, scope, secret);
    let date = stamp.get(..8).unwrap_or_default();
    format!(
        "{ALGORITHM} Credential={id}/{date}/{region}/{service}/aws4_request, \
         SignedHeaders={}, Signature={signature}",
        names.join(";")
    )
}

fn signature(
    request: &SignedRequest<'_>,
    signed_headers: &[String],
    stamp: &str,
    scope: (&str, &str),
    secret: &str,
) -> String {
    let (region, service) = scope;
    let date = stamp.get(..8).unwrap_or_default();
    let canonical = canonical_request(request, signed_headers);
    let to_sign = format!(
        "{ALGORITHM}\n{stamp}\n{date}/{region}/{service}/aws4_request\n{}",
        sha256_hex(canonical.as_bytes())
    );
    let mut key = mac(format!("AWS4{secret}").as_bytes(), date);
    for part in [region, service, "aws4_request"] {
        key = mac(&key, part);
    }
    hex::encode(mac(&key, &to_sign))
}

fn canonical_request(request: &SignedRequest<'_>, signed_headers: &[String]) -> String {
    let headers: String = signed_headers
        .iter()
        .map(|name| {
            let value = header(request.headers, name).unwrap_or_default();
            format!("{name}:{value}\n")
        })
        .collect();
    format!(
        "{}\n{}\n{}\n{headers}\n{}\n{}",
        request.method,
        canonical_path(request.path),
        canonical_query(request.query),
        signed_headers.join(";"),
        sha256_hex(request.body)
    )
}

/// All services but S3 encode the path, as sent, once more.
fn canonical_path(path: &str) -> String {
    if path.is_empty() {
        return "/".to_owned();
    }
    encode(path.as_bytes(), true)
}

fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let again = |text: &str| encode(&percent_decode(text, false), false);
            (again(name), again(value))
        })
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// All values of a header, trimmed, inner spaces collapsed, joined by commas.
fn header(headers: &[(String, String)], name: &str) -> Option<String> {
    let values: Vec<String> = headers
        .iter()
        .filter(|(held, _)| held.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn encode(bytes: &[u8], keep_slash: bool) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(*byte));
            }
            b'/' if keep_slash => text.push('/'),
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

/// Undoes percent-encoding; in forms a plus sign is a space.
pub(crate) fn percent_decode(text: &str, plus_is_space: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(if plus_is_space && first == b'+' {
                    b' '
                } else {
                    first
                });
                rest = after;
            }
        }
    }
    bytes
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes))
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}
