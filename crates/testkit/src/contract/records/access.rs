//! People, tokens, sessions, seals, keyring.

use futures::future::join;
use keyferry_domain::connection::SealedSecret;
use keyferry_domain::id::UserId;
use keyferry_ports::records::{
    ACCESS_ENDED, AccessClaim, AllRecords, ApiToken, AuditLeaf, CanonicalName, Change, Consent,
    Expect, SealedKeyring, Session, SessionLimit, SignInTries, Totp, User, Via,
};

use super::samples::{Samples, at, parse};
use super::{Ways, assert_conflict, assert_ended_after, commit, write};

pub(super) async fn a_user_with_tokens_and_sessions_is_read_back_as_written(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let user = User {
        full_name: "Ann Bär".to_owned(),
        must_change_password: true,
        is_locked: true,
        offboarded_at: Some(at(60)),
        access_epoch: 4,
        totp: Some(Totp {
            sealed: SealedSecret::new(vec![1, 2, 3]),
            confirmed_at: Some(at(50)),
            last_step: 59_000_000,
        }),
        recovery_codes: vec![[7; 32], [8; 32]],
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
    let session = Session {
        limit: Some(SessionLimit::Unseal),
        confirmed_at: at(8_500),
        ..samples.session(&user)
    };
    let other = samples.session(&user);
    let changes = [
        Change::PutUser(user.clone(), Expect::New),
        Change::PutToken(tokens[0].clone()),
        Change::PutToken(tokens[1].clone()),
        Change::InsertSession(session.clone()),
        Change::InsertSession(other.clone()),
    ];
    write(records, changes).await;

    assert_eq!(
        records.list_sessions(user.id).await.unwrap(),
        [other, session.clone()]
    );
    assert_eq!(
        records.find_user(user.id).await.unwrap(),
        Some(user.clone())
    );
    assert_eq!(
        records
            .find_user_by_name(&(&user.name).into())
            .await
            .unwrap(),
        Some(user.clone())
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

pub(super) async fn a_user_name_is_taken_however_it_is_written(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let user = samples.user("Ánn Lee");
    write(records, [Change::PutUser(user.clone(), Expect::New)]).await;

    for written in ["Ánn Lee", "ánn lee", "ÁNN  LEE", "Ａ\u{301}nn lee\t"] {
        let found = records.find_user_by_name(&CanonicalName::of(written)).await;
        assert_eq!(found.unwrap(), Some(user.clone()), "{written}");
    }
    for name in ["Ánn Lee", "ánn lee", "ÁNN LEE"] {
        let other = [Change::PutUser(samples.user(name), Expect::New)];
        assert_conflict(records, "user name", other).await;
    }
    write(
        records,
        [Change::PutUser(samples.user("Ann Lee"), Expect::New)],
    )
    .await;
    assert_eq!(records.list_users().await.unwrap().len(), 2);
}

pub(super) async fn tries_to_sign_in_are_counted_by_those_who_saw_them(ways: Ways<'_>) {
    let records = ways.first;
    let mut samples = Samples::new();
    let (one, two) = (samples.tries(1), samples.tries(4));
    let put = |row: &SignInTries, expect| [Change::PutSignInTries(row.clone(), expect)];
    write(records, put(&one, Expect::New)).await;
    write(records, put(&two, Expect::New)).await;
    assert_conflict(records, "tries to sign in", put(&one, Expect::New)).await;

    let next = SignInTries {
        tries: 2,
        last_at: at(500),
        ..one.clone()
    };
    let outcomes = join(
        commit(ways.first, put(&next, Expect::Revision(1))),
        commit(ways.second, put(&next, Expect::Revision(1))),
    )
    .await;
    assert!(outcomes.0.is_ok() != outcomes.1.is_ok(), "{outcomes:?}");
    let found = records.find_sign_in_tries(&one.name).await.unwrap();
    assert_eq!(
        found,
        Some(SignInTries {
            revision: 2,
            ..next
        })
    );

    write(records, [Change::PruneSignInTries(at(500))]).await;
    assert_eq!(records.find_sign_in_tries(&two.name).await.unwrap(), None);
    for _ in 0..2 {
        write(records, [Change::DeleteSignInTries(one.name)]).await;
        assert_eq!(records.find_sign_in_tries(&one.name).await.unwrap(), None);
    }
}

pub(super) async fn nothing_is_written_in_the_name_of_somebody_whose_access_has_ended(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let user = samples.user("ann");
    let (session, token) = (samples.session(&user), samples.token(&user));
    let changes = [
        Change::PutUser(user.clone(), Expect::New),
        Change::InsertSession(session.clone()),
        Change::PutToken(token.clone()),
    ];
    write(records, changes).await;
    let claim = |epoch, via| AccessClaim {
        user: user.id,
        epoch,
        via,
        consent: Consent::Nobody,
    };
    let by_session = claim(1, Via::Session(session.id));
    let by_token = |epoch| claim(epoch, Via::Token(token.id));
    let mut act = |claim| {
        let leaf = AuditLeaf {
            in_the_name_of: Some(AccessClaim::into(claim)),
            ..samples.leaf("user/ann", "do", "it")
        };
        let setting = Change::PutSetting {
            name: "done".to_owned(),
            value: format!("{:?}", leaf.hash),
        };
        [setting, Change::AppendAudit(leaf)]
    };
    write(records, act(by_session)).await;
    write(records, act(by_token(1))).await;
    let done = records.find_setting("done").await.unwrap();

    assert_conflict(records, ACCESS_ENDED, act(by_token(2))).await;
    let strange = UserId::new(uuid::Uuid::from_u128(99));
    let of_another = AccessClaim {
        user: strange,
        ..by_session
    };
    assert_conflict(records, ACCESS_ENDED, act(of_another)).await;
    let mut after = user.clone();
    after.is_locked = true;
    let lock = Change::PutUser(after.clone(), Expect::Revision(1));
    write(records, [lock]).await;
    assert_conflict(records, ACCESS_ENDED, act(by_session)).await;
    assert_conflict(records, ACCESS_ENDED, act(by_token(1))).await;
    (after.is_locked, after.offboarded_at) = (false, Some(at(9)));
    write(
        records,
        [Change::PutUser(after.clone(), Expect::Revision(2))],
    )
    .await;
    assert_conflict(records, ACCESS_ENDED, act(by_token(1))).await;
    after.offboarded_at = None;
    after.end_access();
    write(records, [Change::PutUser(after, Expect::Revision(3))]).await;
    assert_conflict(records, ACCESS_ENDED, act(by_session)).await;
    assert_conflict(
        records,
        ACCESS_ENDED,
        act(claim(2, Via::Session(session.id))),
    )
    .await;
    assert_eq!(records.find_setting("done").await.unwrap(), done);

    write(records, act(by_token(2))).await;
    let revoked = ApiToken {
        revoked_at: Some(at(50)),
        ..token.clone()
    };
    write(records, [Change::PutToken(revoked)]).await;
    assert_conflict(records, ACCESS_ENDED, act(by_token(2))).await;
    let ended = [Change::DeleteSession(session.id)];
    write(records, ended).await;
    assert_conflict(records, ACCESS_ENDED, act(by_session)).await;
    let leaves = records.list_leaves(0, 99).await.unwrap();
    assert_eq!(leaves.len(), 3);
    assert!(leaves.iter().all(|row| row.leaf.in_the_name_of.is_none()));
}

/// Somebody is locked while a request of that person is under way: either it was written before, or it is not at all.
pub(super) async fn of_a_lock_and_a_request_under_way_one_comes_first(ways: Ways<'_>) {
    let records = ways.first;
    let mut samples = Samples::new();
    for round in 0..10 {
        let user = samples.user(&format!("ann {round}"));
        let token = samples.token(&user);
        let changes = [
            Change::PutUser(user.clone(), Expect::New),
            Change::PutToken(token.clone()),
        ];
        write(records, changes).await;
        let size = records.audit_size().await.unwrap();
        let claim = AccessClaim {
            user: user.id,
            epoch: 1,
            via: Via::Token(token.id),
            consent: Consent::Nobody,
        };
        let leaf = AuditLeaf {
            in_the_name_of: Some(AccessClaim::into(claim)),
            ..samples.leaf("user/ann", "do", "it")
        };
        let mut locked = user.clone();
        locked.is_locked = true;
        locked.end_access();
        let lock = [
            Change::PutUser(locked, Expect::Revision(1)),
            Change::AppendAudit(samples.leaf("user/bob", "lock", "ann")),
        ];

        let act = commit(ways.first, [Change::AppendAudit(leaf.clone())]);
        let (acted, lock) = join(act, commit(ways.second, lock)).await;

        lock.unwrap();
        assert_ended_after(records, size, &acted, "lock").await;
        assert_conflict(records, ACCESS_ENDED, [Change::AppendAudit(leaf)]).await;
    }
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
        [Change::InsertSession(samples.session(&nobody))],
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
            Change::InsertSession(session.clone()),
        ],
    )
    .await;
    let again = [Change::InsertSession(session.clone())];
    assert_conflict(records, "session", again).await;

    let used = Session {
        used_at: at(99),
        confirmed_at: at(98),
        ..session.clone()
    };
    write(
        records,
        [
            Change::TouchSession(session.id, at(99)),
            Change::ConfirmSession(session.id, at(98)),
        ],
    )
    .await;
    assert_eq!(
        records.find_session(&session.hash).await.unwrap(),
        Some(used)
    );

    for _ in 0..2 {
        write(records, [Change::DeleteSession(session.id)]).await;
        assert_eq!(records.find_session(&session.hash).await.unwrap(), None);
        let touch = [Change::TouchSession(session.id, at(100))];
        assert_conflict(records, "session", touch).await;
        let confirm = [Change::ConfirmSession(session.id, at(100))];
        assert_conflict(records, "session", confirm).await;
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

pub(super) async fn of_the_last_two_seals_one_stays_when_both_are_removed_at_once(ways: Ways<'_>) {
    let records = ways.first;
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

        let remove = |records, id| commit(records, [Change::DeleteSeal(id)]);
        let (first, second) = join(remove(ways.first, one.id), remove(ways.second, two.id)).await;

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
