//! One call from beginning to end: time, faults, signature, quotas, the operation, the journal.

use serde_json::Value;

use crate::args::Args;
use crate::call::{Answer, Call, CallError, CallResult, Caller, Service, SimFault};
use crate::clock::{MINUTE, Micros, amz_date};
use crate::error::AwsError;
use crate::faults::Fault;
use crate::journal::JournalEntry;
use crate::ops::cx::{Accepts, Cx, Note};
use crate::ops::{self, Kind};
use crate::policy::principal::{Principal, PrincipalKind};
use crate::services;
use crate::state::iam::Credential;
use crate::state::world::{Delayed, World};

/// How old, or how far ahead, a signature may be.
pub(crate) const SIGNATURE_LIFE: Micros = 5 * MINUTE;

impl World {
    /// Carries out a call, or what a fault makes of it.
    pub(crate) fn call(&mut self, call: &Call, now: Micros) -> CallResult {
        self.settle(now);
        let request_id = self.rng.uuid();
        let account = self.account_of(&call.caller).unwrap_or_default();
        let fault = self.faults.draw(call, &account);
        let refused = |error: AwsError| {
            CallError::Refused(AwsError {
                request_id: request_id.clone(),
                ..error
            })
        };
        match fault {
            Some(Fault::Throttle) => return Err(refused(throttled(call.service))),
            Some(Fault::Internal500) => return Err(refused(internal())),
            Some(Fault::TimeoutBefore) => return Err(SimFault::TimedOut.into()),
            Some(Fault::DelayedEffect { after }) => {
                let signed_at = call.signed_at.unwrap_or(now);
                self.delayed.push(Delayed {
                    due: now + after,
                    call: call.clone(),
                    signed_at,
                });
                return Err(SimFault::TimedOut.into());
            }
            _ => {}
        }
        let signed_at = call.signed_at.unwrap_or(now);
        let result = self.execute(call, signed_at, now, &request_id, false);
        match (fault, result) {
            (Some(Fault::LostReply), _) => Err(SimFault::ConnectionLost.into()),
            (Some(Fault::Internal500AfterEffect), _) => Err(refused(internal())),
            (_, Err(error)) => Err(refused(error)),
            (fault, Ok(output)) => Ok(Answer {
                output,
                request_id: request_id.clone(),
                latency_ms: match fault {
                    Some(Fault::Latency { ms }) => ms,
                    _ => 0,
                },
            }),
        }
    }

    /// Lets time pass until `now`: expiries, rotations, deletions and delayed calls, in order.
    pub(crate) fn settle(&mut self, now: Micros) {
        loop {
            let event = self.next_event();
            let delayed = self.delayed.iter().map(|delayed| delayed.due).min();
            let Some(next) = event.into_iter().chain(delayed).min() else {
                break;
            };
            if next > now {
                break;
            }
            if event == Some(next) {
                if let Some((at, key)) = self.events.pop_first() {
                    self.settle_key(&key, at);
                }
            } else if let Some(index) = self.delayed.iter().position(|late| late.due == next) {
                let late = self.delayed.remove(index);
                let request_id = self.rng.uuid();
                // Nobody waits for the outcome any more.
                let _ = self.execute(&late.call, late.signed_at, late.due, &request_id, false);
            }
        }
        self.now = self.now.max(now);
    }

    /// The call itself, without faults. `unchecked` is for foreign hands.
    pub(crate) fn execute(
        &mut self,
        call: &Call,
        signed_at: Micros,
        now: Micros,
        request_id: &str,
        unchecked: bool,
    ) -> Result<Value, AwsError> {
        if call.caller != Caller::Anonymous {
            check_signature_age(call.service, signed_at, now)?;
        }
        let principal = self.authenticate(call, now)?;
        let mut cx = Cx {
            world: self,
            principal,
            region: call.region.clone(),
            operation: call.operation.clone(),
            now,
            request_id: request_id.to_owned(),
            unchecked,
            note: Note::default(),
        };
        let args = Args(&call.input);
        if call.service == Service::Kms && cx.world.config.quotas && !unchecked {
            take_quota(&mut cx, args)?;
        }
        let output = match call.service {
            Service::Kms => ops::run(&mut cx, args),
            Service::Sts => services::sts::run(&mut cx, args),
            Service::Iam => services::iam::run(&mut cx, args),
            Service::Account => services::account::run(&mut cx, args),
            Service::Ec2 => services::ec2::run(&mut cx, args),
            Service::CloudTrail => services::cloudtrail::run(&mut cx, args),
        }?;
        write_journal(cx, call);
        Ok(output)
    }

    /// The account of a caller, without checking anything.
    fn account_of(&self, caller: &Caller) -> Option<String> {
        match caller {
            Caller::Root(account) | Caller::User(account, _) => Some(account.clone()),
            Caller::Credentials { access_key_id, .. } => self
                .credentials
                .get(access_key_id)
                .map(|credential| credential.principal.account.clone()),
            Caller::Anonymous => None,
        }
    }

    fn authenticate(&mut self, call: &Call, now: Micros) -> Result<Principal, AwsError> {
        let invalid = || invalid_token(call.service);
        let principal = match &call.caller {
            Caller::Anonymous => {
                return Ok(Principal {
                    account: String::new(),
                    partition: crate::names::partition_of(&call.region).to_owned(),
                    kind: PrincipalKind::Anonymous,
                });
            }
            Caller::Root(id) => {
                let account = self.accounts.get(id).ok_or_else(invalid)?;
                Principal::root(id, &account.partition)
            }
            Caller::User(id, name) => {
                let account = self.accounts.get(id).ok_or_else(invalid)?;
                account.iam.users.get(name).ok_or_else(invalid)?;
                Principal {
                    kind: PrincipalKind::User { name: name.clone() },
                    ..Principal::root(id, &account.partition)
                }
            }
            Caller::Credentials { access_key_id, .. } => {
                let use_ = (now, call.service.name().to_owned(), call.region.clone());
                let credential = self
                    .credentials
                    .get_mut(access_key_id)
                    .filter(|credential| credential.active && credential.known_from <= now)
                    .ok_or_else(invalid)?;
                check_credential(call, credential, now)?;
                credential.last_used = Some(use_);
                credential.principal.clone()
            }
        };
        let global = matches!(call.service, Service::Iam | Service::Account);
        let enabled = self
            .accounts
            .get(&principal.account)
            .is_some_and(|account| global || account.region_enabled(&call.region));
        // A Region that the account has not enabled does not know its credentials.
        if enabled {
            Ok(principal)
        } else {
            Err(invalid())
        }
    }
}

/// Secret, session token and end of the credentials that a call came with.
fn check_credential(call: &Call, credential: &Credential, now: Micros) -> Result<(), AwsError> {
    let Caller::Credentials {
        secret_access_key,
        session_token,
        ..
    } = &call.caller
    else {
        return Ok(());
    };
    let given = secret_access_key.as_ref();
    if given.is_some_and(|secret| *secret != credential.secret) {
        return Err(bad_signature(call.service));
    }
    if *session_token != credential.token {
        return Err(invalid_token(call.service));
    }
    if credential.expires.is_some_and(|expires| expires <= now) {
        return Err(expired_token(call.service));
    }
    Ok(())
}

pub(crate) fn invalid_token(service: Service) -> AwsError {
    let text = "The security token included in the request is invalid.";
    match service {
        Service::Kms | Service::Account | Service::CloudTrail => {
            AwsError::new("UnrecognizedClientException", text)
        }
        Service::Sts | Service::Iam => AwsError::new("InvalidClientTokenId", text),
        Service::Ec2 => AwsError::new(
            "AuthFailure",
            "AWS was not able to validate the provided access credentials",
        ),
    }
}

pub(crate) fn bad_signature(service: Service) -> AwsError {
    signature_error(
        service,
        "The request signature we calculated does not match the signature you provided. Check \
         your AWS Secret Access Key and signing method. Consult the service documentation for \
         details.",
    )
}

pub(crate) fn signature_error(service: Service, text: &str) -> AwsError {
    match service {
        Service::Kms | Service::Account | Service::CloudTrail => {
            AwsError::new("InvalidSignatureException", text)
        }
        Service::Sts | Service::Iam | Service::Ec2 => AwsError::new("SignatureDoesNotMatch", text),
    }
}

fn expired_token(service: Service) -> AwsError {
    let text = "The security token included in the request is expired";
    match service {
        Service::Kms | Service::Account | Service::CloudTrail => {
            AwsError::new("ExpiredTokenException", text)
        }
        Service::Sts | Service::Iam => AwsError::new("ExpiredToken", text),
        Service::Ec2 => AwsError::new("RequestExpired", "Request has expired."),
    }
}

/// Refuses signatures that are more than five minutes off.
pub(crate) fn check_signature_age(
    service: Service,
    signed_at: Micros,
    now: Micros,
) -> Result<(), AwsError> {
    let (oldest, newest) = (now - SIGNATURE_LIFE, now + SIGNATURE_LIFE);
    if (oldest..=newest).contains(&signed_at) {
        return Ok(());
    }
    if service == Service::Ec2 {
        return Err(AwsError::new("RequestExpired", "Request has expired."));
    }
    let (signed, now_text) = (amz_date(signed_at), amz_date(now));
    let text = if signed_at < oldest {
        let limit = amz_date(oldest);
        format!("Signature expired: {signed} is now earlier than {limit} ({now_text} - 5 min.)")
    } else {
        let limit = amz_date(newest);
        format!(
            "Signature not yet current: {signed} is still later than {limit} ({now_text} + 5 min.)"
        )
    };
    Err(signature_error(service, &text))
}

pub(crate) fn throttled(service: Service) -> AwsError {
    match service {
        Service::Kms => AwsError::new(
            "ThrottlingException",
            "You have exceeded the rate at which you may call KMS. Reduce the frequency of your \
             calls.",
        ),
        Service::Account => AwsError::new("TooManyRequestsException", "Rate exceeded"),
        Service::CloudTrail => AwsError::new("ThrottlingException", "Rate exceeded"),
        Service::Sts | Service::Iam => AwsError::new("Throttling", "Rate exceeded"),
        Service::Ec2 => AwsError::new("RequestLimitExceeded", "Request limit exceeded."),
    }
}

fn internal() -> AwsError {
    AwsError::new(
        "KMSInternalException",
        "The request was rejected because an internal exception occurred.",
    )
}

/// Takes the tokens of one call: its own bucket, its key's, and those of other Regions.
fn take_quota(cx: &mut Cx<'_>, args: Args<'_>) -> Result<(), AwsError> {
    let account = cx.principal.account.clone();
    let region = cx.region.clone();
    let operation = cx.operation.clone();
    let kind = ops::kind(&operation);
    let bucket = match kind {
        Some(Kind::Crypto) => ops::crypto::bucket(cx, args).to_owned(),
        _ => operation.clone(),
    };
    let mut wanted = vec![(region, bucket, 1.0)];
    let other = |name: &str| args.text(name).ok().flatten().map(str::to_owned);
    match operation.as_str() {
        "ReplicateKey" => {
            wanted.extend(other("ReplicaRegion").map(|to| (to, "CreateKey".to_owned(), 2.0)));
        }
        "UpdatePrimaryRegion" => {
            wanted.extend(other("PrimaryRegion").map(|to| (to, operation.clone(), 1.0)));
        }
        _ => {}
    }
    let now = cx.now;
    for (region, bucket, count) in wanted {
        let World { quotas, config, .. } = &mut *cx.world;
        if !quotas.take(config, (&account, &region, &bucket), count, now) {
            return Err(throttled(Service::Kms));
        }
    }
    if kind == Some(Kind::Write) {
        let named = other("KeyId").or_else(|| other("TargetKeyId"));
        let key = named.and_then(|id| cx.resolve(&id, Accepts::ANY).ok());
        let World { quotas, config, .. } = &mut *cx.world;
        if key.is_some_and(|key| !quotas.take_hot_key(config, &key.arn(), now)) {
            return Err(throttled(Service::Kms));
        }
    }
    Ok(())
}

fn write_journal(cx: Cx<'_>, call: &Call) {
    let write = match call.service {
        Service::Kms => ops::kind(&call.operation) == Some(Kind::Write),
        Service::Iam => services::iam::is_write(&call.operation),
        Service::Sts | Service::Account | Service::Ec2 | Service::CloudTrail => false,
    };
    if !write && !cx.world.config.journal_reads {
        return;
    }
    let anonymous = cx.principal.kind == PrincipalKind::Anonymous;
    let entry = JournalEntry {
        number: 0,
        time: cx.now,
        account: cx.principal.account.clone(),
        region: cx.region.clone(),
        service: call.service.name().to_owned(),
        operation: call.operation.clone(),
        key_arn: cx.note.key.as_ref().map(crate::names::KeyRef::arn),
        request_id: cx.request_id.clone(),
        caller: if anonymous {
            String::new()
        } else {
            cx.principal.arn()
        },
        session_name: cx.principal.session_name().map(str::to_owned),
        write,
        detail: cx.note.detail,
    };
    cx.world.record(entry);
}
