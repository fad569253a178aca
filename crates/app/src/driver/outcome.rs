//! What a sent step changes in the records: ARN, bindings, and the audit log.

use jiff::Timestamp;
use keyferry_audit::{Object, Outcome};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::step::Step;
use keyferry_ports::aws::{CallFailure, KmsAnswer};
use keyferry_ports::records::{AttemptOutcome, AttemptState};

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

/// Puts a call's result into the words of attempts.
pub(crate) fn tell(result: &Result<KmsAnswer, CallFailure>, at: Timestamp) -> Told {
    let (state, audit, code, message, request_id, answer) = match result {
        Ok(answer) => (
            AttemptState::Done,
            Outcome::Ok,
            "ok".to_owned(),
            String::new(),
            answer.request_id.clone(),
            Some(encode_answer(answer)),
        ),
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
            "not-sent".to_owned(),
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
