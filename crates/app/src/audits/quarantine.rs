//! Quarantine: the database is not the one that this server saw last, so nothing that reaches AWS is done.

use std::fmt;

use keyferry_ports::records::{Alert, Batch, Change, Subject};
use tokio::sync::watch;

use crate::action::{Action, ApprovalClass};
use crate::alerts::Trouble;
use crate::error::AppError;
use crate::parts::{DEFAULT_GROUP, Shared};

/// The code of the alert, and of what is refused.
pub(crate) const ROLLED_BACK: &str = "audit.rolled-back";

/// Why the database is not trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// It has fewer entries than were signed, as an older backup has.
    Shorter {
        /// Entries that this server saw signed.
        marked: u64,
        /// Entries that there are.
        found: u64,
    },
    /// The first entries are not those that were signed.
    OtherRoot {
        /// How many entries were signed.
        size: u64,
    },
    /// Its log is another one, or has another key.
    OtherLog,
    /// The mark itself cannot be read.
    UnreadableMark {
        /// Why.
        why: String,
    },
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shorter { marked, found } => write!(
                f,
                "{marked} audit entries were signed, and the database has {found}: an older state was restored, or entries were cut"
            ),
            Self::OtherRoot { size } => write!(
                f,
                "the first {size} audit entries are not those that were signed: the log was rewritten, or forked from an older state"
            ),
            Self::OtherLog => f.write_str(
                "the database holds another audit log, or another signing key, than this server saw",
            ),
            Self::UnreadableMark { why } => {
                write!(f, "the high-water mark of the audit log cannot be read: {why}")
            }
        }
    }
}

/// Whether this server is in quarantine, for everybody who must know.
#[derive(Debug)]
pub struct Quarantine {
    why: watch::Sender<Option<Distrust>>,
}

impl Default for Quarantine {
    fn default() -> Self {
        Self {
            why: watch::Sender::new(None),
        }
    }
}

impl Quarantine {
    /// Why this server is in quarantine; `None` where it is not.
    pub fn why(&self) -> Option<Distrust> {
        self.why.borrow().clone()
    }

    /// Whether an action may be done now. In quarantine: what reads or only protects, signing in, the way out, and changing
    /// keystores, so that none heals by itself right after it.
    ///
    /// # Errors
    ///
    /// [`AppError::Quarantined`].
    pub fn permit(&self, action: Action) -> Result<(), AppError> {
        // They need nobody's consent, and go out to AWS.
        let goes_out = matches!(action, Action::ConnectionDoctor | Action::ConnectionVerify);
        let is_harmless = (action.approval_class() == ApprovalClass::None && !goes_out)
            || matches!(
                action,
                Action::AuditAcceptRollback | Action::KeystoreUpdate | Action::TokenManage
            );
        match self.why() {
            Some(why) if !is_harmless => Err(AppError::Quarantined { why }),
            _ => Ok(()),
        }
    }

    /// Returns once this server is in quarantine.
    pub async fn entered(&self) {
        self.until(true).await;
    }

    /// Returns once this server is not in quarantine.
    pub async fn left(&self) {
        self.until(false).await;
    }

    async fn until(&self, is_in: bool) {
        let mut why = self.why.subscribe();
        // The sender lives as long as this does.
        let _ = why.wait_for(|why| why.is_some() == is_in).await;
    }

    pub(super) fn enter(&self, why: Distrust) {
        self.why.send_replace(Some(why));
    }

    pub(super) fn leave(&self) {
        self.why.send_replace(None);
    }
}

impl Shared {
    /// Stops everything that reaches AWS, and tells people. That nothing could be told stops no quarantine.
    pub(crate) async fn enter_quarantine(&self, why: Distrust) {
        tracing::error!(code = ROLLED_BACK, "quarantine: {why}");
        self.quarantine.enter(why.clone());
        if let Err(error) = self.tell_of_quarantine(&why).await {
            tracing::error!(%error, "the alert about the quarantine could not be kept");
        }
    }

    async fn tell_of_quarantine(&self, why: &Distrust) -> Result<(), AppError> {
        let told = self
            .alerted(Trouble {
                subject: Subject::AuditLog,
                name: "audit log".to_owned(),
                group: DEFAULT_GROUP,
                code: ROLLED_BACK,
                message: "the database is not the one that this server saw last; nothing is done in AWS until a person accepts it",
                detail: why.to_string(),
            })
            .await?;
        let Change::PutAlert(alert, expect) = told else {
            return Ok(());
        };
        let alert = Alert {
            severity: keyferry_domain::drift::Severity::Critical,
            ..alert
        };
        let batch = Batch::new().with(Change::PutAlert(alert, expect));
        Ok(self.commit(batch).await?)
    }

    /// The refusal of what needs a trusted log.
    pub(super) fn quarantined(&self) -> AppError {
        AppError::Quarantined {
            why: self.quarantine.why().unwrap_or(Distrust::OtherLog),
        }
    }
}
