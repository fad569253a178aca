//! What a failed call means for the run: read on without it, later, or a person has to act.

use keyferry_domain::step::{ImportKind, Step};
use keyferry_domain::view::Field;
use keyferry_engine::{DriverError, NOT_SENT, THROTTLED};
use keyferry_ports::aws::{CallFailure, Refusal};

use crate::error::aws_code;

/// What a read brought that every KMS key has. A refusal is never an absence: a policy, grants or tags that AWS does not
/// show may be there all the same.
pub(crate) fn field<T>(result: Result<T, CallFailure>) -> Result<Field<T>, DriverError> {
    match result {
        Ok(value) => Ok(Field::Value(value)),
        Err(CallFailure::Refused { refusal, .. }) if says_unreadable(&refusal) => {
            Ok(Field::Unreadable)
        }
        Err(failure) => Err(not_now(&failure)),
    }
}

/// What a read brought that only some KMS keys have (materials, rotation): absent where AWS says that the operation is
/// not for this key.
pub(crate) fn field_of_some<T>(result: Result<T, CallFailure>) -> Result<Field<T>, DriverError> {
    match result {
        Err(CallFailure::Refused {
            refusal: Refusal::UnsupportedOperation,
            ..
        }) => Ok(Field::Absent),
        other => field(other),
    }
}

/// We may not see it, or not now, or AWS says something that this version does not understand.
fn says_unreadable(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::AccessDenied
            | Refusal::InvalidState
            | Refusal::Disabled
            | Refusal::NotFound
            | Refusal::UnsupportedOperation
            | Refusal::Validation
            | Refusal::Other(_)
    )
}

/// A read that failed is tried again with back-off, whatever the cause: reading changes nothing, and a wrong
/// secret or a closed firewall is mended outside.
pub(crate) fn not_now(failure: &CallFailure) -> DriverError {
    if is_throttled(failure) {
        return DriverError::Later {
            code: THROTTLED.to_owned(),
            why: failure.to_string(),
        };
    }
    if let CallFailure::WrongAnswer { .. } = failure {
        return DriverError::Stuck {
            code: aws_code(failure).to_owned(),
            why: failure.to_string(),
        };
    }
    DriverError::Later {
        code: aws_code(failure).to_owned(),
        why: failure.to_string(),
    }
}

/// Whether AWS limits the rate.
pub(crate) fn is_throttled(failure: &CallFailure) -> bool {
    matches!(
        failure,
        CallFailure::Refused {
            refusal: Refusal::Throttling,
            ..
        }
    )
}

/// Whether a refusal says nothing about the step: it was not sent, or AWS had no time. Tried again without end.
pub(crate) fn says_nothing(code: &str) -> bool {
    matches!(code, NOT_SENT | "RequestExpired" | "Throttling")
}

/// Whether a refusal of an effect may pass by itself: eventual consistency right after our own writes, a principal
/// that IAM does not know yet, or an import pair that must be fetched anew. New material that is "already associated"
/// came with an earlier request that was not answered: AWS will show it.
pub(crate) fn may_pass(code: &str, step: &Step) -> bool {
    const PASSING: &[&str] = &[
        "AlreadyExists",
        "Conflict",
        "Disabled",
        "ExpiredImportToken",
        "ExpiredToken",
        "InvalidCiphertext",
        "InvalidImportToken",
        "InvalidState",
        "MalformedPolicy",
        "NotFound",
    ];
    let is_rotation = matches!(
        step,
        Step::ImportMaterial {
            kind: ImportKind::Rotate,
            ..
        }
    );
    PASSING.contains(&code) || (is_rotation && code == "IncorrectKeyMaterial")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(refusal: Refusal) -> Result<(), CallFailure> {
        Err(CallFailure::Refused {
            operation: "GetKeyPolicy",
            code: refusal.to_string().into(),
            refusal,
            message: String::new(),
            request_id: None,
        })
    }

    #[test]
    fn a_refused_read_never_says_that_there_is_no_policy() {
        for refusal in [
            Refusal::AccessDenied,
            Refusal::Disabled,
            Refusal::InvalidState,
            Refusal::NotFound,
            Refusal::UnsupportedOperation,
            Refusal::Validation,
            Refusal::Other("Strange".to_owned()),
        ] {
            let read = field(refused(refusal.clone()));

            assert_eq!(read, Ok(Field::Unreadable), "{refusal}");
        }
    }

    #[test]
    fn only_an_operation_that_is_not_for_the_key_makes_materials_absent() {
        let absent = field_of_some(refused(Refusal::UnsupportedOperation));
        let strange = field_of_some(refused(Refusal::Validation));
        let other = field_of_some(refused(Refusal::Other("Strange".to_owned())));

        assert_eq!(absent, Ok(Field::Absent));
        assert_eq!(strange, Ok(Field::Unreadable));
        assert_eq!(other, Ok(Field::Unreadable));
    }
}
