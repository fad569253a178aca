//! Keys and their versions.

use std::collections::BTreeSet;

use keyferry_domain::id::{ConnectionId, GroupId, KeyId, KmsKeyId};
use keyferry_domain::key::{KeyVersion, ManagedKey, MaterialOrigin};
use keyferry_domain::key_link::{Copied, KeyLink};
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::life::Life;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::{
    AllRecords, BAD_CURSOR, Change, DueRotation, Expect, Groups, KeyFilter, Page, RecordsError,
    RotationSubject,
};

use super::rich;
use super::samples::{Samples, at, parse};
use super::{assert_conflict, write};

pub(super) async fn links_of_copies_are_kept_with_their_source(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (source, other) = (samples.key("a"), samples.key("b"));
    let link = |copy: Copied, seconds: i64| KeyLink {
        copy,
        source: source.id,
        version: source.current,
        name: parse("copy"),
        group: source.group,
        into: parse("store"),
        by: "user/alice".to_owned(),
        at: at(seconds),
    };
    let second = link(Copied::Key(other.id), 2);
    let first = link(Copied::KmsKey(KmsKeyId::new(*other.id.as_uuid())), 1);
    let keys = [&source, &other].map(|key| Change::PutKey(key.clone(), Expect::New));
    write(records, keys).await;
    let links = [&second, &first].map(|link| Change::InsertKeyLink(link.clone()));
    write(records, links).await;

    let twice = Change::InsertKeyLink(KeyLink {
        source: other.id,
        ..first.clone()
    });
    assert_conflict(records, "key link", [twice]).await;
    let nowhere = samples.key("c");
    let orphan = Change::InsertKeyLink(KeyLink {
        source: nowhere.id,
        ..link(Copied::Key(nowhere.id), 3)
    });
    assert_conflict(records, "source of the copy", [orphan]).await;
    let found = records.find_key_link(second.copy).await.unwrap();
    assert_eq!(found.as_ref(), Some(&second));
    assert_eq!(
        records.list_key_links(source.id).await.unwrap(),
        [first, second]
    );
    assert_eq!(records.list_key_links(other.id).await.unwrap(), []);
}

pub(super) async fn a_key_and_its_versions_are_read_back_as_written(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    for spec in KeySpec::all() {
        let key = ManagedKey {
            spec,
            exportable: spec == KeySpec::Aes256,
            destroy_after_deletion: spec == KeySpec::Hmac256,
            permitted: permitted_to(spec),
            ..samples.key(spec.name())
        };
        let second = KeyVersion {
            public_key: Some(vec![0x30, 0]),
            origin: MaterialOrigin::Imported,
            state: VersionState::Active,
            ..samples.version(&key, 2)
        };
        let first = samples.version(&key, 1);
        let changes = [
            Change::PutKey(key.clone(), Expect::New),
            Change::InsertVersion(second.clone()),
            Change::InsertVersion(first.clone()),
        ];
        write(records, changes).await;

        assert_eq!(records.find_key(key.id).await.unwrap(), Some(key.clone()));
        let called = records.find_keys_called(&key.name).await.unwrap();
        assert_eq!(called, std::slice::from_ref(&key));
        assert_eq!(
            records.list_versions(key.id).await.unwrap(),
            [first, second.clone()]
        );
        let number = second.identity.version;
        assert_eq!(
            records.read_back_version(key.id, number).await.unwrap(),
            Some(second)
        );
        assert_eq!(
            records
                .read_back_version(key.id, number.next())
                .await
                .unwrap(),
            None
        );
    }
}

/// Everything, something or nothing.
fn permitted_to(spec: KeySpec) -> BTreeSet<KeyOperation> {
    match spec {
        KeySpec::Hmac256 => BTreeSet::new(),
        KeySpec::EcP256 => BTreeSet::from([KeyOperation::Verify]),
        other => KeyOperation::all_of(other),
    }
}

pub(super) async fn a_key_name_is_taken_in_its_group_only(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let other_group = GroupId::new(samples.uuid());
    write(records, [Change::PutKey(samples.key("app"), Expect::New)]).await;

    assert_conflict(
        records,
        "key name",
        [Change::PutKey(samples.key("app"), Expect::New)],
    )
    .await;
    let elsewhere = ManagedKey {
        group: other_group,
        ..samples.key("app")
    };
    write(records, [Change::PutKey(elsewhere.clone(), Expect::New)]).await;
    let both = records.find_keys_called(&elsewhere.name).await.unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!(both[1], elsewhere);
}

pub(super) async fn a_key_that_rotates_by_itself_is_read_back_as_written(records: &dyn AllRecords) {
    let key = rich::key(&mut Samples::new());

    write(records, [Change::PutKey(key.clone(), Expect::New)]).await;

    assert_eq!(records.find_key(key.id).await.unwrap(), Some(key));
}

/// Writes a key and a KMS key of each life, due at such times.
async fn write_due(
    records: &dyn AllRecords,
    samples: &mut Samples,
) -> (KeyId, KmsKeyId, ConnectionId) {
    let mut connection = samples.connection("c");
    connection.access_key.due = Some(at(30));
    let connection_id = connection.id;
    let keystore = samples.keystore("s", connection.id);
    let key = ManagedKey {
        rotation_due: Some(at(20)),
        ..samples.key("due")
    };
    write(
        records,
        [
            Change::PutConnection(connection, Expect::New),
            Change::PutKeystore(keystore.clone(), Expect::New),
            Change::PutKey(key.clone(), Expect::New),
            Change::PutKey(samples.key("never"), Expect::New),
        ],
    )
    .await;
    let mut active = None;
    for (life, _) in Life::ALL {
        let mut row = samples.kms_key(life.as_str(), &keystore);
        row.intent.life = *life;
        row.rotation_due = Some(at(10));
        active = active.or((*life == Life::Active).then_some(row.id));
        write(records, [Change::PutKmsKey(row, Expect::New)]).await;
    }
    (key.id, active.unwrap(), connection_id)
}

pub(super) async fn due_rotations_are_those_of_keys_active_kms_keys_and_access_keys(
    records: &dyn AllRecords,
) {
    let (key, kms_key, connection) = write_due(records, &mut Samples::new()).await;
    let due = |subject, time| DueRotation {
        subject,
        due_at: at(time),
    };
    let first = due(RotationSubject::KmsKey(kms_key), 10);
    let second = due(RotationSubject::Key(key), 20);
    let third = due(RotationSubject::Connection(connection), 30);

    for (now, limit, want) in [
        (9, 9, vec![]),
        (10, 9, vec![first]),
        (20, 9, vec![first, second]),
        (30, 9, vec![first, second, third]),
        (20, 1, vec![first]),
        (20, 0, vec![]),
    ] {
        let found = records.due_rotations(at(now), limit).await.unwrap();
        assert_eq!(found, want, "at {now}, {limit} at most");
    }
    for (now, want) in [
        (9, Some(at(10))),
        (10, Some(at(20))),
        (20, Some(at(30))),
        (30, None),
    ] {
        let found = records.next_rotation(at(now)).await.unwrap();
        assert_eq!(found, want, "after {now}");
    }
}

pub(super) async fn a_version_is_never_replaced(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let key = samples.key("app");
    let version = samples.version(&key, 1);
    write(
        records,
        [
            Change::PutKey(key.clone(), Expect::New),
            Change::InsertVersion(version.clone()),
        ],
    )
    .await;

    let other = samples.version(&key, 1);
    assert_conflict(records, "key version", [Change::InsertVersion(other)]).await;
    assert_eq!(records.list_versions(key.id).await.unwrap(), [version]);
}

pub(super) async fn a_version_needs_its_key(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let key = samples.key("never written");
    let version = samples.version(&key, 1);

    assert_conflict(
        records,
        "key of the version",
        [Change::InsertVersion(version)],
    )
    .await;
}

pub(super) async fn a_version_state_changes_only_from_the_state_that_was_seen(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let key = samples.key("app");
    let version = samples.version(&key, 1);
    let set = |from, to, number| Change::SetVersionState {
        key: key.id,
        version: number,
        from,
        to,
        at: at(99),
    };
    write(
        records,
        [
            Change::PutKey(key.clone(), Expect::New),
            Change::InsertVersion(version.clone()),
        ],
    )
    .await;

    write(
        records,
        [set(
            VersionState::PreActivation,
            VersionState::Active,
            VersionNumber::FIRST,
        )],
    )
    .await;
    let again = set(
        VersionState::PreActivation,
        VersionState::Active,
        VersionNumber::FIRST,
    );
    assert_conflict(records, "key version state", [again]).await;
    let unknown = set(
        VersionState::PreActivation,
        VersionState::Active,
        VersionNumber::FIRST.next(),
    );
    assert_conflict(records, "key version state", [unknown]).await;

    let expected = KeyVersion {
        state: VersionState::Active,
        state_since: at(99),
        ..version
    };
    assert_eq!(records.list_versions(key.id).await.unwrap(), [expected]);
}

pub(super) async fn pages_of_keys_hold_every_key_once_in_order(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let other_group = GroupId::new(samples.uuid());
    let mut changes: Vec<Change> = (0..10)
        .map(|n| {
            Change::PutKey(
                samples.key(&format!("key:{n}").replace(':', "/")),
                Expect::New,
            )
        })
        .collect();
    let twin = ManagedKey {
        group: other_group,
        ..samples.key("key/4")
    };
    changes.push(Change::PutKey(twin, Expect::New));
    write(records, changes).await;

    for limit in [1, 2, 5, 10, 11, 12] {
        let mut names = Vec::new();
        let mut page = Page {
            limit,
            cursor: None,
        };
        loop {
            let part = records
                .list_keys(&KeyFilter::default(), &page)
                .await
                .unwrap();
            assert!(!part.rows.is_empty() && part.rows.len() <= limit as usize);
            names.extend(part.rows.iter().map(|row| row.name.to_string()));
            page.cursor = part.next;
            if page.cursor.is_none() {
                break;
            }
        }
        let mut expected: Vec<String> = (0..10).map(|n| format!("key/{n}")).collect();
        expected.insert(5, "key/4".to_owned());
        assert_eq!(names, expected, "pages of {limit}");
    }
}

pub(super) async fn a_search_for_text_ignores_case_and_knows_no_wildcards(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let names = ["Zahlung_Ä", "zahlung2", "other"];
    write(
        records,
        names.map(|name| Change::PutKey(samples.key(name), Expect::New)),
    )
    .await;

    let cases: [(&str, &[&str]); 7] = [
        ("ZAHL", &["Zahlung_Ä", "zahlung2"]),
        ("ä", &["Zahlung_Ä"]),
        ("g_", &["Zahlung_Ä"]),
        ("%", &[]),
        ("\\", &[]),
        ("\0", &[]),
        ("", &["Zahlung_Ä", "other", "zahlung2"]),
    ];
    for (text, expected) in cases {
        let filter = KeyFilter {
            groups: Groups::All,
            text: Some(text.to_owned()),
        };
        let found = records.list_keys(&filter, &Page::default()).await.unwrap();
        let found: Vec<&str> = found.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(found, expected, "search for {text:?}");
    }
}

pub(super) async fn a_cursor_that_no_page_ended_with_is_a_conflict(records: &dyn AllRecords) {
    write(
        records,
        [Change::PutKey(Samples::new().key("app"), Expect::New)],
    )
    .await;
    let refused = RecordsError::Conflict { what: BAD_CURSOR };

    for text in ["", "x", "app:x", "\u{1F512}"] {
        let page = Page {
            limit: 10,
            cursor: Some(text.to_owned()),
        };
        let keys = records.list_keys(&KeyFilter::default(), &page).await;
        assert_eq!(keys, Err(refused.clone()), "cursor {text:?}");
        let jobs = records.list_jobs(&Default::default(), &page).await;
        assert_eq!(jobs, Err(refused.clone()), "cursor {text:?}");
        let leaves = records.find_leaves(&Default::default(), &page).await;
        assert_eq!(leaves, Err(refused.clone()), "cursor {text:?}");
    }
    let found = records.find_keys_called(&parse("app")).await.unwrap();
    assert_eq!(found.len(), 1);
}
