//! KMS keys and the ways to find them.

use futures::future::join;
use keyferry_domain::id::KeyId;
use keyferry_domain::keystore::Keystore;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::view::Place;
use keyferry_ports::records::{AllRecords, Change, Expect, KmsKeyFilter, Page};

use super::samples::{Samples, at, parse};
use super::{Ways, assert_conflict, commit, rich, write};

async fn home(records: &dyn AllRecords, samples: &mut Samples, name: &str) -> Keystore {
    let (keystore, changes) = samples.home(name);
    write(records, changes).await;
    keystore
}

async fn names_called(records: &dyn AllRecords, text: &str) -> Vec<String> {
    let found = records.find_kms_keys_called(text).await.unwrap();
    found.into_iter().map(|row| row.name.to_string()).collect()
}

pub(super) async fn a_kms_key_is_read_back_as_written(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let keystore = home(records, &mut samples, "prod").await;
    for kms_key in [
        rich::kms_key(&mut samples, &keystore),
        samples.kms_key("plain", &keystore),
    ] {
        write(records, [Change::PutKmsKey(kms_key.clone(), Expect::New)]).await;
        assert_eq!(
            records.find_kms_key(kms_key.id).await.unwrap(),
            Some(kms_key.clone())
        );

        write(
            records,
            [Change::PutKmsKey(kms_key.clone(), Expect::Revision(1))],
        )
        .await;
        let second = KmsKey {
            revision: 2,
            ..kms_key
        };
        assert_eq!(records.find_kms_key(second.id).await.unwrap(), Some(second));
    }
    let nowhere = samples.keystore("never written", keystore.connection);
    let lost = samples.kms_key("lost", &nowhere);
    assert_conflict(
        records,
        "keystore of the kms key",
        [Change::PutKmsKey(lost, Expect::New)],
    )
    .await;
}

pub(super) async fn a_kms_key_is_found_by_the_arn_of_any_of_its_places(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let keystore = home(records, &mut samples, "prod").await;
    let mut kms_key = rich::kms_key(&mut samples, &keystore);
    write(records, [Change::PutKmsKey(kms_key.clone(), Expect::New)]).await;
    let find = async |region: &str| {
        records
            .find_kms_key_by_arn(&rich::arn(region, "mrk-1"))
            .await
            .unwrap()
            .map(|row| row.id)
    };

    assert_eq!(find("eu-west-1").await, Some(kms_key.id));
    assert_eq!(find("us-east-1").await, Some(kms_key.id));
    assert_eq!(find("eu-central-1").await, None);

    kms_key
        .observed
        .insert(parse("us-east-1"), Place::default());
    write(
        records,
        [Change::PutKmsKey(kms_key.clone(), Expect::Revision(1))],
    )
    .await;
    assert_eq!(find("us-east-1").await, None);
    assert_eq!(find("eu-west-1").await, Some(kms_key.id));
}

pub(super) async fn of_two_records_of_one_arn_the_managed_one_is_found(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let keystore = home(records, &mut samples, "prod").await;
    let arn = rich::arn("eu-west-1", "1234");
    let mut put = async |life: Life, seconds: i64| {
        let mut kms_key = KmsKey {
            arn: Some(arn.clone()),
            created_at: at(seconds),
            ..samples.kms_key("app", &keystore)
        };
        kms_key.intent.life = life;
        write(records, [Change::PutKmsKey(kms_key.clone(), Expect::New)]).await;
        kms_key.id
    };
    let find = async || {
        records
            .find_kms_key_by_arn(&arn)
            .await
            .unwrap()
            .map(|row| row.id)
    };

    put(Life::Released, 10).await;
    let newer = put(Life::Released, 20).await;
    assert_eq!(find().await, Some(newer));
    let managed = put(Life::Active, 5).await;
    assert_eq!(find().await, Some(managed));
}

pub(super) async fn a_kms_key_is_found_by_its_name_and_by_its_aliases(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let keystore = home(records, &mut samples, "prod").await;
    let mut aliased = samples.kms_key("b", &keystore);
    aliased.intent.aliases = [parse("alias/app"), parse("alias/x/y")].into();
    let named = samples.kms_key("app", &keystore);
    let prefixed = samples.kms_key("alias/only-a-name", &keystore);
    let changes =
        [&aliased, &named, &prefixed].map(|row| Change::PutKmsKey(row.clone(), Expect::New));
    write(records, changes).await;

    assert_eq!(names_called(records, "app").await, ["app", "b"]);
    assert_eq!(names_called(records, "alias/app").await, ["b"]);
    assert_eq!(names_called(records, "x/y").await, ["b"]);
    assert_eq!(
        names_called(records, "alias/only-a-name").await,
        ["alias/only-a-name"]
    );
    assert!(names_called(records, "App").await.is_empty());

    aliased.intent.aliases = [parse("alias/new")].into();
    write(records, [Change::PutKmsKey(aliased, Expect::Revision(1))]).await;
    assert_eq!(names_called(records, "app").await, ["app"]);
    assert_eq!(names_called(records, "new").await, ["b"]);
}

pub(super) async fn a_name_is_held_once_in_a_keystore_and_left_to_the_successor(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let (one, two) = (
        home(records, &mut samples, "one").await,
        home(records, &mut samples, "two").await,
    );
    let first = samples.kms_key("app", &one);
    write(records, [Change::PutKmsKey(first.clone(), Expect::New)]).await;

    let second = samples.kms_key("app", &one);
    let taken = [Change::PutKmsKey(second.clone(), Expect::New)];
    assert_conflict(records, "kms key name", taken).await;
    let others = [samples.kms_key("App", &one), samples.kms_key("app", &two)];
    write(
        records,
        others
            .clone()
            .map(|row| Change::PutKmsKey(row, Expect::New)),
    )
    .await;
    let renamed = KmsKey {
        name: parse("app"),
        ..others[0].clone()
    };
    let renaming = [Change::PutKmsKey(renamed, Expect::Revision(1))];
    assert_conflict(records, "kms key name", renaming).await;

    let replaced = KmsKey {
        successor: Some(second.id),
        ..first.clone()
    };
    let hand_over = [
        Change::PutKmsKey(replaced, Expect::Revision(1)),
        Change::PutKmsKey(second.clone(), Expect::New),
    ];
    write(records, hand_over).await;
    let back = [Change::PutKmsKey(first, Expect::Revision(2))];
    assert_conflict(records, "kms key name", back).await;

    for (revision, life) in [(1, Life::Released), (2, Life::Deleted)] {
        let mut gone = second.clone();
        gone.intent.life = life;
        write(
            records,
            [Change::PutKmsKey(gone, Expect::Revision(revision))],
        )
        .await;
    }
    let third = samples.kms_key("app", &one);
    write(records, [Change::PutKmsKey(third, Expect::New)]).await;
}

pub(super) async fn of_an_arn_there_is_one_managed_kms_key_whatever_its_keystore(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let (one, two) = (
        home(records, &mut samples, "one").await,
        home(records, &mut samples, "two").await,
    );
    let arn = rich::arn("eu-west-1", "mrk-9");
    let first = KmsKey {
        arn: Some(arn.clone()),
        ..samples.kms_key("a", &one)
    };
    write(records, [Change::PutKmsKey(first.clone(), Expect::New)]).await;
    let mut by_place = samples.kms_key("b", &two);
    let place = Place {
        arn: Some(arn.clone()),
        ..Place::default()
    };
    by_place.observed.insert(parse("eu-west-1"), place);
    let by_primary = KmsKey {
        arn: Some(arn.clone()),
        ..samples.kms_key("c", &two)
    };

    for second in [&by_place, &by_primary] {
        let taken = [Change::PutKmsKey(second.clone(), Expect::New)];
        assert_conflict(records, "kms key arn", taken).await;
    }
    let without = samples.kms_key("d", &two);
    write(records, [Change::PutKmsKey(without.clone(), Expect::New)]).await;
    let learnt = KmsKey {
        arn: Some(arn),
        ..without
    };
    let taken = [Change::PutKmsKey(learnt.clone(), Expect::Revision(1))];
    assert_conflict(records, "kms key arn", taken).await;

    let mut released = first;
    released.intent.life = Life::Released;
    write(
        records,
        [Change::PutKmsKey(released.clone(), Expect::Revision(1))],
    )
    .await;
    write(records, [Change::PutKmsKey(by_primary, Expect::New)]).await;
    released.intent.life = Life::Active;
    let back = [Change::PutKmsKey(released, Expect::Revision(2))];
    assert_conflict(records, "kms key arn", back).await;
}

pub(super) async fn each_field_of_the_filter_narrows_the_list(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (one, two) = (
        home(records, &mut samples, "one").await,
        home(records, &mut samples, "two").await,
    );
    let source = KeyId::new(samples.uuid());
    let mut a = KmsKey {
        source: Some(source),
        ..samples.kms_key("a", &one)
    };
    a.intent.places = vec![parse("eu-west-1"), parse("us-east-1")];
    let mut b = samples.kms_key("b", &one);
    b.intent.life = Life::Active;
    let mut c = KmsKey {
        source: Some(source),
        ..samples.kms_key("c", &two)
    };
    c.intent.places = vec![parse("us-east-1")];
    write(
        records,
        [a, b, c].map(|row| Change::PutKmsKey(row, Expect::New)),
    )
    .await;

    let none = KmsKeyFilter::default;
    let cases = [
        (none(), "abc"),
        (
            KmsKeyFilter {
                keystore: Some(one.id),
                ..none()
            },
            "ab",
        ),
        (
            KmsKeyFilter {
                connection: Some(two.connection),
                ..none()
            },
            "c",
        ),
        (
            KmsKeyFilter {
                source: Some(source),
                ..none()
            },
            "ac",
        ),
        (
            KmsKeyFilter {
                life: Some("ACTIVE".to_owned()),
                ..none()
            },
            "b",
        ),
        (
            KmsKeyFilter {
                life: Some("active".to_owned()),
                ..none()
            },
            "",
        ),
        (
            KmsKeyFilter {
                region: Some("us-east-1".to_owned()),
                ..none()
            },
            "ac",
        ),
        (
            KmsKeyFilter {
                text: Some("C".to_owned()),
                ..none()
            },
            "c",
        ),
        (
            KmsKeyFilter {
                source: Some(source),
                region: Some("eu-west-1".to_owned()),
                ..none()
            },
            "a",
        ),
    ];
    for (filter, expected) in cases {
        let found = records
            .list_kms_keys(&filter, &Page::default())
            .await
            .unwrap();
        let names: String = found.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, expected, "{filter:?}");
    }
}

pub(super) async fn pages_of_kms_keys_hold_every_kms_key_once_in_order(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let keystore = home(records, &mut samples, "prod").await;
    let names = ["c", "a", "b", "a", "a"];
    let rows = names.map(|name| {
        let mut row = samples.kms_key(name, &keystore);
        row.intent.life = Life::Released;
        row
    });
    write(
        records,
        rows.iter()
            .map(|row| Change::PutKmsKey(row.clone(), Expect::New)),
    )
    .await;
    let mut expected: Vec<_> = rows.iter().map(|row| (row.name.clone(), row.id)).collect();
    expected.sort();

    let mut found = Vec::new();
    let mut page = Page {
        limit: 2,
        cursor: None,
    };
    loop {
        let part = records
            .list_kms_keys(&KmsKeyFilter::default(), &page)
            .await
            .unwrap();
        found.extend(part.rows.into_iter().map(|row| (row.name, row.id)));
        page.cursor = part.next;
        if page.cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, expected);
}

pub(super) async fn a_removed_kms_key_is_found_no_more(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let keystore = home(records, &mut samples, "prod").await;
    let kms_key = rich::kms_key(&mut samples, &keystore);
    write(records, [Change::PutKmsKey(kms_key.clone(), Expect::New)]).await;

    write(
        records,
        [Change::DeleteKmsKey(kms_key.id, Expect::Revision(1))],
    )
    .await;

    assert_eq!(records.find_kms_key(kms_key.id).await.unwrap(), None);
    assert_eq!(
        records
            .find_kms_key_by_arn(&rich::arn("eu-west-1", "mrk-1"))
            .await
            .unwrap(),
        None
    );
    assert!(names_called(records, "one").await.is_empty());
    let again = Change::DeleteKmsKey(kms_key.id, Expect::Revision(1));
    assert_conflict(records, "kms key revision", [again]).await;
}

pub(super) async fn a_kms_key_and_the_removal_of_its_keystore_do_not_both_happen(ways: Ways<'_>) {
    let records = ways.first;
    let mut samples = Samples::new();
    for round in 0..10 {
        let keystore = home(records, &mut samples, &format!("k{round}")).await;
        let kms_key = samples.kms_key("app", &keystore);

        let insert = commit(ways.first, [Change::PutKmsKey(kms_key, Expect::New)]);
        let remove = commit(
            ways.second,
            [Change::DeleteKeystore(keystore.id, Expect::Revision(1))],
        );
        let (inserted, removed) = join(insert, remove).await;

        assert!(
            inserted.is_ok() != removed.is_ok(),
            "inserted: {inserted:?}, removed: {removed:?}"
        );
    }
}
