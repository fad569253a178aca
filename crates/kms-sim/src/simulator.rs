//! The simulator as its users see it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::call::{Call, CallError, CallResult, Caller, Service};
use crate::clock::Micros;
use crate::config::SimConfig;
use crate::faults::{RandomFaults, ScriptedFault};
use crate::journal::JournalEntry;
use crate::names::regions_of;
use crate::policy::document::Document;
use crate::policy::principal::{Principal, PrincipalKind};
use crate::services::{new_id, new_secret};
use crate::state::account::Account;
use crate::state::iam::{Credential, Provider, Role, User};
use crate::state::world::World;

/// A simulated AWS. Clones are the same AWS.
#[derive(Clone, Debug)]
pub struct Simulator(pub(crate) Arc<Mutex<World>>);

/// Setting up the simulator went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// Account ids have twelve digits.
    #[error("{0} is no account id")]
    NotAnAccountId(String),
    /// The account was not created.
    #[error("account {0} does not exist")]
    NoSuchAccount(String),
    /// The user was not created.
    #[error("user {0} does not exist")]
    NoSuchUser(String),
    /// The partition or Region is not one of AWS's.
    #[error("{0} is no partition or Region of it")]
    NoSuchRegion(String),
    /// The policy cannot be read.
    #[error("the policy is malformed: {0}")]
    MalformedPolicy(String),
    /// The snapshot cannot be read.
    #[error("the snapshot is unreadable: {0}")]
    Snapshot(String),
}

/// A long-lived access key.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// `AKIA…`
    pub id: String,
    /// The secret half.
    pub secret: String,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AccessKey({})", self.id)
    }
}

impl AccessKey {
    /// The holder of the key.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller::credentials(&self.id, &self.secret, None)
    }
}

/// A role to be created.
#[derive(Clone, Debug)]
pub struct RoleSpec<'a> {
    /// Its name, without a path.
    pub name: &'a str,
    /// Who may assume it.
    pub trust_policy: &'a str,
    /// Identity-based policies.
    pub policies: &'a [&'a str],
    /// 3600 to 43200.
    pub max_session_seconds: i64,
}

impl Simulator {
    /// An AWS without accounts.
    #[must_use]
    pub fn new(config: SimConfig) -> Self {
        Simulator(Arc::new(Mutex::new(World::new(config))))
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out a call at time `now`.
    ///
    /// # Errors
    /// AWS's refusal, or no answer at all when a fault was injected.
    pub fn call(&self, call: &Call, now: Micros) -> CallResult {
        self.world().call(call, now)
    }

    /// A call to KMS, signed at `now`; answers the output only.
    ///
    /// # Errors
    /// As for [`Simulator::call`].
    pub fn kms(
        &self,
        caller: &Caller,
        region: &str,
        operation: &str,
        input: Value,
        now: Micros,
    ) -> Result<Value, CallError> {
        let call = Call::kms(caller, region, operation, input);
        self.call(&call, now).map(|answer| answer.output)
    }

    /// A call to another service, signed at `now`; answers the output only.
    ///
    /// # Errors
    /// As for [`Simulator::call`].
    pub fn service(
        &self,
        service: Service,
        caller: &Caller,
        region: &str,
        operation: &str,
        input: Value,
        now: Micros,
    ) -> Result<Value, CallError> {
        let call = Call::new(caller, region, service, operation, input);
        self.call(&call, now).map(|answer| answer.output)
    }

    /// Lets time pass until `now` without a call: material expires, keys are deleted, delayed
    /// calls take effect.
    pub fn settle(&self, now: Micros) {
        self.world().settle(now);
    }

    /// The latest time that the simulator has seen.
    #[must_use]
    pub fn latest(&self) -> Micros {
        self.world().now
    }

    /// An account in the partition `aws`, with every Region that needs no opting in.
    ///
    /// # Errors
    /// When `id` does not have twelve digits.
    pub fn create_account(&self, id: &str) -> Result<(), SetupError> {
        self.create_account_in(id, "aws")
    }

    /// An account in `partition`; does nothing if it exists.
    ///
    /// # Errors
    /// When `id` does not have twelve digits, or there is no such partition.
    pub fn create_account_in(&self, id: &str, partition: &str) -> Result<(), SetupError> {
        if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SetupError::NotAnAccountId(id.to_owned()));
        }
        if regions_of(partition).is_empty() {
            return Err(SetupError::NoSuchRegion(partition.to_owned()));
        }
        self.world()
            .accounts
            .entry(id.to_owned())
            .or_insert_with(|| Account::new(id, partition));
        Ok(())
    }

    /// The ids of all accounts.
    #[must_use]
    pub fn accounts(&self) -> Vec<String> {
        self.world().accounts.keys().cloned().collect()
    }

    /// Opts an account into a Region, or out of it.
    ///
    /// # Errors
    /// When the account or the Region does not exist.
    pub fn set_region_enabled(
        &self,
        account: &str,
        region: &str,
        enabled: bool,
    ) -> Result<(), SetupError> {
        self.with_account(account, |account| {
            if account.region_status(region).is_none() {
                return Err(SetupError::NoSuchRegion(region.to_owned()));
            }
            account.region_choices.insert(region.to_owned(), enabled);
            Ok(())
        })
    }

    /// An IAM user with identity-based policies; replaces the policies of one that exists.
    ///
    /// # Errors
    /// When the account does not exist or a policy is malformed.
    pub fn create_user(
        &self,
        account: &str,
        name: &str,
        policies: &[&str],
    ) -> Result<(), SetupError> {
        let policies = documents(policies)?;
        let (id, created) = {
            let mut world = self.world();
            (new_id(&mut world.rng, "AIDA"), world.now)
        };
        self.with_account(account, |account| {
            let user = account
                .iam
                .users
                .entry(name.to_owned())
                .or_insert_with(|| User {
                    name: name.to_owned(),
                    id,
                    created,
                    policies: Vec::new(),
                });
            user.policies = policies;
            Ok(())
        })
    }

    /// A role; replaces policies and trust of one that exists.
    ///
    /// # Errors
    /// When the account does not exist or a policy is malformed.
    pub fn create_role(&self, account: &str, role: &RoleSpec<'_>) -> Result<(), SetupError> {
        let policies = documents(role.policies)?;
        let trust = Document::parse(role.trust_policy).map_err(SetupError::MalformedPolicy)?;
        let (id, created) = {
            let mut world = self.world();
            (new_id(&mut world.rng, "AROA"), world.now)
        };
        let made = Role {
            name: role.name.to_owned(),
            id,
            created,
            trust,
            policies,
            max_session_seconds: role.max_session_seconds,
        };
        self.with_account(account, |account| {
            account.iam.roles.insert(made.name.clone(), made);
            Ok(())
        })
    }

    /// An access key of a user, or of the root user (`None`).
    ///
    /// # Errors
    /// When the account or the user does not exist.
    pub fn create_access_key(
        &self,
        account: &str,
        user: Option<&str>,
    ) -> Result<AccessKey, SetupError> {
        let mut world = self.world();
        let found = world
            .accounts
            .get(account)
            .ok_or_else(|| SetupError::NoSuchAccount(account.to_owned()))?;
        let kind = match user {
            None => PrincipalKind::Root,
            Some(name) if found.iam.users.contains_key(name) => PrincipalKind::User {
                name: name.to_owned(),
            },
            Some(name) => return Err(SetupError::NoSuchUser(name.to_owned())),
        };
        let principal = Principal {
            kind,
            ..Principal::root(account, &found.partition)
        };
        let key = AccessKey {
            id: new_id(&mut world.rng, "AKIA"),
            secret: new_secret(&mut world.rng),
        };
        let credential = Credential {
            access_key_id: key.id.clone(),
            secret: key.secret.clone(),
            principal,
            created: world.now,
            known_from: 0,
            active: true,
            token: None,
            expires: None,
            last_used: None,
        };
        world.credentials.insert(key.id.clone(), credential);
        Ok(key)
    }

    /// Deletes an IAM user with its access keys, as somebody in the account does.
    ///
    /// # Errors
    /// When there is no such account or user.
    pub fn delete_user(&self, account: &str, name: &str) -> Result<(), SetupError> {
        let owner = account.to_owned();
        self.with_account(account, |account| {
            let gone = account.iam.users.remove(name);
            gone.map(drop)
                .ok_or_else(|| SetupError::NoSuchUser(name.to_owned()))
        })?;
        let user = PrincipalKind::User {
            name: name.to_owned(),
        };
        self.world().credentials.retain(|_, credential| {
            credential.principal.account != owner || credential.principal.kind != user
        });
        Ok(())
    }

    /// An OpenID Connect provider: `issuer` with or without `https://`, its RSA public key in DER
    /// (SubjectPublicKeyInfo or RSAPublicKey), and the audiences that the account accepts.
    ///
    /// # Errors
    /// When the account does not exist.
    pub fn create_identity_provider(
        &self,
        account: &str,
        issuer: &str,
        public_key: &[u8],
        audiences: &[&str],
    ) -> Result<(), SetupError> {
        let provider = Provider {
            public_key: public_key.to_vec(),
            audiences: audiences
                .iter()
                .map(|&audience| audience.to_owned())
                .collect(),
        };
        let issuer = issuer.trim_start_matches("https://").to_owned();
        self.with_account(account, |account| {
            account.iam.providers.insert(issuer, provider);
            Ok(())
        })
    }

    fn with_account(
        &self,
        id: &str,
        change: impl FnOnce(&mut Account) -> Result<(), SetupError>,
    ) -> Result<(), SetupError> {
        match self.world().accounts.get_mut(id) {
            Some(account) => change(account),
            None => Err(SetupError::NoSuchAccount(id.to_owned())),
        }
    }

    /// Changes settings while the simulator runs.
    pub fn configure(&self, change: impl FnOnce(&mut SimConfig)) {
        change(&mut self.world().config);
    }

    /// Adds a fault that waits for its call.
    pub fn add_fault(&self, fault: ScriptedFault) {
        self.world().faults.add(fault);
    }

    /// Sets or ends random faults.
    pub fn set_random_faults(&self, random: Option<RandomFaults>) {
        self.world().faults.set_random(random);
    }

    /// Ends all faults. Calls that were delayed still take effect.
    pub fn clear_faults(&self) {
        self.world().faults.clear();
    }

    /// How many scripted faults still wait for their call.
    #[must_use]
    pub fn waiting_faults(&self) -> usize {
        self.world().faults.waiting()
    }

    /// Everything that happened, oldest first.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.world().journal.clone()
    }

    /// Events from `number` on, for those who follow the journal.
    #[must_use]
    pub fn journal_from(&self, number: u64) -> Vec<JournalEntry> {
        let world = self.world();
        let from = world.journal.partition_point(|entry| entry.number < number);
        world.journal.get(from..).unwrap_or_default().to_vec()
    }

    /// Forgets past events; numbers go on.
    pub fn clear_journal(&self) {
        self.world().journal.clear();
    }

    /// The whole state as JSON, key material included. Quota buckets start full again.
    ///
    /// # Errors
    /// When the state cannot be written, which would be a defect.
    pub fn snapshot(&self) -> Result<Value, SetupError> {
        serde_json::to_value(&*self.world())
            .map_err(|error| SetupError::Snapshot(error.to_string()))
    }

    /// An independent AWS that is now exactly like this one.
    #[must_use]
    pub fn fork(&self) -> Self {
        let world = self.world().clone();
        Simulator(Arc::new(Mutex::new(world)))
    }

    /// Becomes what another one is now; all clones see it.
    pub fn become_like(&self, other: &Simulator) {
        let world = other.world().clone();
        *self.world() = world;
    }

    /// A simulator from a snapshot.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn restore(snapshot: Value) -> Result<Self, SetupError> {
        let world = serde_json::from_value(snapshot)
            .map_err(|error| SetupError::Snapshot(error.to_string()))?;
        Ok(Simulator(Arc::new(Mutex::new(world))))
    }

    /// Replaces the whole state by a snapshot; all clones see it.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn reset_to(&self, snapshot: Value) -> Result<(), SetupError> {
        let world: World = serde_json::from_value(snapshot)
            .map_err(|error| SetupError::Snapshot(error.to_string()))?;
        *self.world() = world;
        Ok(())
    }
}

fn documents(texts: &[&str]) -> Result<Vec<Document>, SetupError> {
    texts
        .iter()
        .map(|text| Document::parse(text).map_err(SetupError::MalformedPolicy))
        .collect()
}
