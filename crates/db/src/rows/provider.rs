//! OpenID providers, rules, identities, sign-ins under way.

use keyferry_domain::connection::SealedSecret;
use keyferry_ports::records::{
    FlowPurpose, ProviderIdentity, Provisioning, Records, RecordsError, SignInCode, SignInFlow,
    SignInProvider, SignInRule,
};

use super::authority::{group_text, read_group};
use crate::sql::{Row, Value};

pub(crate) const PROVIDER: &[&str] = &[
    "id",
    "name",
    "issuer",
    "client_id",
    "client_secret",
    "scopes",
    "name_claim",
    "public_url",
    "ca_bundle",
    "provisioning",
    "created_at",
    "revision",
];

pub(crate) const RULE: &[&str] = &[
    "id",
    "provider_id",
    "claim",
    "value",
    "role",
    "group_id",
    "made_by",
    "made_at",
];

pub(crate) const IDENTITY: &[&str] = &["user_id", "provider_id", "subject", "awaited", "bound_at"];

pub(crate) const FLOW: &[&str] = &[
    "state_hash",
    "browser_hash",
    "provider_id",
    "session_id",
    "port",
    "challenge",
    "return_to",
    "begun_from",
    "created_at",
    "expires_at",
];

pub(crate) const CODE: &[&str] = &[
    "hash",
    "challenge",
    "user_id",
    "epoch",
    "confirmed_at",
    "expires_at",
];

pub(crate) fn provider_values(row: &SignInProvider) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(&row.name),
        Value::text(&row.issuer),
        Value::text(&row.client_id),
        Value::opt_bytes(row.client_secret.as_ref().map(SealedSecret::as_bytes)),
        Value::text(row.scopes.join(" ")),
        Value::text(&row.name_claim),
        Value::text(&row.public_url),
        Value::opt_text(row.ca_bundle.as_ref()),
        Value::text(row.provisioning.as_str()),
        Value::time(row.created_at),
    ]
}

pub(crate) fn read_provider(mut row: Row) -> Records<SignInProvider> {
    Ok(SignInProvider {
        id: row.parse()?,
        name: row.parse()?,
        issuer: row.text()?,
        client_id: row.text()?,
        client_secret: row.opt_bytes()?.map(SealedSecret::new),
        scopes: row.text()?.split_whitespace().map(str::to_owned).collect(),
        name_claim: row.text()?,
        public_url: row.text()?,
        ca_bundle: row.opt_text()?,
        provisioning: read_provisioning(&row.text()?)?,
        created_at: row.time()?,
        revision: row.count()?,
    })
}

fn read_provisioning(word: &str) -> Records<Provisioning> {
    Provisioning::from_word(word).ok_or_else(|| corrupt("sign-in provider", "whom it lets in"))
}

pub(crate) fn rule_values(row: &SignInRule) -> Vec<Value> {
    vec![
        Value::text(row.id),
        Value::text(row.provider),
        Value::text(&row.claim),
        Value::text(&row.value),
        Value::text(&row.role),
        Value::text(group_text(row.group)),
        Value::text(&row.made_by),
        Value::time(row.made_at),
    ]
}

pub(crate) fn read_rule(mut row: Row) -> Records<SignInRule> {
    Ok(SignInRule {
        id: row.parse()?,
        provider: row.parse()?,
        claim: row.text()?,
        value: row.text()?,
        role: row.parse()?,
        group: read_group(&row.text()?)?,
        made_by: row.text()?,
        made_at: row.time()?,
    })
}

pub(crate) fn identity_values(row: &ProviderIdentity) -> Vec<Value> {
    vec![
        Value::text(row.user),
        Value::text(row.provider),
        Value::opt_text(row.subject.as_ref()),
        Value::opt_text(row.awaited.as_ref()),
        Value::opt_time(row.bound_at),
    ]
}

pub(crate) fn read_identity(mut row: Row) -> Records<ProviderIdentity> {
    Ok(ProviderIdentity {
        user: row.parse()?,
        provider: row.parse()?,
        subject: row.opt_text()?,
        awaited: row.opt_text()?,
        bound_at: row.opt_time()?,
    })
}

pub(crate) fn flow_values(row: &SignInFlow) -> Vec<Value> {
    let (session, port, challenge) = match &row.purpose {
        FlowPurpose::Browser => (None, None, None),
        FlowPurpose::Confirm(session) => (Some(session), None, None),
        FlowPurpose::CommandLine { port, challenge } => (None, Some(*port), Some(challenge)),
    };
    vec![
        Value::bytes(&row.state),
        Value::bytes(&row.browser),
        Value::text(row.provider),
        Value::opt_text(session),
        Value::Int(port.map(i64::from)),
        Value::opt_bytes(challenge.map(<[u8; 32]>::as_slice)),
        Value::text(&row.return_to),
        Value::text(&row.begun_from),
        Value::time(row.created_at),
        Value::time(row.expires_at),
    ]
}

pub(crate) fn read_flow(mut row: Row) -> Records<SignInFlow> {
    Ok(SignInFlow {
        state: row.hash()?,
        browser: row.hash()?,
        provider: row.parse()?,
        purpose: read_purpose(&mut row)?,
        return_to: row.text()?,
        begun_from: row.text()?,
        created_at: row.time()?,
        expires_at: row.time()?,
    })
}

fn read_purpose(row: &mut Row) -> Records<FlowPurpose> {
    let (session, port, challenge) = (row.opt_text()?, row.opt_int()?, row.opt_bytes()?);
    let bad = |_| corrupt("sign-in that was begun", "what for");
    match (session, port, challenge) {
        (None, None, None) => Ok(FlowPurpose::Browser),
        (Some(id), None, None) => {
            let id = id
                .parse()
                .map_err(|_| corrupt("sign-in that was begun", "its session"))?;
            Ok(FlowPurpose::Confirm(id))
        }
        (None, Some(port), Some(challenge)) => Ok(FlowPurpose::CommandLine {
            port: u16::try_from(port).map_err(|_| corrupt("sign-in that was begun", "its port"))?,
            challenge: challenge.try_into().map_err(|_: Vec<u8>| bad(()))?,
        }),
        _ => Err(bad(())),
    }
}

pub(crate) fn code_values(row: &SignInCode) -> Vec<Value> {
    vec![
        Value::bytes(&row.hash),
        Value::bytes(&row.challenge),
        Value::text(row.user),
        Value::count(row.epoch),
        Value::time(row.confirmed_at),
        Value::time(row.expires_at),
    ]
}

pub(crate) fn read_code(mut row: Row) -> Records<SignInCode> {
    Ok(SignInCode {
        hash: row.hash()?,
        challenge: row.hash()?,
        user: row.parse()?,
        epoch: row.count()?,
        confirmed_at: row.time()?,
        expires_at: row.time()?,
    })
}

fn corrupt(what: &'static str, part: &str) -> RecordsError {
    RecordsError::Corrupt {
        what,
        why: format!("{part} cannot be understood"),
    }
}
