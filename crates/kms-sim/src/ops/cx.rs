//! The context of one call: who asks, where, when; resolving and authorising keys.

use serde_json::Value;

use crate::args::Args;
use crate::clock::Micros;
use crate::error::AwsError;
use crate::names::{Arn, KeyRef, kms_arn, looks_like_key_id};
use crate::policy::conditions::Context;
use crate::policy::document::Document;
use crate::policy::evaluate::{Decision, Request, decide_identity, decide_resource};
use crate::policy::principal::{Principal, PrincipalKind};
use crate::state::key::Key;
use crate::state::world::{World, no_such_key};
use crate::states;

pub(crate) struct Cx<'w> {
    pub(crate) world: &'w mut World,
    pub(crate) principal: Principal,
    pub(crate) region: String,
    pub(crate) operation: String,
    pub(crate) now: Micros,
    pub(crate) request_id: String,
    /// Set by foreign hands: policies, quotas and delays do not concern them.
    pub(crate) unchecked: bool,
    pub(crate) note: Note,
}

/// What the journal keeps of a call.
#[derive(Debug, Default)]
pub(crate) struct Note {
    pub(crate) key: Option<KeyRef>,
    pub(crate) detail: Value,
}

/// What a `KeyId` may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accepts {
    aliases: bool,
    other_accounts: bool,
}

impl Accepts {
    /// Key id or key ARN of the caller's account.
    pub(crate) const OWN: Accepts = Accepts {
        aliases: false,
        other_accounts: false,
    };
    /// Key id or ARN, of any account.
    pub(crate) const OWN_OR_OTHER: Accepts = Accepts {
        aliases: false,
        other_accounts: true,
    };
    /// Everything that names a key.
    pub(crate) const ANY: Accepts = Accepts {
        aliases: true,
        other_accounts: true,
    };
}

impl Cx<'_> {
    /// The key of `KeyId`: found, the operation authorised, and allowed in the key's state.
    pub(crate) fn open(&mut self, args: Args<'_>, accepts: Accepts) -> Result<KeyRef, AwsError> {
        self.open_with(args, accepts, Context::default())
    }

    /// As [`Cx::open`], with further facts for conditions.
    pub(crate) fn open_with(
        &mut self,
        args: Args<'_>,
        accepts: Accepts,
        facts: Context,
    ) -> Result<KeyRef, AwsError> {
        let id = args
            .sized("KeyId", 1, 2048)?
            .ok_or_else(|| AwsError::missing("KeyId"))?;
        let key = self.resolve(id, accepts)?;
        let action = format!("kms:{}", self.operation);
        self.authorise_key(&action, &key, facts)?;
        self.check_state(&key)?;
        self.note.key = Some(key.clone());
        Ok(key)
    }

    pub(crate) fn check_state(&self, key: &KeyRef) -> Result<(), AwsError> {
        let (held, lineage) = self.world.key_and_lineage(key)?;
        let state = held.state(lineage, self.now);
        states::check(&self.operation, state, held.origin, || key.arn())
    }

    /// Finds the key that `text` names.
    pub(crate) fn resolve(&mut self, text: &str, accepts: Accepts) -> Result<KeyRef, AwsError> {
        let (account, resource) = if text.starts_with("arn:") {
            let arn = Arn::parse(text)
                .filter(|arn| arn.service == "kms" && !arn.account.is_empty())
                .ok_or_else(|| {
                    AwsError::new("InvalidArnException", format!("Invalid arn {text}"))
                })?;
            if arn.region != self.region {
                return Err(AwsError::not_found(format!("Invalid arn {}", arn.region)));
            }
            (arn.account.to_owned(), arn.resource)
        } else {
            (self.principal.account.clone(), text)
        };
        if account != self.principal.account && !accepts.other_accounts {
            return Err(self.denied(text, "because the resource is in another account"));
        }
        let id = match resource.strip_prefix("alias/") {
            Some(_) if !accepts.aliases => {
                return Err(if text.starts_with("arn:") {
                    AwsError::new(
                        "InvalidArnException",
                        format!("{text} is not the ARN of a key"),
                    )
                } else {
                    AwsError::not_found(format!("Invalid keyId '{text}'"))
                });
            }
            Some(_) => self.alias_target(&account, resource)?,
            None => resource.strip_prefix("key/").unwrap_or(resource).to_owned(),
        };
        if !looks_like_key_id(&id) {
            return Err(AwsError::not_found(format!("Invalid keyId '{id}'")));
        }
        let key = KeyRef {
            account,
            region: self.region.clone(),
            id,
        };
        let found = self.world.key(&key)?;
        if self.now < found.visible_at && !self.unchecked {
            return Err(no_such_key(&key));
        }
        Ok(key)
    }

    fn alias_target(&self, account: &str, name: &str) -> Result<String, AwsError> {
        self.world
            .region(account, &self.region)
            .and_then(|region| region.aliases.get(name))
            .and_then(|alias| alias.target.clone())
            .ok_or_else(|| {
                let arn = kms_arn(&self.region, account, name);
                AwsError::not_found(format!("Alias {arn} is not found."))
            })
    }

    /// Facts of every request.
    pub(crate) fn base_context(&self) -> Context {
        let mut context = Context::default();
        context.set("aws:PrincipalArn", self.principal.policy_arn());
        context.set("aws:PrincipalAccount", &*self.principal.account);
        if let PrincipalKind::User { name } = &self.principal.kind {
            context.set("aws:username", &**name);
        }
        context.set("aws:RequestedRegion", &*self.region);
        context.set("aws:CurrentTime", crate::clock::iso(self.now));
        context.set("kms:CallerAccount", &*self.principal.account);
        context
    }

    /// Adds the facts of a key.
    pub(crate) fn key_context(&self, key: &KeyRef, context: &mut Context) -> Result<(), AwsError> {
        let (held, lineage) = self.world.key_and_lineage(key)?;
        context.set("kms:KeyOrigin", held.origin.name());
        context.set("kms:KeySpec", held.spec.name());
        context.set("kms:KeyUsage", &*held.usage);
        context.set("kms:MultiRegion", held.multi_region.to_string());
        if held.multi_region {
            let kind = if held.is_primary(lineage) {
                "PRIMARY"
            } else {
                "REPLICA"
            };
            context.set("kms:MultiRegionKeyType", kind);
        }
        for (name, value) in &held.tags {
            context.set(&format!("aws:ResourceTag/{name}"), &**value);
        }
        let aliases: Vec<String> = self
            .world
            .region(&key.account, &key.region)
            .into_iter()
            .flat_map(|region| region.aliases.values())
            .filter(|alias| alias.target.as_deref() == Some(key.id.as_str()))
            .map(|alias| alias.name.clone())
            .collect();
        if !aliases.is_empty() {
            context.set_all("kms:ResourceAliases", aliases);
        }
        Ok(())
    }

    /// Authorises `action` on a key by its policy, IAM and grants.
    pub(crate) fn authorise_key(
        &self,
        action: &str,
        key: &KeyRef,
        facts: Context,
    ) -> Result<(), AwsError> {
        if self.unchecked {
            return Ok(());
        }
        let (held, _) = self.world.key_and_lineage(key)?;
        let policies = self.world.policies_of(&self.principal);
        let mut context = facts;
        if self.ask_for_facts(&policies) || held.policy.asks_for_facts() {
            context.merge(self.base_context());
            self.key_context(key, &mut context)?;
        }
        let arn = key.arn();
        let request = Request {
            principal: &self.principal,
            action,
            resource: &arn,
            context: &context,
        };
        match decide_resource(&held.policy, &key.account, &policies, &request) {
            Decision::Allowed => Ok(()),
            Decision::Denied(reason) => {
                if reason.starts_with("because") && self.granted(held, action) {
                    return Ok(());
                }
                Err(self.denied_action(action, &arn, reason))
            }
        }
    }

    /// Whether the caller's own policies may depend on the facts of a request. Gathering them costs more than all else.
    fn ask_for_facts(&self, policies: &[&Document]) -> bool {
        let session = self.principal.session_policy();
        let mut all = policies.iter().copied().chain(session);
        all.any(Document::asks_for_facts)
    }

    fn granted(&self, key: &Key, action: &str) -> bool {
        let operation = action.strip_prefix("kms:").unwrap_or(action);
        let names = [self.principal.arn(), self.principal.policy_arn()];
        key.grants.iter().any(|grant| {
            names.contains(&grant.grantee) && grant.operations.iter().any(|name| name == operation)
        })
    }

    /// Authorises an action that only IAM decides.
    pub(crate) fn authorise_iam(
        &self,
        action: &str,
        resource: &str,
        facts: Context,
    ) -> Result<(), AwsError> {
        if self.unchecked {
            return Ok(());
        }
        let policies = self.world.policies_of(&self.principal);
        let mut context = facts;
        if self.ask_for_facts(&policies) {
            context.merge(self.base_context());
        }
        let request = Request {
            principal: &self.principal,
            action,
            resource,
            context: &context,
        };
        match decide_identity(&policies, &request) {
            Decision::Allowed => Ok(()),
            Decision::Denied(reason) => Err(self.denied_action(action, resource, reason)),
        }
    }

    fn denied(&self, resource: &str, reason: &str) -> AwsError {
        self.denied_action(&format!("kms:{}", self.operation), resource, reason)
    }

    fn denied_action(&self, action: &str, resource: &str, reason: &str) -> AwsError {
        let code = if ["kms:", "account:", "cloudtrail:"]
            .iter()
            .any(|service| action.starts_with(service))
        {
            "AccessDeniedException"
        } else if action.starts_with("ec2:") {
            "UnauthorizedOperation"
        } else if self.operation == "CreateKey" {
            // The service-linked role is made by KMS on the caller's behalf.
            "AccessDeniedException"
        } else {
            "AccessDenied"
        };
        let tail = if reason.starts_with("because") {
            format!(" the {action} action")
        } else {
            String::new()
        };
        AwsError::new(
            code,
            format!(
                "User: {} is not authorized to perform: {action} on resource: {resource} \
                 {reason}{tail}",
                self.principal.arn()
            ),
        )
    }
}
