//! A call and its outcome.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Micros;
use crate::error::AwsError;

/// The AWS services that are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Service {
    /// AWS Key Management Service.
    Kms,
    /// AWS Security Token Service.
    Sts,
    /// AWS Identity and Access Management.
    Iam,
    /// AWS Account Management.
    Account,
    /// Amazon EC2, DescribeRegions only.
    Ec2,
    /// AWS CloudTrail, LookupEvents only.
    CloudTrail,
}

impl Service {
    /// The name in credential scopes and policy actions.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Service::Kms => "kms",
            Service::Sts => "sts",
            Service::Iam => "iam",
            Service::Account => "account",
            Service::Ec2 => "ec2",
            Service::CloudTrail => "cloudtrail",
        }
    }

    /// The service of a credential scope.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Service::Kms,
            Service::Sts,
            Service::Iam,
            Service::Account,
            Service::Ec2,
            Service::CloudTrail,
        ]
        .into_iter()
        .find(|service| service.name() == name)
    }
}

/// Who calls, as far as the transport knows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Caller {
    /// The root user of an account; allowed everything that key policies leave to the account.
    Root(String),
    /// An IAM user by account and name, as if signed in.
    User(String, String),
    /// Credentials, checked as a signature would check them.
    Credentials {
        /// `AKIA…` or `ASIA…`.
        access_key_id: String,
        /// Compared when given; the HTTP front has checked a signature instead.
        secret_access_key: Option<String>,
        /// Needed for `ASIA…`.
        session_token: Option<String>,
    },
    /// Nobody: AssumeRoleWithWebIdentity is not signed.
    Anonymous,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Caller::Root(account) => write!(f, "Root({account})"),
            Caller::User(account, name) => write!(f, "User({account}, {name})"),
            Caller::Credentials { access_key_id, .. } => write!(f, "Credentials({access_key_id})"),
            Caller::Anonymous => write!(f, "Anonymous"),
        }
    }
}

impl Caller {
    /// The root user of `account`.
    #[must_use]
    pub fn root(account: &str) -> Self {
        Caller::Root(account.to_owned())
    }

    /// The holder of an access key, with its secret and, for sessions, its token.
    #[must_use]
    pub fn credentials(id: &str, secret: &str, token: Option<&str>) -> Self {
        Caller::Credentials {
            access_key_id: id.to_owned(),
            secret_access_key: Some(secret.to_owned()),
            session_token: token.map(str::to_owned),
        }
    }
}

/// One request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    /// Who signs it.
    pub caller: Caller,
    /// The Region of the endpoint and of the credential scope.
    pub region: String,
    /// The service.
    pub service: Service,
    /// The operation's name, `CreateKey`.
    pub operation: String,
    /// The input with AWS's member names; blobs as standard Base64, times as epoch seconds.
    pub input: Value,
    /// When the request was signed; `None` means at the moment of the call. AWS refuses a request
    /// whose signature is older than five minutes when it is carried out.
    pub signed_at: Option<Micros>,
}

impl Call {
    /// A call to KMS.
    #[must_use]
    pub fn kms(caller: &Caller, region: &str, operation: &str, input: Value) -> Self {
        Self::new(caller, region, Service::Kms, operation, input)
    }

    /// A call to any of the services.
    #[must_use]
    pub fn new(
        caller: &Caller,
        region: &str,
        service: Service,
        operation: &str,
        input: Value,
    ) -> Self {
        Call {
            caller: caller.clone(),
            region: region.to_owned(),
            service,
            operation: operation.to_owned(),
            input,
            signed_at: None,
        }
    }

    /// The same call, signed at `time`.
    #[must_use]
    pub fn signed_at(mut self, time: Micros) -> Self {
        self.signed_at = Some(time);
        self
    }
}

/// A successful answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The output with AWS's member names; `{}` where AWS sends no body.
    pub output: Value,
    /// AWS's request id.
    pub request_id: String,
    /// Milliseconds that the answer takes, by an injected latency.
    pub latency_ms: u64,
}

/// How an answer fails to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SimFault {
    /// The caller waits until its own time-out.
    #[error("no answer before the time-out")]
    TimedOut,
    /// The connection drops before the answer.
    #[error("the connection dropped before the answer")]
    ConnectionLost,
}

/// An unsuccessful call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// AWS answered with an error. With status 500 the call may have taken effect all the same.
    #[error(transparent)]
    Refused(#[from] AwsError),
    /// AWS did not answer: the call may have taken effect, or may do so later.
    #[error(transparent)]
    NoAnswer(#[from] SimFault),
}

impl CallError {
    /// The exception's name, if AWS answered.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            CallError::Refused(error) => Some(error.code),
            CallError::NoAnswer(_) => None,
        }
    }
}

/// What became of a call.
pub type CallResult = Result<Answer, CallError>;
