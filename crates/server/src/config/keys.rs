//! The keys of the configuration, as data: reading, showing and the reference all follow this table.

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its path in the file, such as `tls.certificate`.
    pub path: &'static str,
    /// What it holds when nobody says otherwise; empty is unset.
    pub default: &'static str,
    /// What it is for.
    pub words: &'static str,
    /// Whether its value may hold a password.
    pub is_secret: bool,
}

impl Key {
    /// The environment variable that overrides it: `tls.certificate` is `KEYFERRY_TLS_CERTIFICATE`.
    pub fn variable(&self) -> String {
        format!(
            "KEYFERRY_{}",
            self.path.replace('.', "_").to_ascii_uppercase()
        )
    }

    /// The key with this path.
    pub fn find(path: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.path == path)
    }
}

const fn key(path: &'static str, default: &'static str, words: &'static str) -> Key {
    Key {
        path,
        default,
        words,
        is_secret: false,
    }
}

/// Every key, in the order of the reference.
pub const KEYS: &[Key] = &[
    key(
        "listen",
        "127.0.0.1:8443",
        "Address and port of the HTTPS server.",
    ),
    Key {
        path: "database_url",
        default: "sqlite:keyferry.db",
        words: "Where records are kept: `sqlite:FILE` (relative to the data folder) or `postgres://…`.",
        is_secret: true,
    },
    key(
        "tls.certificate",
        "tls/certificate.pem",
        "PEM file with the server's certificate chain, relative to the data folder.",
    ),
    key(
        "tls.private_key",
        "tls/private-key.pem",
        "PEM file with its private key, relative to the data folder.",
    ),
    key(
        "tls.client_ca",
        "",
        "PEM file with the CAs whose client certificates applications sign in with, relative to the data folder; \
         without it none is asked for.",
    ),
    key(
        "tls.client_crl",
        "",
        "PEM file with the revocation lists of those CAs. With it, every CA of a client's chain but the root must have a list that \
         has not ended. Both files are read again when they change.",
    ),
    key(
        "tls.version_min",
        "1.2",
        "The oldest TLS version that is spoken: `1.2` or `1.3`.",
    ),
    key(
        "vault.unseal_file",
        "",
        "File with the passphrase that opens the vault at start; readable by its owner alone. \
         Without it the server starts sealed, unless systemd passes the credential `keyferry-unseal`.",
    ),
    key(
        "http.body_bytes_max",
        "1048576",
        "The largest request body, in bytes.",
    ),
    key(
        "http.timeout_seconds",
        "60",
        "How long a request may take, in seconds.",
    ),
    key(
        "http.body_timeout_seconds",
        "30",
        "How long a client may take to send a body, in seconds.",
    ),
    key(
        "http.header_timeout_seconds",
        "15",
        "How long a client may take to begin to speak, and for the head of each request over HTTP/1.1, in seconds; a connection \
         that rests as long is ended.",
    ),
    key(
        "http.connections_max",
        "512",
        "How many connections there are at once; further ones are closed.",
    ),
    key(
        "http.connections_per_address_max",
        "128",
        "How many of them are from one address (of IPv6 one /64). Trusted proxies have no such bound.",
    ),
    key(
        "http.trusted_proxies",
        "",
        "Addresses and networks, such as `10.0.0.0/8`, of proxies whose `X-Forwarded-For` is believed when it says for whom they \
         ask; separated by commas.",
    ),
    key(
        "limits.address_per_minute",
        "60000",
        "How many requests a minute one address (of IPv6 one /64) may send, whatever they ask; as many may come at once. Here and \
         below, 0 is without limit.",
    ),
    key(
        "limits.account_per_minute",
        "30000",
        "How many requests a minute one person or application may send; use of keys apart.",
    ),
    key(
        "limits.key_use_per_minute",
        "60000",
        "How often a minute one application may use keys.",
    ),
    key(
        "limits.sign_in_per_minute",
        "60",
        "How many passwords, codes and returns from providers one address may send a minute.",
    ),
    key(
        "limits.oidc_start_per_minute",
        "60",
        "How many sign-ins at providers one address may begin a minute.",
    ),
    key(
        "limits.unseal_per_minute",
        "10",
        "How often a minute one person may try to open the vault.",
    ),
    key(
        "sessions.idle_minutes",
        "15",
        "After how many minutes without a request a session ends: 1 to 30.",
    ),
    key(
        "sessions.hours_max",
        "12",
        "After how many hours a session ends however much it is used: 1 to 12.",
    ),
    key(
        "alerts.private_hosts",
        "",
        "Hosts that webhooks and mail may go to although their address is private, loopback or link-local, and without TLS; \
         separated by commas.",
    ),
    key(
        "connections.private_hosts",
        "",
        "Hosts of custom endpoints and proxies of connections that may be called although their address is private, loopback or \
         link-local; separated by commas.",
    ),
    key(
        "sign_in.second_factor",
        "optional",
        "Whether everybody with a password here needs a second factor: `optional` or `required`. Who has none may only set one \
         up then. Every server of an installation wants the same.",
    ),
    key(
        "sign_in.private_hosts",
        "",
        "Hosts of sign-in providers that may be called although their address is private, loopback or link-local; always by \
         TLS; separated by commas.",
    ),
    key(
        "audit.export_folder",
        "",
        "Folder in which destinations of audit entries may have files, relative to the data folder; without it none may. \
         It can be set here alone, never over the network.",
    ),
    key(
        "request_log.file_bytes_max",
        "16777216",
        "A file of the request log that has so many bytes is ended and a new one begun: 65536 to 1073741824.",
    ),
    key(
        "request_log.files_max",
        "10",
        "How many former files of the request log are kept: 0 to 1000.",
    ),
    key(
        "log.level",
        "info",
        "What is logged to standard error: `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,keyferry_engine=debug`.",
    ),
    key("log.format", "text", "How it is written: `text` or `json`."),
];
