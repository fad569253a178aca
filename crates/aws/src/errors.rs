//! From the SDK's errors to the three classes that decide everything: refused, not sent, unknown.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use keyferry_ports::aws::{CallFailure, NotSentStage, Refusal};

use crate::dial::WireError;

/// AWS's sentences are kept up to this many characters.
const MESSAGE_MAX: usize = 1000;

/// Codes after which nobody knows whether the effect took place, whatever the HTTP status says
/// (KMS API Reference, "Common Errors", and the operations' own lists; IAM's `ServiceFailure`).
const UNKNOWN_OUTCOME: &[&str] = &[
    "DependencyTimeout",
    "InternalError",
    "InternalFailure",
    "InternalServer",
    "KMSInternal",
    "KeyUnavailable",
    "RequestTimeout",
    "ServiceFailure",
    "ServiceUnavailable",
];

/// Sorts one failed call.
pub(crate) fn failure<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> CallFailure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let request_id = error.request_id().map(str::to_owned);
    match error {
        SdkError::ConstructionFailure(_) => CallFailure::NotSent {
            operation,
            stage: NotSentStage::Build,
            why: innermost(error),
        },
        SdkError::DispatchFailure(_) => dispatch_failure(operation, error),
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let meta = answer.err();
            answered(operation, status, meta.code(), meta.message(), request_id)
        }
        SdkError::TimeoutError(_) => CallFailure::Unknown {
            operation,
            why: "no answer in time".to_owned(),
            request_id,
        },
        _ => CallFailure::Unknown {
            operation,
            why: innermost(error),
            request_id,
        },
    }
}

/// The server has no such function, and so did nothing (RFC 9110, section 15.6.2): no failure of AWS's own.
const NOT_IMPLEMENTED: u16 = 501;

/// Sorts an error that AWS answered. LimitExceeded is a quota, never a throttle.
pub(crate) fn answered(
    operation: &'static str,
    status: u16,
    code: Option<&str>,
    message: Option<&str>,
    request_id: Option<String>,
) -> CallFailure {
    let message: String = message
        .unwrap_or_default()
        .chars()
        .take(MESSAGE_MAX)
        .collect();
    let Some(code) = code else {
        let why = format!("the answer (HTTP {status}) has no error code of AWS");
        return CallFailure::Unknown {
            operation,
            why,
            request_id,
        };
    };
    if status == NOT_IMPLEMENTED {
        return CallFailure::Refused {
            operation,
            code: code.into(),
            refusal: Refusal::UnsupportedOperation,
            message,
            request_id,
        };
    }
    let bare = code.strip_suffix("Exception").unwrap_or(code);
    let is_unknown = status >= 500 || status == 408 || UNKNOWN_OUTCOME.contains(&bare);
    // Throttled requests come back as 503 from some services, and are none the less refused.
    if is_unknown && Refusal::from_code(code, &message) != Refusal::Throttling {
        let why = format!("AWS answered {code} (HTTP {status}): {message}");
        return CallFailure::Unknown {
            operation,
            why,
            request_id,
        };
    }
    let refusal = match bare {
        "NoSuchEntity" => Refusal::NotFound,
        _ => Refusal::from_code(code, &message),
    };
    CallFailure::Refused {
        operation,
        code: code.into(),
        refusal,
        message,
        request_id,
    }
}

/// Failures before an answer. The wire tells whether the request may have left; an error that is not the wire's came
/// from the SDK before it called the wire (endpoint, identity, signature).
fn dispatch_failure(operation: &'static str, error: &(dyn Error + 'static)) -> CallFailure {
    let mut link = Some(error);
    while let Some(cause) = link {
        if let Some(wire) = cause.downcast_ref::<WireError>() {
            let why = wire.why.clone();
            return match wire.stage {
                Some(stage) => CallFailure::NotSent {
                    operation,
                    stage,
                    why,
                },
                None => CallFailure::Unknown {
                    operation,
                    why,
                    request_id: None,
                },
            };
        }
        if cause.is::<CredentialsError>() {
            let stage = NotSentStage::Credentials;
            return CallFailure::NotSent {
                operation,
                stage,
                why: innermost(cause),
            };
        }
        link = cause.source();
    }
    CallFailure::NotSent {
        operation,
        stage: NotSentStage::Build,
        why: innermost(error),
    }
}

/// The last cause in a chain: the sentence that says most.
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string().chars().take(MESSAGE_MAX).collect()
}

/// An answer that cannot be used: a field is missing or has a word that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Oddity(pub(crate) String);

impl Oddity {
    pub(crate) fn missing(field: &'static str) -> Self {
        Self(format!("the answer has no {field}"))
    }

    pub(crate) fn strange(field: &'static str, value: &str) -> Self {
        let value: String = value.chars().take(200).collect();
        Self(format!(
            "the answer has {field} `{value}`, which this version does not know"
        ))
    }

    /// As the failure of a call: nobody can use the answer.
    pub(crate) fn of(self, operation: &'static str, request_id: Option<&str>) -> CallFailure {
        CallFailure::Unknown {
            operation,
            why: self.0,
            request_id: request_id.map(str::to_owned),
        }
    }
}
