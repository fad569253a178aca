//! What the caller's IAM policies allow, asked of IAM's policy simulation.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, PolicyEvaluationDecisionType};
use keyferry_domain::arn::Region;
use keyferry_ports::aws::{CallFailure, Caller, Refusal, sample_context, sample_resources};

use crate::account::LinkedAccount;
use crate::errors::failure;

const OPERATION: &str = "SimulatePrincipalPolicy";

/// Actions per `SimulatePrincipalPolicy`, so that an answer stays on one page.
const ACTIONS_PER_CALL: usize = 50;

/// Whose policies count, and for requests to which Region.
struct Question<'a> {
    /// The ARN of the user or role.
    principal: &'a str,
    region: &'a Region,
    caller: &'a Caller,
}

impl LinkedAccount {
    /// The policies of a session are its role's. The session's ARN has no path, and few roles have one: IAM is asked
    /// only where there is no such role without.
    pub(crate) async fn simulate(
        &self,
        caller: &Caller,
        region: &Region,
        actions: &[String],
    ) -> Result<BTreeMap<String, bool>, CallFailure> {
        let question = |principal| Question {
            principal,
            region,
            caller,
        };
        let Some(role) = assumed_role(&caller.arn) else {
            return self.on_any(&question(&caller.arn), actions).await;
        };
        let (partition, id) = (caller.account.partition, &caller.account.id);
        let without_path = format!("arn:{partition}:iam::{id}:role/{role}");
        match self.on_any(&question(&without_path), actions).await {
            Err(CallFailure::Refused {
                refusal: Refusal::NotFound,
                ..
            }) => {
                let with_path = self.role_arn(caller, role).await?;
                self.on_any(&question(&with_path), actions).await
            }
            answered => answered,
        }
    }

    /// Each action on one resource after the other, until one of them allows it.
    async fn on_any(
        &self,
        question: &Question<'_>,
        actions: &[String],
    ) -> Result<BTreeMap<String, bool>, CallFailure> {
        let resources = sample_resources(
            &question.caller.account,
            question.region,
            question.principal,
        );
        let mut allowed = BTreeSet::new();
        for resource in &resources {
            let open: Vec<String> = actions
                .iter()
                .filter(|action| !allowed.contains(*action))
                .cloned()
                .collect();
            allowed.extend(self.on(question, resource, &open).await?);
        }
        let verdict = |action: &String| (action.clone(), allowed.contains(action));
        Ok(actions.iter().map(verdict).collect())
    }

    /// Those of the actions that are allowed on one resource. IAM refuses to simulate some actions together ("require
    /// different authorization information"): then each half is asked alone. An action that it cannot simulate with
    /// the resource at all is not allowed on it.
    async fn on(
        &self,
        question: &Question<'_>,
        resource: &str,
        actions: &[String],
    ) -> Result<Vec<String>, CallFailure> {
        let mut allowed = Vec::new();
        let mut open: Vec<&[String]> = actions.chunks(ACTIONS_PER_CALL).collect();
        while let Some(some) = open.pop() {
            match self.ask(question, resource, some).await {
                Ok(found) => allowed.extend(found),
                Err(refused) if is_no_match(&refused) => match some.len() {
                    0 | 1 if resource == "*" => return Err(refused),
                    0 | 1 => {}
                    count => {
                        let (left, right) = some.split_at(count / 2);
                        open.extend([left, right]);
                    }
                },
                Err(failed) => return Err(failed),
            }
        }
        Ok(allowed)
    }

    async fn ask(
        &self,
        question: &Question<'_>,
        resource: &str,
        actions: &[String],
    ) -> Result<Vec<String>, CallFailure> {
        let iam = self.iam_reader(OPERATION).await?;
        let mut pages = iam
            .simulate_principal_policy()
            .policy_source_arn(question.principal)
            .set_action_names(Some(actions.to_vec()))
            .resource_arns(resource)
            .set_context_entries(Some(context(question)))
            .into_paginator()
            .items()
            .send();
        let mut allowed = Vec::new();
        while let Some(row) = pages
            .try_next()
            .await
            .map_err(|error| failure(OPERATION, &error))?
        {
            if *row.eval_decision() == PolicyEvaluationDecisionType::Allowed {
                allowed.push(row.eval_action_name().to_owned());
            }
        }
        Ok(allowed)
    }
}

fn context(question: &Question<'_>) -> Vec<ContextEntry> {
    let entry = |(name, value): (&str, String)| {
        ContextEntry::builder()
            .context_key_name(name)
            .context_key_values(value)
            .context_key_type(ContextKeyTypeEnum::String)
            .build()
    };
    sample_context(question.region, question.principal)
        .into_iter()
        .map(entry)
        .collect()
}

/// Whether IAM says that these actions cannot be simulated together, or not on this resource.
fn is_no_match(failure: &CallFailure) -> bool {
    matches!(failure, CallFailure::Refused { refusal: Refusal::Other(code), .. } if code == "InvalidInput")
}

/// The role's name in `arn:…:sts::…:assumed-role/NAME/SESSION`.
fn assumed_role(arn: &str) -> Option<&str> {
    let (_, resource) = arn.rsplit_once(":assumed-role/")?;
    resource.split('/').next()
}
