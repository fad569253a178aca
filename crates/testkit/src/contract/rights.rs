//! Rights that change at one server while another decides by them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use keyferry_app::keys::{CreateKey, UpdateKey};
use keyferry_app::{Actor, AppError};
use keyferry_domain::approval::{ApprovalClass, ApprovalRule};
use keyferry_domain::group::DEFAULT_GROUP;
use keyferry_domain::id::{AssignmentId, UserId};
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::{
    AccessPolicy, AllRecords, Batch, Change, CustomRole, Expect, RoleAssignment,
};
use kms_sim::SimConfig;
use uuid::Uuid;

use crate::entropy::SeededEntropy;
use crate::world::{Outside, World, beginning};

/// Changes of rights, one after the other.
const CHANGES: usize = 60;
/// Who asks meanwhile, so that whatever a server keeps is filled at all times.
const ASKERS: usize = 3;

const BOB: UserId = UserId::new(Uuid::from_u128(77));

/// What gives and takes rights; each is there or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fact {
    /// Bob has a role that allows both.
    Operator,
    /// Bob has a role of the installation's own.
    Looker,
    /// That role allows changes too.
    LookerChanges,
    /// An own policy lets Bob look and change.
    Permit,
    /// An own policy keeps everybody from changing.
    Forbid,
    /// Changes need consent.
    Rule,
}

const FACTS: [Fact; 6] = [
    Fact::Operator,
    Fact::Looker,
    Fact::LookerChanges,
    Fact::Permit,
    Fact::Forbid,
    Fact::Rule,
];

fn bob() -> Actor {
    Actor::person(BOB, "bob".parse().unwrap())
}

fn code<T>(answer: Result<T, AppError>) -> &'static str {
    answer.err().map_or("ok", |error| error.code())
}

/// Whether Bob may look at the key, and change it.
async fn asked(server: &World) -> [&'static str; 2] {
    let keys = &server.app.keys;
    let command = UpdateKey {
        description: Some("by bob".to_owned()),
        ..UpdateKey::default()
    };
    let look = code(keys.find(&bob(), "card").await);
    // Somebody else changes it at the same time.
    let mut change = "conflict";
    while change == "conflict" {
        change = code(keys.update(&bob(), "card", command.clone()).await);
    }
    [look, change]
}

/// What it has to be, by what there is.
fn expected(there: &BTreeSet<Fact>) -> [&'static str; 2] {
    let has = |fact| there.contains(&fact);
    let changes =
        has(Fact::Operator) || has(Fact::Permit) || has(Fact::Looker) && has(Fact::LookerChanges);
    let looks = changes || has(Fact::Looker);
    let change = match (changes && !has(Fact::Forbid), has(Fact::Rule)) {
        (true, false) => "ok",
        (true, true) => "approval.needed",
        (false, _) => "access.denied",
    };
    [if looks { "ok" } else { "access.denied" }, change]
}

fn given(number: u128, role: &str) -> Change {
    Change::InsertAssignment {
        row: RoleAssignment {
            id: AssignmentId::new(Uuid::from_u128(number)),
            holder: BOB.into(),
            role: role.parse().unwrap(),
            group: Some(DEFAULT_GROUP),
            given_by: "system".to_owned(),
            given_at: beginning(),
        },
        excluded: Vec::new(),
    }
}

fn taken(number: u128) -> Change {
    Change::DeleteAssignment {
        id: AssignmentId::new(Uuid::from_u128(number)),
        keep_one: false,
    }
}

fn looker(can_change: bool, revision: Option<u64>) -> Change {
    let words: &[&str] = match can_change {
        true => &["key.read", "key.update"],
        false => &["key.read"],
    };
    let role = CustomRole {
        name: "looker".parse().unwrap(),
        description: String::new(),
        actions: words.iter().map(|word| (*word).to_owned()).collect(),
        created_at: beginning(),
        revision: 1,
    };
    Change::PutCustomRole(role, revision.map_or(Expect::New, Expect::Revision))
}

fn policy(name: &str, is_there: bool, text: String) -> Change {
    let name = name.parse().unwrap();
    if !is_there {
        return Change::DeleteAccessPolicy(name, Expect::Revision(1));
    }
    let row = AccessPolicy {
        name,
        text,
        created_at: beginning(),
        revision: 1,
    };
    Change::PutAccessPolicy(row, Expect::New)
}

fn rule(is_there: bool) -> Change {
    let class = ApprovalClass::UseEquivalent;
    if !is_there {
        return Change::DeleteApprovalRule(None, class, Expect::Revision(1));
    }
    let row = ApprovalRule {
        group: None,
        class,
        approvers: 1,
        hours: 1,
        changed_at: beginning(),
        revision: 1,
    };
    Change::PutApprovalRule(row, Expect::New)
}

/// The change that makes a fact so; the role of the installation's own was changed as often before.
fn turned(fact: Fact, is_there: bool, role_revision: u64) -> Change {
    const READ: &str = r#"Keyferry::Action::"key.read""#;
    const UPDATE: &str = r#"Keyferry::Action::"key.update""#;
    match (fact, is_there) {
        (Fact::Operator, true) => given(1, "operator"),
        (Fact::Operator, false) => taken(1),
        (Fact::Looker, true) => given(2, "looker"),
        (Fact::Looker, false) => taken(2),
        (Fact::LookerChanges, _) => looker(is_there, Some(role_revision)),
        (Fact::Permit, _) => {
            let bob = format!("principal == Keyferry::User::\"{BOB}\"");
            let text = format!("permit({bob}, action in [{READ}, {UPDATE}], resource);");
            policy("permits", is_there, text)
        }
        (Fact::Forbid, _) => {
            let text = format!("forbid(principal, action == {UPDATE}, resource);");
            policy("forbids", is_there, text)
        }
        (Fact::Rule, _) => rule(is_there),
    }
}

async fn commit(records: &dyn AllRecords, change: Change) {
    let written = records.commit(Batch::new().with(change)).await;
    written.unwrap();
}

/// Two servers, each with its own way to the same records; a key, and Bob, who has no right yet.
async fn with_bob([first, second]: [Arc<dyn AllRecords>; 2]) -> [Arc<World>; 2] {
    let outside = Outside::new(5, SimConfig::default());
    let here = outside.start_plainly(first, Arc::default(), 0);
    let there = outside.start_plainly(Arc::clone(&second), Arc::default(), 1);
    there.know_actor_in(&*second).await;
    let key = CreateKey::called("card".parse().unwrap(), KeySpec::Aes256);
    there.app.keys.create(&there.actor, key).await.unwrap();
    commit(&*second, looker(false, None)).await;
    [Arc::new(here), Arc::new(there)]
}

/// Whatever gives or takes rights is written at one server: from then on the other decides by it, however much it decided
/// before, and is deciding meanwhile.
pub async fn what_was_taken_elsewhere_gives_no_right_any_more(ways: [Arc<dyn AllRecords>; 2]) {
    let records = Arc::clone(&ways[1]);
    let [here, there] = with_bob(ways).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let askers = (0..ASKERS).map(|_| {
        let (here, is_over) = (Arc::clone(&here), Arc::clone(&is_over));
        tokio::spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                let _whatever_it_is = here.app.keys.find(&bob(), "card").await;
                tokio::task::yield_now().await;
            }
        })
    });
    let askers: Vec<_> = askers.collect();
    let dice = SeededEntropy::new(11);
    let (mut facts, mut seen, mut role_revision) = (BTreeSet::new(), BTreeSet::new(), 1);

    for step in 0..CHANGES {
        let fact = FACTS[dice.below(FACTS.len() as u64) as usize];
        if !facts.remove(&fact) {
            facts.insert(fact);
        }
        let change = turned(fact, facts.contains(&fact), role_revision);
        role_revision += u64::from(fact == Fact::LookerChanges);
        commit(&*records, change).await;

        let expected = expected(&facts);
        assert_eq!(
            asked(&here).await,
            expected,
            "{step}: {fact:?} of {facts:?}"
        );
        assert_eq!(
            asked(&there).await,
            expected,
            "{step}: {fact:?} of {facts:?}"
        );
        seen.insert(expected);
    }

    is_over.store(true, Ordering::Relaxed);
    for asker in askers {
        asker.await.unwrap();
    }
    assert!(seen.len() >= 4, "everything came of it: {seen:?}");
}
