//! Errors as AWS answers them: a code, a sentence and an HTTP status.

/// A refusal by AWS: the request was understood and nothing happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message} (request {request_id})")]
pub struct AwsError {
    /// The exception's name as it stands on the wire, for example `NotFoundException`.
    pub code: &'static str,
    /// The sentence for people; close to AWS's own wording, never to be parsed.
    pub message: String,
    /// The HTTP status that carries it.
    pub http_status: u16,
    /// The request's id; empty until the call has been dispatched.
    pub request_id: String,
}

impl AwsError {
    /// A refusal with the status that belongs to its code.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        AwsError {
            code,
            message: message.into(),
            http_status: status_of(code),
            request_id: String::new(),
        }
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    /// The wording of AWS's model validation, one violated constraint.
    pub(crate) fn constraint(value: &str, member: &str, constraint: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value '{value}' at '{}' failed to satisfy constraint: \
             {constraint}",
            lower_first(member)
        ))
    }

    pub(crate) fn missing(member: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value null at '{}' failed to satisfy constraint: \
             Member must not be null",
            lower_first(member)
        ))
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new("NotFoundException", message)
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new("UnsupportedOperationException", message)
    }

    pub(crate) fn invalid_state(message: impl Into<String>) -> Self {
        Self::new("KMSInvalidStateException", message)
    }

    pub(crate) fn malformed_policy(message: impl Into<String>) -> Self {
        Self::new("MalformedPolicyDocumentException", message)
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new("LimitExceededException", message)
    }

    pub(crate) fn tag(message: impl Into<String>) -> Self {
        Self::new("TagException", message)
    }
}

/// The HTTP status of each code (AWS KMS API Reference, each operation's Errors section, and
/// Common Errors). KMS sends AccessDeniedException with 400; match the code, not the status.
fn status_of(code: &str) -> u16 {
    match code {
        "KMSInternalException"
        | "DependencyTimeoutException"
        | "KeyUnavailableException"
        | "InternalFailure"
        | "ServiceFailure" => 500,
        "ServiceUnavailable" => 503,
        "AccessDenied"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "IDPRejectedClaim"
        | "InvalidClientTokenId"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "OptInRequired"
        | "SignatureDoesNotMatch"
        | "UnauthorizedOperation"
        | "AuthFailure" => 403,
        "NoSuchEntity" => 404,
        "EntityAlreadyExists" | "LimitExceeded" => 409,
        _ => 400,
    }
}

/// `KeyId` as AWS's validation messages write it: `keyId`.
fn lower_first(member: &str) -> String {
    let mut chars = member.chars();
    chars
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + chars.as_str())
        .unwrap_or_default()
}
