//! What is known of a connection's access keys: from the attempts, the connection and AWS's list.

use jiff::Timestamp;
use keyferry_domain::access_key::{AccessKeyStep, Facts, Listed, Made};
use keyferry_domain::connection::{Connection, SealedSecret};
use keyferry_domain::id::TargetId;
use keyferry_ports::aws::AccessKeyStatus;
use keyferry_ports::records::{Attempt, AttemptState};

use crate::codec::Unreadable;

use super::codec::{decode_answer, decode_step};

/// What the attempts of all rotations of one connection tell.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Access keys that answered requests made, oldest first.
    pub(super) made: Vec<Made>,
    secrets: Vec<(String, SealedSecret)>,
    unanswered: Option<Timestamp>,
    /// Which, when, and whether AWS answered.
    deactivated: Vec<(String, Timestamp, bool)>,
    changed_at: Option<Timestamp>,
    /// The access key in use when this rotation asked for a new one.
    former: Option<String>,
}

impl History {
    /// Reads the attempts; those of `target` are of this rotation.
    pub(super) fn of(attempts: &[Attempt], target: TargetId) -> Result<Self, Unreadable> {
        let mut history = Self::default();
        for attempt in attempts {
            history.take_in(attempt, attempt.target == target)?;
        }
        Ok(history)
    }

    fn take_in(&mut self, attempt: &Attempt, is_of_this_rotation: bool) -> Result<(), Unreadable> {
        if attempt.state == AttemptState::Refused {
            return Ok(());
        }
        let step = decode_step(&attempt.step)?;
        let done_at = attempt
            .outcome
            .as_ref()
            .filter(|_| attempt.state == AttemptState::Done)
            .map(|outcome| outcome.at);
        self.changed_at = self.changed_at.max(done_at);
        match step {
            AccessKeyStep::Create { former } => {
                if is_of_this_rotation {
                    self.former = Some(former);
                }
                let answer = attempt
                    .outcome
                    .as_ref()
                    .and_then(|one| one.answer.as_deref());
                match (done_at, answer) {
                    (Some(at), Some(answer)) => {
                        let key = decode_answer(answer)?;
                        self.made.push(Made {
                            id: key.id.clone(),
                            at,
                            has_secret: key.secret.is_some(),
                            is_of_this_rotation,
                        });
                        self.secrets
                            .extend(key.secret.map(|secret| (key.id, secret)));
                    }
                    _ => self.unanswered = self.unanswered.max(Some(attempt.signed_at)),
                }
            }
            AccessKeyStep::Deactivate { id } => {
                let at = done_at.unwrap_or(attempt.signed_at);
                self.deactivated.push((id, at, done_at.is_some()));
            }
            AccessKeyStep::Delete { .. } => {}
        }
        Ok(())
    }

    /// The sealed secret half of an access key that was made.
    pub(super) fn secret_of(&self, id: &str) -> Option<&SealedSecret> {
        self.secrets
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, secret)| secret)
    }
}

/// All that the decision depends on; `None` where the connection has no access key.
pub(super) fn facts(
    connection: &Connection,
    history: &History,
    listed: &[AccessKeyStatus],
) -> Option<Facts> {
    let in_use = connection.link.identity.access_key_id()?.to_owned();
    let former = history.former.clone().unwrap_or_else(|| in_use.clone());
    let deactivated = history
        .deactivated
        .iter()
        .rev()
        .find(|(id, ..)| *id == former);
    Some(Facts {
        since: connection.access_key.since.unwrap_or(connection.created_at),
        made: history.made.clone(),
        unanswered: history.unanswered,
        deactivated_at: deactivated.map(|(_, at, _)| *at),
        is_deactivated: deactivated.is_some_and(|(_, _, is_answered)| *is_answered),
        changed_at: history.changed_at,
        listed: listed
            .iter()
            .map(|key| Listed {
                id: key.access_key_id.clone(),
                is_active: key.is_active,
            })
            .collect(),
        in_use,
        former,
    })
}
