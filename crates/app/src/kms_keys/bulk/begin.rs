//! The beginning of one target of a bulk job: the use case of the single operation, for whoever asked.

use std::sync::{Arc, OnceLock, Weak};

use keyferry_domain::kms_key::KmsKey;
use keyferry_engine::{Begun, DriverError};
use keyferry_ports::records::{Job, Target};

use crate::action::Action;
use crate::actor::Actor;
use crate::driver::{KmsKeyDriver, later};
use crate::error::AppError;
use crate::kms_keys::part::Part;
use crate::kms_keys::{Answer, KmsKeys};
use crate::parts::Shared;

use super::codec::{Request, decode};

/// Begins targets for the engine. The use cases have the engine, so it gets them once both are there.
#[derive(Default)]
pub(crate) struct Beginner {
    shared: OnceLock<Weak<Shared>>,
}

impl Beginner {
    /// Says once what use cases share.
    pub(crate) fn know(&self, shared: &Arc<Shared>) {
        // Said twice, it is the same.
        let _ = self.shared.set(Arc::downgrade(shared));
    }

    /// What it takes to want of one KMS key what its job asks for.
    pub(crate) async fn begin(
        &self,
        target: &Target,
        driver: &KmsKeyDriver,
    ) -> Result<Begun, DriverError> {
        let Some(shared) = self.shared.get().and_then(Weak::upgrade) else {
            return Err(DriverError::Later {
                code: "engine.stopping".to_owned(),
                why: "the server is stopping".to_owned(),
            });
        };
        let records = &shared.ports.records;
        let Some(job) = records.find_job(target.job).await? else {
            return Err(crate::driver::gone("job", target.job));
        };
        let text = job.request.clone().unwrap_or_default();
        let request = decode(&text).map_err(crate::driver::corrupt)?;
        let Some(id) = target.subject.kms_key() else {
            return Err(crate::driver::gone("KMS key", target.subject));
        };
        let Some(key) = records.find_kms_key(id).await? else {
            return Err(crate::driver::gone("KMS key", id));
        };
        let driver = Arc::new(driver.clone());
        let part = Part::new(job, target.clone(), request.frozen);
        let keys = KmsKeys::of_part(shared, driver, part);
        begun(&keys, &request, &key).await
    }
}

async fn begun(keys: &KmsKeys, request: &Request, key: &KmsKey) -> Result<Begun, DriverError> {
    let approval = keys.part.as_ref().and_then(|part| part.job.approval);
    let answer = match still_there(keys, request).await {
        Ok(()) => {
            let (operation, actor) = (&request.operation, request.actor.clone().begun(approval));
            Box::pin(operation.run(keys, &actor, key, false)).await
        }
        Err(error) => Err(error),
    };
    let records = keys.part.as_ref().map(Part::prepared).unwrap_or_default();
    match answer {
        Ok(Answer::Started { .. }) => Ok(Begun::Go(records)),
        Ok(Answer::Done(_)) => Ok(Begun::Done {
            records,
            note: None,
        }),
        Ok(Answer::Unchanged(_) | Answer::Planned(_)) => Ok(Begun::Done {
            records,
            note: Some((
                unchanged_code().to_owned(),
                "it was wanted already".to_owned(),
            )),
        }),
        Err(AppError::Records(error)) => Err(DriverError::Records(error)),
        // The job that works on it ends, and then its turn comes.
        Err(error @ AppError::Busy { .. }) => Err(DriverError::Later {
            code: error.code().to_owned(),
            why: error.to_string(),
        }),
        Err(error) => Err(told(&error)),
    }
}

/// The code of a target of which nothing had to be changed.
fn unchanged_code() -> &'static str {
    "kms-key.unchanged"
}

/// A refusal with what a person can do about it.
fn told(error: &AppError) -> DriverError {
    match later(error) {
        DriverError::Stuck { code, why } => DriverError::Stuck {
            code,
            why: format!("{why}; {}", error.hint()),
        },
        other => other,
    }
}

/// Whoever asked may have lost every right since.
async fn still_there(keys: &KmsKeys, request: &Request) -> Result<(), AppError> {
    let Actor::User { id, .. } = &request.actor else {
        return Ok(());
    };
    let user = keys.shared.ports.records.find_user(*id).await?;
    match user {
        Some(user) if user.may_enter() => Ok(()),
        _ => Err(AppError::Denied {
            actor: request.actor.to_string(),
            action: Action::KmsKeyBulk,
        }),
    }
}

impl KmsKeys {
    /// The use cases for one target of a bulk job.
    fn of_part(shared: Arc<Shared>, driver: Arc<KmsKeyDriver>, part: Part) -> Self {
        Self {
            part: Some(part),
            ..Self::new(shared, driver)
        }
    }

    /// The bulk job of whose target this is, if it is one.
    pub(in crate::kms_keys) fn bulk_job(&self) -> Option<&Job> {
        self.part.as_ref().map(|part| &part.job)
    }
}
