//! What AWS's refusals and failed calls are called, and what a person can do about them.

use keyferry_ports::aws::{CallFailure, NotSentStage, Refusal};

use super::ErrorClass;

pub(super) const REGION_NOT_ENABLED: &str = "enable the Region for the account (AWS Account Management; it takes minutes to hours), or choose another";
const CLOCK_SKEW: &str = "set this host's clock; AWS accepts five minutes of difference";

/// The stable code of AWS's refusal.
pub(crate) fn refusal_code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::AccessDenied => "aws.access-denied",
        Refusal::Unauthenticated => "aws.wrong-credentials",
        Refusal::ExpiredToken => "aws.expired-token",
        Refusal::RequestExpired => "aws.clock-skew",
        Refusal::OptInRequired => "aws.region-not-enabled",
        Refusal::Throttling => "aws.throttled",
        Refusal::IncorrectKeyMaterial => "aws.incorrect-key-material",
        Refusal::LimitExceeded => "aws.limit-exceeded",
        Refusal::NotFound => "aws.not-found",
        Refusal::AlreadyExists => "aws.already-exists",
        Refusal::MalformedPolicy => "aws.malformed-policy",
        Refusal::Conflict | Refusal::Disabled | Refusal::InvalidState => "aws.invalid-state",
        Refusal::UnsupportedOperation => "aws.unsupported",
        Refusal::ExpiredImportToken
        | Refusal::InvalidAliasName
        | Refusal::InvalidArn
        | Refusal::InvalidCiphertext
        | Refusal::InvalidImportToken
        | Refusal::Tag
        | Refusal::Validation
        | Refusal::Other(_) => "aws.refused",
    }
}

/// What a person can do about AWS's refusal.
pub(crate) fn refusal_hint(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::AccessDenied => {
            "add the action to the IAM policy (see `keyferry connection policy`) and check the key policy"
        }
        Refusal::Unauthenticated => "check the access key id and the secret access key",
        Refusal::ExpiredToken => "the session credentials have expired; renew them",
        Refusal::RequestExpired => CLOCK_SKEW,
        Refusal::OptInRequired => REGION_NOT_ENABLED,
        Refusal::Throttling => "AWS limits the rate; try again in a moment",
        Refusal::MalformedPolicy => "check that every principal in the policy exists",
        Refusal::IncorrectKeyMaterial => {
            "the KMS key accepts only the material that it had before: activate it, or rotate"
        }
        Refusal::LimitExceeded => "raise the quota in AWS, or delete what is no longer needed",
        Refusal::NotFound => "check account and Region; right after a change AWS may need minutes",
        Refusal::AlreadyExists => "choose another name",
        Refusal::Conflict | Refusal::Disabled | Refusal::InvalidState => {
            "look at the KMS key with `keyferry kms-key show`; AWS allows this only in some states"
        }
        Refusal::UnsupportedOperation => "AWS cannot do this with this KMS key or in this Region",
        Refusal::ExpiredImportToken
        | Refusal::InvalidAliasName
        | Refusal::InvalidArn
        | Refusal::InvalidCiphertext
        | Refusal::InvalidImportToken
        | Refusal::Tag
        | Refusal::Validation
        | Refusal::Other(_) => "read AWS's own sentence, and look at AWS's page of the operation",
    }
}

/// The stable code of a failed call.
pub fn aws_code(failure: &CallFailure) -> &'static str {
    match failure {
        CallFailure::Refused { refusal, .. } => refusal_code(refusal),
        CallFailure::NotSent { stage, .. } => match stage {
            NotSentStage::Credentials => "aws.no-credentials",
            NotSentStage::BaseIdentity => "aws.wrong-credentials",
            NotSentStage::Role => "aws.role-not-assumed",
            NotSentStage::Region => "aws.region-not-enabled",
            NotSentStage::Clock => "aws.clock-skew",
            NotSentStage::Name => "aws.name-not-resolved",
            NotSentStage::Connect => "aws.not-reachable",
            NotSentStage::Tls => "aws.tls-failed",
            NotSentStage::Proxy => "aws.proxy-refused",
            NotSentStage::Build => "aws.not-sent",
        },
        CallFailure::Unknown { .. } => "aws.no-answer",
        CallFailure::WrongAnswer { .. } => "aws.wrong-answer",
    }
}

pub(super) fn aws_class(failure: &CallFailure) -> ErrorClass {
    match failure {
        CallFailure::Refused {
            refusal: Refusal::Throttling,
            ..
        }
        | CallFailure::Unknown { .. } => ErrorClass::Transient,
        CallFailure::Refused { .. } | CallFailure::WrongAnswer { .. } => ErrorClass::Conflict,
        CallFailure::NotSent { .. } => ErrorClass::Conflict,
    }
}

/// What a person can do about a failed call.
pub fn aws_hint(failure: &CallFailure) -> &'static str {
    match failure {
        CallFailure::Refused { refusal, .. } => refusal_hint(refusal),
        CallFailure::NotSent { stage, .. } => match stage {
            NotSentStage::Credentials => {
                "give the server's host a role or profile with credentials, or the connection an identity of its own"
            }
            NotSentStage::BaseIdentity => {
                "check the access key id and the secret access key of the identity that assumes the role"
            }
            NotSentStage::Role => {
                "check that the role exists, that its trust policy names the identity that assumes it and asks for exactly this external id, and that this identity is allowed sts:AssumeRole"
            }
            NotSentStage::Region => REGION_NOT_ENABLED,
            NotSentStage::Clock => CLOCK_SKEW,
            NotSentStage::Name => "check the Region, the endpoint's host name and DNS",
            NotSentStage::Connect => "check firewall, proxy and endpoint",
            NotSentStage::Tls => {
                "check the CA bundle and the host name in the endpoint's certificate"
            }
            NotSentStage::Proxy => "check the proxy's address and credentials",
            NotSentStage::Build => "report it with the log lines around it",
        },
        CallFailure::Unknown { .. } => "whether AWS did it is not known; look before you repeat it",
        CallFailure::WrongAnswer { .. } => {
            "do not trust this endpoint: check the endpoint, the proxy and the CA bundle"
        }
    }
}
