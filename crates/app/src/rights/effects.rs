//! What a change of policies gives and takes: everybody is asked about before and after.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_authz::{Policies, Principal, PrincipalKind, Resource};
use keyferry_domain::id::GroupId;
use keyferry_ports::records::{
    AlertFilter, JobFilter, KeyFilter, KmsKeyFilter, Page, PageOf, RoleAssignment, RoleHolder,
};

use crate::action::{Action, ActionScope};
use crate::error::AppError;
use crate::parts::Shared;

use super::holder::APPLICATION;
use super::permit::{decided, principal};
use super::{Object, kinds};

/// How many questions are asked at most.
const QUESTIONS_MAX: usize = 20_000;

/// How many differences are told at most.
const EFFECTS_MAX: usize = 1_000;

/// How many objects of a kind are looked at.
const OBJECTS_MAX: u32 = 50;

/// One right that somebody gains or loses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Who: a person by name, an application as `application/NAME`.
    pub user: String,
    /// To what.
    pub action: Action,
    /// In which group.
    pub group: GroupId,
    /// To which object; `None` is anything in the group, as far as only the group is known.
    pub object: Option<String>,
    /// Whether it is gained.
    pub is_gained: bool,
    /// The policies that decide it from then on.
    pub by: Vec<String>,
}

/// What a change of policies does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// The differences, by person.
    pub effects: Vec<Effect>,
    /// How many questions were asked.
    pub asked: usize,
    /// Whether that was all: everybody who can be let in, all groups, and all objects of the nouns of these actions.
    pub is_complete: bool,
}

/// Something that is asked about, with the actions that are done to it.
struct Place {
    group: GroupId,
    object: Option<String>,
    resources: Vec<(Action, Resource)>,
}

/// Compares the policies before and after a change that speaks of these actions; `None` is of all.
pub(super) async fn effects(
    shared: &Shared,
    (before, after): (&Policies, &Policies),
    named: Option<&BTreeSet<String>>,
) -> Result<Effects, AppError> {
    let (places, mut is_complete) = places(shared, named).await?;
    let mut found = Effects::default();
    for (name, who) in everybody(shared).await? {
        for place in &places {
            let asked = place.resources.iter();
            // What its kind never does, no policy gives or takes.
            for (action, resource) in asked.filter(|one| kinds::may(who.kind, one.0)) {
                if found.asked >= QUESTIONS_MAX || found.effects.len() >= EFFECTS_MAX {
                    is_complete = false;
                    break;
                }
                found.asked += 1;
                let was = decided(before, &who, *action, resource)?;
                let is = decided(after, &who, *action, resource)?;
                if was.is_allowed != is.is_allowed {
                    found.effects.push(Effect {
                        user: name.clone(),
                        action: *action,
                        group: place.group,
                        object: place.object.clone(),
                        is_gained: is.is_allowed,
                        by: is.by,
                    });
                }
            }
        }
    }
    found.is_complete = is_complete;
    Ok(found)
}

/// Everybody who can be let in, with the roles that they have: people by name, then applications as `application/NAME`.
pub(super) async fn everybody(shared: &Shared) -> Result<Vec<(String, Principal)>, AppError> {
    let records = &shared.ports.records;
    let mut given: BTreeMap<RoleHolder, Vec<RoleAssignment>> = BTreeMap::new();
    for row in records.list_assignments().await? {
        given.entry(row.holder).or_default().push(row);
    }
    let mut roles_of = |holder: RoleHolder| given.remove(&holder).unwrap_or_default();
    let mut found = Vec::new();
    for user in records.list_users().await?.iter() {
        if user.may_enter() {
            let roles = roles_of(user.id.into());
            let who = principal(PrincipalKind::User, user.id, &user.name, &roles);
            found.push((user.name.to_string(), who));
        }
    }
    for row in records.list_applications().await?.iter() {
        if !row.is_locked {
            let roles = roles_of(row.id.into());
            let who = principal(PrincipalKind::Application, row.id, &row.name, &roles);
            found.push((format!("{APPLICATION}{}", row.name), who));
        }
    }
    Ok(found)
}

/// The groups, and what belongs to them, as far as it is looked at; and whether that is all.
async fn places(
    shared: &Shared,
    named: Option<&BTreeSet<String>>,
) -> Result<(Vec<Place>, bool), AppError> {
    let actions = Action::ALL.iter().map(|row| row.0);
    let actions: Vec<Action> = actions
        .filter(|action| action.scope() == ActionScope::Group)
        .filter(|action| named.is_none_or(|named| named.contains(action.as_str())))
        .collect();
    let of_group = |group: GroupId| Place {
        group,
        object: None,
        resources: actions
            .iter()
            .map(|action| (*action, Resource::Group(group.to_string())))
            .collect(),
    };
    let groups = shared.groups().await?;
    let mut places: Vec<Place> = groups.iter().map(|group| of_group(group.id)).collect();
    let nouns: BTreeSet<&str> = actions.iter().map(|action| action.noun()).collect();
    let (objects, is_complete) = objects(shared, &nouns).await?;
    for object in objects {
        let noun = object.read().noun();
        let own = actions.iter().filter(|action| action.noun() == noun);
        places.push(Place {
            group: object.group,
            object: Some(object.title()),
            resources: own
                .map(|action| (*action, object.resource(*action)))
                .collect(),
        });
    }
    Ok((places, is_complete))
}

/// Objects of these nouns, [`OBJECTS_MAX`] of each, and whether there are no more.
async fn objects(shared: &Shared, nouns: &BTreeSet<&str>) -> Result<(Vec<Object>, bool), AppError> {
    let records = &shared.ports.records;
    let mut found = Found::default();
    let page = Page {
        limit: OBJECTS_MAX,
        cursor: None,
    };
    if nouns.contains("alert") {
        let all = records.list_alerts(&AlertFilter::default(), &page).await?;
        found.page(&all, Object::alert);
    }
    if nouns.contains("application") {
        found.all(&records.list_applications().await?, Object::application);
    }
    if nouns.contains("connection") {
        found.all(&records.list_connections().await?, Object::connection);
    }
    if nouns.contains("job") {
        let all = records.list_jobs(&JobFilter::default(), &page).await?;
        found.is_complete &= all.next.is_none();
        for job in &all.rows {
            let groups = records.list_job_groups(job.id).await?;
            let rows = groups.iter().map(|group| Object::job(job, *group));
            found.objects.extend(rows);
        }
    }
    if nouns.contains("keystore") {
        found.all(&records.list_keystores().await?, Object::keystore);
    }
    if nouns.contains("key") {
        let all = records.list_keys(&KeyFilter::default(), &page).await?;
        found.page(&all, Object::key);
    }
    if nouns.contains("kms-key") {
        let filter = KmsKeyFilter::default();
        let all = records.list_kms_keys(&filter, &page).await?;
        found.page(&all, Object::kms_key);
    }
    Ok((found.objects, found.is_complete))
}

/// Objects that were found, and whether there are no more.
struct Found {
    objects: Vec<Object>,
    is_complete: bool,
}

impl Default for Found {
    fn default() -> Self {
        Self {
            objects: Vec::new(),
            is_complete: true,
        }
    }
}

impl Found {
    fn all<T>(&mut self, rows: &[T], object: impl Fn(&T) -> Object) {
        let limit = OBJECTS_MAX as usize;
        self.is_complete &= rows.len() <= limit;
        self.objects.extend(rows.iter().take(limit).map(object));
    }

    fn page<T>(&mut self, page: &PageOf<T>, object: impl Fn(&T) -> Object) {
        self.is_complete &= page.next.is_none();
        self.objects.extend(page.rows.iter().map(object));
    }
}
