//! `/_sim/…`: looking into the simulator and moving it from outside. README.md lists it.

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Front;
use super::request::Received;
use super::response::plain;
use crate::clock::{Micros, SECOND, iso, parse_iso};
use crate::config::SimConfig;
use crate::faults::{RandomFaults, ScriptedFault};
use crate::simulator::{RoleSpec, Simulator};

/// What is wrong with a request, and its status.
struct Problem(u16, String);

impl Problem {
    fn bad(error: impl std::fmt::Display) -> Self {
        Problem(400, error.to_string())
    }
}

pub(super) fn answer(front: &Front, received: &Received) -> Response<Full<Bytes>> {
    let path = received.path.trim_start_matches("/_sim/");
    match act(front, &received.method, path, received) {
        Ok(body) => plain(front, 200, &body),
        Err(Problem(status, why)) => plain(front, status, &json!({ "error": why })),
    }
}

fn act(front: &Front, method: &str, path: &str, received: &Received) -> Result<Value, Problem> {
    let simulator = &front.simulator;
    let body = &received.body;
    match (method, path) {
        ("GET", "health") => Ok(json!({ "accounts": simulator.accounts() })),
        ("GET", "clock") => Ok(clock(front)),
        ("POST", "clock") => move_clock(front, read(body)?),
        ("GET", "state") => simulator.snapshot().map_err(Problem::bad),
        ("PUT", "state") => {
            simulator.reset_to(read(body)?).map_err(Problem::bad)?;
            Ok(json!({}))
        }
        ("POST", "reset") => reset(simulator),
        ("GET", "config") => to_json(&simulator.world().config),
        ("POST", "config") => configure(simulator, read(body)?),
        ("POST", "accounts") => add_account(simulator, &read(body)?),
        ("POST", "users") => add_user(simulator, &read(body)?),
        ("POST", "roles") => add_role(simulator, &read(body)?),
        ("POST", "faults") => {
            simulator.add_fault(read::<ScriptedFault>(body)?);
            Ok(json!({}))
        }
        ("POST", "faults/random") => {
            simulator.set_random_faults(read::<Option<RandomFaults>>(body)?);
            Ok(json!({}))
        }
        ("DELETE", "faults") => {
            simulator.clear_faults();
            Ok(json!({}))
        }
        ("GET", "journal") => journal(simulator, &received.query),
        ("POST", "hand") => foreign_hand(front, &read(body)?),
        _ => Err(Problem(404, format!("there is no {method} /_sim/{path}"))),
    }
}

fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(Problem::bad)
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<Value, Problem> {
    serde_json::to_value(value).map_err(|error| Problem(500, error.to_string()))
}

fn clock(front: &Front) -> Value {
    let now = front.clock.now();
    json!({ "micros": now, "time": iso(now) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveClock {
    set: Option<String>,
    #[serde(rename = "advanceSeconds")]
    advance_seconds: Option<Micros>,
}

fn move_clock(front: &Front, wanted: MoveClock) -> Result<Value, Problem> {
    if let Some(text) = &wanted.set {
        let time = parse_iso(text).ok_or_else(|| Problem::bad("set is no ISO 8601 time"))?;
        front.clock.set(time);
    }
    if let Some(seconds) = wanted.advance_seconds {
        front.clock.advance(seconds.saturating_mul(SECOND));
    }
    front.simulator.settle(front.clock.now());
    Ok(clock(front))
}

/// An AWS without accounts, with the same settings.
fn reset(simulator: &Simulator) -> Result<Value, Problem> {
    let config = simulator.world().config.clone();
    let empty = Simulator::new(config).snapshot().map_err(Problem::bad)?;
    simulator.reset_to(empty).map_err(Problem::bad)?;
    Ok(json!({}))
}

/// Replaces the settings that are named.
fn configure(simulator: &Simulator, changes: Value) -> Result<Value, Problem> {
    let mut config = to_json(&simulator.world().config)?;
    let changes = changes
        .as_object()
        .ok_or_else(|| Problem::bad("not an object"))?;
    for (name, value) in changes {
        let setting = config
            .get_mut(name)
            .ok_or_else(|| Problem::bad(format!("there is no setting {name}")))?;
        *setting = value.clone();
    }
    let config: SimConfig = serde_json::from_value(config).map_err(Problem::bad)?;
    simulator.configure(|held| *held = config);
    to_json(&simulator.world().config)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    id: String,
    #[serde(default = "commercial")]
    partition: String,
}

fn commercial() -> String {
    "aws".to_owned()
}

/// An account, and an access key of its root user.
fn add_account(simulator: &Simulator, wanted: &NewAccount) -> Result<Value, Problem> {
    simulator
        .create_account_in(&wanted.id, &wanted.partition)
        .map_err(Problem::bad)?;
    access_key(simulator, &wanted.id, None)
}

fn access_key(simulator: &Simulator, account: &str, user: Option<&str>) -> Result<Value, Problem> {
    let key = simulator
        .create_access_key(account, user)
        .map_err(Problem::bad)?;
    Ok(json!({ "accessKeyId": key.id, "secretAccessKey": key.secret }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    account: String,
    name: String,
    #[serde(default)]
    policies: Vec<String>,
}

fn add_user(simulator: &Simulator, wanted: &NewUser) -> Result<Value, Problem> {
    let policies: Vec<&str> = wanted.policies.iter().map(String::as_str).collect();
    simulator
        .create_user(&wanted.account, &wanted.name, &policies)
        .map_err(Problem::bad)?;
    access_key(simulator, &wanted.account, Some(&wanted.name))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewRole {
    account: String,
    name: String,
    trust_policy: String,
    #[serde(default)]
    policies: Vec<String>,
    #[serde(default = "hour")]
    max_session_seconds: i64,
}

fn hour() -> i64 {
    3600
}

fn add_role(simulator: &Simulator, wanted: &NewRole) -> Result<Value, Problem> {
    let policies: Vec<&str> = wanted.policies.iter().map(String::as_str).collect();
    let role = RoleSpec {
        name: &wanted.name,
        trust_policy: &wanted.trust_policy,
        policies: &policies,
        max_session_seconds: wanted.max_session_seconds,
    };
    simulator
        .create_role(&wanted.account, &role)
        .map_err(Problem::bad)?;
    Ok(json!({}))
}

fn journal(simulator: &Simulator, query: &str) -> Result<Value, Problem> {
    let from = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("from="))
        .map_or(Ok(0), str::parse)
        .map_err(Problem::bad)?;
    to_json(&simulator.journal_from(from))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hand {
    account: String,
    region: String,
    operation: String,
    input: Value,
}

fn foreign_hand(front: &Front, wanted: &Hand) -> Result<Value, Problem> {
    front
        .simulator
        .foreign_hand(&wanted.account, &wanted.region)
        .act(&wanted.operation, wanted.input.clone(), front.clock.now())
        .map_err(Problem::bad)
}
