//! The audit log's leaves and their places.

use futures::future::join_all;
use keyferry_domain::id::{AssignmentId, GroupId, UserId};
use keyferry_ports::records::{
    AllRecords, AuditCheckpoint, AuditFilter, AuditNode, AuditRecord, Change, Expect, Groups, Page,
    RoleAssignment, RoleHolder,
};

use uuid::Uuid;

use super::approval::approval;
use super::samples::{Samples, at, parse};
use super::{Ways, assert_conflict, commit, write};

pub(super) async fn leaves_get_consecutive_places_in_the_order_of_the_batch(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let leaves: Vec<_> = (0..7)
        .map(|_| samples.leaf("user/ann", "key.create", "o"))
        .collect();
    for chunk in leaves.chunks(3) {
        let mut changes: Vec<Change> = chunk.iter().cloned().map(Change::AppendAudit).collect();
        changes.insert(
            1,
            Change::PutUser(samples.user(&format!("u{}", chunk.len())), Expect::New),
        );
        commit(records, changes).await.ok();
    }
    // The second batch was refused: its user's name was taken.
    let kept = leaves[..3].iter().chain(&leaves[6..]).cloned();
    let expected: Vec<_> = kept
        .enumerate()
        .map(|(index, leaf)| AuditRecord {
            index: index as u64,
            leaf,
        })
        .collect();

    assert_eq!(records.audit_size().await.unwrap(), 4);
    assert_eq!(records.list_leaves(0, 100).await.unwrap(), expected);
    assert_eq!(records.list_leaves(1, 2).await.unwrap(), expected[1..3]);
    assert_eq!(records.list_leaves(4, 2).await.unwrap(), []);
}

pub(super) async fn a_batch_that_fails_leaves_no_gap_in_the_log(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let last = samples.seal("last");
    let first = samples.leaf("a", "b", "c");
    write(
        records,
        [Change::InsertSeal(last.clone()), Change::AppendAudit(first)],
    )
    .await;

    let refused = samples.leaf("a", "b", "c");
    let changes = [Change::AppendAudit(refused), Change::DeleteSeal(last.id)];
    assert_conflict(records, "last seal", changes).await;
    let second = samples.leaf("a", "b", "c");
    write(records, [Change::AppendAudit(second.clone())]).await;

    assert_eq!(
        records.list_leaves(1, 9).await.unwrap(),
        [AuditRecord {
            index: 1,
            leaf: second
        }]
    );
}

pub(super) async fn batches_at_once_share_no_place_in_the_log(ways: Ways<'_>) {
    let records = ways.first;
    let mut samples = Samples::new();
    let batches: Vec<Vec<Change>> = (0..12)
        .map(|n| {
            let actor = format!("actor {n}");
            let leaves = (0..3).map(|_| samples.leaf(&actor, "a", "o"));
            leaves.map(Change::AppendAudit).collect()
        })
        .collect();

    let commits = batches.into_iter().zip(ways.in_turn());
    for answer in join_all(commits.map(|(changes, records)| commit(records, changes))).await {
        answer.unwrap();
    }

    let found = records.list_leaves(0, 100).await.unwrap();
    let places: Vec<u64> = found.iter().map(|row| row.index).collect();
    assert_eq!(places, (0..36).collect::<Vec<u64>>());
    for batch in found.chunks(3) {
        assert!(
            batch
                .iter()
                .all(|row| row.leaf.actor == batch[0].leaf.actor),
            "batches are not mixed"
        );
    }
}

pub(super) async fn leaves_are_found_by_actor_action_and_object_newest_first(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let rows = [
        ("ann", "x", "1"),
        ("bob", "x", "1"),
        ("ann", "y", "1"),
        ("ann", "x", "2"),
        ("ann", "x", "1"),
    ];
    let leaves = rows.map(|(actor, action, object)| samples.leaf(actor, action, object));
    write(records, leaves.map(Change::AppendAudit)).await;
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (AuditFilter::default(), vec![4, 3, 2, 1, 0]),
        (
            AuditFilter {
                actor: text("ann"),
                ..AuditFilter::default()
            },
            vec![4, 3, 2, 0],
        ),
        (
            AuditFilter {
                action: text("y"),
                ..AuditFilter::default()
            },
            vec![2],
        ),
        (
            AuditFilter {
                actor: text("ann"),
                action: text("x"),
                object: text("1"),
                groups: Groups::All,
            },
            vec![4, 0],
        ),
        (
            AuditFilter {
                object: text("3"),
                ..AuditFilter::default()
            },
            vec![],
        ),
    ];
    for (filter, expected) in cases {
        let mut found = Vec::new();
        let mut page = Page {
            limit: 2,
            cursor: None,
        };
        loop {
            let part = records.find_leaves(&filter, &page).await.unwrap();
            found.extend(part.rows.into_iter().map(|row| row.index));
            page.cursor = part.next;
            if page.cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "{filter:?}");
    }
}

pub(super) async fn the_log_has_one_signing_key(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    assert_eq!(records.find_audit_key().await.unwrap(), None);
    let (key, other) = (samples.audit_key(), samples.audit_key());
    write(records, [Change::InsertAuditKey(key.clone())]).await;

    assert_conflict(records, "audit key", [Change::InsertAuditKey(other)]).await;
    assert_eq!(records.find_audit_key().await.unwrap(), Some(key));
}

pub(super) async fn a_checkpoint_covers_more_than_every_other_and_brings_its_hashes(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    assert_eq!(records.latest_checkpoint().await.unwrap(), None);
    let (first, second) = (samples.checkpoint(300), samples.checkpoint(700));
    let node = |level, place| AuditNode {
        level,
        place,
        hash: [place as u8 + 1; 32],
    };
    let append = |row: &AuditCheckpoint, nodes: &[AuditNode]| {
        [Change::AppendCheckpoint(row.clone(), nodes.to_vec())]
    };
    write(records, append(&first, &[node(1, 0)])).await;
    write(records, append(&second, &[node(1, 1), node(2, 0)])).await;

    for size in [0, 1, 300, 500, 700] {
        let late = samples.checkpoint(size);
        assert_conflict(records, "audit checkpoint", append(&late, &[])).await;
    }
    let more = samples.checkpoint(800);
    assert_conflict(records, "audit node", append(&more, &[node(1, 1)])).await;
    let nodes = |level, from, limit| records.list_audit_nodes(level, from, limit);
    assert_eq!(nodes(1, 0, 9).await.unwrap(), [[1; 32], [2; 32]]);
    assert_eq!(nodes(1, 1, 9).await.unwrap(), [[2; 32]]);
    assert_eq!(nodes(1, 0, 1).await.unwrap(), [[1; 32]]);
    assert_eq!(nodes(2, 0, 9).await.unwrap(), [[1; 32]]);
    assert_eq!(nodes(3, 0, 9).await.unwrap(), [[0; 32]; 0]);
    let found = records.find_checkpoint(300).await.unwrap();
    assert_eq!(found, Some(first));
    assert_eq!(records.find_checkpoint(301).await.unwrap(), None);
    assert_eq!(records.latest_checkpoint().await.unwrap(), Some(second));
}

pub(super) async fn cosignatures_are_added_by_those_who_saw_the_note(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let row = samples.checkpoint(5);
    write(records, [Change::AppendCheckpoint(row.clone(), Vec::new())]).await;
    assert_eq!(records.latest_cosigned_checkpoint().await.unwrap(), None);
    let put = |size, seen: &str, note: &str| Change::PutCheckpointNote {
        size,
        seen: seen.to_owned(),
        note: note.to_owned(),
    };
    write(records, [put(5, &row.note, "more")]).await;

    assert_conflict(records, "audit checkpoint", [put(5, &row.note, "other")]).await;
    assert_conflict(records, "audit checkpoint", [put(6, "more", "other")]).await;
    let found = records.latest_checkpoint().await.unwrap().unwrap();
    assert_eq!(found.note, "more");
    let later = samples.checkpoint(9);
    write(records, [Change::AppendCheckpoint(later, Vec::new())]).await;
    let cosigned = records.latest_cosigned_checkpoint().await.unwrap();
    assert_eq!(cosigned, Some(found));
}

/// The places of the entries about a group, oldest first.
async fn places_of(records: &dyn AllRecords, group: GroupId) -> Vec<u64> {
    let filter = AuditFilter {
        groups: Groups::Only([group].into()),
        ..AuditFilter::default()
    };
    let found = records
        .find_leaves(&filter, &Page::default())
        .await
        .unwrap();
    let places = found.rows.into_iter().map(|row| row.index);
    places.rev().collect()
}

pub(super) async fn entries_are_about_the_groups_of_their_objects_and_of_roles(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let (home, changes) = samples.home("home");
    let key = samples.key("k");
    let group = samples.new_group("mail");
    let mut about = |object: String| Change::AppendAudit(samples.leaf("a", "b", &object));
    let in_group = |mut change: Change| {
        if let Change::AppendAudit(leaf) = &mut change {
            leaf.group = Some(group.id);
        }
        change
    };
    let mut first = changes;
    first.push(Change::PutGroup(group.clone(), Expect::New));
    first.push(about(home.id.to_string()));
    first.push(about("nothing".to_owned()));
    first.push(about(group.id.to_string()));
    write(records, first).await;
    let role = RoleAssignment {
        id: AssignmentId::new(Uuid::from_u128(91)),
        holder: RoleHolder::User(UserId::new(Uuid::from_u128(92))),
        role: parse("auditor"),
        group: Some(group.id),
        given_by: "user/ann".to_owned(),
        given_at: at(1),
    };
    let id = role.id;
    let give = Change::InsertAssignment {
        row: role,
        excluded: Vec::new(),
    };
    let given = in_group(about("somebody".to_owned()));
    write(records, [give, given]).await;
    let keep_one = false;
    let take = Change::DeleteAssignment { id, keep_one };
    let taken = in_group(about("somebody".to_owned()));
    let elsewhere = about("somebody".to_owned());
    write(records, [take, elsewhere, taken]).await;
    let put = Change::PutKey(key.clone(), Expect::New);
    write(records, [put, about(key.id.to_string())]).await;
    let gone = Change::DeleteKeystore(home.id, Expect::Revision(1));
    write(records, [gone, about(home.id.to_string())]).await;

    let mut application = samples.application("billing");
    application.group = group.id;
    let mut about = |object: String| Change::AppendAudit(samples.leaf("a", "b", &object));
    let put = Change::PutApplication(application.clone(), Expect::New);
    write(records, [put, about(application.id.to_string())]).await;
    let gone = Change::DeleteApplication(application.id, Expect::Revision(1));
    write(records, [gone, about(application.id.to_string())]).await;
    for (number, of) in [(51, Some(group.id)), (52, None)] {
        let asked = approval(number, UserId::new(Uuid::from_u128(92)), of);
        let id = asked.id.to_string();
        let put = Change::PutApproval(Box::new(asked), Expect::New);
        write(records, [put, about(id)]).await;
    }

    assert_eq!(places_of(records, home.group).await, [0, 6, 7]);
    assert_eq!(places_of(records, group.id).await, [2, 3, 5, 8, 9, 10]);
    let none = Groups::Only(Default::default());
    let filter = AuditFilter {
        groups: none,
        ..AuditFilter::default()
    };
    let found = records.find_leaves(&filter, &Page::default()).await;
    assert_eq!(found.unwrap().rows, []);
}
