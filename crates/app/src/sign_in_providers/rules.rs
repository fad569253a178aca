//! Rules that give roles for claims. A rule is a standing gift: who may give the role there may make the rule.

use keyferry_domain::id::SignInRuleId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    Batch, Change, Groups, RecordsError, SIGN_IN_RULE, SignInProvider, SignInRule,
};

use super::{SignInProviders, about, invalid};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::{AppError, ApplicationError, ProviderError};
use crate::log::Fact;
use crate::parts::Shared;
use crate::rights::BuiltInRole;

/// Longest claim and value, in characters.
const TEXT_MAX: usize = 256;

/// A rule to make.
#[derive(Clone, Debug)]
pub struct NewRule {
    /// Which claim; what is within objects is written with dots.
    pub claim: String,
    /// The value that it has, or that is among its values.
    pub value: String,
    /// The role that it gives.
    pub role: BuiltInRole,
    /// In which group, by id or name; `None` is the installation.
    pub group: Option<String>,
}

/// A rule, with the name of its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What is kept.
    pub row: SignInRule,
    /// The group's name; `None` for the installation.
    pub group: Option<Name>,
}

impl SignInProviders {
    /// The rules of a provider that give roles where the actor may look.
    pub async fn list_rules(&self, actor: &Actor, selector: &str) -> Result<Vec<Rule>, AppError> {
        let permit = self.shared.permit(actor, Action::RoleRead).await?;
        let seen = permit.groups()?;
        let provider = self.shared.find_provider(selector).await?;
        let mut rules = self.shared.rules_of(&provider).await?;
        rules.retain(|rule| match rule.group {
            Some(group) => seen.holds(group),
            None => seen == Groups::All,
        });
        self.named(rules).await
    }

    /// Makes a rule. It counts from the next sign-in of each person on.
    ///
    /// # Errors
    ///
    /// As giving the role by hand; [`ProviderError::RuleHeld`].
    pub async fn add_rule(
        &self,
        actor: &Actor,
        selector: &str,
        command: NewRule,
    ) -> Result<Rule, AppError> {
        let action = Action::RoleManage;
        let permit = self.shared.permit(actor, action).await?;
        let provider = self.shared.find_provider(selector).await?;
        check(&command)?;
        let given = (command.role.as_str(), command.role.scope());
        let group = command.group.as_deref();
        let group = self.shared.place_to_give(actor, &permit, given, group);
        let group = group.await?;
        let now = self.shared.now();
        let row = SignInRule {
            id: SignInRuleId::new(self.shared.new_uuid()),
            provider: provider.id,
            claim: command.claim,
            value: command.value,
            role: command.role.as_str().parse()?,
            group: group.as_ref().map(|group| group.id),
            made_by: actor.to_string(),
            made_at: now,
        };
        let fact = told(Fact::done(actor, action, about(&provider), now), &row);
        let batch = Batch::new()
            .with(Change::InsertSignInRule(row.clone()))
            .with(fact.detail("rule", "made").change());
        self.shared.commit(batch).await.map_err(refusal)?;
        let group = group.map(|group| group.name);
        Ok(Rule { row, group })
    }

    /// Removes a rule. What it gave is taken at each person's next sign-in.
    pub async fn remove_rule(
        &self,
        actor: &Actor,
        selector: &str,
        id: SignInRuleId,
    ) -> Result<(), AppError> {
        let action = Action::RoleManage;
        let permit = self.shared.permit(actor, action).await?;
        let provider = self.shared.find_provider(selector).await?;
        let not_found = || AppError::NotFound {
            what: "sign-in rule",
            selector: id.to_string(),
        };
        let found = self.shared.ports.records.find_sign_in_rule(id).await?;
        let row = found.filter(|row| row.provider == provider.id);
        let row = row.ok_or_else(not_found)?;
        let place = row.group;
        let may = self.shared.may_take_from(actor, &permit, place, not_found);
        may.await?;
        let fact = Fact::done(actor, action, about(&provider), self.shared.now());
        let fact = told(fact, &row).detail("rule", "removed");
        let batch = Batch::new()
            .with(Change::DeleteSignInRule(id))
            .with(fact.change());
        Ok(self.shared.commit(batch).await?)
    }

    pub(super) async fn named(&self, rows: Vec<SignInRule>) -> Result<Vec<Rule>, AppError> {
        let groups = self.shared.groups().await?;
        let named = rows.into_iter().map(|row| {
            let group = groups.iter().find(|group| Some(group.id) == row.group);
            let group = group.map(|group| group.name.clone());
            Rule { row, group }
        });
        Ok(named.collect())
    }
}

impl Shared {
    pub(crate) async fn rules_of(
        &self,
        provider: &SignInProvider,
    ) -> Result<Vec<SignInRule>, RecordsError> {
        self.ports.records.list_sign_in_rules(provider.id).await
    }
}

fn check(rule: &NewRule) -> Result<(), AppError> {
    let is_text = |text: &str| {
        !text.is_empty() && text.chars().count() <= TEXT_MAX && !text.chars().any(char::is_control)
    };
    if !is_text(&rule.claim) {
        return Err(invalid(
            "claim",
            "it is the name of a claim, of 256 characters at most",
        ));
    }
    if !is_text(&rule.value) {
        return Err(invalid("value", "it is a text of 256 characters at most"));
    }
    if rule.role.is_for_applications() {
        let role = rule.role.as_str().to_owned();
        return Err(ApplicationError::RoleForOthers { role }.into());
    }
    Ok(())
}

fn told(fact: Fact, row: &SignInRule) -> Fact {
    fact.detail("role", &row.role)
        .given_in(row.group)
        .detail("claim", &row.claim)
        .detail("value", &row.value)
}

fn refusal(error: RecordsError) -> AppError {
    match error {
        RecordsError::Conflict { what: SIGN_IN_RULE } => ProviderError::RuleHeld.into(),
        other => other.into(),
    }
}
