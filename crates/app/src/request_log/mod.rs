//! The request log: a line for each request that this server answered.
//!
//! It is for people who look for what happened on this server; the audit log is what proves it.

mod line;

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::SignedDuration;
use keyferry_ports::records::{Batch, Change, Subject};
use keyferry_ports::request_log::{LogFile, LogHealth};

use crate::action::Action;
use crate::actor::{Actor, RequestId};
use crate::alerts::{Trouble, ended};
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

pub use line::{Fields, Line};

/// The code of the alert of a log into which no lines get.
pub const FAILING: &str = "request-log.failing";

/// Lines that are shown unless somebody asks for more.
pub const LINES: usize = 10;

/// Lines that are shown at once, at most.
pub const LINES_MAX: usize = 10_000;

/// How often the log's health is looked at.
const LOOK_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Which lines.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LineFilter {
    /// Of this file; the current one unless named.
    pub file: Option<String>,
    /// From this byte on.
    pub from: u64,
    /// The last so many that match.
    pub lines: Option<usize>,
    /// With this text in them, in any case.
    pub text: Option<String>,
    /// By this user.
    pub user: Option<String>,
    /// For this operation.
    pub operation: Option<String>,
    /// Those that failed, or those that did not.
    pub is_failed: Option<bool>,
}

/// Lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownLines {
    /// The file's name.
    pub file: String,
    /// The lines, oldest first.
    pub lines: Vec<String>,
    /// Where the file ended when it was read.
    pub end: u64,
}

/// The files of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFiles {
    /// The host whose log it is.
    pub host: String,
    /// The files, the current one first.
    pub files: Vec<LogFile>,
    /// Whether lines get into it.
    pub health: LogHealth,
}

/// Use cases of the request log.
pub struct RequestLogs {
    shared: Arc<Shared>,
}

impl RequestLogs {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// A new name for a request.
    pub fn new_request(&self) -> RequestId {
        RequestId::new(self.shared.new_uuid())
    }

    /// Writes a line. Waits for nothing. Time and host are put in here.
    pub fn write(&self, line: Line) {
        let log = &self.shared.ports.request_log;
        let line = Line {
            at: self.shared.now(),
            host: log.host().to_owned(),
            ..line
        };
        log.write(line.to_string());
    }

    /// Whether lines get into the log.
    pub fn health(&self) -> LogHealth {
        self.shared.ports.request_log.health()
    }

    /// Returns once everything that was written before is on its way to the disk, or lost.
    pub async fn flush(&self) {
        self.shared.ports.request_log.flush().await;
    }

    /// The last lines that match.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] where there is no such file, [`AppError::Invalid`] for too many lines.
    pub async fn show(&self, actor: &Actor, filter: &LineFilter) -> Result<ShownLines, AppError> {
        let shared = &self.shared;
        shared.permit(actor, Action::RequestLogRead).await?;
        let limit = filter.lines.unwrap_or(LINES);
        if !(1..=LINES_MAX).contains(&limit) {
            return Err(AppError::Invalid {
                field: "lines",
                why: format!("give 1 to {LINES_MAX}"),
            });
        }
        let log = &shared.ports.request_log;
        let found = log.read(filter.file.as_deref(), filter.from).await?;
        let wanted = filter.text.as_ref().map(|text| text.to_lowercase());
        let mut last = VecDeque::new();
        for line in found.text.lines() {
            if !matches(line, filter, wanted.as_deref()) {
                continue;
            }
            if last.len() == limit {
                last.pop_front();
            }
            last.push_back(line.to_owned());
        }
        Ok(ShownLines {
            file: found.file,
            lines: last.into(),
            end: found.end,
        })
    }

    /// The files of the log.
    pub async fn files(&self, actor: &Actor) -> Result<LogFiles, AppError> {
        let shared = &self.shared;
        shared.permit(actor, Action::RequestLogRead).await?;
        self.all_files().await
    }

    async fn all_files(&self) -> Result<LogFiles, AppError> {
        let log = &self.shared.ports.request_log;
        Ok(LogFiles {
            host: log.host().to_owned(),
            files: log.files().await?,
            health: log.health(),
        })
    }

    /// A whole file; the current one unless named.
    pub async fn download(&self, actor: &Actor, file: Option<&str>) -> Result<String, AppError> {
        let shared = &self.shared;
        shared.permit(actor, Action::RequestLogRead).await?;
        Ok(shared.ports.request_log.read(file, 0).await?.text)
    }

    /// Ends the current file and begins a new one.
    pub async fn rotate(&self, actor: &Actor) -> Result<LogFiles, AppError> {
        let shared = &self.shared;
        shared.permit(actor, Action::RequestLogRotate).await?;
        self.tell(actor, Action::RequestLogRotate).await?;
        if !shared.is_trial {
            shared.ports.request_log.rotate().await?;
        }
        self.all_files().await
    }

    /// Removes all lines of all files of this server. Who did it stays in the audit log.
    pub async fn clear(&self, actor: &Actor) -> Result<LogFiles, AppError> {
        let shared = &self.shared;
        shared.permit(actor, Action::RequestLogClear).await?;
        self.tell(actor, Action::RequestLogClear).await?;
        if !shared.is_trial {
            shared.ports.request_log.clear().await?;
        }
        self.all_files().await
    }

    async fn tell(&self, actor: &Actor, action: Action) -> Result<(), AppError> {
        let host = self.shared.ports.request_log.host();
        let about = object("request-log", host, host);
        let fact = Fact::done(actor, action, about, self.shared.now());
        let batch = Batch::new().with(fact.change());
        Ok(self.shared.commit(batch).await?)
    }

    /// Tells people while no lines get into the log, until `shutdown` returns.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let clock = &self.shared.ports.clock;
        tokio::pin!(shutdown);
        loop {
            if let Err(error) = self.look().await {
                tracing::error!(%error, "whether the request log fails could not be told");
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = clock.sleep_until(self.shared.now() + LOOK_AFTER) => {}
            }
        }
    }

    /// Opens the alert about a log that fails, and ends it once it does not.
    ///
    /// # Errors
    ///
    /// Where the records fail.
    pub async fn look(&self) -> Result<(), AppError> {
        let shared = &self.shared;
        let log = &shared.ports.request_log;
        let open = shared.open_alert(Subject::AuditLog, FAILING).await?;
        let name = format!("request log of {}", log.host());
        let told: Option<Change> = match (log.health().failing, open) {
            (Some(why), _) => Some(
                shared
                    .alerted(Trouble {
                        subject: Subject::AuditLog,
                        name,
                        group: crate::parts::DEFAULT_GROUP,
                        code: FAILING,
                        message: "requests are answered, and no lines get into the request log",
                        detail: why,
                    })
                    .await?,
            ),
            // Another server's alert is for that one to end.
            (None, Some(alert)) if alert.name == name => Some(ended(&alert, shared.now())),
            (None, _) => None,
        };
        match told {
            Some(told) => Ok(shared.commit(Batch::new().with(told)).await?),
            None => Ok(()),
        }
    }
}

fn matches(line: &str, filter: &LineFilter, text: Option<&str>) -> bool {
    if text.is_some_and(|text| !line.to_lowercase().contains(text)) {
        return false;
    }
    let is_any = filter.user.is_none() && filter.operation.is_none() && filter.is_failed.is_none();
    let Some(fields) = Fields::of(line) else {
        return is_any;
    };
    let is = |wanted: &Option<String>, found: &str| {
        wanted
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(found))
    };
    is(&filter.user, fields.user)
        && is(&filter.operation, fields.operation)
        && filter
            .is_failed
            .is_none_or(|failed| failed == fields.is_failed)
}
