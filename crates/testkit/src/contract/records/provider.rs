//! OpenID providers, rules, identities, sign-ins under way.

use futures::future::join;
use keyferry_domain::connection::SealedSecret;
use keyferry_domain::id::{GroupId, ProviderId, SignInRuleId, UserId};
use keyferry_ports::records::{
    AllRecords, Change, Expect, FlowPurpose, ProviderIdentity, Provisioning, SIGN_IN_RULE,
    SignInCode, SignInFlow, SignInProvider, SignInRule, User,
};
use uuid::Uuid;

use super::samples::{Samples, at, parse};
use super::{Ways, assert_conflict, commit, write};

pub(super) fn provider(number: u128, name: &str) -> SignInProvider {
    SignInProvider {
        id: ProviderId::new(Uuid::from_u128(number)),
        name: parse(name),
        issuer: format!("https://{name}.example"),
        client_id: "keyferry".to_owned(),
        client_secret: None,
        scopes: vec!["openid".to_owned()],
        name_claim: "preferred_username".to_owned(),
        public_url: "https://keyferry.example".to_owned(),
        ca_bundle: None,
        provisioning: Provisioning::Invited,
        created_at: at(1),
        revision: 1,
    }
}

pub(super) fn rule(number: u128, provider: &SignInProvider, value: &str) -> SignInRule {
    SignInRule {
        id: SignInRuleId::new(Uuid::from_u128(number)),
        provider: provider.id,
        claim: "realm_access.roles".to_owned(),
        value: value.to_owned(),
        role: parse("operator"),
        group: Some(GroupId::new(Uuid::from_u128(7))),
        made_by: "user/ann".to_owned(),
        made_at: at(2),
    }
}

fn awaited(user: &User, provider: &SignInProvider, name: &str) -> ProviderIdentity {
    ProviderIdentity {
        user: user.id,
        provider: provider.id,
        subject: None,
        awaited: Some(name.to_owned()),
        bound_at: None,
    }
}

fn flow(number: u8, provider: &SignInProvider, purpose: FlowPurpose) -> SignInFlow {
    SignInFlow {
        state: [number; 32],
        browser: [100 + number; 32],
        provider: provider.id,
        purpose,
        return_to: "/kms-keys?q=ä".to_owned(),
        begun_from: "192.0.2.1".to_owned(),
        created_at: at(10),
        expires_at: at(600 + i64::from(number)),
    }
}

/// A provider and two people.
async fn begun(records: &dyn AllRecords) -> (SignInProvider, [User; 2]) {
    let mut samples = Samples::new();
    let (corp, users) = (
        provider(1, "corp"),
        ["ann", "bob"].map(|name| samples.user(name)),
    );
    let put = Change::PutSignInProvider(corp.clone(), Expect::New);
    let people = users
        .iter()
        .cloned()
        .map(|user| Change::PutUser(user, Expect::New));
    write(records, people.chain([put])).await;
    (corp, users)
}

pub(super) async fn a_provider_with_its_rules_is_read_back_as_written(records: &dyn AllRecords) {
    let full = SignInProvider {
        client_secret: Some(SealedSecret::new(vec![9, 0, 255])),
        scopes: vec!["openid".to_owned(), "groups".to_owned()],
        ca_bundle: Some("-----BEGIN CERTIFICATE-----\n".to_owned()),
        provisioning: Provisioning::JustInTime,
        ..provider(1, "corp")
    };
    let bare = provider(2, "Another");
    let rules = [
        SignInRule {
            group: None,
            ..rule(12, &full, "a \"value\"")
        },
        rule(11, &full, "staff"),
    ];
    let puts = [&full, &bare].map(|row| Change::PutSignInProvider(row.clone(), Expect::New));
    write(records, puts).await;
    let inserts = rules.iter().rev().cloned().map(Change::InsertSignInRule);
    write(records, inserts).await;

    let listed = records.list_providers().await.unwrap();
    assert_eq!(listed, [bare.clone(), full.clone()]);
    assert_eq!(
        records.find_provider(full.id).await.unwrap(),
        Some(full.clone())
    );
    let found = records.find_provider_by_name(&bare.name).await.unwrap();
    assert_eq!(found, Some(bare.clone()));
    assert_eq!(records.list_sign_in_rules(full.id).await.unwrap(), rules);
    assert_eq!(records.list_sign_in_rules(bare.id).await.unwrap(), []);
    let found = records.find_sign_in_rule(rules[1].id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&rules[1]));
}

pub(super) async fn a_provider_name_is_taken_once_and_its_revision_must_be_seen(
    records: &dyn AllRecords,
) {
    let corp = provider(1, "corp");
    let put = |row: &SignInProvider, expect| Change::PutSignInProvider(row.clone(), expect);
    write(records, [put(&corp, Expect::New)]).await;

    let twin = provider(2, "corp");
    assert_conflict(records, "sign-in provider name", [put(&twin, Expect::New)]).await;
    write(records, [put(&corp, Expect::Revision(1))]).await;
    let late = put(&corp, Expect::Revision(1));
    assert_conflict(records, "sign-in provider revision", [late]).await;
    let found = records.find_provider(corp.id).await.unwrap().unwrap();
    assert_eq!(found.revision, 2);
}

pub(super) async fn a_rule_is_made_once_and_needs_its_provider(records: &dyn AllRecords) {
    let (corp, _) = begun(records).await;
    let first = rule(11, &corp, "staff");
    write(records, [Change::InsertSignInRule(first.clone())]).await;

    let twin = rule(12, &corp, "staff");
    assert_conflict(records, SIGN_IN_RULE, [Change::InsertSignInRule(twin)]).await;
    let of_nobody = rule(13, &provider(9, "gone"), "staff");
    let insert = Change::InsertSignInRule(of_nobody);
    assert_conflict(records, "provider of the rule", [insert]).await;
    write(records, [Change::DeleteSignInRule(first.id)]).await;
    let again = Change::DeleteSignInRule(first.id);
    assert_conflict(records, SIGN_IN_RULE, [again]).await;
    assert_eq!(records.find_sign_in_rule(first.id).await.unwrap(), None);
}

pub(super) async fn a_person_comes_by_one_provider_and_a_subject_is_one_person(
    records: &dyn AllRecords,
) {
    let (corp, [ann, bob]) = begun(records).await;
    let other = provider(2, "other");
    write(
        records,
        [Change::PutSignInProvider(other.clone(), Expect::New)],
    )
    .await;
    let known = |user: &User, provider: &SignInProvider, subject: &str| ProviderIdentity {
        subject: Some(subject.to_owned()),
        awaited: None,
        bound_at: Some(at(3)),
        ..awaited(user, provider, "")
    };
    let of_ann = known(&ann, &corp, "s-1");
    write(records, [Change::InsertIdentity(of_ann.clone())]).await;

    let what = "identity at the provider";
    for taken in [known(&ann, &other, "s-9"), known(&bob, &corp, "s-1")] {
        assert_conflict(records, what, [Change::InsertIdentity(taken)]).await;
    }
    // The same subject at another issuer is somebody else.
    let of_bob = known(&bob, &other, "s-1");
    write(records, [Change::InsertIdentity(of_bob.clone())]).await;
    let found = records
        .find_identity_by_subject(corp.id, "s-1")
        .await
        .unwrap();
    assert_eq!(found, Some(of_ann.clone()));
    let found = records
        .find_identity_by_subject(other.id, "s-1")
        .await
        .unwrap();
    assert_eq!(found, Some(of_bob));
    assert_eq!(
        records
            .find_identity_by_subject(corp.id, "S-1")
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        records.find_identity(ann.id).await.unwrap(),
        Some(of_ann.clone())
    );
    assert_eq!(records.list_identities(corp.id).await.unwrap(), [of_ann]);
    let nobody = ProviderIdentity {
        user: UserId::new(Uuid::from_u128(404)),
        ..awaited(&ann, &corp, "x")
    };
    let insert = Change::InsertIdentity(nobody);
    assert_conflict(records, "person or provider of the identity", [insert]).await;
}

pub(super) async fn who_is_waited_for_is_bound_once(records: &dyn AllRecords) {
    let (corp, [ann, bob]) = begun(records).await;
    let rows = [awaited(&ann, &corp, "ann"), awaited(&bob, &corp, "bob")];
    write(records, rows.iter().cloned().map(Change::InsertIdentity)).await;
    let found = records.find_awaited_identity(corp.id, "ann").await.unwrap();
    assert_eq!(found.as_ref(), Some(&rows[0]));
    let bind = |user: &User, subject: &str| Change::BindIdentity {
        user: user.id,
        subject: subject.to_owned(),
        at: at(9),
    };
    write(records, [bind(&ann, "s-1")]).await;

    let what = "identity at the provider";
    assert_conflict(records, what, [bind(&ann, "s-2")]).await;
    assert_conflict(records, what, [bind(&bob, "s-1")]).await;
    assert_eq!(
        records.find_awaited_identity(corp.id, "ann").await.unwrap(),
        None
    );
    let bound = records.find_identity(ann.id).await.unwrap().unwrap();
    assert_eq!(bound.subject.as_deref(), Some("s-1"));
    assert_eq!((bound.awaited, bound.bound_at), (None, Some(at(9))));
}

pub(super) async fn of_two_subjects_that_come_for_one_invitation_at_once_one_is_bound(
    ways: Ways<'_>,
) {
    let records = ways.first;
    let (corp, [ann, _]) = begun(records).await;
    write(
        records,
        [Change::InsertIdentity(awaited(&ann, &corp, "ann"))],
    )
    .await;
    let bind = |subject: &str| Change::BindIdentity {
        user: ann.id,
        subject: subject.to_owned(),
        at: at(9),
    };
    let (first, second) = join(
        commit(ways.first, [bind("s-1")]),
        commit(ways.second, [bind("s-2")]),
    )
    .await;

    assert!(first.is_ok() ^ second.is_ok(), "{first:?} {second:?}");
    let bound = records.find_identity(ann.id).await.unwrap().unwrap();
    let expected = if first.is_ok() { "s-1" } else { "s-2" };
    assert_eq!(bound.subject.as_deref(), Some(expected));
}

pub(super) async fn a_sign_in_that_was_begun_ends_once(records: &dyn AllRecords) {
    let (corp, [ann, _]) = begun(records).await;
    let session = Samples::starting_at(900).session(&ann);
    let purposes = [
        FlowPurpose::Browser,
        FlowPurpose::Confirm(session.id),
        FlowPurpose::CommandLine {
            port: 65_535,
            challenge: [5; 32],
        },
    ];
    let flows: Vec<SignInFlow> = (1..)
        .zip(purposes)
        .map(|(number, purpose)| flow(number, &corp, purpose))
        .collect();
    write(records, flows.iter().cloned().map(Change::InsertSignInFlow)).await;

    assert_eq!(records.count_sign_in_flows().await.unwrap(), 3);
    let twin = Change::InsertSignInFlow(flows[0].clone());
    assert_conflict(records, "sign-in that was begun", [twin]).await;
    for one in &flows {
        let found = records.find_sign_in_flow(&one.state).await.unwrap();
        assert_eq!(found.as_ref(), Some(one));
        write(records, [Change::TakeSignInFlow(one.state)]).await;
        let again = Change::TakeSignInFlow(one.state);
        assert_conflict(records, "sign-in that was begun", [again]).await;
    }
    assert_eq!(records.count_sign_in_flows().await.unwrap(), 0);
}

pub(super) async fn of_two_that_end_one_sign_in_at_once_one_is_a_conflict(ways: Ways<'_>) {
    let records = ways.first;
    let (corp, _) = begun(records).await;
    for number in 1..10 {
        let one = flow(number, &corp, FlowPurpose::Browser);
        let take = || [Change::TakeSignInFlow(one.state)];
        write(records, [Change::InsertSignInFlow(one.clone())]).await;
        let (first, second) = join(commit(ways.first, take()), commit(ways.second, take())).await;

        assert!(first.is_ok() ^ second.is_ok(), "{first:?} {second:?}");
    }
}

fn code(number: u8, user: &User) -> SignInCode {
    SignInCode {
        hash: [number; 32],
        challenge: [50 + number; 32],
        user: user.id,
        epoch: 3,
        confirmed_at: at(4),
        expires_at: at(600 + i64::from(number)),
    }
}

pub(super) async fn a_code_counts_once(records: &dyn AllRecords) {
    let (_, [ann, _]) = begun(records).await;
    let one = code(1, &ann);
    write(records, [Change::InsertSignInCode(one.clone())]).await;

    let found = records.find_sign_in_code(&one.hash).await.unwrap();
    assert_eq!(found.as_ref(), Some(&one));
    write(records, [Change::TakeSignInCode(one.hash)]).await;
    let again = Change::TakeSignInCode(one.hash);
    assert_conflict(records, "sign-in code", [again]).await;
    let of_nobody = SignInCode {
        user: UserId::new(Uuid::from_u128(404)),
        ..one
    };
    let insert = Change::InsertSignInCode(of_nobody);
    assert_conflict(records, "person of the sign-in code", [insert]).await;
}

pub(super) async fn what_has_lapsed_is_forgotten(records: &dyn AllRecords) {
    let (corp, [ann, _]) = begun(records).await;
    let flows = [1, 5].map(|number| flow(number, &corp, FlowPurpose::Browser));
    let codes = [1, 5].map(|number| code(number, &ann));
    let inserts = flows.iter().cloned().map(Change::InsertSignInFlow);
    write(records, inserts).await;
    write(records, codes.iter().cloned().map(Change::InsertSignInCode)).await;
    write(records, [Change::PruneSignInFlows(at(605))]).await;

    assert_eq!(records.find_sign_in_flow(&[1; 32]).await.unwrap(), None);
    assert!(records.find_sign_in_flow(&[5; 32]).await.unwrap().is_some());
    assert_eq!(records.find_sign_in_code(&[1; 32]).await.unwrap(), None);
    assert!(records.find_sign_in_code(&[5; 32]).await.unwrap().is_some());
}

pub(super) async fn the_oldest_sign_ins_of_an_address_are_forgotten_first(
    records: &dyn AllRecords,
) {
    let (corp, _) = begun(records).await;
    let begun_at = |number: u8, from: &str, second| SignInFlow {
        begun_from: from.to_owned(),
        created_at: at(second),
        ..flow(number, &corp, FlowPurpose::Browser)
    };
    let flows = [
        begun_at(1, "192.0.2.1", 30),
        begun_at(2, "192.0.2.1", 10),
        begun_at(3, "192.0.2.1", 20),
        begun_at(4, "192.0.2.1", 20),
        begun_at(5, "192.0.2.2", 5),
        begun_at(6, "", 40),
    ];
    write(records, flows.map(Change::InsertSignInFlow)).await;
    let trim = |begun_from: Option<&str>, keep| Change::TrimSignInFlows {
        begun_from: begun_from.map(str::to_owned),
        keep,
    };

    write(records, [trim(Some("192.0.2.1"), 4)]).await;
    assert_eq!(left(records).await, [1, 2, 3, 4, 5, 6]);
    write(records, [trim(Some("192.0.2.1"), 2)]).await;
    assert_eq!(
        left(records).await,
        [1, 3, 5, 6],
        "of equal age the lower hash stays"
    );
    write(records, [trim(Some("nowhere"), 0)]).await;
    assert_eq!(left(records).await, [1, 3, 5, 6]);
    write(records, [trim(None, 3)]).await;
    assert_eq!(left(records).await, [1, 3, 6]);
    write(records, [trim(None, 0)]).await;
    assert_eq!(left(records).await, [0; 0]);
}

/// The numbers of the sign-ins that are there.
async fn left(records: &dyn AllRecords) -> Vec<u8> {
    let mut left = Vec::new();
    for number in 1..10 {
        let found = records.find_sign_in_flow(&[number; 32]).await.unwrap();
        left.extend(found.map(|_| number));
    }
    left
}

pub(super) async fn a_removed_provider_takes_along_all_that_hangs_on_it(records: &dyn AllRecords) {
    let (corp, [ann, bob]) = begun(records).await;
    let other = provider(2, "other");
    let changes = [
        Change::PutSignInProvider(other.clone(), Expect::New),
        Change::InsertSignInRule(rule(11, &corp, "staff")),
        Change::InsertSignInRule(rule(12, &other, "staff")),
        Change::InsertIdentity(awaited(&ann, &corp, "ann")),
        Change::InsertIdentity(awaited(&bob, &other, "bob")),
        Change::InsertSignInFlow(flow(1, &corp, FlowPurpose::Browser)),
    ];
    write(records, changes).await;
    let delete = |revision| Change::DeleteSignInProvider(corp.id, Expect::Revision(revision));
    assert_conflict(records, "sign-in provider revision", [delete(2)]).await;
    assert_eq!(records.list_sign_in_rules(corp.id).await.unwrap().len(), 1);
    write(records, [delete(1)]).await;

    assert_eq!(records.find_provider(corp.id).await.unwrap(), None);
    assert_eq!(records.list_sign_in_rules(corp.id).await.unwrap(), []);
    assert_eq!(records.find_identity(ann.id).await.unwrap(), None);
    assert_eq!(records.count_sign_in_flows().await.unwrap(), 0);
    assert_eq!(records.list_sign_in_rules(other.id).await.unwrap().len(), 1);
    assert!(records.find_identity(bob.id).await.unwrap().is_some());
}
