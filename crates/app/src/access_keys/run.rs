//! One rotation of an access key in one server's hands, between two waits.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_audit::{Object, Outcome};
use keyferry_domain::access_key::{
    AccessKeyDecision, AccessKeyStep, Made, Obstacle, UNKNOWN_FOR, next_step,
};
use keyferry_domain::arn::Lane;
use keyferry_domain::connection::{Connection, LinkSettings, SealedSecret};
use keyferry_domain::id::{ConnectionId, JobId};
use keyferry_engine::{Cancelled, Cost, DriverError, Next, Pacer, Run, Sent, StepSpec, Verdict};
use keyferry_ports::aws::{AwsAccount, CallFailure, NewAccessKey, Refusal};
use keyferry_ports::records::{Attempt, AttemptState, Change, Expect, Target};
use keyferry_ports::secret::SecretText;

use crate::driver::{
    Kept, KmsKeyDriver, Told, corrupt, gone, later, not_now, not_prepared, says_nothing, tell,
};
use crate::error::{refusal_code, refusal_hint};
use crate::link::default_region;
use crate::log::{Fact, object};

use super::codec::{NewKey, encode_answer, encode_step};
use super::facts::{History, facts};
use super::others_with;

/// How long before AWS is asked again whether it knows a new access key.
const ASK_AGAIN: SignedDuration = SignedDuration::from_secs(10);

/// In the audit log: the connection uses the new access key from now on.
const SWITCH: &str = "switch-access-key";

/// Opens rotations of access keys for the engine.
#[derive(Clone)]
pub(crate) struct AccessKeyDriver {
    pub(crate) keys: KmsKeyDriver,
}

impl AccessKeyDriver {
    /// Opens one for a run.
    pub(crate) async fn open(
        &self,
        target: &Target,
        id: ConnectionId,
        pacer: Pacer,
    ) -> Result<Box<dyn Run>, DriverError> {
        let records = &self.keys.records;
        let Some(job) = records.find_job(target.job).await? else {
            return Err(gone("job", target.job));
        };
        let Some(connection) = records.find_connection(id).await? else {
            return Err(gone("connection", id));
        };
        let attempts = records
            .recent_attempts(target.subject, Timestamp::UNIX_EPOCH)
            .await?;
        let session = format!("keyferry-{}", target.job);
        let link = self
            .keys
            .links
            .of(&connection, &session)
            .await
            .map_err(|error| later(&error))?;
        Ok(Box::new(Rotation {
            driver: self.clone(),
            job: target.job,
            actor: job.actor,
            target: target.clone(),
            connection,
            link,
            pacer,
            attempts,
            refused: None,
            prepared: None,
        }))
    }

    /// Outcomes that the engine found out by itself, told in the log like all others.
    pub(crate) fn outcome_records(&self, attempt: &Attempt, id: ConnectionId) -> Vec<Change> {
        let outcome = match attempt.state {
            AttemptState::Refused => Outcome::Refused,
            AttemptState::Done => Outcome::Ok,
            AttemptState::Sending | AttemptState::Unknown => Outcome::Unknown,
        };
        let now = self.keys.clock.now();
        let about = object("connection", id, id);
        let operation = AccessKeyStep::aws_operation_of(&attempt.kind).unwrap_or_default();
        let code = attempt.outcome.as_ref().map_or("", |one| one.code.as_str());
        let fact = Fact::outcome("system", &attempt.kind, outcome, about, now)
            .job(attempt.job)
            .attempt(attempt.id)
            .aws_operation(operation)
            .detail("code", code);
        vec![fact.change()]
    }
}

/// A rotation under way.
struct Rotation {
    driver: AccessKeyDriver,
    job: JobId,
    actor: String,
    target: Target,
    connection: Connection,
    link: Arc<dyn AwsAccount>,
    pacer: Pacer,
    /// Everything that was ever sent for this connection's access key.
    attempts: Vec<Attempt>,
    /// What AWS refused in this run: step, code, and AWS's words.
    refused: Option<(AccessKeyStep, String, String)>,
    prepared: Option<AccessKeyStep>,
}

impl Rotation {
    fn object(&self) -> Object {
        object("connection", self.connection.id, &self.connection.name)
    }

    fn lane(&self) -> &Lane {
        &self.target.lane
    }

    fn cost(&self, operation: &'static str) -> Cost {
        Cost {
            lane: self.lane().clone(),
            operation,
            tokens: 1,
        }
    }

    fn history(&self) -> Result<History, DriverError> {
        History::of(&self.attempts, self.target.id).map_err(corrupt)
    }

    fn prepare(&mut self, step: AccessKeyStep) -> Next {
        if let Some((refused, code, message)) = &self.refused
            && *refused == step
            && !says_nothing(code)
        {
            let refusal = Refusal::from_code(code, "");
            return Next::Stuck {
                code: refusal_code(&refusal).to_owned(),
                why: format!(
                    "{}: {message}; {}",
                    step.aws_operation(),
                    refusal_hint(&refusal)
                ),
            };
        }
        let spec = StepSpec {
            kind: step.kind().to_owned(),
            step: encode_step(&step),
            lane: self.lane().clone(),
            costs: vec![self.cost(step.aws_operation())],
            skew: self.link.skew(),
            once_only: true,
            records: vec![self.row()],
        };
        self.prepared = Some(step);
        Next::Step(spec)
    }

    /// The row is written with every sending: whoever changed the connection meanwhile makes that commit fail.
    fn row(&mut self) -> Change {
        let expect = Expect::Revision(self.connection.revision);
        let row = Change::PutConnection(self.connection.clone(), expect);
        self.connection.revision += 1;
        row
    }

    /// Other connections that begin with an access key, which must not lose it.
    async fn shared(&self, step: &AccessKeyStep) -> Result<Option<Obstacle>, DriverError> {
        let (AccessKeyStep::Deactivate { id } | AccessKeyStep::Delete { id }) = step else {
            return Ok(None);
        };
        let all = self.driver.keys.records.list_connections().await?;
        let others = others_with(&all, self.connection.id, id);
        Ok((!others.is_empty()).then(|| Obstacle::Shared {
            id: id.clone(),
            others: others.join(", "),
        }))
    }

    /// The connection's settings with another access key in them.
    async fn settings_with(
        &self,
        id: &str,
        secret: &SealedSecret,
    ) -> Result<LinkSettings<SecretText>, DriverError> {
        let links = &self.driver.keys.links;
        let sealed_for = purpose(self.connection.id, id);
        let secret = self.driver.keys.vault.open_secret(&sealed_for, secret);
        let secret = secret.map_err(|error| later(&error.into()))?;
        let mut settings = links
            .settings_of(&self.connection)
            .await
            .map_err(|error| later(&error))?;
        settings.identity = settings.identity.with_access_key(id.to_owned(), secret);
        Ok(settings)
    }

    /// Whether the new access key works wherever the connection works, and then the change to it.
    async fn switch(
        &self,
        history: &History,
        (id, made_at): (String, Timestamp),
        now: Timestamp,
    ) -> Result<Verdict, DriverError> {
        let secret = history
            .secret_of(&id)
            .ok_or_else(|| gone("secret of", &id))?;
        let settings = self.settings_with(&id, secret).await?;
        match self.verify(settings).await? {
            Tried::Works => {}
            Tried::Unknown if now < made_at + UNKNOWN_FOR => {
                return Ok(Verdict::only(Next::Wait {
                    until: now + ASK_AGAIN,
                    code: "access-key.not-known-yet".to_owned(),
                    why: "AWS does not know the new access key everywhere yet".to_owned(),
                }));
            }
            Tried::Unknown => {
                return Ok(Verdict::only(Next::Stuck {
                    code: "access-key.does-not-work".to_owned(),
                    why: format!(
                        "AWS does not accept the new access key {id}; the one in use goes on: see in IAM what became of the new one, delete it, then retry the job"
                    ),
                }));
            }
        }
        let settings = self.settings_with(&id, secret).await?;
        let (link, link_mac) = self
            .driver
            .keys
            .links
            .seal_settings(self.connection.id, &settings)
            .map_err(|error| later(&error.into()))?;
        let mut changed = Connection {
            link,
            link_mac,
            updated_at: now,
            ..self.connection.clone()
        };
        changed.access_key.began(true, now);
        let fact = Fact::outcome(&self.actor, SWITCH, Outcome::Ok, self.object(), now)
            .job(self.job)
            .detail("access_key_id", &id)
            .detail(
                "former",
                self.connection
                    .link
                    .identity
                    .access_key_id()
                    .unwrap_or_default(),
            );
        let expect = Expect::Revision(self.connection.revision);
        Ok(Verdict {
            settled: Vec::new(),
            records: vec![Change::PutConnection(changed, expect), fact.change()],
            next: Next::Wait {
                until: now + keyferry_domain::access_key::LINGER,
                code: "access-key.lingers".to_owned(),
                why: "the connection uses the new access key; what began with the former one ends with it"
                    .to_owned(),
            },
        })
    }

    /// Uses settings once in every Region of the connection.
    async fn verify(&self, settings: LinkSettings<SecretText>) -> Result<Tried, DriverError> {
        let region = default_region(&self.connection.regions).map_err(|error| later(&error))?;
        let links = &self.driver.keys.links;
        let link = links
            .try_out(settings, region)
            .await
            .map_err(|error| later(&error))?;
        let caller = match link.caller().await {
            Ok(caller) => caller,
            Err(failure) => return unknown_key(&failure),
        };
        if self
            .connection
            .account
            .as_ref()
            .is_some_and(|account| *account != caller.account)
        {
            return Err(DriverError::Stuck {
                code: "connection.other-account".to_owned(),
                why: format!(
                    "the new access key belongs to the account {}",
                    caller.account
                ),
            });
        }
        for region in &self.connection.regions {
            match link.kms(region).keys(None).await {
                Ok(_)
                | Err(CallFailure::Refused {
                    refusal: Refusal::AccessDenied,
                    ..
                }) => {}
                Err(failure) => return unknown_key(&failure),
            }
        }
        Ok(Tried::Works)
    }

    /// Sends a step; a new access key is sealed before anything else happens to it.
    async fn carry_out(
        &self,
        step: &AccessKeyStep,
        signed_at: Timestamp,
    ) -> Result<Option<NewKey>, CallFailure> {
        match step {
            AccessKeyStep::Create { .. } => {
                let made = self.link.create_access_key(signed_at).await?;
                Ok(Some(self.sealed(made)))
            }
            AccessKeyStep::Deactivate { id } => self
                .link
                .deactivate_access_key(id, signed_at)
                .await
                .map(|()| None),
            AccessKeyStep::Delete { id } => self
                .link
                .delete_access_key(id, signed_at)
                .await
                .map(|()| None),
        }
    }

    /// Where the vault was sealed meanwhile, the secret half is lost; the public one is kept, so that the rotation deletes it.
    fn sealed(&self, made: NewAccessKey) -> NewKey {
        let purpose = purpose(self.connection.id, &made.access_key_id);
        let vault = &self.driver.keys.vault;
        NewKey {
            secret: vault.seal_secret(&purpose, &made.secret_access_key).ok(),
            id: made.access_key_id,
        }
    }
}

/// What a new access key's secret is sealed for until the connection has it.
fn purpose(connection: ConnectionId, access_key_id: &str) -> String {
    format!("connection/{connection}/new-access-key/{access_key_id}")
}

/// How a trial ended.
enum Tried {
    Works,
    /// AWS does not know it.
    Unknown,
}

fn unknown_key(failure: &CallFailure) -> Result<Tried, DriverError> {
    use keyferry_ports::aws::NotSentStage;
    match failure {
        CallFailure::Refused {
            refusal: Refusal::Unauthenticated,
            ..
        }
        | CallFailure::NotSent {
            stage: NotSentStage::BaseIdentity,
            ..
        } => Ok(Tried::Unknown),
        failure => Err(not_now(failure)),
    }
}

#[async_trait]
impl Run for Rotation {
    fn skew(&self) -> SignedDuration {
        self.link.skew()
    }

    async fn decide(&mut self, now: Timestamp) -> Result<Verdict, DriverError> {
        if !self.driver.keys.vault.is_open() {
            return Err(later(&keyferry_ports::vault::VaultError::Sealed.into()));
        }
        self.pacer.take(&self.cost("ListAccessKeys")).await;
        let listed = self
            .link
            .access_keys()
            .await
            .map_err(|failure| not_now(&failure))?;
        let history = self.history()?;
        let Some(facts) = facts(&self.connection, &history, &listed) else {
            return Ok(Verdict::only(Next::Stuck {
                code: "access-key.none".to_owned(),
                why: "the connection has no access key any more".to_owned(),
            }));
        };
        Ok(match next_step(&facts, now) {
            AccessKeyDecision::Step(step) => match self.shared(&step).await? {
                Some(obstacle) => Verdict::only(stuck(&obstacle)),
                None => Verdict::only(self.prepare(step)),
            },
            AccessKeyDecision::Switch { id, made_at } => {
                self.switch(&history, (id, made_at), now).await?
            }
            AccessKeyDecision::Wait { until, code, why } => Verdict::only(Next::Wait {
                until,
                code: code.to_owned(),
                why: why.to_owned(),
            }),
            AccessKeyDecision::Blocked(obstacle) => Verdict::only(stuck(&obstacle)),
            AccessKeyDecision::Done => Verdict::only(Next::Finished),
        })
    }

    fn cancelled(&mut self) -> Cancelled {
        let in_use = self.connection.link.identity.access_key_id();
        let left = |made: &&Made| made.is_of_this_rotation && Some(made.id.as_str()) != in_use;
        let note = match self.history() {
            Ok(history) => history.made.iter().rev().find(left).map(|made| {
                format!(
                    "the access key {} was made and is not in use; the next rotation deletes it",
                    made.id
                )
            }),
            Err(_) => None,
        };
        let note = note.unwrap_or_else(|| {
            "what was sent stays: see in IAM which access keys the user has".to_owned()
        });
        Cancelled {
            records: Vec::new(),
            note: Some((left_code().to_owned(), note)),
        }
    }

    fn intent_records(&self, attempt: &Attempt) -> Vec<Change> {
        let Some(step) = &self.prepared else {
            return Vec::new();
        };
        let now = self.driver.keys.clock.now();
        let fact = Fact::intent(&self.actor, step.kind(), self.object(), now)
            .job(self.job)
            .attempt(attempt.id)
            .aws_operation(step.aws_operation())
            .detail("access_key_id", subject_of(step));
        vec![fact.change()]
    }

    async fn send(&mut self, attempt: &Attempt) -> Sent {
        let at = self.driver.keys.clock.now();
        let Some(step) = self.prepared.take() else {
            return not_prepared(attempt, at);
        };
        let result = self.carry_out(&step, attempt.signed_at).await;
        let at = self.driver.keys.clock.now();
        let Told {
            state,
            outcome,
            audit,
            throttled,
        } = tell(&result, kept, at);
        let mut fact = Fact::outcome(&self.actor, step.kind(), audit, self.object(), at)
            .job(self.job)
            .attempt(attempt.id)
            .aws_operation(step.aws_operation())
            .aws_request(outcome.request_id.clone())
            .detail("code", &outcome.code);
        if let Ok(Some(made)) = &result {
            fact = fact.detail("access_key_id", &made.id);
        }
        if state == AttemptState::Refused {
            self.refused = Some((step, outcome.code.clone(), outcome.message.clone()));
        }
        let mut ended = attempt.clone();
        ended.state = state;
        ended.outcome = Some(outcome.clone());
        self.attempts.push(ended);
        Sent {
            state,
            outcome,
            records: vec![fact.change()],
            throttled,
        }
    }
}

fn stuck(obstacle: &Obstacle) -> Next {
    Next::Stuck {
        code: obstacle.code().to_owned(),
        why: format!("{}; {}", obstacle.reason(), obstacle.hint()),
    }
}

/// The code of a rotation that was cancelled after something was sent.
fn left_code() -> &'static str {
    "access-key.left"
}

fn subject_of(step: &AccessKeyStep) -> &str {
    match step {
        AccessKeyStep::Create { former } => former,
        AccessKeyStep::Deactivate { id } | AccessKeyStep::Delete { id } => id,
    }
}

/// What the row of an attempt keeps of a new access key.
fn kept(made: &Option<NewKey>) -> Kept {
    Kept {
        answer: made.as_ref().map(encode_answer),
        ..Kept::default()
    }
}
