//! Rules about consent, and requests that wait for it.

use std::collections::BTreeSet;

use futures::future::join;
use keyferry_domain::approval::{
    Approval, ApprovalClass, ApprovalRule, ApprovalState, Decision, Verdict,
};
use keyferry_domain::connection::SealedSecret;
use keyferry_domain::id::{ApprovalId, AssignmentId, GroupId, PersonId, TokenId, UserId};
use keyferry_ports::records::{
    APPROVAL_SPENT, APPROVERS_CHANGED, AccessClaim, AccessPolicy, AllRecords, ApiToken,
    ApprovalFilter, ApprovalUse, AuditLeaf, Batch, Change, Claim, Consent, CustomRole, Expect,
    ONLY_TRIED, Page, RoleAssignment, SeenBy, User, Via,
};
use uuid::Uuid;

use super::samples::{Samples, at, parse};
use super::{Ways, assert_conflict, assert_ended_after, commit, write};

fn group(number: u128) -> GroupId {
    GroupId::new(Uuid::from_u128(number))
}

fn user(number: u128) -> UserId {
    UserId::new(Uuid::from_u128(number))
}

pub(super) fn rule(of: Option<GroupId>, class: ApprovalClass) -> ApprovalRule {
    ApprovalRule {
        group: of,
        class,
        approvers: 2,
        hours: 72,
        changed_at: at(4),
        revision: 1,
    }
}

/// A request that waits, with something in every column.
pub fn approval(number: u128, requester: UserId, of: Option<GroupId>) -> Approval {
    let needs = [
        rule(None, ApprovalClass::Destructive).need(),
        rule(Some(group(7)), ApprovalClass::UseEquivalent).need(),
    ];
    Approval {
        id: ApprovalId::new(Uuid::from_u128(number)),
        requester,
        requester_name: parse("ann"),
        reason: "because".to_owned(),
        action: "kms-key.deactivate".to_owned(),
        group: of,
        request: r#"{"method":"POST"}"#.to_owned(),
        plan: "null".to_owned(),
        sealed: Some(SealedSecret::new(vec![1, 2, 3])),
        hash: [9; 32],
        needs: BTreeSet::from(needs),
        decisions: vec![Decision {
            user: user(2),
            name: parse("bob"),
            verdict: Verdict::Approve,
            comment: "fine".to_owned(),
            at: at(6),
        }],
        state: ApprovalState::Open,
        run: None,
        created_at: at(5),
        expires_at: at(50),
        ended_at: None,
        revision: 1,
    }
}

fn put(row: &Approval, expect: Expect) -> Change {
    Change::PutApproval(Box::new(row.clone()), expect)
}

pub(super) async fn rules_are_read_back_in_order_and_removed_as_seen(records: &dyn AllRecords) {
    let rules = [
        rule(None, ApprovalClass::Change),
        rule(None, ApprovalClass::UseEquivalent),
        rule(Some(group(7)), ApprovalClass::Change),
    ];
    let put = |rule: &ApprovalRule, expect| Change::PutApprovalRule(rule.clone(), expect);
    write(
        records,
        rules.iter().rev().map(|rule| put(rule, Expect::New)),
    )
    .await;
    assert_eq!(records.list_approval_rules().await.unwrap(), rules);

    let what = "approval rule revision";
    assert_conflict(records, what, [put(&rules[0], Expect::New)]).await;
    let stricter = ApprovalRule {
        approvers: 3,
        ..rules[0].clone()
    };
    write(records, [put(&stricter, Expect::Revision(1))]).await;
    assert_conflict(records, what, [put(&stricter, Expect::Revision(1))]).await;
    let gone = |seen| {
        let class = ApprovalClass::Change;
        Change::DeleteApprovalRule(None, class, Expect::Revision(seen))
    };
    assert_conflict(records, what, [gone(1)]).await;
    write(records, [gone(2)]).await;
    assert_eq!(records.list_approval_rules().await.unwrap(), rules[1..]);
}

pub(super) async fn requests_are_read_back_as_frozen_and_listed_for_whom_they_are(
    records: &dyn AllRecords,
) {
    let rows = [
        approval(11, user(1), None),
        approval(12, user(1), Some(group(7))),
        approval(13, user(3), Some(group(8))),
    ];
    write(records, rows.iter().map(|row| put(row, Expect::New))).await;
    let found = records.find_approval(rows[0].id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&rows[0]));
    let what = "approval revision";
    assert_conflict(records, what, [put(&rows[0], Expect::New)]).await;
    assert_conflict(records, what, [put(&rows[0], Expect::Revision(2))]).await;

    let listed = async |filter: ApprovalFilter| {
        let page = Page::default();
        let found = records.list_approvals(&filter, &page).await.unwrap();
        let ids = found.rows.iter().map(|row| row.id.as_uuid().as_u128());
        ids.collect::<Vec<_>>()
    };
    let seen_by = |user, groups: &[GroupId]| ApprovalFilter {
        seen_by: SeenBy::Person {
            user,
            groups: groups.iter().copied().collect(),
        },
        ..ApprovalFilter::default()
    };
    assert_eq!(listed(ApprovalFilter::default()).await, [13, 12, 11]);
    assert_eq!(listed(seen_by(user(1), &[])).await, [12, 11]);
    assert_eq!(listed(seen_by(user(9), &[group(7)])).await, [12]);
    assert_eq!(listed(seen_by(user(3), &[group(7)])).await, [13, 12]);
    let mine = ApprovalFilter {
        requester: Some(user(3)),
        ..ApprovalFilter::default()
    };
    assert_eq!(listed(mine).await, [13]);
    let mut over = rows[2].clone();
    over.end(ApprovalState::Rejected, at(9));
    write(records, [put(&over, Expect::Revision(1))]).await;
    let rejected = ApprovalFilter {
        state: Some(ApprovalState::Rejected),
        ..ApprovalFilter::default()
    };
    assert_eq!(listed(rejected).await, [13]);
    let first = Page {
        limit: 2,
        cursor: None,
    };
    let page = records
        .list_approvals(&ApprovalFilter::default(), &first)
        .await
        .unwrap();
    let rest = Page {
        cursor: page.next,
        ..first
    };
    let page = records
        .list_approvals(&ApprovalFilter::default(), &rest)
        .await
        .unwrap();
    assert_eq!(page.rows, rows[..1]);
}

/// Somebody with a token, and a request that waits.
async fn with_request(records: &dyn AllRecords, number: u128) -> AccessClaim {
    let name = format!("person {number}");
    let person = User::new(user(number), parse(&name), "phc".to_owned(), at(1));
    let token = ApiToken {
        id: TokenId::new(Uuid::from_u128(number)),
        user: person.id,
        name: parse("t"),
        hash: [u8::try_from(number).unwrap(); 32],
        created_at: at(1),
        expires_at: None,
        revoked_at: None,
    };
    let claim = AccessClaim {
        user: person.id,
        epoch: 1,
        via: Via::Token(token.id),
        consent: Consent::Nobody,
    };
    let row = approval(100 + number, person.id, None);
    let changes = [
        Change::PutUser(person, Expect::New),
        Change::PutToken(token),
        put(&row, Expect::New),
    ];
    write(records, changes).await;
    claim
}

/// The revisions of accounts and of rights when consent was counted.
type Seen = (u64, u64);

/// What somebody sees who counts consent now.
async fn seen_now(records: &dyn AllRecords, number: u128) -> Seen {
    let id = ApprovalId::new(Uuid::from_u128(100 + number));
    let row = records.find_approval(id).await.unwrap().unwrap();
    let approved = row.decisions.iter().map(|one| one.user);
    let mut accounts = 0;
    for account in approved.chain([row.requester]).collect::<BTreeSet<_>>() {
        let found = records.find_user(account).await.unwrap();
        accounts += found.map_or(0, |user| user.revision);
    }
    (accounts, records.rights_revision().await.unwrap())
}

/// What is written by one carrying-out of a request.
fn by(claim: AccessClaim, seen: Seen, number: u128, revision: u64, run: u128) -> [Change; 2] {
    let used = ApprovalUse {
        approval: ApprovalId::new(Uuid::from_u128(100 + number)),
        revision,
        run: Uuid::from_u128(run),
        at: at(7),
        accounts: seen.0,
        rights: seen.1,
    };
    let leaf = AuditLeaf {
        in_the_name_of: Some(Claim::Person(AccessClaim {
            consent: Consent::Approved(used),
            ..claim
        })),
        ..Samples::new().leaf("user/ann", "do", "it")
    };
    let setting = Change::PutSetting {
        name: "done".to_owned(),
        value: run.to_string(),
    };
    [setting, Change::AppendAudit(leaf)]
}

pub(super) async fn a_request_is_used_by_one_run_alone(records: &dyn AllRecords) {
    let claim = with_request(records, 1).await;
    let seen = seen_now(records, 1).await;
    let id = ApprovalId::new(Uuid::from_u128(101));

    assert_conflict(records, APPROVAL_SPENT, by(claim, seen, 1, 2, 5)).await;
    assert_conflict(records, APPROVAL_SPENT, by(claim, seen, 2, 1, 5)).await;
    assert_eq!(records.find_setting("done").await.unwrap(), None);
    write(records, by(claim, seen, 1, 1, 5)).await;
    let used = records.find_approval(id).await.unwrap().unwrap();
    assert_eq!((used.state, used.revision), (ApprovalState::Used, 2));
    assert_eq!((used.run, used.sealed), (Some(Uuid::from_u128(5)), None));
    assert_eq!(used.ended_at, Some(at(7)));
    write(records, by(claim, seen, 1, 1, 5)).await;
    assert_conflict(records, APPROVAL_SPENT, by(claim, seen, 1, 1, 6)).await;
    assert_conflict(records, APPROVAL_SPENT, by(claim, seen, 1, 2, 6)).await;
    let after = records.find_approval(id).await.unwrap().unwrap();
    assert_eq!(after.revision, 2);
}

pub(super) async fn what_is_asked_for_as_a_trial_is_kept_by_nobody(records: &dyn AllRecords) {
    let claim = with_request(records, 1).await;
    let trial = AccessClaim {
        consent: Consent::Trial,
        ..claim
    };
    let leaf = AuditLeaf {
        in_the_name_of: Some(Claim::Person(trial)),
        ..Samples::new().leaf("user/ann", "do", "it")
    };
    let size = records.audit_size().await.unwrap();

    assert_conflict(records, ONLY_TRIED, [Change::AppendAudit(leaf.clone())]).await;
    let tried = Batch::new().with(Change::AppendAudit(leaf)).tried(true);
    records.commit(tried).await.unwrap();
    assert_eq!(records.audit_size().await.unwrap(), size);
}

pub(super) async fn of_two_runs_of_one_request_at_once_and_a_no_one_comes_first(ways: Ways<'_>) {
    let records = ways.first;
    for number in 1..8u128 {
        let claim = with_request(records, number).await;
        let seen = seen_now(records, number).await;
        let mut rejected = approval(100 + number, claim.user, None);
        rejected.end(ApprovalState::Rejected, at(9));
        let ((one, other), no) = join(
            join(
                commit(ways.first, by(claim, seen, number, 1, 5)),
                commit(ways.second, by(claim, seen, number, 1, 6)),
            ),
            commit(ways.second, [put(&rejected, Expect::Revision(1))]),
        )
        .await;

        let done = [one.is_ok(), other.is_ok(), no.is_ok()];
        assert_eq!(done.into_iter().filter(|is| *is).count(), 1, "{done:?}");
    }
}

/// A request to which this account, which is there, has consented; whoever asked, with what was seen of both.
async fn with_consent(records: &dyn AllRecords, number: u128, bob: &User) -> (AccessClaim, Seen) {
    let claim = with_request(records, number).await;
    let mut row = approval(100 + number, claim.user, None);
    row.decisions[0].user = bob.id;
    write(records, [put(&row, Expect::Revision(1))]).await;
    (claim, seen_now(records, number).await)
}

/// What takes the right to consent from an account, or makes it another human's.
fn takes(bob: &User) -> Vec<(&'static str, Change)> {
    let put = |row: User| Change::PutUser(row, Expect::Revision(bob.revision));
    let locked = User {
        is_locked: true,
        ..bob.clone()
    };
    let of_ann = User {
        person: PersonId::new(Uuid::from_u128(77)),
        ..bob.clone()
    };
    let role = CustomRole {
        name: parse("rotator"),
        description: String::new(),
        actions: BTreeSet::new(),
        created_at: at(1),
        revision: 1,
    };
    let policy = AccessPolicy {
        name: parse("prod"),
        text: "forbid(principal, action, resource);".to_owned(),
        created_at: at(1),
        revision: 1,
    };
    let given = RoleAssignment {
        id: AssignmentId::new(Uuid::from_u128(78)),
        holder: bob.id.into(),
        role: parse("auditor"),
        group: None,
        given_by: "user/ann".to_owned(),
        given_at: at(1),
    };
    let wants = rule(None, ApprovalClass::Destructive);
    vec![
        ("a lock", put(locked)),
        ("another human", put(of_ann)),
        (
            "a role of one's own",
            Change::PutCustomRole(role, Expect::New),
        ),
        ("a policy", Change::PutAccessPolicy(policy, Expect::New)),
        (
            "a role",
            Change::InsertAssignment {
                row: given,
                excluded: Vec::new(),
            },
        ),
        ("a rule", Change::PutApprovalRule(wants, Expect::New)),
    ]
}

pub(super) async fn consent_that_was_counted_is_compared_when_it_is_used(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    for (number, which) in (1..).zip(0..6) {
        let mut bob = samples.user(&format!("bob{number}"));
        write(records, [Change::PutUser(bob.clone(), Expect::New)]).await;
        bob.revision = 1;
        let (claim, seen) = with_consent(records, number, &bob).await;
        let (what, taking) = takes(&bob).remove(which);
        write(records, [taking]).await;

        let used = by(claim, seen, number, 2, 5);
        assert_conflict(records, APPROVERS_CHANGED, used).await;
        let id = ApprovalId::new(Uuid::from_u128(100 + number));
        let row = records.find_approval(id).await.unwrap().unwrap();
        assert_eq!(row.state, ApprovalState::Open, "{what}");
        // Whoever counts again may, and what the same run writes later is not compared: the request is used.
        let anew = seen_now(records, number).await;
        write(records, by(claim, anew, number, 2, 5)).await;
        write(records, by(claim, seen, number, 2, 5)).await;
    }
}

pub(super) async fn of_a_lock_of_who_approved_and_the_carrying_out_one_comes_first(ways: Ways<'_>) {
    let records = ways.first;
    let mut samples = Samples::new();
    for number in 1..8u128 {
        let bob = samples.user(&format!("bob{number}"));
        write(records, [Change::PutUser(bob.clone(), Expect::New)]).await;
        let (claim, seen) = with_consent(records, number, &bob).await;
        let locked = User {
            is_locked: true,
            ..bob.clone()
        };
        let lock = [
            Change::PutUser(locked, Expect::Revision(1)),
            Change::AppendAudit(samples.leaf("user/carol", "lock", "bob")),
        ];
        let size = records.audit_size().await.unwrap();
        let (used, lock) = join(
            commit(ways.first, by(claim, seen, number, 2, 5)),
            commit(ways.second, lock),
        )
        .await;

        assert!(lock.is_ok(), "{lock:?}");
        let id = ApprovalId::new(Uuid::from_u128(100 + number));
        let row = records.find_approval(id).await.unwrap().unwrap();
        let is_used = row.state == ApprovalState::Used;
        assert_eq!(is_used, used.is_ok(), "{used:?}");
        assert_ended_after(records, size, &used, "lock").await;
    }
}
