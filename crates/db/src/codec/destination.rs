//! Where alerts are delivered to.

use keyferry_ports::messenger::MailSecurity;
use keyferry_ports::records::{DestinationAddress, Records};
use serde::{Deserialize, Serialize};

use super::text::Word;
use super::{decode, encode, format_of, unknown_format};

const WHAT: &str = "address of a destination";

/// Writes an address in the newest format.
pub(crate) fn to_json(address: &DestinationAddress) -> Records<String> {
    encode(WHAT, 1, AddressV1::from(address.clone()))
}

/// Reads an address of any format.
pub(crate) fn from_json(json: &str) -> Records<DestinationAddress> {
    match format_of(WHAT, json)? {
        1 => Ok(decode::<AddressV1>(WHAT, json)?.into()),
        other => unknown_format(WHAT, other),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum AddressV1 {
    Webhook {
        url: String,
        ca_bundle: Option<String>,
    },
    Mail {
        host: String,
        port: u16,
        security: Word<MailSecurity>,
        from: String,
        to: Vec<String>,
        user: Option<String>,
        ca_bundle: Option<String>,
    },
}

impl From<DestinationAddress> for AddressV1 {
    fn from(address: DestinationAddress) -> Self {
        match address {
            DestinationAddress::Webhook { url, ca_bundle } => Self::Webhook { url, ca_bundle },
            DestinationAddress::Mail {
                host,
                port,
                security,
                from,
                to,
                user,
                ca_bundle,
            } => Self::Mail {
                host,
                port,
                security: Word(security),
                from,
                to,
                user,
                ca_bundle,
            },
        }
    }
}

impl From<AddressV1> for DestinationAddress {
    fn from(address: AddressV1) -> Self {
        match address {
            AddressV1::Webhook { url, ca_bundle } => Self::Webhook { url, ca_bundle },
            AddressV1::Mail {
                host,
                port,
                security,
                from,
                to,
                user,
                ca_bundle,
            } => Self::Mail {
                host,
                port,
                security: security.0,
                from,
                to,
                user,
                ca_bundle,
            },
        }
    }
}
