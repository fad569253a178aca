//! Rules that want consent. A change of one takes what it wanted before and what it is to want.

use keyferry_domain::approval::{
    APPROVERS_MAX, ApprovalClass, ApprovalRule, HOURS_DEFAULT, HOURS_MAX, Need,
};
use keyferry_domain::group::Group;
use keyferry_domain::id::GroupId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{Batch, Change, Expect, Groups};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::rights::Permit;

use super::Approvals;

/// What a rule shall want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedRule {
    /// Of which actions.
    pub class: ApprovalClass,
    /// Of how many people besides whoever asks.
    pub approvers: u32,
    /// How long a request waits, in hours.
    pub hours: u32,
}

impl WantedRule {
    fn check(&self) -> Result<(), AppError> {
        let invalid = |field, why: String| Err(AppError::Invalid { field, why });
        if self.approvers == 0 || self.approvers > APPROVERS_MAX {
            return invalid("approvers", format!("1 to {APPROVERS_MAX}"));
        }
        if self.hours == 0 || self.hours > HOURS_MAX {
            return invalid("hours", format!("1 to {HOURS_MAX}"));
        }
        Ok(())
    }
}

impl Approvals {
    /// The rules of the installation, which hold everywhere, and those of the groups into which the actor may look.
    pub async fn rules(
        &self,
        actor: &Actor,
    ) -> Result<Vec<(ApprovalRule, Option<Name>)>, AppError> {
        let permit = self.shared.permit(actor, Action::ApprovalRuleRead).await?;
        let seen = permit.groups()?;
        let groups = self.shared.groups().await?;
        let is_seen = |rule: &ApprovalRule| rule.group.is_none_or(|group| seen.holds(group));
        let rules = self.shared.ports.records.list_approval_rules().await?;
        let named = |rule: ApprovalRule| {
            let group = groups.iter().find(|group| Some(group.id) == rule.group);
            let name = group.map(|group| group.name.clone());
            (rule, name)
        };
        Ok(rules.into_iter().filter(is_seen).map(named).collect())
    }

    /// Makes a rule, or changes it. It takes the consent of all rules of its place, and what it is to want itself.
    pub async fn set_rule(
        &self,
        actor: &Actor,
        group: Option<&str>,
        wanted: WantedRule,
    ) -> Result<(ApprovalRule, Option<Name>), AppError> {
        wanted.check()?;
        let (permit, group) = self.place(actor, group).await?;
        let place = group.as_ref().map(|group| group.id);
        let found = self.rule_of(&group, wanted.class).await?;
        let mut rule = ApprovalRule {
            group: place,
            class: wanted.class,
            approvers: wanted.approvers,
            hours: wanted.hours,
            changed_at: self.shared.now(),
            revision: 0,
        };
        let further: Need = rule.need();
        self.demand(actor, &permit, place, Some(further)).await?;
        let expect = match &found {
            Some(found) => Expect::Revision(found.revision),
            None => Expect::New,
        };
        let batch = Batch::new()
            .with(Change::PutApprovalRule(rule.clone(), expect))
            .with(told(actor, &rule, &group, "set"));
        self.shared.commit(batch).await?;
        rule.revision = found.map_or(1, |found| found.revision + 1);
        Ok((rule, group.map(|group| group.name)))
    }

    /// Removes a rule. It takes the consent of all rules of its place.
    pub async fn remove_rule(
        &self,
        actor: &Actor,
        group: Option<&str>,
        class: ApprovalClass,
    ) -> Result<(), AppError> {
        let (permit, group) = self.place(actor, group).await?;
        let found = self.rule_of(&group, class).await?;
        let rule = found.ok_or_else(|| AppError::NotFound {
            what: "approval rule",
            selector: class.as_str().to_owned(),
        })?;
        self.demand(actor, &permit, rule.group, None).await?;
        let expect = Expect::Revision(rule.revision);
        let batch = Batch::new()
            .with(Change::DeleteApprovalRule(rule.group, class, expect))
            .with(told(actor, &rule, &group, "remove"));
        self.shared.commit(batch).await?;
        Ok(())
    }

    async fn place(
        &self,
        actor: &Actor,
        group: Option<&str>,
    ) -> Result<(Permit, Option<Group>), AppError> {
        let permit = self
            .shared
            .permit(actor, Action::ApprovalRuleManage)
            .await?;
        let seen = match permit.groups()? {
            Groups::All => None,
            Groups::Only(groups) => Some(groups),
        };
        let Some(selector) = group else {
            return Ok((permit, None));
        };
        let found = self.shared.group_of(Some(selector)).await?;
        let is_seen = seen.is_none_or(|seen| seen.contains(&found.id));
        if !is_seen {
            return Err(AppError::NotFound {
                what: "group",
                selector: selector.to_owned(),
            });
        }
        Ok((permit, Some(found)))
    }

    /// Refuses who may not change rules there, and what lacks consent.
    async fn demand(
        &self,
        actor: &Actor,
        permit: &Permit,
        group: Option<GroupId>,
        further: Option<Need>,
    ) -> Result<(), AppError> {
        match group {
            None => {
                self.shared.may_govern(actor, permit).await?;
                permit.demand_for_installation(further)
            }
            Some(group) if permit.groups()?.holds(group) => permit.demand_in(group, further),
            Some(_) => Err(permit.denied()),
        }
    }

    async fn rule_of(
        &self,
        group: &Option<Group>,
        class: ApprovalClass,
    ) -> Result<Option<ApprovalRule>, AppError> {
        let place = group.as_ref().map(|group| group.id);
        let rules = self.shared.ports.records.list_approval_rules().await?;
        let is_it = |rule: &ApprovalRule| rule.group == place && rule.class == class;
        Ok(rules.into_iter().find(is_it))
    }
}

fn told(actor: &Actor, rule: &ApprovalRule, group: &Option<Group>, what: &str) -> Change {
    // By the group's id, so that its auditors find the entry.
    let about = match group {
        Some(group) => object("group", group.id, &group.name),
        None => object("installation", "installation", "installation"),
    };
    Fact::done(actor, Action::ApprovalRuleManage, about, rule.changed_at)
        .detail("class", rule.class.as_str())
        .detail("approvers", rule.approvers)
        .detail("hours", rule.hours)
        .detail("change", what)
        .change()
}

/// What a new installation with dual control wants consent to.
const DUAL_CONTROL: [ApprovalClass; 3] = [
    ApprovalClass::Destructive,
    ApprovalClass::ExportEquivalent,
    ApprovalClass::UseEquivalent,
];

impl Approvals {
    /// Begins a new installation with rules: nothing that is lost, exported or used by it is done alone. Until there are
    /// enough people to consent, they can be added, and nothing else that a rule covers is done.
    ///
    /// # Errors
    ///
    /// [`AppError::InUse`] where there are rules already.
    pub async fn begin_with_dual_control(&self, approvers: u32) -> Result<(), AppError> {
        let there = self.shared.ports.records.list_approval_rules().await?;
        if !there.is_empty() {
            return Err(AppError::InUse {
                what: "approval rule",
            });
        }
        let mut batch = Batch::new();
        for class in DUAL_CONTROL {
            let wanted = WantedRule {
                class,
                approvers,
                hours: HOURS_DEFAULT,
            };
            wanted.check()?;
            let rule = ApprovalRule {
                group: None,
                class,
                approvers,
                hours: wanted.hours,
                changed_at: self.shared.now(),
                revision: 1,
            };
            batch.push(told(&Actor::System, &rule, &None, "set"));
            batch.push(Change::PutApprovalRule(rule, Expect::New));
        }
        self.shared.commit(batch).await?;
        Ok(())
    }
}
