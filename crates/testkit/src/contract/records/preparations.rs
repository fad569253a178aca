//! What is prepared to be taken out of the vault.

use futures::future::join;
use keyferry_domain::connection::SealedSecret;
use keyferry_domain::id::{GroupId, KeyId, PreparationId, UserId};
use keyferry_domain::preparation::{Preparation, Prepared};
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{AllRecords, Change, Expect, PREPARATION_OVER, PREPARED_ALREADY};
use uuid::Uuid;

use super::samples::{Samples, at, parse};
use super::{Ways, assert_conflict, commit, write};

/// Something prepared, with something in every column.
pub fn preparation(number: u128, what: Prepared, group: GroupId) -> Preparation {
    Preparation {
        id: PreparationId::new(Uuid::from_u128(number)),
        what,
        group,
        preparer: UserId::new(Uuid::from_u128(1)),
        preparer_name: parse("ann"),
        public_key: vec![0x30, 0x82, 1, 2],
        fingerprint: [9; 32],
        reason: "to leave".to_owned(),
        seal: SealedSecret::new(vec![1, 2, 3]),
        created_at: at(5),
        expires_at: at(50),
    }
}

fn group(number: u128) -> GroupId {
    GroupId::new(Uuid::from_u128(number))
}

fn version(number: u128) -> Prepared {
    Prepared::Version(KeyId::new(Uuid::from_u128(number)), VersionNumber::FIRST)
}

pub(super) async fn what_is_prepared_is_read_back_once_of_each_until_it_ends(
    records: &dyn AllRecords,
) {
    let rows = [
        preparation(12, version(3), group(7)),
        preparation(13, Prepared::Group(group(7)), group(7)),
    ];
    let put = |row: &Preparation| Change::InsertPreparation(row.clone());
    write(records, rows.iter().rev().map(put)).await;
    assert_eq!(records.list_preparations().await.unwrap(), rows);
    for row in &rows {
        let by_id = records.find_preparation(row.id).await.unwrap();
        assert_eq!(by_id.as_ref(), Some(row));
        let by_what = records.find_preparation_of(row.what).await.unwrap();
        assert_eq!(by_what.as_ref(), Some(row));
    }
    let nothing = records.find_preparation_of(version(4)).await.unwrap();
    assert_eq!(nothing, None);

    assert_conflict(records, PREPARED_ALREADY, [put(&rows[0])]).await;
    let again = preparation(14, version(3), group(7));
    assert_conflict(records, PREPARED_ALREADY, [put(&again)]).await;
    let end = Change::EndPreparation(rows[0].id);
    write(records, [end.clone(), put(&again)]).await;
    assert_conflict(records, PREPARATION_OVER, [end]).await;
    let left = [rows[1].clone(), again];
    assert_eq!(records.list_preparations().await.unwrap(), left);
}

pub(super) async fn what_has_expired_is_forgotten_and_goes_with_its_group(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let leaving = samples.new_group("leaving");
    write(records, [Change::PutGroup(leaving.clone(), Expect::New)]).await;
    let later = Preparation {
        expires_at: at(51),
        ..preparation(13, version(4), group(7))
    };
    let of_group = Preparation {
        expires_at: at(99),
        ..preparation(14, Prepared::Group(leaving.id), leaving.id)
    };
    let all = [
        preparation(12, version(3), group(7)),
        later.clone(),
        of_group.clone(),
    ];
    write(records, all.map(Change::InsertPreparation)).await;

    write(records, [Change::PrunePreparations(at(50))]).await;
    let left = records.list_preparations().await.unwrap();
    assert_eq!(left, [later.clone(), of_group.clone()]);
    let gone = Change::DeleteGroup(leaving.id, Expect::Revision(1));
    write(records, [gone]).await;
    assert_eq!(records.list_preparations().await.unwrap(), [later]);
    let back = Change::InsertPreparation(of_group);
    assert_conflict(records, "group", [back]).await;
}

pub(super) async fn of_two_who_take_at_once_one_comes_first(ways: Ways<'_>) {
    let records = ways.first;
    for number in 1..10 {
        let row = preparation(number, version(number), group(7));
        let end = Change::EndPreparation(row.id);
        write(records, [Change::InsertPreparation(row)]).await;
        let (one, other) = join(
            commit(ways.first, [end.clone()]),
            commit(ways.second, [end.clone()]),
        )
        .await;

        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    }
}
