//! People, tokens, sessions, seals, keyring.

use futures::future::join;
use keyferry_domain::id::UserId;
use keyferry_ports::records::{AllRecords, ApiToken, Change, Expect, SealedKeyring, Session, User};

use super::samples::{Samples, at, parse};
use super::{assert_conflict, commit, write};

pub(super) async fn a_user_with_tokens_and_sessions_is_read_back_as_written(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let user = User {
        is_locked: true,
        ..samples.user("Ann B")
    };
    let tokens = [
        ApiToken {
            expires_at: Some(at(70)),
            ..samples.token(&user)
        },
        ApiToken {
            revoked_at: Some(at(71)),
            ..samples.token(&user)
        },
    ];
    let session = samples.session(&user);
    let changes = [
        Change::PutUser(user.clone(), Expect::New),
        Change::PutToken(tokens[0].clone()),
        Change::PutToken(tokens[1].clone()),
        Change::PutSession(session.clone()),
    ];
    write(records, changes).await;

    assert_eq!(
        records.find_user(user.id).await.unwrap(),
        Some(user.clone())
    );
    assert_eq!(
        records.find_user_by_name(&user.name).await.unwrap(),
        Some(user.clone())
    );
    assert_eq!(
        records.find_user_by_name(&parse("ann b")).await.unwrap(),
        None
    );
    let [first, second] = tokens;
    assert_eq!(
        records.list_tokens(user.id).await.unwrap(),
        [second.clone(), first.clone()]
    );
    assert_eq!(
        records.find_token_by_id(first.id).await.unwrap(),
        Some(first)
    );
    assert_eq!(
        records.find_session_by_id(session.id).await.unwrap(),
        Some(session.clone())
    );
    assert_eq!(
        records.find_session(&session.hash).await.unwrap(),
        Some(session)
    );
    assert_eq!(records.list_users().await.unwrap(), [user]);
}

pub(super) async fn a_taken_user_name_is_a_conflict(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    write(records, [Change::PutUser(samples.user("ann"), Expect::New)]).await;

    assert_conflict(
        records,
        "user name",
        [Change::PutUser(samples.user("ann"), Expect::New)],
    )
    .await;
    write(records, [Change::PutUser(samples.user("Ann"), Expect::New)]).await;
    assert_eq!(records.list_users().await.unwrap().len(), 2);
}

pub(super) async fn a_token_is_found_by_its_hash_and_can_be_revoked(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let user = samples.user("ann");
    let token = samples.token(&user);
    write(
        records,
        [
            Change::PutUser(user, Expect::New),
            Change::PutToken(token.clone()),
        ],
    )
    .await;
    assert_eq!(
        records.find_token(&token.hash).await.unwrap(),
        Some(token.clone())
    );
    assert_eq!(records.find_token(&[0; 32]).await.unwrap(), None);

    let revoked = ApiToken {
        revoked_at: Some(at(50)),
        ..token.clone()
    };
    write(records, [Change::PutToken(revoked.clone())]).await;
    assert_eq!(
        records.find_token(&token.hash).await.unwrap(),
        Some(revoked)
    );

    let copied = ApiToken {
        id: keyferry_domain::id::TokenId::new(samples.uuid()),
        ..token
    };
    assert_conflict(records, "token", [Change::PutToken(copied)]).await;
}

pub(super) async fn a_token_needs_its_user(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let nobody = User {
        id: UserId::new(samples.uuid()),
        ..samples.user("nobody")
    };

    assert_conflict(
        records,
        "user of the token",
        [Change::PutToken(samples.token(&nobody))],
    )
    .await;
    assert_conflict(
        records,
        "user of the session",
        [Change::PutSession(samples.session(&nobody))],
    )
    .await;
}

pub(super) async fn a_session_ends_when_it_is_removed(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let user = samples.user("ann");
    let session = samples.session(&user);
    write(
        records,
        [
            Change::PutUser(user, Expect::New),
            Change::PutSession(session.clone()),
        ],
    )
    .await;

    let used = Session {
        used_at: at(99),
        ..session.clone()
    };
    write(records, [Change::PutSession(used.clone())]).await;
    assert_eq!(
        records.find_session(&session.hash).await.unwrap(),
        Some(used)
    );

    for _ in 0..2 {
        write(records, [Change::DeleteSession(session.id)]).await;
        assert_eq!(records.find_session(&session.hash).await.unwrap(), None);
    }
}

pub(super) async fn the_last_seal_cannot_be_removed(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (one, two) = (samples.seal("one"), samples.seal("two"));
    write(
        records,
        [&one, &two].map(|seal| Change::InsertSeal(seal.clone())),
    )
    .await;
    assert_conflict(
        records,
        "seal name",
        [Change::InsertSeal(samples.seal("one"))],
    )
    .await;
    assert_conflict(records, "seal", [Change::InsertSeal(one.clone())]).await;
    assert_eq!(
        records.list_seals().await.unwrap(),
        [one.clone(), two.clone()]
    );
    assert_eq!(records.find_seal(two.id).await.unwrap(), Some(two.clone()));

    write(records, [Change::DeleteSeal(one.id)]).await;
    assert_conflict(records, "seal", [Change::DeleteSeal(one.id)]).await;
    assert_conflict(records, "last seal", [Change::DeleteSeal(two.id)]).await;
    assert_eq!(records.list_seals().await.unwrap(), [two]);
}

pub(super) async fn of_the_last_two_seals_one_stays_when_both_are_removed_at_once(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    for _ in 0..10 {
        let (one, two) = (samples.seal("one"), samples.seal("two"));
        let changes = [&one, &two].map(|seal| Change::InsertSeal(seal.clone()));
        write(records, changes).await;
        for former in records.list_seals().await.unwrap() {
            if former.id != one.id && former.id != two.id {
                write(records, [Change::DeleteSeal(former.id)]).await;
            }
        }

        let remove = |id| commit(records, [Change::DeleteSeal(id)]);
        let (first, second) = join(remove(one.id), remove(two.id)).await;

        assert!(first.is_ok() != second.is_ok(), "{first:?}, {second:?}");
        let mut left = records.list_seals().await.unwrap();
        assert_eq!(left.len(), 1);
        let mut renamed = left.remove(0);
        renamed.id = keyferry_domain::id::SealId::new(samples.uuid());
        renamed.name = parse(&format!("former {}", renamed.id));
        let last = if first.is_ok() { two.id } else { one.id };
        write(
            records,
            [Change::InsertSeal(renamed), Change::DeleteSeal(last)],
        )
        .await;
    }
}

pub(super) async fn the_keyring_is_replaced_by_those_who_saw_it(records: &dyn AllRecords) {
    let keyring = |byte: u8| SealedKeyring {
        bytes: vec![byte; 40],
        revision: 0,
    };
    assert_eq!(records.find_keyring().await.unwrap(), None);
    let early = Change::PutKeyring(keyring(1), Expect::Revision(1));
    assert_conflict(records, "keyring revision", [early]).await;

    write(records, [Change::PutKeyring(keyring(1), Expect::New)]).await;
    assert_conflict(
        records,
        "keyring revision",
        [Change::PutKeyring(keyring(2), Expect::New)],
    )
    .await;
    write(
        records,
        [Change::PutKeyring(keyring(2), Expect::Revision(1))],
    )
    .await;
    let stale = Change::PutKeyring(keyring(3), Expect::Revision(1));
    assert_conflict(records, "keyring revision", [stale]).await;

    let found = records.find_keyring().await.unwrap();
    assert_eq!(
        found,
        Some(SealedKeyring {
            revision: 2,
            ..keyring(2)
        })
    );
}
