//! What a sent step changes in the records: ARN, bindings, and the audit log.

use jiff::Timestamp;
use keyferry_audit::{Object, Outcome};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::step::Step;
use keyferry_engine::{NOT_SENT, Sent};
use keyferry_ports::aws::{CallFailure, KmsAnswer};
use keyferry_ports::records::{Attempt, AttemptOutcome, AttemptState};

use crate::codec::encode_answer;
use crate::error::aws_code;
use crate::log::object;

use super::failure::is_throttled;

/// The outcome of a call as rows have it.
pub(crate) struct Told {
    pub(crate) state: AttemptState,
    pub(crate) outcome: AttemptOutcome,
    pub(crate) audit: Outcome,
    pub(crate) throttled: bool,
}

/// What an answer leaves in the row of its attempt.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) request_id: Option<String>,
    pub(crate) answer: Option<String>,
}

/// Puts a call's result into the words of attempts; `kept` says what of an answer the row keeps.
pub(crate) fn tell<T>(
    result: &Result<T, CallFailure>,
    kept: impl FnOnce(&T) -> Kept,
    at: Timestamp,
) -> Told {
    let (state, audit, code, message, request_id, answer) = match result {
        Ok(answer) => {
            let kept = kept(answer);
            (
                AttemptState::Done,
                Outcome::Ok,
                "ok".to_owned(),
                String::new(),
                kept.request_id,
                kept.answer,
            )
        }
        Err(CallFailure::Refused {
            code,
            refusal,
            message,
            request_id,
            ..
        }) => (
            AttemptState::Refused,
            Outcome::Refused,
            refusal.to_string(),
            in_words(code, message),
            request_id.clone(),
            None,
        ),
        Err(CallFailure::NotSent { why, .. }) => (
            AttemptState::Refused,
            Outcome::Refused,
            NOT_SENT.to_owned(),
            why.clone(),
            None,
            None,
        ),
        Err(failure @ CallFailure::Unknown { request_id, .. }) => (
            AttemptState::Unknown,
            Outcome::Unknown,
            aws_code(failure).to_owned(),
            failure.to_string(),
            request_id.clone(),
            None,
        ),
        // Something answered, but not for what was asked: whether AWS did it is not known.
        Err(failure @ CallFailure::WrongAnswer { .. }) => (
            AttemptState::Unknown,
            Outcome::Unknown,
            aws_code(failure).to_owned(),
            failure.to_string(),
            None,
            None,
        ),
    };
    let throttled = matches!(result, Err(failure) if is_throttled(failure));
    Told {
        state,
        outcome: AttemptOutcome {
            at,
            code,
            message,
            request_id,
            answer,
        },
        audit,
        throttled,
    }
}

/// AWS's own code and sentence.
fn in_words(code: &str, message: &str) -> String {
    match message {
        "" => code.to_owned(),
        message => format!("{code}: {message}"),
    }
}

/// What an answer teaches us about the KMS key. Answers whether anything changed.
pub(crate) fn learn(key: &mut KmsKey, step: &Step, answer: &KmsAnswer) -> bool {
    match step {
        Step::CreateKmsKey { .. } => {
            let changed = key.arn != answer.key;
            key.arn.clone_from(&answer.key);
            changed
        }
        Step::ImportMaterial { version, .. } => {
            let mut changed = !key.held_material;
            key.held_material = true;
            if let Some(material) = &answer.material {
                changed |= key.bindings.insert(material.clone(), *version) != Some(*version);
            }
            changed
        }
        _ => false,
    }
}

/// The KMS key as audit entries name it.
pub(crate) fn audit_object(key: &KmsKey) -> Object {
    object("kms-key", key.id, &key.name)
}

/// What the row of a KMS key's attempt keeps of an answer.
pub(crate) fn kept(answer: &KmsAnswer) -> Kept {
    Kept {
        request_id: answer.request_id.clone(),
        answer: Some(encode_answer(answer)),
    }
}

/// The outcome of an attempt whose step this run did not prepare: nothing was sent.
pub(crate) fn not_prepared(attempt: &Attempt, at: Timestamp) -> Sent {
    Sent {
        state: AttemptState::Refused,
        outcome: AttemptOutcome {
            at,
            code: NOT_SENT.to_owned(),
            message: format!("the step {} was not prepared", attempt.kind),
            request_id: None,
            answer: None,
        },
        records: Vec::new(),
        throttled: false,
    }
}
