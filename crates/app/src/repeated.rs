//! Requests that come again: an idempotency key stands for one request, and answers what came of it.
//!
//! A request is what was asked for, of what, and with which arguments, in the words of whoever asked. Its digest is taken of
//! the command's `Debug` form, which `derive` makes whole, and in which secrets and key material show nothing of
//! themselves; of a file, the vault's keyed fingerprint stands in it. A server of another version may know a command by
//! another form: then what comes again is refused, and nothing is done twice.

use std::fmt::Debug;

use aws_lc_rs::digest::{SHA256, digest};
use keyferry_engine::Asked;
use keyferry_ports::records::Job;

use crate::App;
use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::kms_keys::Mode;
use crate::parts::Shared;

/// What tells a request from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    /// Of an operation and its arguments.
    pub(crate) fn of(action: Action, arguments: &dyn Debug) -> Self {
        let text = format!("{} {arguments:?}", action.as_str());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        Self(bytes)
    }

    pub(crate) fn to_hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Mode {
    /// By what the request is known when it comes again. A dry run leaves nothing behind that could be known.
    pub(crate) fn asks(&self, digest: Digest) -> Option<Asked> {
        let key = self.idempotency_key.clone().filter(|_| !self.dry_run)?;
        Some(Asked {
            idempotency_key: key,
            digest: digest.to_hex(),
        })
    }
}

impl App {
    /// Whether a request of this actor with this idempotency key began a job before.
    pub async fn has_begun(&self, actor: &Actor, idempotency_key: &str) -> Result<bool, AppError> {
        let records = &self.parts.0.ports.records;
        let found = records
            .find_job_by_idempotency_key(&actor.to_string(), idempotency_key)
            .await?;
        Ok(found.is_some())
    }

    /// Refuses the idempotency key of a job for what begins none.
    ///
    /// # Errors
    ///
    /// [`AppError::KeyReused`].
    pub async fn refuse_begun(&self, actor: &Actor, mode: &Mode) -> Result<(), AppError> {
        match &mode.idempotency_key {
            Some(key) if self.has_begun(actor, key).await? => {
                Err(AppError::KeyReused { key: key.clone() })
            }
            _ => Ok(()),
        }
    }
}

impl Shared {
    /// The job that the same request began before.
    ///
    /// # Errors
    ///
    /// [`AppError::KeyReused`] where the idempotency key was used for another request.
    pub(crate) async fn begun_before(
        &self,
        actor: &Actor,
        asked: Option<&Asked>,
    ) -> Result<Option<Job>, AppError> {
        let Some(asked) = asked else {
            return Ok(None);
        };
        let key = &asked.idempotency_key;
        let records = &self.ports.records;
        let found = records
            .find_job_by_idempotency_key(&actor.to_string(), key)
            .await?;
        match found {
            Some(job) if job.request_digest.as_ref() != Some(&asked.digest) => {
                Err(AppError::KeyReused { key: key.clone() })
            }
            found => Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operation_and_arguments_tell_requests_apart() {
        let one = Digest::of(Action::KmsKeyEnable, &("app", 7));

        assert_eq!(one, Digest::of(Action::KmsKeyEnable, &("app", 7)));
        assert_ne!(one, Digest::of(Action::KmsKeyDisable, &("app", 7)));
        assert_ne!(one, Digest::of(Action::KmsKeyEnable, &("app", 8)));
        assert_ne!(one, Digest::of(Action::KmsKeyEnable, &("app\", 7", 7)));
    }
}
