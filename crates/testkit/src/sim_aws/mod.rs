//! AWS as the application sees it, straight onto the simulator's core: no SDK, no HTTP, no sockets.
//!
//! For simulations that make hundreds of thousands of calls. The real adapter is tested against the same
//! simulator over HTTPS.

mod kms;
mod read;
mod trail;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::{Account, Partition, Region};
use keyferry_domain::connection::{Identity, LinkSettings};
use keyferry_ports::aws::{
    AccessKeyStatus, AccountRegions, Aws, AwsAccount, BadSettings, CallFailure, Caller, Kms,
    NewAccessKey, NotSentStage, Principals, Refusal, RegionStatus, TrailPage, TrailQuery,
    sample_context, sample_resources,
};
use keyferry_ports::clock::Clock;
use keyferry_ports::secret::SecretText;
use kms_sim::{Call, CallError, Service, Simulator};
use serde_json::{Value, json};

pub use kms::SimKms;
pub(crate) use read::{base64, bytes};

/// A mistake that an adapter could make, for tests of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// None.
    None,
    /// `CreateKey` without an answer is sent again.
    RetriesCreateKey,
    /// Requests are signed with the time at which they are sent, not the committed one.
    SignsAnew,
    /// Material is deleted before it is imported.
    DeletesBeforeImport,
    /// Of several materials the current one alone is listed.
    ListsCurrentMaterialOnly,
    /// A list that could not be read is taken for an empty one.
    TakesFailureForAbsence,
    /// A call without an answer is taken for a refused one.
    TakesSilenceForRefusal,
}

/// The simulator in process as the port `Aws`.
pub struct SimAws {
    sim: Arc<Simulator>,
    clock: Arc<dyn Clock>,
    skew: Arc<Skew>,
    mistake: Mistake,
}

impl SimAws {
    /// AWS as `sim` is, at the time of `clock`.
    pub fn new(sim: Arc<Simulator>, clock: Arc<dyn Clock>, mistake: Mistake) -> Self {
        let skew = Arc::new(Skew::of(Arc::clone(&clock)));
        Self {
            sim,
            clock,
            skew,
            mistake,
        }
    }

    /// The same for a server with a clock of its own.
    #[must_use]
    pub fn seen_by(self, own: Arc<dyn Clock>) -> Self {
        let skew = Arc::new(Skew::of(own));
        Self { skew, ..self }
    }
}

/// How far AWS's clock is ahead of a server's, as the last answer showed it.
struct Skew {
    own: Arc<dyn Clock>,
    micros: AtomicI64,
}

impl Skew {
    fn of(own: Arc<dyn Clock>) -> Self {
        let micros = AtomicI64::new(0);
        Self { own, micros }
    }

    /// An answer that AWS gave at `now`.
    fn learn(&self, now: i64) {
        let micros = now.saturating_sub(self.own.now().as_microsecond());
        self.micros.store(micros, Ordering::Relaxed);
    }

    fn get(&self) -> SignedDuration {
        SignedDuration::from_micros(self.micros.load(Ordering::Relaxed))
    }
}

#[async_trait]
impl Aws for SimAws {
    async fn open(
        &self,
        settings: LinkSettings<SecretText>,
        _region: &Region,
        _session: &str,
        _account: Option<&Account>,
    ) -> Result<Arc<dyn AwsAccount>, BadSettings> {
        let Identity::AccessKey {
            access_key_id,
            secret_access_key,
        } = &settings.identity
        else {
            return Err(BadSettings {
                field: "identity",
                why: "the simulator in process takes access keys only".to_owned(),
            });
        };
        let caller = kms_sim::Caller::credentials(access_key_id, secret_access_key.expose(), None);
        Ok(Arc::new(SimAccount {
            link: Link {
                sim: Arc::clone(&self.sim),
                clock: Arc::clone(&self.clock),
                skew: Arc::clone(&self.skew),
                mistake: self.mistake,
                caller,
            },
        }))
    }
}

/// Everything that a call needs.
#[derive(Clone)]
pub(crate) struct Link {
    sim: Arc<Simulator>,
    clock: Arc<dyn Clock>,
    skew: Arc<Skew>,
    mistake: Mistake,
    caller: kms_sim::Caller,
}

impl Link {
    /// A read, tried three times as the real adapter does.
    fn read(
        &self,
        region: &Region,
        service: Service,
        operation: &'static str,
        input: Value,
    ) -> Result<(Value, String), CallFailure> {
        let now = self.clock.now().as_microsecond();
        let call =
            Call::new(&self.caller, region.as_str(), service, operation, input).signed_at(now);
        let mut result = answer(operation, self.sim.call(&call, now));
        for _ in 1..READ_TRIES {
            if !result.as_ref().is_err_and(may_be_repeated) {
                break;
            }
            result = answer(operation, self.sim.call(&call, now));
        }
        self.learn(&result, now);
        result
    }

    /// What every answer says besides.
    fn learn(&self, result: &Result<(Value, String), CallFailure>, now: i64) {
        if !matches!(result, Err(CallFailure::Unknown { .. })) {
            self.skew.learn(now);
        }
    }

    /// An effect, sent once.
    fn effect(
        &self,
        region: &Region,
        service: Service,
        operation: &'static str,
        input: Value,
        signed_at: Timestamp,
    ) -> Result<(Value, String), CallFailure> {
        let now = self.clock.now().as_microsecond();
        let signed_at = match self.mistake {
            Mistake::SignsAnew => now,
            _ => signed_at.as_microsecond(),
        };
        let call = Call::new(&self.caller, region.as_str(), service, operation, input)
            .signed_at(signed_at);
        let mut result = answer(operation, self.sim.call(&call, now));
        let is_open = matches!(result, Err(CallFailure::Unknown { .. }));
        if is_open && operation == "CreateKey" && self.mistake == Mistake::RetriesCreateKey {
            result = answer(operation, self.sim.call(&call, now));
        }
        self.learn(&result, now);
        match result {
            Err(CallFailure::Unknown { why, .. })
                if self.mistake == Mistake::TakesSilenceForRefusal =>
            {
                Err(CallFailure::Refused {
                    operation,
                    code: "TimedOut".into(),
                    refusal: Refusal::Other("TimedOut".into()),
                    message: why,
                    request_id: None,
                })
            }
            result => result,
        }
    }
}

/// How often a read is sent before its failure is told.
const READ_TRIES: u32 = 3;

fn may_be_repeated(failure: &CallFailure) -> bool {
    matches!(
        failure,
        CallFailure::Unknown { .. }
            | CallFailure::Refused {
                refusal: Refusal::Throttling,
                ..
            }
    )
}

/// The simulator's answer in the port's three classes.
fn answer(
    operation: &'static str,
    result: kms_sim::CallResult,
) -> Result<(Value, String), CallFailure> {
    match result {
        Ok(answer) => Ok((answer.output, answer.request_id)),
        Err(CallError::Refused(error)) if error.http_status >= 500 => Err(CallFailure::Unknown {
            operation,
            why: error.code.to_owned(),
            request_id: Some(error.request_id),
        }),
        Err(CallError::Refused(error)) => Err(CallFailure::Refused {
            operation,
            code: error.code.into(),
            refusal: Refusal::from_code(error.code, &error.message),
            message: error.message,
            request_id: Some(error.request_id),
        }),
        Err(CallError::NoAnswer(fault)) => Err(CallFailure::Unknown {
            operation,
            why: fault.to_string(),
            request_id: None,
        }),
    }
}

/// An answer that is not as AWS documents it.
fn odd(operation: &'static str, member: &str) -> CallFailure {
    CallFailure::Unknown {
        operation,
        why: format!("the answer has no usable {member}"),
        request_id: None,
    }
}

struct SimAccount {
    link: Link,
}

impl SimAccount {
    fn ask_regions(
        &self,
        service: Service,
        operation: &'static str,
        input: Value,
    ) -> Result<AccountRegions, CallFailure> {
        let region = fallback_region(operation)?;
        let (output, _) = self.link.read(&region, service, operation, input)?;
        let listed = output["Regions"].as_array().cloned().unwrap_or_default();
        let row = |one: &Value| {
            let status = one["RegionOptStatus"]
                .as_str()
                .or(one["OptInStatus"].as_str())?;
            Some(RegionStatus {
                region: one["RegionName"].as_str()?.parse().ok()?,
                is_enabled: !matches!(
                    status,
                    "DISABLED" | "DISABLING" | "ENABLING" | "not-opted-in"
                ),
            })
        };
        Ok(AccountRegions {
            regions: listed.iter().filter_map(row).collect(),
            told_by: match service {
                Service::Ec2 => "ec2:DescribeRegions",
                _ => "account:ListRegions",
            },
        })
    }
}

impl SimAccount {
    fn change_access_key(
        &self,
        operation: &'static str,
        input: Value,
        signed_at: Timestamp,
    ) -> Result<Value, CallFailure> {
        let region = fallback_region(operation)?;
        let changed = self
            .link
            .effect(&region, Service::Iam, operation, input, signed_at)?;
        Ok(changed.0)
    }
}

#[async_trait]
impl AwsAccount for SimAccount {
    async fn caller(&self) -> Result<Caller, CallFailure> {
        let operation = "GetCallerIdentity";
        let region = fallback_region(operation)?;
        let (output, _) = self
            .link
            .read(&region, Service::Sts, operation, json!({}))?;
        let id = output["Account"]
            .as_str()
            .and_then(|text| text.parse().ok());
        Ok(Caller {
            account: Account {
                partition: Partition::Aws,
                id: id.ok_or_else(|| odd(operation, "Account"))?,
            },
            arn: output["Arn"].as_str().unwrap_or_default().to_owned(),
        })
    }

    async fn regions(&self) -> Result<AccountRegions, CallFailure> {
        let first = match self.ask_regions(Service::Account, "ListRegions", json!({})) {
            Ok(regions) => return Ok(regions),
            Err(failure) => failure,
        };
        self.ask_regions(
            Service::Ec2,
            "DescribeRegions",
            json!({ "AllRegions": "true" }),
        )
        .map_err(|_| first)
    }

    async fn allowed(
        &self,
        caller: &Caller,
        region: &Region,
        actions: &[String],
    ) -> Result<BTreeMap<String, bool>, CallFailure> {
        let operation = "SimulatePrincipalPolicy";
        let entry = |(name, value)| json!({ "ContextKeyName": name, "ContextKeyValues": [value] });
        let context: Vec<Value> = sample_context(region, &caller.arn)
            .into_iter()
            .map(entry)
            .collect();
        let input = json!({
            "PolicySourceArn": caller.arn,
            "ActionNames": actions,
            "ResourceArns": sample_resources(&caller.account, region, &caller.arn),
            "ContextEntries": context,
        });
        let (output, _) = self.link.read(region, Service::Iam, operation, input)?;
        let results = output["EvaluationResults"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut verdicts: BTreeMap<_, _> = actions
            .iter()
            .map(|action| (action.clone(), false))
            .collect();
        for one in results
            .iter()
            .filter(|one| one["EvalDecision"] == "allowed")
        {
            let action = one["EvalActionName"]
                .as_str()
                .ok_or_else(|| odd(operation, "action"))?;
            verdicts.insert(action.to_owned(), true);
        }
        Ok(verdicts)
    }

    async fn principals(&self) -> Result<Principals, CallFailure> {
        Err(not_in_process("ListUsers"))
    }

    async fn events(
        &self,
        region: &Region,
        query: &TrailQuery,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<TrailPage, CallFailure> {
        trail::events(&self.link, region, query, (from, until))
    }

    async fn principal_exists(&self, arn: &str) -> Result<bool, CallFailure> {
        let (operation, member) = match arn.contains(":user/") {
            true => ("GetUser", "UserName"),
            false => ("GetRole", "RoleName"),
        };
        let name = arn.rsplit('/').next().unwrap_or_default();
        let region = fallback_region(operation)?;
        let asked = self
            .link
            .read(&region, Service::Iam, operation, json!({ member: name }));
        match asked {
            Ok((output, _)) => {
                let entry = output.get("User").or(output.get("Role"));
                Ok(entry.is_some_and(|entry| entry["Arn"] == arn))
            }
            Err(CallFailure::Refused { code, .. }) if &*code == "NoSuchEntity" => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    async fn create_access_key(&self, signed_at: Timestamp) -> Result<NewAccessKey, CallFailure> {
        let operation = "CreateAccessKey";
        let output = self.change_access_key(operation, json!({}), signed_at)?;
        let part = |name| output["AccessKey"][name].as_str();
        let secret = part("SecretAccessKey").ok_or_else(|| odd(operation, "SecretAccessKey"))?;
        let id = part("AccessKeyId").ok_or_else(|| odd(operation, "AccessKeyId"))?;
        Ok(NewAccessKey {
            access_key_id: id.to_owned(),
            secret_access_key: SecretText::new(secret),
        })
    }

    async fn access_keys(&self) -> Result<Vec<AccessKeyStatus>, CallFailure> {
        let operation = "ListAccessKeys";
        let region = fallback_region(operation)?;
        let (output, _) = self
            .link
            .read(&region, Service::Iam, operation, json!({}))?;
        let listed = output["AccessKeyMetadata"].as_array();
        let status = |row: &Value| AccessKeyStatus {
            access_key_id: row["AccessKeyId"].as_str().unwrap_or_default().to_owned(),
            is_active: row["Status"] == "Active",
            created_at: None,
        };
        Ok(listed.into_iter().flatten().map(status).collect())
    }

    async fn deactivate_access_key(
        &self,
        id: &str,
        signed_at: Timestamp,
    ) -> Result<(), CallFailure> {
        let input = json!({ "AccessKeyId": id, "Status": "Inactive" });
        self.change_access_key("UpdateAccessKey", input, signed_at)
            .map(drop)
    }

    async fn delete_access_key(&self, id: &str, signed_at: Timestamp) -> Result<(), CallFailure> {
        let input = json!({ "AccessKeyId": id });
        self.change_access_key("DeleteAccessKey", input, signed_at)
            .map(drop)
    }

    fn skew(&self) -> SignedDuration {
        self.link.skew.get()
    }

    fn kms(&self, region: &Region) -> Arc<dyn Kms> {
        Arc::new(SimKms {
            link: self.link.clone(),
            region: region.clone(),
        })
    }
}

/// IAM goes through the real adapter in its own tests; simulations need none of it.
fn not_in_process(operation: &'static str) -> CallFailure {
    CallFailure::NotSent {
        operation,
        stage: NotSentStage::Build,
        why: "the simulator in process does not offer it".to_owned(),
    }
}

fn fallback_region(operation: &'static str) -> Result<Region, CallFailure> {
    "us-east-1".parse().map_err(|_| odd(operation, "Region"))
}
