//! Which consent an action needs beyond the right to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use keyferry_domain::approval::{ApprovalClass, ApprovalRule, Need};
use keyferry_domain::id::GroupId;
use keyferry_ports::records::Consent;
use uuid::Uuid;

use crate::action::{Action, ActionScope};
use crate::actor::Actor;
use crate::error::{AppError, ApprovalError};
use crate::parts::Shared;

use super::recorded::Recorded;
use super::use_demand::UseDemand;

/// The rules that may want consent to one action of one actor, and what consent there is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Demand {
    rules: Vec<ApprovalRule>,
    consent: Consent,
    /// What those who approved consented to.
    agreed: BTreeSet<Need>,
    /// Where too few people are there yet to consent to anything: they can be added.
    founding: BTreeSet<Option<GroupId>>,
    asking: Option<(Uuid, Arc<Questions>)>,
    /// What using keys takes, where a rule is about it.
    pub(super) uses: Option<UseDemand>,
}

impl Demand {
    /// Refuses what lacks consent, done in a group or, where there is none, to the installation. A rule that is not there yet
    /// may want consent too.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::Needed`].
    pub(super) fn check(
        &self,
        action: Action,
        group: Option<GroupId>,
        further: Option<Need>,
        object: Option<String>,
    ) -> Result<(), AppError> {
        if let (Some(uses), Some(group)) = (&self.uses, group) {
            let key = object.unwrap_or_default();
            return uses.period(action, group, &key).map(|_| ());
        }
        let class = action.approval_class();
        let is_founding =
            |rule: &&ApprovalRule| adds_people(action) && self.founding.contains(&rule.group);
        let mut needs: BTreeSet<Need> = self
            .rules
            .iter()
            .filter(|rule| rule.covers(class, group) && !is_founding(rule))
            .map(ApprovalRule::need)
            .collect();
        needs.extend(further);
        if let Some((question, questions)) = &self.asking {
            questions.note(*question, group, &needs, object);
        }
        match self.consent {
            Consent::Trial | Consent::Begun(_) => Ok(()),
            Consent::Approved(_) if needs.is_subset(&self.agreed) => Ok(()),
            Consent::Nobody | Consent::Approved(_) if needs.is_empty() => Ok(()),
            Consent::Nobody | Consent::Approved(_) => {
                let approvers = needs.iter().map(|need| need.approvers).max();
                let approvers = approvers.unwrap_or(1);
                Err(ApprovalError::Needed { action, approvers }.into())
            }
        }
    }

    /// Of how many people consent is lacking to something of this class, in this group or, where there is none, in any; `None`
    /// where no rule wants it, or it was given. What goes out to others waits for it even where it is only tried.
    pub(super) fn lacking(&self, class: ApprovalClass, group: Option<GroupId>) -> Option<u32> {
        if matches!(self.consent, Consent::Approved(_) | Consent::Begun(_)) {
            return None;
        }
        let covers = |rule: &&ApprovalRule| match group {
            Some(_) => rule.covers(class, group),
            None => rule.class == class,
        };
        let covering = self.rules.iter().filter(covers);
        covering.map(|rule| rule.approvers).max()
    }
}

/// Whether it brings people in who can consent: possible while there are too few.
fn adds_people(action: Action) -> bool {
    matches!(action, Action::UserCreate | Action::RoleManage)
}

impl Shared {
    /// What consent an actor's action needs, by the rules that there are now.
    pub(super) async fn demand(
        &self,
        rights: &Recorded,
        actor: &Actor,
        action: Action,
    ) -> Result<Demand, AppError> {
        if let (Actor::Application { id, .. }, true) = (actor, action.is_use()) {
            return Ok(Demand {
                uses: self.use_demand(rights, *id).await?,
                ..Demand::default()
            });
        }
        let Actor::User { standing, .. } = actor else {
            return Ok(Demand::default());
        };
        let class = action.approval_class();
        let goes_out = action == Action::ConnectionVerify;
        if (class == ApprovalClass::None && !goes_out) || action.scope() == ActionScope::Own {
            return Ok(Demand::default());
        }
        let records = &self.ports.records;
        let rules = rights.rules.clone();
        let agreed = match standing.consent {
            Consent::Approved(used) => {
                let found = records.find_approval(used.approval).await?;
                found.map(|approval| approval.needs).unwrap_or_default()
            }
            _ => BTreeSet::new(),
        };
        let founding = if adds_people(action) && !rules.is_empty() {
            self.founding(&rules).await?
        } else {
            BTreeSet::new()
        };
        let asking = standing.asking.map(|id| (id, Arc::clone(&self.questions)));
        Ok(Demand {
            rules,
            consent: standing.consent,
            agreed,
            founding,
            asking,
            uses: None,
        })
    }

    /// Where fewer people have the right to consent than a rule and whoever asks take. Locked people count: locking
    /// somebody must not open this way again.
    async fn founding(
        &self,
        rules: &[ApprovalRule],
    ) -> Result<BTreeSet<Option<GroupId>>, AppError> {
        let deciders = self.deciders().await?;
        let mut founding = BTreeSet::new();
        for rule in rules {
            if deciders.with_right(rule.group)? <= rule.approvers {
                founding.insert(rule.group);
            }
        }
        Ok(founding)
    }
}

/// What consent requests would need, gathered while they are tried.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    open: Mutex<BTreeMap<Uuid, Gathered>>,
}

/// What consent one request would need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gathered {
    /// By which rules.
    pub(crate) needs: BTreeSet<Need>,
    /// Where it acts; `None` is the installation.
    pub(crate) places: BTreeSet<Option<GroupId>>,
    /// To what it is done, by kind and id: a name may mean something else by the time that it is carried out.
    pub(crate) objects: BTreeSet<String>,
}

impl Questions {
    fn note(
        &self,
        question: Uuid,
        group: Option<GroupId>,
        needs: &BTreeSet<Need>,
        object: Option<String>,
    ) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gathered) = open.get_mut(&question) {
            gathered.needs.extend(needs);
            gathered.places.insert(group);
            gathered.objects.extend(object);
        }
    }
}

/// A request that is tried so that the consent which it would need is known.
#[derive(Debug)]
pub struct Question {
    id: Uuid,
    questions: Arc<Questions>,
}

impl Question {
    pub(crate) fn new(id: Uuid, questions: &Arc<Questions>) -> Self {
        let mut open = questions
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        open.insert(id, Gathered::default());
        drop(open);
        Self {
            id,
            questions: Arc::clone(questions),
        }
    }

    /// By what the actor that tries it is known.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// What was gathered so far.
    pub(crate) fn gathered(&self) -> Gathered {
        let open = self.questions.open.lock();
        let open = open.unwrap_or_else(PoisonError::into_inner);
        open.get(&self.id).cloned().unwrap_or_default()
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        let open = self.questions.open.lock();
        open.unwrap_or_else(PoisonError::into_inner)
            .remove(&self.id);
    }
}
