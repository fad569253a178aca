//! From text to a configuration that can be trusted.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use keyferry_app::access::SessionRules;

use super::Mistakes;
use super::source::{Raw, hide_password};
use crate::connections::ConnectionLimits;
use crate::limits::{Network, Rates};
use crate::request_log::Limits;

/// The oldest TLS version that is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsVersion {
    /// 1.2 and 1.3.
    V1_2,
    /// 1.3 alone.
    V1_3,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One line for people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Where records are kept. Its `Debug` hides the password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The URL as the database driver takes it, password included.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DatabaseUrl({})", hide_password(&self.0))
    }
}

/// What the program uses: complete and checked. There is no other way to get one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Address and port.
    pub listen: SocketAddr,
    /// Where records are kept; an SQLite path is absolute or relative to the working directory.
    pub database_url: DatabaseUrl,
    /// PEM chain.
    pub tls_certificate: PathBuf,
    /// PEM key.
    pub tls_private_key: PathBuf,
    /// PEM file with the CAs of client certificates.
    pub tls_client_ca: Option<PathBuf>,
    /// PEM file with their revocation lists.
    pub tls_client_crl: Option<PathBuf>,
    /// The oldest TLS version.
    pub tls_version_min: TlsVersion,
    /// File with the passphrase that opens the vault.
    pub unseal_file: Option<PathBuf>,
    /// The largest request body.
    pub body_bytes_max: usize,
    /// How long a request may take.
    pub timeout: Duration,
    /// How long a client may take for a body.
    pub body_time: Duration,
    /// Bounds of connections, and proxies that are believed when they say for whom they ask.
    pub connections: ConnectionLimits,
    /// How many requests may come.
    pub rates: Rates,
    /// How long sessions last.
    pub session_rules: SessionRules,
    /// Hosts of webhooks and mail whose address may be private.
    pub alert_private_hosts: Vec<String>,
    /// Hosts of custom endpoints and proxies that may have a private address.
    pub connection_private_hosts: Vec<String>,
    /// Hosts of OpenID providers that may have a private address.
    pub sign_in_private_hosts: Vec<String>,
    /// Folder in which destinations of audit entries may have files.
    pub audit_export_folder: Option<PathBuf>,
    /// How large the request log gets.
    pub request_log: Limits,
    /// What is logged.
    pub log_level: String,
    /// How.
    pub log_format: LogFormat,
}

struct Checker<'a> {
    raw: &'a Raw,
    mistakes: Vec<String>,
}

impl Checker<'_> {
    fn text(&self, path: &str) -> String {
        self.raw
            .value(path)
            .map(|value| value.text.clone())
            .unwrap_or_default()
    }

    fn parse<T>(
        &mut self,
        path: &str,
        fallback: T,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> T {
        let text = self.text(path);
        match read(&text) {
            Ok(value) => value,
            Err(why) => {
                let origin = self.raw.value(path).map(|value| value.origin.to_string());
                self.mistakes.push(format!(
                    "`{path}` {why} (from {})",
                    origin.unwrap_or_default()
                ));
                fallback
            }
        }
    }
}

impl Raw {
    /// Checks every value.
    ///
    /// # Errors
    ///
    /// All mistakes, each with its key and where the value comes from.
    pub fn check(&self, data: &Path) -> Result<Config, Mistakes> {
        let mut checker = Checker {
            raw: self,
            mistakes: Vec::new(),
        };
        let unspecified = SocketAddr::from(([127, 0, 0, 1], 8443));
        let inside = |text: String| data.join(text);
        let config = Config {
            data: data.to_owned(),
            listen: checker.parse("listen", unspecified, address),
            database_url: checker.parse("database_url", DatabaseUrl(String::new()), |text| {
                database_url(text, data)
            }),
            tls_certificate: inside(checker.text("tls.certificate")),
            tls_private_key: inside(checker.text("tls.private_key")),
            tls_client_ca: filled_path(&checker, "tls.client_ca", data),
            tls_client_crl: filled_path(&checker, "tls.client_crl", data),
            tls_version_min: checker.parse("tls.version_min", TlsVersion::V1_2, tls_version),
            unseal_file: Some(checker.text("vault.unseal_file"))
                .filter(|t| !t.is_empty())
                .map(inside),
            body_bytes_max: checker.parse("http.body_bytes_max", 0, |text| {
                number(text, 1024, 64 << 20)
            }),
            timeout: Duration::from_secs(
                checker.parse("http.timeout_seconds", 60, |text| number(text, 1, 3600)),
            ),
            body_time: seconds(&mut checker, "http.body_timeout_seconds", 3600),
            connections: connections(&mut checker),
            rates: rates(&mut checker),
            session_rules: session_rules(&mut checker),
            alert_private_hosts: checker.parse("alerts.private_hosts", Vec::new(), hosts),
            connection_private_hosts: checker.parse("connections.private_hosts", Vec::new(), hosts),
            sign_in_private_hosts: checker.parse("sign_in.private_hosts", Vec::new(), hosts),
            audit_export_folder: Some(checker.text("audit.export_folder"))
                .filter(|text| !text.is_empty())
                .map(inside),
            request_log: Limits {
                file_bytes_max: checker.parse("request_log.file_bytes_max", 0, |text| {
                    number(text, 64 << 10, 1 << 30)
                }),
                files_max: checker.parse("request_log.files_max", 0, |text| number(text, 0, 1000)),
            },
            log_level: checker.parse("log.level", String::new(), filled),
            log_format: checker.parse("log.format", LogFormat::Text, log_format),
        };
        if config.tls_client_crl.is_some() && config.tls_client_ca.is_none() {
            let mistake = "`tls.client_crl` needs `tls.client_ca`".to_owned();
            checker.mistakes.push(mistake);
        }
        if checker.mistakes.is_empty() {
            Ok(config)
        } else {
            Err(Mistakes(checker.mistakes))
        }
    }
}

/// A file inside the data folder, where one is named.
fn filled_path(checker: &Checker<'_>, path: &str, data: &Path) -> Option<PathBuf> {
    let text = checker.text(path);
    (!text.is_empty()).then(|| data.join(text))
}

fn session_rules(checker: &mut Checker<'_>) -> SessionRules {
    let idle = checker.parse(
        "sessions.idle_minutes",
        SessionRules::IDLE_MINUTES,
        |text| number(text, 1, SessionRules::IDLE_MINUTES_MAX),
    );
    let hours = checker.parse("sessions.hours_max", SessionRules::HOURS_MAX, |text| {
        number(text, 1, SessionRules::HOURS_MAX)
    });
    let rules = SessionRules::new(idle, hours).unwrap_or_default();
    match checker.parse("sign_in.second_factor", false, second_factor) {
        true => rules.wanting_second_factors(),
        false => rules,
    }
}

fn second_factor(text: &str) -> Result<bool, String> {
    match text {
        "optional" => Ok(false),
        "required" => Ok(true),
        other => Err(format!("is `optional` or `required`, not {other}")),
    }
}

fn seconds(checker: &mut Checker<'_>, path: &str, max: u64) -> Duration {
    Duration::from_secs(checker.parse(path, max, |text| number(text, 1, max)))
}

fn connections(checker: &mut Checker<'_>) -> ConnectionLimits {
    let mut count = |path| checker.parse(path, 1, |text| number(text, 1, 65_535));
    ConnectionLimits {
        all: count("http.connections_max"),
        of_address: count("http.connections_per_address_max"),
        header_time: seconds(checker, "http.header_timeout_seconds", 300),
        trusted_proxies: checker.parse("http.trusted_proxies", Vec::new(), networks),
    }
}

/// The largest rate that can be set: more is no limit.
const PER_MINUTE_MAX: u32 = 100_000_000;

fn rates(checker: &mut Checker<'_>) -> Rates {
    let mut rate = |path| checker.parse(path, 0, |text| number(text, 0, PER_MINUTE_MAX));
    Rates {
        address: rate("limits.address_per_minute"),
        account: rate("limits.account_per_minute"),
        key_use: rate("limits.key_use_per_minute"),
        sign_in: rate("limits.sign_in_per_minute"),
        oidc_start: rate("limits.oidc_start_per_minute"),
        unseal: rate("limits.unseal_per_minute"),
    }
}

fn networks(text: &str) -> Result<Vec<Network>, String> {
    let named = text.split(',').map(str::trim).filter(|one| !one.is_empty());
    named
        .map(|one| one.parse().map_err(|why| format!("lists networks: {why}")))
        .collect()
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("is not an address with a port, such as 127.0.0.1:8443: {text}"))
}

fn database_url(text: &str, data: &Path) -> Result<DatabaseUrl, String> {
    match text.split_once(':') {
        Some(("sqlite", "")) => Err("names no file".to_owned()),
        Some(("sqlite", file)) => {
            let file = data.join(file.trim_start_matches("//"));
            Ok(DatabaseUrl(format!("sqlite:{}", file.display())))
        }
        Some(("postgres" | "postgresql", _)) => Ok(DatabaseUrl(text.to_owned())),
        _ => Err("must begin with `sqlite:` or `postgres://`".to_owned()),
    }
}

fn tls_version(text: &str) -> Result<TlsVersion, String> {
    match text {
        "1.2" => Ok(TlsVersion::V1_2),
        "1.3" => Ok(TlsVersion::V1_3),
        other => Err(format!("must be `1.2` or `1.3`, not {other}")),
    }
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        other => Err(format!("must be `text` or `json`, not {other}")),
    }
}

fn hosts(text: &str) -> Result<Vec<String>, String> {
    let hosts = text
        .split(',')
        .map(str::trim)
        .filter(|host| !host.is_empty());
    hosts
        .map(|host| match host.contains(['/', ' ', '*', '@']) {
            true => Err(format!("lists host names, and {host} is none")),
            false => Ok(host.to_owned()),
        })
        .collect()
}

fn filled(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        Err("must not be empty".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

fn number<T>(text: &str, min: T, max: T) -> Result<T, String>
where
    T: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    match text.parse::<T>() {
        Ok(number) if number >= min && number <= max => Ok(number),
        _ => Err(format!("must be a number from {min} to {max}, not {text}")),
    }
}
