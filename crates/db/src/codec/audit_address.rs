//! Where audit entries are sent to.

use keyferry_ports::records::{AuditAddress, Records};
use serde::{Deserialize, Serialize};

use super::{decode, encode, format_of, unknown_format};

const WHAT: &str = "address of an audit destination";

/// Writes an address in the newest format.
pub(crate) fn to_json(address: &AuditAddress) -> Records<String> {
    encode(WHAT, 1, AddressV1::from(address.clone()))
}

/// Reads an address of any format.
pub(crate) fn from_json(json: &str) -> Records<AuditAddress> {
    match format_of(WHAT, json)? {
        1 => Ok(decode::<AddressV1>(WHAT, json)?.into()),
        other => unknown_format(WHAT, other),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum AddressV1 {
    File {
        name: String,
    },
    Syslog {
        host: String,
        port: u16,
        ca_bundle: Option<String>,
    },
    Webhook {
        url: String,
        ca_bundle: Option<String>,
    },
}

impl From<AuditAddress> for AddressV1 {
    fn from(address: AuditAddress) -> Self {
        match address {
            AuditAddress::File { name } => Self::File { name },
            AuditAddress::Syslog {
                host,
                port,
                ca_bundle,
            } => Self::Syslog {
                host,
                port,
                ca_bundle,
            },
            AuditAddress::Webhook { url, ca_bundle } => Self::Webhook { url, ca_bundle },
        }
    }
}

impl From<AddressV1> for AuditAddress {
    fn from(address: AddressV1) -> Self {
        match address {
            AddressV1::File { name } => Self::File { name },
            AddressV1::Syslog {
                host,
                port,
                ca_bundle,
            } => Self::Syslog {
                host,
                port,
                ca_bundle,
            },
            AddressV1::Webhook { url, ca_bundle } => Self::Webhook { url, ca_bundle },
        }
    }
}
