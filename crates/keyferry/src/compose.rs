//! Puts the application together from its parts.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyferry_app::{App, AppError, ErrorClass, Ports};
use keyferry_aws::Connector;
use keyferry_cli::{CliError, Exit, World};
use keyferry_db::{Database, DatabaseUrl, PoolLimits};
use keyferry_notify::{Post, Reach};
use keyferry_oidc::OpenId;
use keyferry_ports::clock::Clock;
use keyferry_ports::entropy::Entropy;
use keyferry_server::config::{Config, default_data_folder};
use keyferry_server::request_log::FileRequestLog;
use keyferry_vault::{Argon2Passwords, SoftwareVault};

use crate::marks::FileMarks;
use crate::outside::{OsEntropy, SystemClock};

/// Behind the database file's name: held by the one server that may use the file.
const LOCK: &str = ".lock";

/// The folder of the request log in the data folder.
const LOGS: &str = "logs";

/// The application, and what has to be closed with it.
pub(crate) struct Composed {
    pub(crate) app: Arc<App>,
    pub(crate) database: Database,
    _lock: Option<File>,
}

/// Where data is kept.
pub(crate) fn data_folder(world: &World, given: Option<PathBuf>) -> PathBuf {
    given.unwrap_or_else(|| default_data_folder(&world.environment, is_root()))
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The name of this host, where the system tells it.
pub(crate) fn host_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Opens the database and composes the application; the vault is sealed.
pub(crate) async fn compose(config: &Config) -> Result<Composed, CliError> {
    let url: DatabaseUrl = config
        .database_url
        .expose()
        .parse()
        .map_err(|error| CliError::usage("`database_url` is no database").because(&error))?;
    let lock = url.file().map(lock).transpose()?;
    let database = Database::open(&url, PoolLimits::default())
        .await
        .map_err(|error| {
            CliError::new(
                Exit::Transient,
                format!("the database {url} cannot be used"),
            )
            .because(&error)
        })?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let vault = Arc::new(SoftwareVault::sealed());
    let reach = Reach::with_private_hosts(config.alert_private_hosts.iter().cloned());
    let providers = Reach::with_private_hosts(config.sign_in_private_hosts.iter().cloned())
        .set_by("sign_in.private_hosts");
    let post = Post::new(Arc::clone(&clock), reach)
        .with_audit_folder(config.audit_export_folder.clone(), host_name());
    let ports = Ports {
        records: Arc::new(database.clone()),
        vault: vault.clone(),
        seal_control: vault,
        passwords: Arc::new(Argon2Passwords),
        aws: Arc::new(
            Connector::new(Arc::clone(&clock))
                .with_private_hosts(config.connection_private_hosts.iter().cloned()),
        ),
        messenger: Arc::new(post),
        providers: Arc::new(OpenId::new(Arc::clone(&clock), providers)),
        marks: Arc::new(FileMarks::new(&config.data)),
        request_log: Arc::new(FileRequestLog::new(
            config.data.join(LOGS),
            host_name().unwrap_or_else(|| "-".to_owned()),
            config.request_log,
            Arc::clone(&clock),
        )),
        clock,
        entropy: Arc::new(OsEntropy),
    };
    let app = Arc::new(App::with_session_rules(
        ports,
        &owner(lock.is_some()),
        config.session_rules,
    ));
    Ok(Composed {
        app,
        database,
        _lock: lock,
    })
}

/// The name in lane leases. The lock leaves a file to one server, which may keep its name and so gets its
/// lanes back at once after a crash; elsewhere every start has a name of its own.
fn owner(is_file: bool) -> String {
    if is_file {
        return "server".to_owned();
    }
    let mut bytes = [0u8; 8];
    OsEntropy.fill(&mut bytes);
    let start: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{}-{start}",
        host_name().unwrap_or_else(|| "server".to_owned())
    )
}

fn lock(database: &Path) -> Result<File, CliError> {
    let mut name = database.as_os_str().to_owned();
    name.push(LOCK);
    let path = PathBuf::from(name);
    let unusable = |error: &dyn std::error::Error| {
        CliError::usage(format!("{} cannot be used", path.display()))
            .because(error)
            .hint("run `keyferry init` first, or name the data folder with --data")
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| unusable(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            let message = format!("another server is using {}", database.display());
            Err(CliError::new(Exit::Conflict, message)
                .hint("several servers need PostgreSQL, and a data folder each"))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(unusable(&error)),
    }
}

/// An error of the application, as the command line shows it.
pub(crate) fn told(error: &AppError) -> CliError {
    let exit = match error.class() {
        ErrorClass::Caller => Exit::Usage,
        ErrorClass::Unauthenticated => Exit::NotSignedIn,
        ErrorClass::Denied => Exit::Denied,
        ErrorClass::TooMany => Exit::Transient,
        ErrorClass::NotFound => Exit::NotFound,
        ErrorClass::Conflict => Exit::Conflict,
        ErrorClass::Transient => Exit::Transient,
        ErrorClass::Bug => Exit::Bug,
    };
    let mut told = CliError::new(exit, format!("{error} [{}]", error.code()));
    if let Some(cause) = std::error::Error::source(error) {
        told = told.because(cause);
    }
    told.hint = Some(error.hint().to_owned());
    told
}
