//! Connections, keystores, settings.

use futures::future::join;
use keyferry_domain::approval::ApprovalClass;
use keyferry_domain::id::{AssignmentId, SignInRuleId, UserId};
use keyferry_domain::life::Life;
use keyferry_ports::records::{
    AllRecords, Change, Expect, GROUP_IN_USE, RoleAssignment, RoleHolder, SignInRule,
};
use uuid::Uuid;

use super::provider::{provider, rule};
use super::samples::{Samples, at, parse};
use super::{Ways, approval, assert_conflict, commit, rich, write};

pub(super) async fn connections_of_every_kind_are_read_back_as_written(records: &dyn AllRecords) {
    for connection in rich::connections(&mut Samples::new()) {
        write(
            records,
            [Change::PutConnection(connection.clone(), Expect::New)],
        )
        .await;

        let found = records.find_connection(connection.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&connection));
        assert_eq!(
            records
                .find_connection_by_name(&connection.name)
                .await
                .unwrap(),
            found
        );
    }
}

pub(super) async fn a_taken_connection_name_is_a_conflict(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let first = samples.connection("prod");
    let second = samples.connection("test");
    write(records, [Change::PutConnection(first, Expect::New)]).await;
    write(
        records,
        [Change::PutConnection(second.clone(), Expect::New)],
    )
    .await;

    let third = samples.connection("prod");
    assert_conflict(
        records,
        "connection name",
        [Change::PutConnection(third, Expect::New)],
    )
    .await;
    let renamed = keyferry_domain::connection::Connection {
        name: parse("prod"),
        ..second
    };
    assert_conflict(
        records,
        "connection name",
        [Change::PutConnection(renamed, Expect::Revision(1))],
    )
    .await;
}

pub(super) async fn names_that_differ_in_case_are_two_names(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (lower, upper) = (
        samples.connection("aws-test"),
        samples.connection("AWS-TEST"),
    );
    write(
        records,
        [&lower, &upper].map(|row| Change::PutConnection(row.clone(), Expect::New)),
    )
    .await;

    let found = records
        .find_connection_by_name(&parse("AWS-TEST"))
        .await
        .unwrap();
    assert_eq!(found.map(|row| row.id), Some(upper.id));
}

pub(super) async fn a_connection_with_keystores_cannot_be_removed(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (keystore, changes) = samples.home("prod");
    write(records, changes).await;
    let removal = Change::DeleteConnection(keystore.connection, Expect::Revision(1));

    assert_conflict(records, "connection in use", [removal.clone()]).await;
    let stale = Change::DeleteConnection(keystore.connection, Expect::Revision(2));
    assert_conflict(records, "connection revision", [stale]).await;

    write(
        records,
        [
            Change::DeleteKeystore(keystore.id, Expect::Revision(1)),
            removal,
        ],
    )
    .await;
    assert_eq!(
        records.find_connection(keystore.connection).await.unwrap(),
        None
    );
    assert_eq!(records.list_keystores().await.unwrap(), []);
}

pub(super) async fn a_keystore_is_read_back_as_written(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let connection = samples.connection("prod");
    let keystore = rich::keystore(&mut samples, connection.id);
    let changes = [
        Change::PutConnection(connection, Expect::New),
        Change::PutKeystore(keystore.clone(), Expect::New),
    ];
    write(records, changes).await;

    let found = records.find_keystore(keystore.id).await.unwrap();
    assert_eq!(found, Some(keystore.clone()));
    assert_eq!(
        records.find_keystore_by_name(&keystore.name).await.unwrap(),
        found
    );
}

pub(super) async fn a_keystore_needs_its_connection(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let nowhere = samples.connection("never written").id;
    let keystore = samples.keystore("lost", nowhere);

    let change = Change::PutKeystore(keystore, Expect::New);
    assert_conflict(records, "connection of the keystore", [change]).await;
}

pub(super) async fn a_keystore_with_managed_kms_keys_cannot_be_removed(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (keystore, changes) = samples.home("prod");
    write(records, changes).await;
    let mut kms_key = samples.kms_key("app", &keystore);
    let removal = Change::DeleteKeystore(keystore.id, Expect::Revision(1));

    for (revision, life) in [Life::Provisioning, Life::Active, Life::PendingDeletion]
        .into_iter()
        .enumerate()
    {
        kms_key.intent.life = life;
        let expect = if revision == 0 {
            Expect::New
        } else {
            Expect::Revision(revision as u64)
        };
        write(records, [Change::PutKmsKey(kms_key.clone(), expect)]).await;
        assert_conflict(records, "keystore in use", [removal.clone()]).await;
    }
    kms_key.intent.life = Life::Released;
    write(
        records,
        [
            Change::PutKmsKey(kms_key.clone(), Expect::Revision(3)),
            removal,
        ],
    )
    .await;

    assert_eq!(records.find_keystore(keystore.id).await.unwrap(), None);
    assert!(
        records.find_kms_key(kms_key.id).await.unwrap().is_some(),
        "its record stays"
    );
}

pub(super) async fn lists_come_in_the_order_of_names(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    for name in ["b", "ä", "a", "B", "a b", "10", "9"] {
        let (_, changes) = samples.home(name);
        write(records, changes).await;
    }
    let expected = ["10", "9", "B", "a", "a b", "b", "ä"];

    let connections = records.list_connections().await.unwrap();
    assert_eq!(
        connections
            .iter()
            .map(|row| row.name.as_str())
            .collect::<Vec<_>>(),
        expected
    );
    let keystores = records.list_keystores().await.unwrap();
    assert_eq!(
        keystores
            .iter()
            .map(|row| row.name.as_str())
            .collect::<Vec<_>>(),
        expected
    );
}

pub(super) async fn a_setting_is_replaced_by_the_next_one(records: &dyn AllRecords) {
    let put = |value: &str| Change::PutSetting {
        name: "origin".to_owned(),
        value: value.to_owned(),
    };
    assert_eq!(records.find_setting("origin").await.unwrap(), None);

    write(records, [put("\"one\"")]).await;
    write(records, [put("\"two\"")]).await;

    assert_eq!(
        records.find_setting("origin").await.unwrap().as_deref(),
        Some("\"two\"")
    );
    assert_eq!(records.find_setting("Origin").await.unwrap(), None);
}

pub(super) async fn a_group_is_read_back_as_written_and_its_name_is_taken_once(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let (second, first) = (samples.new_group("b"), samples.new_group("a"));
    let changes = [&second, &first].map(|row| Change::PutGroup(row.clone(), Expect::New));
    write(records, changes).await;
    let twin = samples.new_group("a");

    assert_conflict(records, "group name", [Change::PutGroup(twin, Expect::New)]).await;
    assert_eq!(records.list_groups().await.unwrap(), [first, second]);
}

pub(super) async fn a_group_goes_with_its_roles_and_not_with_what_belongs_to_it(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let group = samples.new_group("mail");
    let delete = |revision| Change::DeleteGroup(group.id, Expect::Revision(revision));
    write(records, [Change::PutGroup(group.clone(), Expect::New)]).await;
    let role = |number: u128, place| RoleAssignment {
        id: AssignmentId::new(Uuid::from_u128(number)),
        holder: RoleHolder::User(UserId::new(Uuid::from_u128(1))),
        role: parse("auditor"),
        group: place,
        given_by: "user/ann".to_owned(),
        given_at: at(1),
    };
    let roles = [role(91, Some(group.id)), role(92, None)];
    let give = |row: &RoleAssignment| Change::InsertAssignment {
        row: row.clone(),
        excluded: Vec::new(),
    };
    write(records, roles.iter().map(give)).await;
    let mut connection = samples.connection("aws");
    connection.group = group.id;
    let put = Change::PutConnection(connection.clone(), Expect::New);
    write(records, [put]).await;

    assert_conflict(records, GROUP_IN_USE, [delete(1)]).await;
    let gone = Change::DeleteConnection(connection.id, Expect::Revision(1));
    let mut application = samples.application("billing");
    application.group = group.id;
    let put = Change::PutApplication(application.clone(), Expect::New);
    write(records, [gone, put]).await;
    assert_conflict(records, GROUP_IN_USE, [delete(1)]).await;
    let gone = Change::DeleteApplication(application.id, Expect::Revision(1));
    write(records, [gone]).await;
    assert_conflict(records, "group revision", [delete(2)]).await;
    write(records, [delete(1)]).await;
    assert_eq!(records.list_groups().await.unwrap(), []);
    assert_eq!(records.list_assignments().await.unwrap(), roles[1..]);
    let back = Change::PutConnection(connection, Expect::New);
    assert_conflict(records, "group", [back]).await;
    let application = Change::PutApplication(application, Expect::New);
    assert_conflict(records, "group", [application]).await;
    let given = give(&role(93, Some(group.id)));
    assert_conflict(records, "group", [given]).await;
}

pub(super) async fn rules_about_a_group_go_with_it(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let group = samples.new_group("mail");
    let provider = provider(1, "okta");
    let rules = [Some(group.id), None].map(|of| SignInRule {
        id: SignInRuleId::new(Uuid::from_u128(if of.is_some() { 11 } else { 12 })),
        group: of,
        ..rule(0, &provider, "staff")
    });
    let mut first = vec![
        Change::PutGroup(group.clone(), Expect::New),
        Change::PutSignInProvider(provider.clone(), Expect::New),
    ];
    first.extend(rules.iter().cloned().map(Change::InsertSignInRule));
    let consent = [Some(group.id), None].map(|of| approval::rule(of, ApprovalClass::Destructive));
    let puts = consent.iter().cloned();
    first.extend(puts.map(|row| Change::PutApprovalRule(row, Expect::New)));
    write(records, first).await;

    let delete = Change::DeleteGroup(group.id, Expect::Revision(1));
    write(records, [delete]).await;

    let found = records.list_sign_in_rules(provider.id).await.unwrap();
    assert_eq!(found, rules[1..]);
    assert_eq!(records.list_approval_rules().await.unwrap(), consent[1..]);
    let [of_the_group, _] = rules;
    let late = [Change::InsertSignInRule(of_the_group)];
    assert_conflict(records, "group", late).await;
    let [of_the_group, _] = consent;
    let late = [Change::PutApprovalRule(of_the_group, Expect::New)];
    assert_conflict(records, "group", late).await;
}

pub(super) async fn of_a_group_that_goes_and_what_is_added_to_it_one_comes_first(ways: Ways<'_>) {
    let records = ways.first;
    let mut samples = Samples::new();
    for round in 0..10 {
        let group = samples.new_group(&format!("g{round}"));
        write(records, [Change::PutGroup(group.clone(), Expect::New)]).await;
        let mut key = samples.key("k");
        key.group = group.id;
        let mut told = |change| {
            let leaf = samples.leaf("user/ann", "a", "b");
            [change, Change::AppendAudit(leaf)]
        };
        let (deleted, added) = join(
            commit(
                ways.first,
                told(Change::DeleteGroup(group.id, Expect::Revision(1))),
            ),
            commit(ways.second, told(Change::PutKey(key, Expect::New))),
        )
        .await;

        assert!(deleted.is_ok() ^ added.is_ok(), "{deleted:?} {added:?}");
    }
}
