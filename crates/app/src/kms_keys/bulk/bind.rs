//! Binding by manifest: many KMS keys and the keys they shall be bound to, as one job.

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt};
use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::id::KmsKeyId;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::operation::Refusal;
use keyferry_engine::{Asked, JobRequest};
use keyferry_ports::records::{Job, Priority};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ErrorClass};
use crate::kms_keys::bind::Found;
use crate::kms_keys::create::Destination;
use crate::kms_keys::{Claim, KmsKeys, Left, Mode};
use crate::repeated::Digest;
use crate::rights::{Object, Permit};

use super::BulkOperation;
use super::codec::{Request, encode};

/// Lines of one request, each of them looked at in AWS before it is answered.
pub const MANIFEST_LINES_MAX: usize = 200;

/// KMS keys that are read side by side.
const SIDE_BY_SIDE: usize = 16;

/// KMS keys to bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The keystore, by id or name.
    pub keystore: String,
    /// What is bound to what.
    pub lines: Vec<ManifestLine>,
}

/// One KMS key to bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestLine {
    /// As in [`BindKey`](crate::kms_keys::BindKey).
    pub kms_key: String,
    /// What it is bound to.
    pub claim: Claim,
}

/// What became of the lines of a manifest.
#[derive(Debug, Default)]
pub struct Bindings {
    /// The job that binds them; none after a dry run, or where no line can be.
    pub job: Option<Job>,
    /// As they would be wanted: each the line's name of it, and the KMS key.
    pub bound: Vec<(String, KmsKey)>,
    /// Left as they are.
    pub left: Vec<Left>,
}

/// A line whose KMS key can be bound as it says.
struct Ready {
    line: ManifestLine,
    found: Found,
    after: KmsKey,
}

impl KmsKeys {
    /// Binds many KMS keys to keys in the vault by one job, each as [`KmsKeys::bind`] does. A line of which it can be said
    /// now that it cannot be is told with its reason, and does not keep the others from it.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] for more than [`MANIFEST_LINES_MAX`] lines, or none.
    pub async fn bind_many(
        &self,
        actor: &Actor,
        manifest: Manifest,
        mode: &Mode,
    ) -> Result<Bindings, AppError> {
        self.shared.permit(actor, Action::KmsKeyBulk).await?;
        let adopt = self.shared.permit(actor, Action::KmsKeyAdopt).await?;
        let permit = self.shared.permit(actor, Action::KmsKeyBind).await?;
        let asked = mode.asks(Digest::of(Action::KmsKeyBind, &manifest));
        if let Some(job) = self.shared.begun_before(actor, asked.as_ref()).await? {
            return self.bound_by(job).await;
        }
        if manifest.lines.is_empty() || manifest.lines.len() > MANIFEST_LINES_MAX {
            return Err(AppError::Invalid {
                field: "lines",
                why: format!("give 1 to {MANIFEST_LINES_MAX} lines in one request"),
            });
        }
        let to = self.destination(&permit, &manifest.keystore).await?;
        adopt.check(&Object::keystore(&to.keystore))?;
        let lines = self.look_at_lines((actor, &permit), &to, manifest.lines);
        let (ready, mut left) = lines.await?;
        if mode.dry_run || ready.is_empty() {
            let bound = ready.into_iter().map(|one| (one.line.kms_key, one.after));
            return Ok(Bindings {
                job: None,
                bound: bound.collect(),
                left,
            });
        }
        let ready = self.adopt_unmanaged(actor, ready, &mut left).await?;
        let job = if ready.is_empty() {
            None
        } else {
            Some(self.start_binding(actor, asked, &to, &ready).await?)
        };
        let bound = ready.into_iter().map(|one| (one.line.kms_key, one.after));
        Ok(Bindings {
            job,
            bound: bound.collect(),
            left,
        })
    }

    /// Looks at every line side by side; a KMS key that is named twice is bound by its first line.
    async fn look_at_lines(
        &self,
        by: (&Actor, &Permit),
        to: &Destination,
        lines: Vec<ManifestLine>,
    ) -> Result<(Vec<Ready>, Vec<Left>), AppError> {
        let mut looks: Vec<BoxFuture<'_, Result<Result<Ready, Left>, AppError>>> = Vec::new();
        for line in lines {
            looks.push(self.look_at_line(by, to, line).boxed());
        }
        let looked: Vec<_> = stream::iter(looks).buffered(SIDE_BY_SIDE).collect().await;
        let mut named: BTreeSet<Option<KmsKeyArn>> = BTreeSet::new();
        let (mut ready, mut left) = (Vec::new(), Vec::new());
        for one in looked {
            match one? {
                Ok(one) if named.insert(one.found.kms_key.arn.clone()) => ready.push(one),
                Ok(one) => left.push(left_of(&one.line, &Refusal::NamedTwice.into())),
                Err(one) => left.push(one),
            }
        }
        Ok((ready, left))
    }

    async fn look_at_line(
        &self,
        (actor, permit): (&Actor, &Permit),
        to: &Destination,
        line: ManifestLine,
    ) -> Result<Result<Ready, Left>, AppError> {
        let looked = async {
            let found = self.find_for(actor, permit, to, &line.kms_key).await?;
            let after = self
                .claimed(permit, to, &found.kms_key, &line.claim)
                .await?;
            self.refuse_busy(&found.kms_key).await?;
            Ok((found, after))
        };
        match looked.await {
            Ok((found, after)) => Ok(Ok(Ready { line, found, after })),
            Err(error @ AppError::Records(_)) => Err(error),
            Err(error) if error.class() == ErrorClass::Bug => Err(error),
            Err(error) => Ok(Err(left_of(&line, &error))),
        }
    }

    /// Adopts what nobody manages yet, all in one commit. The KMS keys have their names now.
    async fn adopt_unmanaged(
        &self,
        actor: &Actor,
        ready: Vec<Ready>,
        left: &mut Vec<Left>,
    ) -> Result<Vec<Ready>, AppError> {
        let unmanaged = ready.iter().filter(|one| !one.found.is_managed);
        let unmanaged = unmanaged.map(|one| one.found.kms_key.clone()).collect();
        let taken = self.take_in(actor, unmanaged).await?;
        left.extend(taken.left);
        let names: BTreeMap<KmsKeyId, _> = taken
            .adopted
            .into_iter()
            .map(|key| (key.id, key.name))
            .collect();
        let named = |mut one: Ready| {
            if !one.found.is_managed {
                one.after.name = names.get(&one.after.id)?.clone();
            }
            Some(one)
        };
        Ok(ready.into_iter().filter_map(named).collect())
    }

    async fn start_binding(
        &self,
        actor: &Actor,
        asked: Option<Asked>,
        to: &Destination,
        ready: &[Ready],
    ) -> Result<Job, AppError> {
        let claims = ready
            .iter()
            .map(|one| (one.after.id, one.line.claim.clone()));
        let request = Request {
            actor: actor.clone(),
            operation: BulkOperation::Bind(claims.collect()),
            frozen: u32::try_from(ready.len()).unwrap_or(u32::MAX),
        };
        let mut targets = Vec::new();
        for one in ready {
            targets.push((one.after.id.into(), self.lane(&one.after).await?));
        }
        let action = Action::KmsKeyBind;
        let request = JobRequest {
            kind: action.as_str().to_owned(),
            actor: actor.to_string(),
            asked,
            priority: Priority::Bulk,
            title: format!("{action} {} KMS keys in {}", ready.len(), to.keystore.name),
            targets,
            request: Some(encode(&request)),
        };
        let groups = [to.keystore.group].into();
        self.start_bulk(actor, action, request, groups).await
    }

    async fn bound_by(&self, job: Job) -> Result<Bindings, AppError> {
        let arn = |key: &KmsKey| key.arn.as_ref().map(ToString::to_string);
        let kms_keys = self.kms_keys_of(&job).await?.into_iter();
        Ok(Bindings {
            bound: kms_keys
                .map(|key| (arn(&key).unwrap_or_default(), key))
                .collect(),
            job: Some(job),
            left: Vec::new(),
        })
    }
}

fn left_of(line: &ManifestLine, error: &AppError) -> Left {
    Left {
        selector: line.kms_key.clone(),
        code: error.code().to_owned(),
        reason: crate::driver::describe(error),
        hint: error.hint().to_owned(),
    }
}
