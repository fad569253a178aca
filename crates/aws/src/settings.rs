//! Settings of a link, checked before anything is called.

use std::net::IpAddr;

use http::Uri;
use keyferry_domain::connection::{Endpoint, Identity, LinkSettings, Proxy, RoleToAssume};
use keyferry_ports::aws::BadSettings;
use keyferry_ports::secret::SecretText;

/// Checks all but TLS, which is checked where it is built.
pub(crate) fn check(settings: &LinkSettings<SecretText>, session: &str) -> Result<(), BadSettings> {
    check_endpoint(&settings.endpoint)?;
    if let Some(proxy) = &settings.proxy {
        check_proxy(proxy, &settings.endpoint)?;
    }
    check_session(session)?;
    check_identity(&settings.identity)
}

fn bad(field: &'static str, why: impl Into<String>) -> BadSettings {
    BadSettings {
        field,
        why: why.into(),
    }
}

fn check_endpoint(endpoint: &Endpoint) -> Result<(), BadSettings> {
    const FIELD: &str = "endpoint";
    match endpoint {
        Endpoint::Standard | Endpoint::Fips => Ok(()),
        Endpoint::Vpc { host } => {
            if is_kms_vpc_endpoint(host) {
                Ok(())
            } else {
                let form = "vpce-ID.kms.REGION.vpce.SUFFIX";
                Err(bad(
                    FIELD,
                    format!("`{host}` is no VPC endpoint of KMS ({form})"),
                ))
            }
        }
        Endpoint::Custom { url } => {
            let uri = plain_url(FIELD, url)?;
            match uri.scheme_str() {
                Some("https") => Ok(()),
                Some("http") if uri.host().is_some_and(is_loopback) => Ok(()),
                _ => Err(bad(FIELD, format!("`{url}` must begin with https://"))),
            }
        }
    }
}

/// Whether AWS alone can answer at this host: a VPC interface endpoint of KMS. Names below `vpce-svc-…` belong to
/// customers, and any other host could have a certificate below Amazon's roots (AWS PrivateLink Guide).
fn is_kms_vpc_endpoint(host: &str) -> bool {
    const SUFFIXES: &[&str] = &[
        "amazonaws.com",
        "amazonaws.com.cn",
        "amazonaws.eu",
        "c2s.ic.gov",
        "sc2s.sgov.gov",
        "cloud.adc-e.uk",
        "csp.hci.ic.gov",
    ];
    let labels: Vec<&str> = host.splitn(5, '.').collect();
    let [endpoint, service, region, vpce, suffix] = labels.as_slice() else {
        return false;
    };
    let is_word = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    endpoint.starts_with("vpce-")
        && !endpoint.starts_with("vpce-svc-")
        && is_word(endpoint)
        && matches!(*service, "kms" | "kms-fips")
        && is_word(region)
        && *vpce == "vpce"
        && SUFFIXES.contains(suffix)
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost",
    }
}

/// A URL of scheme, host and port only.
fn plain_url(field: &'static str, url: &str) -> Result<Uri, BadSettings> {
    let uri: Uri = url.parse().map_err(|_| bad(field, "is no URL"))?;
    let authority = uri.authority().ok_or_else(|| bad(field, "has no host"))?;
    if authority.as_str().contains('@') {
        return Err(bad(
            field,
            "holds credentials; they have a setting of their own",
        ));
    }
    if uri.query().is_some() || !matches!(uri.path(), "" | "/") {
        return Err(bad(field, "must have neither path nor query"));
    }
    Ok(uri)
}

fn check_proxy(proxy: &Proxy<SecretText>, endpoint: &Endpoint) -> Result<(), BadSettings> {
    let uri = plain_url("proxy.url", &proxy.url)?;
    if uri.scheme_str() != Some("http") {
        return Err(bad("proxy.url", "must begin with http://"));
    }
    if matches!(endpoint, Endpoint::Custom { url } if url.starts_with("http:")) {
        return Err(bad(
            "proxy.url",
            "cannot be used with an endpoint that has no TLS",
        ));
    }
    if let Some((user, password)) = &proxy.credentials {
        let has_control = |text: &str| text.chars().any(char::is_control);
        if user.contains(':') || has_control(user) || has_control(password.expose()) {
            let why = "must hold no control characters, and the user no colon";
            return Err(bad("proxy.credentials", why));
        }
    }
    Ok(())
}

/// STS API Reference, `AssumeRole`, `RoleSessionName`.
fn check_session(session: &str) -> Result<(), BadSettings> {
    let is_session = (2..=64).contains(&session.len()) && session.bytes().all(is_sts_text);
    if is_session {
        Ok(())
    } else {
        Err(bad(
            "session",
            "must have 2 to 64 letters, digits or _ + = , . @ -",
        ))
    }
}

fn is_sts_text(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte)
}

fn check_identity(identity: &Identity<SecretText>) -> Result<(), BadSettings> {
    match identity {
        Identity::AccessKey {
            access_key_id,
            secret_access_key,
        } => {
            let is_id = (16..=128).contains(&access_key_id.len())
                && access_key_id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if !is_id {
                return Err(bad(
                    "identity.access_key_id",
                    "must have 16 to 128 letters or digits",
                ));
            }
            if secret_access_key.expose().is_empty() {
                return Err(bad("identity.secret_access_key", "is empty"));
            }
            Ok(())
        }
        Identity::AssumeRole { role, base } => {
            check_role(role)?;
            check_identity(base)
        }
        Identity::WebIdentity {
            role_arn,
            token_file,
        } => {
            check_role_arn(role_arn)?;
            match token_file.is_empty() {
                true => Err(bad("identity.token_file", "is empty")),
                false => Ok(()),
            }
        }
        Identity::Host { profile } => match profile.as_deref() {
            Some("") => Err(bad("identity.profile", "is empty")),
            _ => Ok(()),
        },
    }
}

/// STS API Reference, `AssumeRole`, `ExternalId`.
fn check_role(role: &RoleToAssume) -> Result<(), BadSettings> {
    check_role_arn(&role.role_arn)?;
    let Some(id) = &role.external_id else {
        return Ok(());
    };
    let is_id = (2..=1224).contains(&id.len())
        && id
            .bytes()
            .all(|byte| is_sts_text(byte) || b":/\\".contains(&byte));
    if is_id {
        Ok(())
    } else {
        Err(bad(
            "identity.external_id",
            "must have 2 to 1224 letters, digits or _ + = , . @ : / -",
        ))
    }
}

fn check_role_arn(arn: &str) -> Result<(), BadSettings> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let is_role = matches!(
        parts.as_slice(),
        ["arn", _, "iam", "", account, resource]
            if account.len() == 12
                && account.bytes().all(|b| b.is_ascii_digit())
                && resource.strip_prefix("role/").is_some_and(|name| !name.is_empty())
    );
    if is_role {
        Ok(())
    } else {
        Err(bad(
            "identity.role_arn",
            "must look like arn:aws:iam::111122223333:role/NAME",
        ))
    }
}
