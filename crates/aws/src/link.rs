//! One link to one account: the way there, who we are, and how a call is timed.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::{Account, Partition, Region};
use keyferry_domain::connection::Endpoint;
use keyferry_ports::aws::{CallFailure, Caller, NotSentStage, Refusal};
use keyferry_ports::clock::Clock;
use tokio::sync::OnceCell;

use crate::check::{in_account, wrong};
use crate::clock::{SdkSleep, SdkTime, Skew, after};
use crate::credentials::CredentialSource;
use crate::errors::{Oddity, failure};
use crate::wire::Wire;

/// AWS refuses a signature five minutes after its time; half a minute of that is for the way.
const SIGNATURE_LIFE: SignedDuration = SignedDuration::from_secs(4 * 60 + 30);

const READ_ATTEMPTS: u32 = 3;
const READ_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(12);
const READ_TIMEOUT: Duration = Duration::from_secs(30);
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);

/// How one call is signed, timed and repeated.
pub(crate) struct Timing {
    pub(crate) time: SharedTimeSource,
    pub(crate) retry: RetryConfig,
    pub(crate) timeouts: TimeoutConfig,
    /// Whether the SDK must leave the signing time alone.
    pub(crate) is_committed: bool,
}

/// A client of one service for one call. A macro, as the SDK's builders share names but no trait.
macro_rules! client {
    ($sdk:ident, $link:expr, $region:expr, $endpoint:expr, $timing:expr, $credentials:expr) => {{
        let timing: $crate::link::Timing = $timing;
        let endpoint: $crate::link::ServiceEndpoint = $endpoint;
        let credentials: Option<aws_credential_types::Credentials> = $credentials;
        let mut config = $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new($region.as_str().to_owned()))
            .http_client($link.wire.clone())
            .sleep_impl($link.sleep())
            .time_source(timing.time)
            .retry_config(timing.retry)
            .timeout_config(timing.timeouts)
            .disable_clock_skew_correction(timing.is_committed)
            .identity_cache($sdk::config::IdentityCache::no_cache())
            .stalled_stream_protection($sdk::config::StalledStreamProtectionConfig::disabled());
        config.set_credentials_provider(
            credentials.map($sdk::config::SharedCredentialsProvider::new),
        );
        config.set_endpoint_url(endpoint.url);
        config.set_use_fips(Some(endpoint.is_fips));
        $sdk::Client::from_conf(config.build())
    }};
}
pub(crate) use client;

/// Where one service is called.
pub(crate) struct ServiceEndpoint {
    pub(crate) url: Option<String>,
    pub(crate) is_fips: bool,
}

/// One link.
pub(crate) struct Link {
    pub(crate) wire: Wire,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) skew: Arc<Skew>,
    pub(crate) endpoint: Endpoint,
    /// The default Region: STS, IAM and Account Management are called from here.
    pub(crate) region: Region,
    /// `RoleSessionName`.
    pub(crate) session: String,
    pub(crate) source: Arc<CredentialSource>,
    /// The only account that may answer, where it is known.
    pub(crate) expected: Option<Account>,
    /// Learned at the first need.
    pub(crate) account: OnceCell<Account>,
}

impl Link {
    /// Signed with the time now, by AWS's clock as far as we know it; three attempts.
    pub(crate) fn reading(&self) -> Timing {
        let time = SdkTime::new(Arc::clone(&self.clock), self.skew.get());
        Timing {
            time: SharedTimeSource::new(time),
            retry: RetryConfig::standard().with_max_attempts(READ_ATTEMPTS),
            timeouts: TimeoutConfig::builder()
                .operation_timeout(READ_TIMEOUT)
                .operation_attempt_timeout(READ_ATTEMPT_TIMEOUT)
                .build(),
            is_committed: false,
        }
    }

    /// Signed with exactly `signed_at`, sent once.
    fn committed(signed_at: Timestamp) -> Timing {
        Timing {
            time: SharedTimeSource::new(StaticTimeSource::new(SystemTime::from(signed_at))),
            retry: RetryConfig::disabled(),
            timeouts: TimeoutConfig::builder()
                .operation_timeout(WRITE_TIMEOUT)
                .build(),
            is_committed: true,
        }
    }

    /// As [`committed`](Self::committed), unless it is too late: AWS would refuse the signature. Called last
    /// before sending, after credentials were resolved.
    pub(crate) fn writing(
        &self,
        operation: &'static str,
        signed_at: Timestamp,
    ) -> Result<Timing, CallFailure> {
        let now = after(self.clock.now(), self.skew.get());
        let age = now.duration_since(signed_at);
        if age > SIGNATURE_LIFE {
            return Err(CallFailure::NotSent {
                operation,
                stage: NotSentStage::Build,
                why: format!("too late: it was to be signed {} s ago", age.as_secs()),
            });
        }
        Ok(Self::committed(signed_at))
    }

    pub(crate) fn sleep(&self) -> SharedAsyncSleep {
        SharedAsyncSleep::new(SdkSleep(Arc::clone(&self.clock)))
    }

    /// Where KMS is called.
    pub(crate) fn kms_endpoint(&self) -> ServiceEndpoint {
        let url = match &self.endpoint {
            Endpoint::Standard | Endpoint::Fips => None,
            Endpoint::Vpc { host } => Some(format!("https://{host}")),
            Endpoint::Custom { url } => Some(url.clone()),
        };
        ServiceEndpoint {
            url,
            is_fips: self.endpoint == Endpoint::Fips,
        }
    }

    /// Where STS, IAM and Account Management are called. They have no FIPS endpoints in most Regions.
    pub(crate) fn other_endpoint(&self) -> ServiceEndpoint {
        let url = match &self.endpoint {
            Endpoint::Custom { url } => Some(url.clone()),
            Endpoint::Standard | Endpoint::Fips | Endpoint::Vpc { .. } => None,
        };
        ServiceEndpoint {
            url,
            is_fips: false,
        }
    }

    /// Credentials for one call. Resolved before it, so that a slow or failed resolution is never taken for an
    /// unknown outcome.
    pub(crate) async fn credentials(
        &self,
        operation: &'static str,
    ) -> Result<Credentials, CallFailure> {
        self.source
            .get(self)
            .await
            .map_err(|none| CallFailure::NotSent {
                operation,
                stage: none.stage,
                why: none.why,
            })
    }

    /// Forgets cached credentials that AWS no longer takes.
    pub(crate) fn noticed(&self, failure: CallFailure) -> CallFailure {
        if let CallFailure::Refused {
            refusal: Refusal::ExpiredToken | Refusal::Unauthenticated,
            ..
        } = &failure
        {
            self.source.forget();
        }
        failure
    }

    /// `GetCallerIdentity`.
    pub(crate) async fn caller(&self) -> Result<Caller, CallFailure> {
        const OPERATION: &str = "GetCallerIdentity";
        let credentials = self.credentials(OPERATION).await?;
        let sts = client!(
            aws_sdk_sts,
            self,
            self.region,
            self.other_endpoint(),
            self.reading(),
            Some(credentials)
        );
        let answer = Box::pin(sts.get_caller_identity().send())
            .await
            .map_err(|error| self.noticed(failure(OPERATION, &error)))?;
        let missing = |field| Oddity::missing(field).of(OPERATION, None);
        let id = answer.account().ok_or_else(|| missing("account"))?;
        let arn = answer.arn().ok_or_else(|| missing("ARN"))?.to_owned();
        let id = id
            .parse()
            .map_err(|_| Oddity::strange("account", id).of(OPERATION, None))?;
        let account = Account {
            partition: Partition::of_region(&self.region),
            id,
        };
        in_account(OPERATION, &account, &arn)?;
        if let Some(expected) = self.expected.as_ref().filter(|one| **one != account) {
            return Err(wrong(OPERATION, &account, expected));
        }
        let known = self.account.get_or_init(|| async { account.clone() }).await;
        if *known != account {
            return Err(wrong(OPERATION, &account, known));
        }
        Ok(Caller { account, arn })
    }

    /// The account behind our credentials.
    pub(crate) async fn account(&self) -> Result<Account, CallFailure> {
        match self.account.get() {
            Some(account) => Ok(account.clone()),
            None => self.caller().await.map(|caller| caller.account),
        }
    }
}
