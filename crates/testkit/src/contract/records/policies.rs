//! Crypto policies, and periods in which applications use keys whose use needs consent.

use std::collections::BTreeSet;

use futures::future::join;
use keyferry_domain::crypto_policy::{CryptoPolicy, OutsideKeys, SetPolicy};
use keyferry_domain::id::{ApplicationId, GroupId, KeyId, KmsKeyId, UsePeriodId};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::use_period::{UsePeriod, UsedKey};
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use keyferry_ports::records::{
    AllRecords, Change, Expect, Groups, Page, USE_PERIOD_OVER, UsePeriodFilter,
};
use uuid::Uuid;

use super::samples::{Samples, at, parse};
use super::{Ways, assert_conflict, assert_ended_after, commit, write};

fn group(number: u128) -> GroupId {
    GroupId::new(Uuid::from_u128(number))
}

fn set(of: Option<GroupId>, policy: CryptoPolicy) -> SetPolicy {
    SetPolicy {
        group: of,
        policy,
        changed_at: at(4),
        revision: 1,
    }
}

pub(super) async fn crypto_policies_are_read_back_in_order_and_removed_as_seen(
    records: &dyn AllRecords,
) {
    let strict = CryptoPolicy {
        specs: Some(BTreeSet::from([KeySpec::Aes256, KeySpec::Rsa4096])),
        wrapping: Some(BTreeSet::from(WrappingAlgorithm::FOR_POLICIES)),
        rsa_wrapping_min: WrappingKeySpec::Rsa3072,
        export: false,
        outside_keys: OutsideKeys::Process,
    };
    let nothing = CryptoPolicy {
        specs: Some(BTreeSet::new()),
        wrapping: Some(BTreeSet::new()),
        ..CryptoPolicy::ANY
    };
    let rows = [
        set(None, strict),
        set(Some(group(7)), CryptoPolicy::ANY),
        set(Some(group(8)), nothing),
    ];
    let put = |row: &SetPolicy, expect| Change::PutCryptoPolicy(row.clone(), expect);
    write(records, rows.iter().rev().map(|row| put(row, Expect::New))).await;
    assert_eq!(records.list_crypto_policies().await.unwrap(), rows);

    let what = "crypto policy revision";
    assert_conflict(records, what, [put(&rows[0], Expect::New)]).await;
    let looser = set(None, CryptoPolicy::ANY);
    write(records, [put(&looser, Expect::Revision(1))]).await;
    assert_conflict(records, what, [put(&looser, Expect::Revision(1))]).await;
    let gone = |seen| Change::DeleteCryptoPolicy(None, Expect::Revision(seen));
    assert_conflict(records, what, [gone(1)]).await;
    write(records, [gone(2)]).await;
    assert_eq!(records.list_crypto_policies().await.unwrap(), rows[1..]);
}

/// A period of an application from minute 10 to minute 20, with something in every column.
fn period(number: u128, application: u128, of: u128) -> UsePeriod {
    UsePeriod {
        id: UsePeriodId::new(Uuid::from_u128(number)),
        group: group(of),
        application: ApplicationId::new(Uuid::from_u128(application)),
        application_name: parse("billing"),
        keys: BTreeSet::from([
            UsedKey::Key(KeyId::new(Uuid::from_u128(1))),
            UsedKey::KmsKey(KmsKeyId::new(Uuid::from_u128(2))),
        ]),
        actions: BTreeSet::from(["key.encrypt".to_owned(), "key.sign".to_owned()]),
        reason: "the monthly run".to_owned(),
        opened_by: "user/ann".to_owned(),
        opened_at: at(10),
        ends_at: at(20),
        closed: None,
        revision: 1,
    }
}

fn put(row: &UsePeriod, expect: Expect) -> Change {
    Change::PutUsePeriod(Box::new(row.clone()), expect)
}

pub(super) async fn periods_of_use_are_read_back_and_found_while_they_are_open(
    records: &dyn AllRecords,
) {
    let mut rows = [period(1, 5, 7), period(2, 5, 8), period(3, 6, 7)];
    rows[1].keys.clear();
    rows[1].actions.clear();
    write(records, rows.iter().map(|row| put(row, Expect::New))).await;
    let found = records.find_use_period(rows[0].id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&rows[0]));

    let open = async |minute| {
        let of = rows[0].application;
        let found = records.list_open_use_periods(of, at(minute)).await;
        let ids = found.unwrap().into_iter().map(|row| row.id);
        ids.map(|id| id.as_uuid().as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(open(9).await, Vec::<u128>::new());
    assert_eq!(open(10).await, [1, 2]);
    assert_eq!(open(19).await, [1, 2]);
    assert_eq!(open(20).await, Vec::<u128>::new());
    let what = "period of use revision";
    assert_conflict(records, what, [put(&rows[0], Expect::New)]).await;
    let mut closed = rows[0].clone();
    closed.close("user/bob".to_owned(), at(12)).unwrap();
    write(records, [put(&closed, Expect::Revision(1))]).await;
    assert_conflict(records, what, [put(&closed, Expect::Revision(1))]).await;
    assert_eq!(open(12).await, [2]);
    let held = |id, minute| Change::HoldUsePeriod(id, at(minute));
    write(records, [held(rows[1].id, 19)]).await;
    for (id, minute) in [(rows[0].id, 12), (rows[1].id, 20), (rows[1].id, 9)] {
        assert_conflict(records, USE_PERIOD_OVER, [held(id, minute)]).await;
    }

    let listed = async |filter: UsePeriodFilter| {
        let page = Page::default();
        let found = records.list_use_periods(&filter, &page).await.unwrap();
        let ids = found.rows.into_iter().map(|row| row.id.as_uuid().as_u128());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(listed(UsePeriodFilter::default()).await, [3, 2, 1]);
    let of_group = UsePeriodFilter {
        groups: Groups::Only([group(7)].into()),
        ..UsePeriodFilter::default()
    };
    assert_eq!(listed(of_group).await, [3, 1]);
    let now = UsePeriodFilter {
        application: Some(rows[0].application),
        open_at: Some(at(12)),
        ..UsePeriodFilter::default()
    };
    assert_eq!(listed(now).await, [2]);
    let first = Page {
        limit: 2,
        cursor: None,
    };
    let every = UsePeriodFilter::default();
    let page = records.list_use_periods(&every, &first).await.unwrap();
    let rest = Page {
        cursor: page.next,
        ..first
    };
    let page = records.list_use_periods(&every, &rest).await.unwrap();
    assert_eq!((page.rows.len(), page.rows[0].id), (1, rows[0].id));
}

pub(super) async fn of_a_use_and_the_closing_of_its_period_one_comes_first(ways: Ways<'_>) {
    let records = ways.first;
    let mut samples = Samples::new();
    for number in 1..8u128 {
        let row = period(number, 5, 7);
        write(records, [put(&row, Expect::New)]).await;
        let mut closed = row.clone();
        closed.close("user/bob".to_owned(), at(12)).unwrap();
        let using = vec![
            Change::HoldUsePeriod(row.id, at(12)),
            Change::PutSetting {
                name: format!("used {number}"),
                value: "yes".to_owned(),
            },
            Change::AppendAudit(samples.leaf("application/billing", "use", "key")),
        ];
        let closing = vec![
            put(&closed, Expect::Revision(1)),
            Change::AppendAudit(samples.leaf("user/bob", "close", "period")),
        ];
        let size = records.audit_size().await.unwrap();
        let (used, ended) = join(commit(ways.first, using), commit(ways.second, closing)).await;

        assert!(ended.is_ok(), "{ended:?}");
        let setting = records.find_setting(&format!("used {number}")).await;
        assert_eq!(setting.unwrap().is_some(), used.is_ok());
        assert_ended_after(records, size, &used, "close").await;
        let late = [Change::HoldUsePeriod(row.id, at(12))];
        assert_conflict(records, USE_PERIOD_OVER, late).await;
    }
}
