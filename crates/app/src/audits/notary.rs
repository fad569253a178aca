//! Signs checkpoints while the server runs.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::error::AppError;
use crate::parts::Shared;

/// How often the log is looked at.
const LOOK_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// A log that grew is signed after this time…
const SIGN_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// …or sooner, where it grew by so many entries.
const SIGN_AFTER_ENTRIES: u64 = 1_000;

/// Signs checkpoints; whoever composes the application runs it.
pub struct Notary {
    shared: Arc<Shared>,
}

impl Notary {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Signs what is due, again and again, until `shutdown` returns.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let clock = &self.shared.ports.clock;
        tokio::pin!(shutdown);
        loop {
            if let Err(error) = self.sign_due().await {
                tracing::error!(%error, "the audit log could not be signed");
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = clock.sleep_until(self.shared.now() + LOOK_AFTER) => {}
            }
        }
    }

    /// Compares the database with this server's mark, before anything else is done. An older or other database puts the server
    /// into quarantine. The vault may be sealed.
    ///
    /// # Errors
    ///
    /// Where the records fail: nothing is known then, and nothing may be begun.
    pub async fn examine(&self) -> Result<(), AppError> {
        match self.shared.distrust_of_mark().await? {
            Some(why) => self.shared.enter_quarantine(why).await,
            None => tracing::debug!("the audit log goes on from what this server saw"),
        }
        Ok(())
    }

    /// Signs a checkpoint where one is due: the vault is open, and the log has grown for a minute or by 1,000 entries. Answers
    /// whether it did.
    ///
    /// # Errors
    ///
    /// Where records, vault or mark fail, or the log is not trusted.
    pub async fn sign_due(&self) -> Result<bool, AppError> {
        let shared = &self.shared;
        if !shared.ports.vault.is_open() || shared.quarantine.why().is_some() {
            return Ok(false);
        }
        let latest = shared.ports.records.latest_checkpoint().await?;
        let grown = shared.ports.records.audit_size().await?;
        let is_due = latest.is_none_or(|latest| {
            let age = shared.now().duration_since(latest.signed_at);
            let new = grown.saturating_sub(latest.size);
            // A log that got shorter is looked at too.
            grown < latest.size || new >= SIGN_AFTER_ENTRIES || (new > 0 && age >= SIGN_AFTER)
        });
        if !is_due {
            return Ok(false);
        }
        Ok(shared.sign_checkpoint().await?.is_some())
    }
}
