//! A step that AWS refused: tried again while that may help, then left to a person.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::step::{Step, StepKind};
use keyferry_engine::{NOT_SENT, Next};
use keyferry_ports::aws::Refusal;
use keyferry_ports::records::{Attempt, AttemptOutcome, AttemptState};

use crate::error::{refusal_code, refusal_hint};

use super::failure::{may_pass, says_nothing};
use super::passing::is_import;
use super::run::KmsKeyRun;

/// A refusal that may pass is tried again for this long.
const REFUSALS_LAST: SignedDuration = SignedDuration::from_mins(10);
/// How long after a refusal AWS is asked again.
pub(super) const AFTER_REFUSAL: SignedDuration = SignedDuration::from_secs(5);

impl KmsKeyRun {
    /// Takes a binding back whose claim AWS has just refused: what was claimed to be a version of ours is something else.
    pub(super) fn disproved(&mut self, step: &Step) -> Option<Next> {
        if !self.subject.key.is_binding() || step.kind() != StepKind::ImportMaterial {
            return None;
        }
        let last = self.attempts.last()?;
        let outcome = last.outcome.as_ref()?;
        let is_said = last.kind == step.kind().as_str()
            && last.state == AttemptState::Refused
            && outcome.code == Refusal::IncorrectKeyMaterial.to_string();
        if !is_said {
            return None;
        }
        // What AWS took in, or may have, lies under this binding: it is not forgotten.
        if self.subject.key.has_taken_in() || self.attempts.iter().any(is_import) {
            return Some(half_proved(step, &outcome.message));
        }
        let next = wrong_material(&outcome.message);
        self.subject.key.unbind();
        self.is_changed = true;
        Some(next)
    }

    /// Whether the same kind of step was refused lately, and what that means.
    pub(super) fn after_refusal(&self, step: &Step, now: Timestamp) -> Option<Next> {
        if !self.heeds_refusals {
            return None;
        }
        let kind = step.kind().as_str();
        let is_refused =
            |attempt: &&Attempt| attempt.kind == kind && attempt.state == AttemptState::Refused;
        let in_a_row = || self.attempts.iter().rev().take_while(is_refused);
        let outcome = in_a_row().next()?.outcome.as_ref()?;
        let first = in_a_row().last()?;
        let since = first
            .outcome
            .as_ref()
            .map_or(first.signed_at, |outcome| outcome.at);
        let lasts = now.duration_since(since) > REFUSALS_LAST;
        let (code, why) = told(step, outcome);
        if !says_nothing(&outcome.code) && (lasts || !may_pass(&outcome.code, step)) {
            return Some(Next::Stuck { code, why });
        }
        let until = outcome.at + AFTER_REFUSAL;
        let why = format!("{why}; trying again");
        (now < until).then_some(Next::Wait { until, code, why })
    }
}

/// The code of a refusal, and in words what was tried, what AWS said, and what to do.
fn told(step: &Step, outcome: &AttemptOutcome) -> (String, String) {
    let what = format!("{}: {}", step.kind().aws_operation(), outcome.message);
    if outcome.code == NOT_SENT {
        return ("aws.not-sent".to_owned(), what);
    }
    let refusal = Refusal::from_code(&outcome.code, "");
    let why = format!("{what}; {}", refusal_hint(&refusal));
    (refusal_code(&refusal).to_owned(), why)
}

/// A part of what the KMS key should be bound to was imported, and another part is something else.
fn half_proved(step: &Step, said: &str) -> Next {
    let which = match step {
        Step::ImportMaterial { version, .. } => format!("version {version}"),
        _ => "a version".to_owned(),
    };
    Next::Stuck {
        code: "kms-key.half-proved".to_owned(),
        why: format!(
            "the KMS key holds other key material than {which} of the key in the vault; AWS: {said}; other versions were \
             imported into it before, so it stays bound to the key; release it, and bind it to the key that has all its \
             material"
        ),
    }
}

/// The KMS key is as it was before it should be bound.
fn wrong_material(said: &str) -> Next {
    Next::Stuck {
        code: "kms-key.wrong-material".to_owned(),
        why: format!(
            "the KMS key holds other key material than the version of the key in the vault; AWS: {said}; it was left as \
             it is, and is bound to nothing"
        ),
    }
}
