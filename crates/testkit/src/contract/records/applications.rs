//! Applications, their API keys, the names that stand for them, and in whose name batches are written.

use std::collections::BTreeSet;

use futures::future::join;
use keyferry_domain::certificate_name::CertificateName;
use keyferry_domain::id::{AssignmentId, KeyId, KmsKeyId};
use keyferry_domain::material::Fingerprint;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{
    ACCESS_ENDED, APPLICATION_NAME, AllRecords, Application, ApplicationClaim, ApplicationKey,
    ApplicationVia, AuditLeaf, CERTIFICATE_TAKEN, Change, Expect, KeyScope, RoleAssignment,
    UsedKey,
};
use uuid::Uuid;

use super::samples::{Samples, at, parse};
use super::{Ways, assert_conflict, assert_ended_after, commit, write};

fn put(row: &Application, expect: Expect) -> Change {
    Change::PutApplication(row.clone(), expect)
}

pub(super) async fn an_application_with_keys_and_names_is_read_back_as_written(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let billing = samples.application("billing");
    let other = samples.application("accounts");
    let mut key = samples.application_key(&billing);
    key.scope = KeyScope {
        actions: BTreeSet::from(["key.encrypt".to_owned(), "key.decrypt".to_owned()]),
        keys: BTreeSet::from([
            UsedKey::Key(KeyId::new(Uuid::from_u128(5))),
            UsedKey::KmsKey(KmsKeyId::new(Uuid::from_u128(6))),
        ]),
    };
    let later = ApplicationKey {
        created_at: at(99),
        ..samples.application_key(&billing)
    };
    let name = samples.certificate(&billing, "subject:CN=a b,O=Ex");
    write(
        records,
        [
            put(&billing, Expect::New),
            put(&other, Expect::New),
            Change::InsertApplicationKey(key.clone()),
            Change::InsertApplicationKey(later.clone()),
            Change::InsertCertificate(name.clone()),
        ],
    )
    .await;

    let found = records.find_application(billing.id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&billing));
    let found = records.find_application_by_name(&billing.name).await;
    assert_eq!(found.unwrap().as_ref(), Some(&billing));
    let all = records.list_applications().await.unwrap();
    assert_eq!(all, [other.clone(), billing.clone()]);
    let found = records.find_application_key(&key.hash).await.unwrap();
    assert_eq!(found.as_ref(), Some(&key));
    let keys = records.list_application_keys(billing.id).await.unwrap();
    assert_eq!(keys, [later, key]);
    assert!(
        records
            .list_application_keys(other.id)
            .await
            .unwrap()
            .is_empty()
    );
    let found = records.find_certificate(&name.name).await.unwrap();
    assert_eq!(found.as_ref(), Some(&name));
    assert_eq!(records.list_certificates(billing.id).await.unwrap(), [name]);
    let strange: CertificateName = parse("subject:CN=a b,O=ex");
    assert_eq!(records.find_certificate(&strange).await.unwrap(), None);
}

pub(super) async fn a_name_in_certificates_stands_for_one_application(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let (one, other) = (samples.application("one"), samples.application("other"));
    let name = samples.certificate(&one, "dns:billing.example.com");
    let unknown = samples.application("unknown");
    write(
        records,
        [
            put(&one, Expect::New),
            put(&other, Expect::New),
            Change::InsertCertificate(name.clone()),
        ],
    )
    .await;

    let again = samples.certificate(&other, "dns:billing.example.com");
    assert_conflict(
        records,
        CERTIFICATE_TAKEN,
        [Change::InsertCertificate(again.clone())],
    )
    .await;
    let of_nobody = samples.certificate(&unknown, "dns:nobody.example.com");
    assert_conflict(
        records,
        "application of the certificate",
        [Change::InsertCertificate(of_nobody)],
    )
    .await;
    write(records, [Change::DeleteCertificate(name.id)]).await;
    let gone = [Change::DeleteCertificate(name.id)];
    assert_conflict(records, "certificate of the application", gone).await;
    write(records, [Change::InsertCertificate(again)]).await;
}

pub(super) async fn an_api_key_is_replaced_and_revoked_once(records: &dyn AllRecords) {
    let mut samples = Samples::new();
    let billing = samples.application("billing");
    let (old, new) = (
        samples.application_key(&billing),
        samples.application_key(&billing),
    );
    let replace = |id, by, end| Change::ReplaceApplicationKey {
        id,
        by,
        expires_at: at(end),
    };
    let insert = |row: &ApplicationKey| Change::InsertApplicationKey(row.clone());
    write(records, [put(&billing, Expect::New), insert(&old)]).await;
    assert_conflict(records, "application key", [replace(old.id, new.id, 60)]).await;
    write(records, [insert(&new), replace(old.id, new.id, 60)]).await;

    let find = async |row: &ApplicationKey| {
        let found = records.find_application_key(&row.hash).await.unwrap();
        found.unwrap()
    };
    let replaced = find(&old).await;
    assert_eq!(replaced.replaced_by, Some(new.id));
    assert_eq!(replaced.expires_at, at(60));
    assert_conflict(records, "application key", [replace(old.id, new.id, 70)]).await;
    write(records, [Change::RevokeApplicationKey(new.id, at(50))]).await;
    assert_eq!(find(&new).await.revoked_at, Some(at(50)));
    let revoke = Change::RevokeApplicationKey(new.id, at(51));
    assert_conflict(records, "application key", [revoke]).await;
    assert_conflict(records, "application key", [replace(new.id, old.id, 60)]).await;
    assert_conflict(records, "application key", [insert(&old)]).await;

    let short = samples.application_key(&billing);
    let next = samples.application_key(&billing);
    let replaced = replace(short.id, next.id, 1_000_000_000);
    write(records, [insert(&short), insert(&next), replaced]).await;
    assert_eq!(find(&short).await.expires_at, short.expires_at);
}

pub(super) async fn a_removed_application_takes_keys_names_and_roles_along(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let (billing, other) = (samples.application("billing"), samples.application("other"));
    let role = |number: u128, row: &Application| RoleAssignment {
        id: AssignmentId::new(Uuid::from_u128(number)),
        holder: row.id.into(),
        role: parse("key-user"),
        group: Some(row.group),
        given_by: "user/ann".to_owned(),
        given_at: at(3),
    };
    let give = |row| Change::InsertAssignment {
        row,
        excluded: Vec::new(),
    };
    let key = samples.application_key(&billing);
    let name = samples.certificate(&billing, "uri:spiffe://x/y");
    write(
        records,
        [
            put(&billing, Expect::New),
            put(&other, Expect::New),
            Change::InsertApplicationKey(key.clone()),
            Change::InsertCertificate(name.clone()),
            give(role(1, &billing)),
            give(role(2, &other)),
        ],
    )
    .await;
    let delete = |revision| Change::DeleteApplication(billing.id, Expect::Revision(revision));

    assert_conflict(records, "application revision", [delete(2)]).await;
    let rights = records.rights_revision().await.unwrap();
    write(records, [delete(1)]).await;
    assert_ne!(
        records.rights_revision().await.unwrap(),
        rights,
        "its roles went with it"
    );
    assert_conflict(records, "application revision", [delete(1)]).await;
    let left = records.list_applications().await.unwrap();
    assert_eq!(left, std::slice::from_ref(&other));
    assert_eq!(records.find_application_key(&key.hash).await.unwrap(), None);
    assert_eq!(records.find_certificate(&name.name).await.unwrap(), None);
    assert_eq!(records.list_assignments().await.unwrap(), [role(2, &other)]);
    let again = samples.application("billing");
    write(records, [put(&again, Expect::New)]).await;
    let twin = samples.application("billing");
    assert_conflict(records, APPLICATION_NAME, [put(&twin, Expect::New)]).await;
}

/// Does something in the name of an application.
fn act(samples: &mut Samples, claim: ApplicationClaim) -> [Change; 1] {
    [Change::AppendAudit(AuditLeaf {
        in_the_name_of: Some(claim.into()),
        ..samples.leaf("application/billing", "key.encrypt", "it")
    })]
}

pub(super) async fn nothing_is_written_in_the_name_of_an_application_whose_access_has_ended(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let (billing, other) = (samples.application("billing"), samples.application("other"));
    let key = samples.application_key(&billing);
    let name = samples.certificate(&billing, "dns:billing");
    write(
        records,
        [
            put(&billing, Expect::New),
            put(&other, Expect::New),
            Change::InsertApplicationKey(key.clone()),
            Change::InsertCertificate(name.clone()),
        ],
    )
    .await;
    let claim = |epoch, via| ApplicationClaim {
        application: billing.id,
        epoch,
        via,
    };
    let (by_key, by_name) = (
        ApplicationVia::Key(key.id),
        ApplicationVia::Certificate(name.id),
    );
    write(records, act(&mut samples, claim(1, by_key))).await;
    write(records, act(&mut samples, claim(1, by_name))).await;
    let of_another = ApplicationClaim {
        application: other.id,
        ..claim(1, by_key)
    };

    assert_conflict(records, ACCESS_ENDED, act(&mut samples, of_another)).await;
    assert_conflict(records, ACCESS_ENDED, act(&mut samples, claim(2, by_key))).await;
    let mut locked = billing.clone();
    locked.is_locked = true;
    write(records, [put(&locked, Expect::Revision(1))]).await;
    for via in [by_key, by_name] {
        assert_conflict(records, ACCESS_ENDED, act(&mut samples, claim(1, via))).await;
    }
    locked.is_locked = false;
    write(records, [put(&locked, Expect::Revision(2))]).await;
    write(records, [Change::RevokeApplicationKey(key.id, at(9))]).await;
    assert_conflict(records, ACCESS_ENDED, act(&mut samples, claim(1, by_key))).await;
    write(records, [Change::DeleteCertificate(name.id)]).await;
    assert_conflict(records, ACCESS_ENDED, act(&mut samples, claim(1, by_name))).await;
    assert_eq!(records.audit_size().await.unwrap(), 2);
}

/// An API key is revoked while a request with it is under way: either it was written before, or it is not at all.
pub(super) async fn of_a_revoked_api_key_and_a_request_under_way_one_comes_first(ways: Ways<'_>) {
    let records = ways.first;
    let mut samples = Samples::new();
    let billing = samples.application("billing");
    write(records, [put(&billing, Expect::New)]).await;
    for _ in 0..10 {
        let key = samples.application_key(&billing);
        write(records, [Change::InsertApplicationKey(key.clone())]).await;
        let size = records.audit_size().await.unwrap();
        let acts = act(
            &mut samples,
            ApplicationClaim {
                application: billing.id,
                epoch: 1,
                via: ApplicationVia::Key(key.id),
            },
        );
        let revoke = [
            Change::RevokeApplicationKey(key.id, at(9)),
            Change::AppendAudit(samples.leaf("user/ann", "revoke", "billing")),
        ];

        let act = commit(ways.first, acts.clone());
        let (acted, revoked) = join(act, commit(ways.second, revoke)).await;

        revoked.unwrap();
        assert_ended_after(records, size, &acted, "revoke").await;
        assert_conflict(records, ACCESS_ENDED, acts).await;
    }
}

pub(super) async fn a_version_is_found_by_the_fingerprint_of_its_material(
    records: &dyn AllRecords,
) {
    let mut samples = Samples::new();
    let key = samples.key("k");
    let version = samples.version(&key, 1);
    let changes = [
        Change::PutKey(key.clone(), Expect::New),
        Change::InsertVersion(version.clone()),
    ];
    write(records, changes).await;

    let found = records.find_version_of(&version.fingerprint).await.unwrap();
    assert_eq!(found, Some((key.id, VersionNumber::FIRST)));
    let strange = Fingerprint::new([0xee; 32]);
    assert_eq!(records.find_version_of(&strange).await.unwrap(), None);
}
