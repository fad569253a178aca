//! What a change of policies gives and takes: everybody is asked about before and after.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_authz::{Policies, Principal, PrincipalKind, Resource};
use keyferry_domain::id::GroupId;
use keyferry_domain::name::Name;
use keyferry_ports::records::{KeyFilter, KmsKeyFilter, Page, RoleAssignment, RoleHolder};

use crate::action::{Action, ActionScope};
use crate::error::AppError;
use crate::parts::Shared;

use super::Object;
use super::permit::{decided, principal};

/// How many questions are asked at most.
const QUESTIONS_MAX: usize = 20_000;

/// How many differences are told at most.
const EFFECTS_MAX: usize = 1_000;

/// How many objects of a kind are looked at.
const OBJECTS_MAX: u32 = 50;

/// One right that somebody gains or loses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Who.
    pub user: Name,
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
    /// Whether that was all: everybody, all groups, all objects that policies can name.
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
    for (name, who) in people(shared).await? {
        for place in &places {
            for (action, resource) in &place.resources {
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

/// Everybody who can sign in, with the roles that they have.
pub(super) async fn people(shared: &Shared) -> Result<Vec<(Name, Principal)>, AppError> {
    let records = &shared.ports.records;
    let mut given: BTreeMap<RoleHolder, Vec<RoleAssignment>> = BTreeMap::new();
    for row in records.list_assignments().await? {
        given.entry(row.holder).or_default().push(row);
    }
    let users = records.list_users().await?.into_iter();
    let person = |user: keyferry_ports::records::User| {
        let roles = given.remove(&user.id.into()).unwrap_or_default();
        let who = principal(PrincipalKind::User, user.id, &user.name, &roles);
        (user.name, who)
    };
    Ok(users.filter(|user| user.may_enter()).map(person).collect())
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
    let (objects, is_complete) = objects(shared).await?;
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

async fn objects(shared: &Shared) -> Result<(Vec<Object>, bool), AppError> {
    let records = &shared.ports.records;
    let page = Page {
        limit: OBJECTS_MAX,
        cursor: None,
    };
    let limit = OBJECTS_MAX as usize;
    let connections = records.list_connections().await?;
    let keystores = records.list_keystores().await?;
    let keys = records.list_keys(&KeyFilter::default(), &page).await?;
    let filter = KmsKeyFilter::default();
    let kms_keys = records.list_kms_keys(&filter, &page).await?;
    let is_complete = connections.len() <= limit
        && keystores.len() <= limit
        && keys.next.is_none()
        && kms_keys.next.is_none();
    let mut found: Vec<Object> = connections
        .iter()
        .take(limit)
        .map(Object::connection)
        .collect();
    found.extend(keystores.iter().take(limit).map(Object::keystore));
    found.extend(keys.rows.iter().map(Object::key));
    found.extend(kms_keys.rows.iter().map(Object::kms_key));
    Ok((found, is_complete))
}
