//! Rotating the access key with which a connection reaches its account.
//!
//! A rotation is a job with one target, the connection. What it has done is in its attempts: the answer to a request for a
//! new access key holds the secret half as the vault sealed it, and is committed before anything else happens.

mod codec;
mod facts;
mod run;

use std::sync::Arc;

use jiff::Timestamp;
use keyferry_domain::access_key::{AccessKeyStep, Obstacle, preview};
use keyferry_domain::arn::Lane;
use keyferry_domain::connection::Connection;
use keyferry_domain::id::{ConnectionId, TargetId};
use keyferry_engine::{Asked, JobRequest, new_job};
use keyferry_ports::entropy::uuid_v7;
use keyferry_ports::records::{Batch, Change, Expect, Job, Priority, Subject};

use crate::action::Action;
use crate::actor::Actor;
use crate::connections::account_of;
use crate::error::AppError;
use crate::kms_keys::Mode;
use crate::link::default_region;
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::repeated::Digest;

use facts::{History, facts};

pub(crate) use run::AccessKeyDriver;

/// What a rotation answers.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "made once per request")]
pub enum AccessKeyAnswer {
    /// A job is under way.
    Started(Job),
    /// What would be done.
    Planned(AccessKeyPlan),
}

/// What a rotation would do.
#[derive(Debug, PartialEq, Eq)]
pub struct AccessKeyPlan {
    /// Where AWS would be called.
    pub lane: Lane,
    /// In order; between making and deactivating, the new one is verified and the connection switches.
    pub steps: Vec<AccessKeyStep>,
    /// Why it could not go on.
    pub blocked: Option<Obstacle>,
}

/// Use cases of access keys.
pub struct AccessKeys {
    shared: Arc<Shared>,
}

impl AccessKeys {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Rotates the access key of a connection: makes a new one, verifies it, switches, deactivates the former one, and
    /// deletes it a day later.
    ///
    /// # Errors
    ///
    /// [`AppError::NoAccessKey`] where the identity begins with none; [`AppError::Busy`] while another rotation of it is under
    /// way.
    pub async fn rotate(
        &self,
        actor: &Actor,
        selector: &str,
        mode: &Mode,
    ) -> Result<AccessKeyAnswer, AppError> {
        let action = Action::ConnectionRotateAccessKey;
        let permit = self.shared.permit(actor, action).await?;
        let asked = mode.asks(Digest::of(action, &selector));
        if let Some(job) = self.shared.begun_before(actor, asked.as_ref()).await? {
            return Ok(AccessKeyAnswer::Started(job));
        }
        let connection = self.shared.find_connection(&permit, selector).await?;
        if mode.dry_run {
            return self.plan(&connection).await.map(AccessKeyAnswer::Planned);
        }
        let job = self.start(actor, connection, Priority::Interactive, asked);
        job.await.map(AccessKeyAnswer::Started)
    }

    /// Begins the rotation that is due, and counts when the next one is.
    pub(crate) async fn rotate_as_scheduled(
        &self,
        actor: &Actor,
        connection: Connection,
    ) -> Result<Job, AppError> {
        self.shared
            .permit(actor, Action::ConnectionRotateAccessKey)
            .await?;
        self.start(actor, connection, Priority::Bulk, None).await
    }

    async fn start(
        &self,
        actor: &Actor,
        mut connection: Connection,
        priority: Priority,
        asked: Option<Asked>,
    ) -> Result<Job, AppError> {
        let lane = lane_of(&connection)?;
        self.refuse_shared(&connection).await?;
        self.refuse_busy(&connection).await?;
        let now = self.shared.now();
        let action = Action::ConnectionRotateAccessKey;
        let request = JobRequest {
            kind: action.as_str().to_owned(),
            actor: actor.to_string(),
            asked,
            priority,
            title: format!("{action} {}", connection.name),
            targets: vec![(connection.id.into(), lane)],
            request: None,
        };
        let (job, _, changes) = new_job(
            request,
            [connection.group].into(),
            now,
            &*self.shared.ports.entropy,
        );
        let about = object("connection", connection.id, &connection.name);
        let fact = Fact::asked(actor, action, about, now).job(job.id);
        let mut batch = Batch::from(changes).with(fact.change());
        batch
            .changes
            .extend(self.shared.rotation_goes_on(connection.id.into()).await?);
        // The row is written too: of two rotations that begin at once, one meets the other's revision.
        let expect = Expect::Revision(connection.revision);
        connection.access_key.due = next_after(&connection, now);
        batch.push(Change::PutConnection(connection, expect));
        self.shared.commit_job(job.id, batch).await?;
        Ok(job)
    }

    async fn plan(&self, connection: &Connection) -> Result<AccessKeyPlan, AppError> {
        let lane = lane_of(connection)?;
        self.refuse_shared(connection).await?;
        let subject = Subject::from(connection.id);
        let records = &self.shared.ports.records;
        let attempts = records
            .recent_attempts(subject, Timestamp::UNIX_EPOCH)
            .await?;
        // No attempt is of a rotation that has not begun.
        let none = TargetId::new(uuid_v7(self.shared.now(), &*self.shared.ports.entropy));
        let history = History::of(&attempts, none).map_err(|error| AppError::NotNow {
            code: "database.corrupt".to_owned(),
            why: error.to_string(),
        })?;
        let link = self.shared.links.of(connection, "keyferry-read").await?;
        let listed = link
            .access_keys()
            .await
            .map_err(AppError::aws("listing access keys"))?;
        let facts = facts(connection, &history, &listed).ok_or_else(|| no_key(connection))?;
        let (steps, blocked) = preview(&facts, self.shared.now());
        Ok(AccessKeyPlan {
            lane,
            steps,
            blocked,
        })
    }

    /// Every connection that begins with the former access key would lose its account.
    async fn refuse_shared(&self, connection: &Connection) -> Result<(), AppError> {
        let Some(id) = connection.link.identity.access_key_id() else {
            return Ok(());
        };
        let all = self.shared.ports.records.list_connections().await?;
        let others = others_with(&all, connection.id, id);
        if others.is_empty() {
            return Ok(());
        }
        Err(AppError::AccessKey(Obstacle::Shared {
            id: id.to_owned(),
            others: others.join(", "),
        }))
    }

    async fn refuse_busy(&self, connection: &Connection) -> Result<(), AppError> {
        let records = &self.shared.ports.records;
        let open = records.open_targets_on(connection.id.into()).await?;
        match open.first() {
            Some(target) => Err(AppError::RotationUnderWay {
                name: connection.name.to_string(),
                job: target.job.to_string(),
            }),
            None => Ok(()),
        }
    }
}

/// When the schedule comes next, once it came now.
fn next_after(connection: &Connection, now: Timestamp) -> Option<Timestamp> {
    let rule = connection.access_key.rotation.as_ref()?;
    keyferry_domain::schedule::next_due(rule, Some(now), now)
}

fn no_key(connection: &Connection) -> AppError {
    AppError::NoAccessKey {
        name: connection.name.to_string(),
    }
}

/// Where IAM is called: it is one for all Regions, and counted where the connection is at home.
fn lane_of(connection: &Connection) -> Result<Lane, AppError> {
    if connection.link.identity.access_key_id().is_none() {
        return Err(no_key(connection));
    }
    Ok(Lane {
        account: account_of(connection)?.clone(),
        region: default_region(&connection.regions)?.clone(),
    })
}

/// Names of other connections that begin with an access key.
pub(super) fn others_with(
    all: &[Connection],
    but: ConnectionId,
    access_key_id: &str,
) -> Vec<String> {
    let begins = |one: &&Connection| {
        one.id != but && one.link.identity.access_key_id() == Some(access_key_id)
    };
    let others = all.iter().filter(begins);
    others.map(|one| one.name.to_string()).collect()
}
