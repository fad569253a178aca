//! Link settings as bytes to authenticate: the connection's id and every setting, in one way only.

use crate::connection::{
    ClientCertificate, Endpoint, Identity, LinkSettings, Proxy, RoleToAssume, SealedSecret,
    TlsTrust,
};
use crate::id::ConnectionId;

/// The first byte; another encoding gets another.
const FORMAT: u8 = 1;

/// The bytes over which the vault makes a [`LinkMac`](crate::connection::LinkMac). Different settings, and the settings
/// of different connections, never have the same bytes: texts carry their length, choices a number.
pub fn bound_bytes(id: ConnectionId, link: &LinkSettings<SealedSecret>) -> Vec<u8> {
    let LinkSettings {
        identity,
        endpoint,
        tls,
        proxy,
    } = link;
    let mut bytes = Bytes(vec![FORMAT]);
    bytes.text(id.as_uuid().as_bytes());
    bytes.identity(identity);
    bytes.endpoint(endpoint);
    bytes.tls(tls);
    bytes.option(proxy.as_ref(), |bytes, proxy| {
        let Proxy { url, credentials } = proxy;
        bytes.text(url);
        bytes.option(credentials.as_ref(), |bytes, (user, password)| {
            bytes.text(user);
            bytes.text(password.as_bytes());
        });
    });
    bytes.0
}

struct Bytes(Vec<u8>);

impl Bytes {
    fn number(&mut self, number: u8) {
        self.0.push(number);
    }

    fn text(&mut self, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        self.0.extend_from_slice(&(text.len() as u64).to_be_bytes());
        self.0.extend_from_slice(text);
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.number(0),
            Some(value) => {
                self.number(1);
                write(self, value);
            }
        }
    }

    fn identity(&mut self, identity: &Identity<SealedSecret>) {
        match identity {
            Identity::AccessKey {
                access_key_id,
                secret_access_key,
            } => {
                self.number(1);
                self.text(access_key_id);
                self.text(secret_access_key.as_bytes());
            }
            Identity::AssumeRole {
                role:
                    RoleToAssume {
                        role_arn,
                        external_id,
                    },
                base,
            } => {
                self.number(2);
                self.text(role_arn);
                self.option(external_id.as_ref(), Self::text);
                self.identity(base);
            }
            Identity::WebIdentity {
                role_arn,
                token_file,
            } => {
                self.number(3);
                self.text(role_arn);
                self.text(token_file);
            }
            Identity::Host { profile } => {
                self.number(4);
                self.option(profile.as_ref(), Self::text);
            }
        }
    }

    fn endpoint(&mut self, endpoint: &Endpoint) {
        match endpoint {
            Endpoint::Standard => self.number(1),
            Endpoint::Fips => self.number(2),
            Endpoint::Vpc { host } => {
                self.number(3);
                self.text(host);
            }
            Endpoint::Custom { url } => {
                self.number(4);
                self.text(url);
            }
        }
    }

    fn tls(&mut self, tls: &TlsTrust<SealedSecret>) {
        let TlsTrust {
            ca_bundle,
            client_certificate,
            check_host_name,
        } = tls;
        self.option(ca_bundle.as_ref(), Self::text);
        self.option(client_certificate.as_ref(), |bytes, own| {
            let ClientCertificate { chain, private_key } = own;
            bytes.text(chain);
            bytes.text(private_key.as_bytes());
        });
        self.number(u8::from(*check_host_name));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::*;

    type Settings = LinkSettings<SealedSecret>;

    fn secret(n: u8) -> SealedSecret {
        SealedSecret::new(vec![n; 3])
    }

    fn key(id: &str, n: u8) -> Identity<SealedSecret> {
        Identity::AccessKey {
            access_key_id: id.to_owned(),
            secret_access_key: secret(n),
        }
    }

    fn role(arn: &str, external_id: Option<&str>) -> Identity<SealedSecret> {
        Identity::AssumeRole {
            role: RoleToAssume {
                role_arn: arn.to_owned(),
                external_id: external_id.map(str::to_owned),
            },
            base: Box::new(Identity::Host { profile: None }),
        }
    }

    fn proxy(url: &str, credentials: Option<(&str, u8)>) -> Option<Proxy<SealedSecret>> {
        Some(Proxy {
            url: url.to_owned(),
            credentials: credentials.map(|(user, n)| (user.to_owned(), secret(n))),
        })
    }

    fn certificate(chain: &str, n: u8) -> Option<ClientCertificate<SealedSecret>> {
        Some(ClientCertificate {
            chain: chain.to_owned(),
            private_key: secret(n),
        })
    }

    /// Settings each of which differs from every other, neighbours that exchange a letter among them.
    fn different() -> Vec<Settings> {
        let plain = || LinkSettings {
            identity: key("AKIA", 1),
            endpoint: Endpoint::Standard,
            tls: TlsTrust::default(),
            proxy: None,
        };
        let web = |role_arn: &str, token_file: &str| Identity::WebIdentity {
            role_arn: role_arn.to_owned(),
            token_file: token_file.to_owned(),
        };
        let host = |profile: Option<&str>| Identity::Host {
            profile: profile.map(str::to_owned),
        };
        let identities = [
            key("AKIA", 1),
            key("AKIB", 1),
            key("AKIA", 2),
            role("arn", None),
            role("arn", Some("")),
            role("ar", Some("n")),
            web("ab", "c"),
            web("a", "bc"),
            host(None),
            host(Some("")),
        ];
        let mut all: Vec<Settings> = identities
            .into_iter()
            .map(|identity| Settings {
                identity,
                ..plain()
            })
            .collect();
        let text = |text: &str| text.to_owned();
        for endpoint in [
            Endpoint::Fips,
            Endpoint::Vpc { host: text("kms") },
            Endpoint::Custom { url: text("kms") },
        ] {
            all.push(Settings {
                endpoint,
                ..plain()
            });
        }
        for (ca_bundle, client_certificate, check_host_name) in [
            (Some(text("ca")), None, true),
            (Some(text("ca")), None, false),
            (None, certificate("ca", 1), true),
            (Some(text("c")), certificate("a", 1), true),
            (None, certificate("ca", 2), true),
        ] {
            let tls = TlsTrust {
                ca_bundle,
                client_certificate,
                check_host_name,
            };
            all.push(Settings { tls, ..plain() });
        }
        for proxy in [
            proxy("http://p", None),
            proxy("http://q", None),
            proxy("http://p", Some(("u", 1))),
            proxy("http://p", Some(("u", 2))),
            proxy("http://p", Some(("", 1))),
        ] {
            all.push(Settings { proxy, ..plain() });
        }
        all
    }

    #[test]
    fn every_setting_and_the_connection_itself_change_the_bytes() {
        let ids = [1, 2].map(|n| ConnectionId::new(Uuid::from_u128(n)));
        let settings = different();

        let bytes: BTreeSet<Vec<u8>> = ids
            .iter()
            .flat_map(|id| settings.iter().map(|link| bound_bytes(*id, link)))
            .collect();

        assert_eq!(bytes.len(), settings.len() * ids.len());
    }

    #[test]
    fn the_bytes_of_a_link_stay_what_they_are() {
        let link = LinkSettings {
            identity: key("AKIA", 1),
            endpoint: Endpoint::Standard,
            tls: TlsTrust::default(),
            proxy: None,
        };

        let bytes = bound_bytes(ConnectionId::new(Uuid::from_u128(9)), &link);

        let mut expected = vec![1];
        expected.extend(16_u64.to_be_bytes());
        expected.extend(Uuid::from_u128(9).as_bytes());
        expected.push(1);
        expected.extend(4_u64.to_be_bytes());
        expected.extend(b"AKIA");
        expected.extend(3_u64.to_be_bytes());
        expected.extend([1, 1, 1]);
        expected.extend([1, 0, 0, 1, 0]);
        assert_eq!(bytes, expected);
    }
}
