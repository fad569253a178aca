//! Roles, who has them, own policies.

use std::collections::BTreeSet;

use futures::future::join;
use keyferry_domain::id::{AssignmentId, GroupId, UserId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    AccessPolicy, AllRecords, Change, CustomRole, Expect, LAST_HOLDER, ROLE_ASSIGNMENT,
    ROLE_EXCLUDED, ROLE_IN_USE, RoleAssignment, RoleHolder,
};
use uuid::Uuid;

use super::samples::{Samples, at, parse};
use super::{Ways, assert_conflict, commit, write};

fn person(number: u128) -> RoleHolder {
    RoleHolder::User(UserId::new(Uuid::from_u128(number)))
}

fn given(number: u128, holder: RoleHolder, role: &str, group: Option<u128>) -> RoleAssignment {
    RoleAssignment {
        id: AssignmentId::new(Uuid::from_u128(number)),
        holder,
        role: parse(role),
        group: group.map(|group| GroupId::new(Uuid::from_u128(group))),
        given_by: "user/ann".to_owned(),
        given_at: at(5),
    }
}

fn give(row: &RoleAssignment) -> Change {
    Change::InsertAssignment {
        row: row.clone(),
        excluded: Vec::new(),
    }
}

/// Everything that changes roles is told, as the product does.
fn told(change: Change) -> [Change; 2] {
    let leaf = Samples::new().leaf("user/ann", "role.give", "user/bob");
    [change, Change::AppendAudit(leaf)]
}

pub(super) async fn roles_are_read_back_as_given_and_taken_once(records: &dyn AllRecords) {
    let (ann, bob) = (person(1), person(2));
    let rows = [
        given(11, ann, "administrator", Some(7)),
        given(12, ann, "auditor", None),
        given(13, bob, "auditor", Some(7)),
    ];
    write(records, rows.iter().map(give)).await;

    let of_ann = records.list_assignments_of(ann).await.unwrap();
    assert_eq!(of_ann, rows[..2]);
    assert_eq!(records.list_assignments().await.unwrap(), rows);
    let found = records.find_assignment(rows[2].id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&rows[2]));
    let twin = RoleAssignment {
        id: AssignmentId::new(Uuid::from_u128(99)),
        ..rows[1].clone()
    };
    assert_conflict(records, ROLE_ASSIGNMENT, [give(&twin)]).await;
    let take = || Change::DeleteAssignment {
        id: rows[1].id,
        keep_one: false,
    };
    write(records, [take()]).await;
    assert_conflict(records, ROLE_ASSIGNMENT, [take()]).await;
    assert_eq!(records.list_assignments_of(ann).await.unwrap(), rows[..1]);
}

pub(super) async fn a_role_that_excludes_another_is_not_given_beside_it(records: &dyn AllRecords) {
    let operator = given(11, person(1), "operator", Some(7));
    write(records, [give(&operator)]).await;
    let officer = |holder| Change::InsertAssignment {
        row: given(12, holder, "security-officer", None),
        excluded: vec![parse("operator")],
    };

    assert_conflict(records, ROLE_EXCLUDED, [officer(person(1))]).await;
    write(records, [officer(person(2))]).await;
}

pub(super) async fn of_two_roles_that_exclude_each_other_given_at_once_one_is_a_conflict(
    ways: Ways<'_>,
) {
    let records = ways.first;
    for round in 0..10u128 {
        let holder = person(round + 1);
        let one = |number: u128, role: &str, other: &str| {
            told(Change::InsertAssignment {
                row: given(round * 10 + number, holder, role, None),
                excluded: vec![parse(other)],
            })
        };
        let (first, second) = join(
            commit(ways.first, one(1, "operator", "security-officer")),
            commit(ways.second, one(2, "security-officer", "operator")),
        )
        .await;

        assert!(first.is_ok() ^ second.is_ok(), "{first:?} {second:?}");
        assert_eq!(records.list_assignments_of(holder).await.unwrap().len(), 1);
    }
}

pub(super) async fn the_last_administrator_stays_when_all_are_taken_at_once(ways: Ways<'_>) {
    let records = ways.first;
    let rows = [
        given(11, person(1), "system-administrator", None),
        given(12, person(2), "system-administrator", None),
    ];
    let take = |row: &RoleAssignment| Change::DeleteAssignment {
        id: row.id,
        keep_one: true,
    };
    for _ in 0..10 {
        write(records, rows.iter().map(give)).await;
        let (first, second) = join(
            commit(ways.first, told(take(&rows[0]))),
            commit(ways.second, told(take(&rows[1]))),
        )
        .await;

        assert!(first.is_ok() ^ second.is_ok(), "{first:?} {second:?}");
        let left = records.list_assignments().await.unwrap();
        assert_eq!(left.len(), 1);
        assert_conflict(records, LAST_HOLDER, [take(&left[0])]).await;
        let without_rule = Change::DeleteAssignment {
            id: left[0].id,
            keep_one: false,
        };
        write(records, [without_rule]).await;
    }
    assert_conflict(records, ROLE_ASSIGNMENT, [take(&rows[0])]).await;
}

pub(super) async fn a_role_of_ones_own_stays_while_somebody_has_it(records: &dyn AllRecords) {
    let name: Name = parse("rotator");
    let role = CustomRole {
        name: name.clone(),
        description: "rotates".to_owned(),
        actions: BTreeSet::from(["kms-key.rotate".to_owned(), "key.read".to_owned()]),
        created_at: at(1),
        revision: 1,
    };
    let put = |expect| Change::PutCustomRole(role.clone(), expect);
    write(records, [put(Expect::New)]).await;
    assert_conflict(records, "role revision", [put(Expect::New)]).await;
    let kept = records.list_custom_roles().await.unwrap();
    assert_eq!(kept, std::slice::from_ref(&role));
    let row = given(11, person(1), "rotator", Some(7));
    write(records, [give(&row)]).await;
    let delete = |revision| Change::DeleteCustomRole(name.clone(), Expect::Revision(revision));

    assert_conflict(records, ROLE_IN_USE, [delete(1)]).await;
    let take = Change::DeleteAssignment {
        id: row.id,
        keep_one: false,
    };
    write(records, [take]).await;
    assert_conflict(records, "role revision", [delete(2)]).await;
    write(records, [delete(1)]).await;
    assert_eq!(records.list_custom_roles().await.unwrap(), []);
}

pub(super) async fn an_own_policy_is_replaced_by_those_who_saw_it(records: &dyn AllRecords) {
    let policy = AccessPolicy {
        name: parse("prod"),
        text: "forbid(principal, action, resource);".to_owned(),
        created_at: at(1),
        revision: 1,
    };
    let put = |expect| Change::PutAccessPolicy(policy.clone(), expect);
    write(records, [put(Expect::New)]).await;
    write(records, [put(Expect::Revision(1))]).await;
    assert_conflict(
        records,
        "access policy revision",
        [put(Expect::Revision(1))],
    )
    .await;

    let kept = records.list_access_policies().await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].revision, &kept[0].text), (2, &policy.text));
    let delete = |revision| {
        let name = policy.name.clone();
        Change::DeleteAccessPolicy(name, Expect::Revision(revision))
    };
    assert_conflict(records, "access policy revision", [delete(1)]).await;
    write(records, [delete(2)]).await;
    assert_eq!(records.list_access_policies().await.unwrap(), []);
}

pub(super) async fn what_is_decided_by_roles_of_ones_own_is_written_by_those_who_saw_them(
    records: &dyn AllRecords,
) {
    let role = CustomRole {
        name: parse("rotator"),
        description: String::new(),
        actions: BTreeSet::new(),
        created_at: at(1),
        revision: 1,
    };
    let put = |expect| Change::PutCustomRole(role.clone(), expect);
    let seen = |rows: &[(&str, u64)]| {
        let rows = rows.iter().map(|(name, revision)| (parse(name), *revision));
        Change::CheckCustomRoles(rows.collect())
    };
    write(records, [seen(&[]), put(Expect::New)]).await;
    write(records, [seen(&[("rotator", 1)]), put(Expect::Revision(1))]).await;

    for wrong in [&[][..], &[("rotator", 1)], &[("rotator", 2), ("b", 1)]] {
        assert_conflict(records, "role revision", [seen(wrong)]).await;
    }
    write(records, [seen(&[("rotator", 2)])]).await;
}

pub(super) async fn a_role_is_not_changed_to_one_that_its_holders_may_not_have(
    records: &dyn AllRecords,
) {
    let rows = [
        given(11, person(1), "rotator", Some(7)),
        given(12, person(1), "security-officer", None),
        given(13, person(2), "operator", Some(7)),
    ];
    write(records, rows.iter().map(give)).await;
    let check = |role: &str, excluded: &[&str]| Change::CheckHolders {
        role: parse(role),
        excluded: excluded.iter().map(|name| parse(name)).collect(),
    };

    let beside = check("rotator", &["security-officer", "operator"]);
    assert_conflict(records, ROLE_EXCLUDED, [beside]).await;
    write(records, [check("rotator", &["operator"])]).await;
    write(records, [check("operator", &["security-officer"])]).await;
    write(records, [check("nobody", &["security-officer"])]).await;
}
