//! Versions that are destroyed, and KMS keys that need them.

use jiff::Timestamp;
use keyferry_domain::destruction::{Erasure, Holder};
use keyferry_domain::intent::WantedVersion;
use keyferry_domain::key::{KeyVersion, MaterialOrigin};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::material::SealedMaterial;
use keyferry_domain::validity::Validity;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::{
    AllRecords, Change, DueDestruction, Expect, RecordsError, VERSION_DOOMED, VERSION_NEEDED,
};

use super::samples::{Samples, at};
use super::{Ways, assert_conflict, commit, write};

const DESTRUCTION: &str = "key version destruction";

/// A key with one deactivated version, and a KMS key of it that is not written yet.
struct Scene {
    version: KeyVersion,
    kms_key: KmsKey,
}

impl Scene {
    async fn new(records: &dyn AllRecords) -> Self {
        Self::with(records, MaterialOrigin::Generated).await
    }

    async fn with(records: &dyn AllRecords, origin: MaterialOrigin) -> Self {
        let mut samples = Samples::new();
        let key = samples.key("app");
        let version = KeyVersion {
            state: VersionState::Deactivated,
            origin,
            ..samples.version(&key, 1)
        };
        let connection = samples.connection("a");
        let keystore = samples.keystore("a", connection.id);
        let mut kms_key = samples.kms_key("app", &keystore);
        kms_key.source = Some(key.id);
        kms_key.intent.life = Life::Active;
        kms_key.intent.current = Some(version.identity.version);
        kms_key.intent.versions = vec![WantedVersion {
            number: version.identity.version,
            validity: Validity::Permanent,
        }];
        let changes = [
            Change::PutConnection(connection, Expect::New),
            Change::PutKeystore(keystore, Expect::New),
            Change::PutKey(key, Expect::New),
            Change::InsertVersion(version.clone()),
        ];
        write(records, changes).await;
        Self { version, kms_key }
    }

    fn put(&self, expect: Expect) -> Change {
        Change::PutKmsKey(self.kms_key.clone(), expect)
    }

    fn set(&self, seen: Option<Timestamp>, due: Option<Timestamp>) -> Change {
        Change::SetDestruction {
            key: self.version.identity.key,
            version: self.version.identity.version,
            state: self.version.state,
            seen,
            due,
            announced: due,
        }
    }

    fn destroy(&self, why: Erasure) -> Change {
        Change::DestroyVersion {
            key: self.version.identity.key,
            version: self.version.identity.version,
            from: self.version.state,
            why,
            at: at(200),
        }
    }

    async fn stored(&self, records: &dyn AllRecords) -> KeyVersion {
        let identity = &self.version.identity;
        let found = records.read_back_version(identity.key, identity.version);
        found.await.unwrap().unwrap()
    }

    async fn holders(&self, records: &dyn AllRecords) -> Vec<Holder> {
        let identity = &self.version.identity;
        let found = records.holders(identity.key, identity.version);
        let found = found.await.unwrap();
        let all = records.holders_of_all(identity.key).await.unwrap();
        let of_it = all.into_iter().filter(|one| one.0 == identity.version);
        assert_eq!(of_it.map(|one| one.1).collect::<Vec<_>>(), found);
        found
    }

    fn destroyed(&self) -> KeyVersion {
        KeyVersion {
            sealed: None,
            state: VersionState::Destroyed,
            state_since: at(200),
            ..self.version.clone()
        }
    }
}

pub(super) async fn a_scheduled_destruction_is_due_at_its_time_and_leaves_public_facts(
    records: &dyn AllRecords,
) {
    let scene = Scene::new(records).await;
    let identity = scene.version.identity.clone();

    write(records, [scene.set(None, Some(at(100)))]).await;

    let scheduled = KeyVersion {
        destroy_due: Some(at(100)),
        destroy_announced: Some(at(100)),
        ..scene.version.clone()
    };
    assert_eq!(scene.stored(records).await, scheduled);
    assert_eq!(records.due_destructions(at(99), 9).await.unwrap(), []);
    assert_eq!(
        records.next_destruction(at(99)).await.unwrap(),
        Some(at(100))
    );
    let due = DueDestruction {
        key: identity.key,
        version: identity.version,
        due_at: at(100),
        announced_at: Some(at(100)),
    };
    assert_eq!(records.due_destructions(at(100), 9).await.unwrap(), [due]);
    assert_eq!(records.next_destruction(at(100)).await.unwrap(), None);
    let early = scene.destroy(Erasure::Scheduled(at(99)));
    assert_conflict(records, DESTRUCTION, [early]).await;
    assert_eq!(scene.stored(records).await, scheduled);

    write(records, [scene.destroy(Erasure::Scheduled(at(100)))]).await;

    assert_eq!(scene.stored(records).await, scene.destroyed());
    assert_eq!(records.due_destructions(at(300), 9).await.unwrap(), []);
    let again = scene.destroy(Erasure::Scheduled(at(100)));
    assert_conflict(records, DESTRUCTION, [again]).await;
}

pub(super) async fn only_what_passed_through_is_brought_back_and_only_where_it_is_gone(
    records: &dyn AllRecords,
) {
    let scene = Scene::with(records, MaterialOrigin::PassedThrough).await;
    let material = SealedMaterial::new(vec![7; 60]);
    let back = |scene: &Scene| Change::BringBackVersion {
        key: scene.version.identity.key,
        version: scene.version.identity.version,
        sealed: material.clone(),
        to: VersionState::Active,
        at: at(300),
    };

    assert_conflict(records, DESTRUCTION, [back(&scene)]).await;
    write(records, [scene.destroy(Erasure::NoCopyKept)]).await;
    write(records, [back(&scene)]).await;

    let brought_back = KeyVersion {
        sealed: Some(material.clone()),
        state: VersionState::Active,
        state_since: at(300),
        ..scene.version.clone()
    };
    assert_eq!(scene.stored(records).await, brought_back);
}

pub(super) async fn what_was_destroyed_for_good_is_not_brought_back(records: &dyn AllRecords) {
    let scene = Scene::new(records).await;
    write(records, [scene.set(None, Some(at(100)))]).await;
    write(records, [scene.destroy(Erasure::Scheduled(at(100)))]).await;
    let back = Change::BringBackVersion {
        key: scene.version.identity.key,
        version: scene.version.identity.version,
        sealed: SealedMaterial::new(vec![7; 60]),
        to: VersionState::Active,
        at: at(300),
    };

    assert_conflict(records, DESTRUCTION, [back]).await;

    assert_eq!(scene.stored(records).await, scene.destroyed());
}

pub(super) async fn a_destruction_changes_only_from_what_was_seen(records: &dyn AllRecords) {
    let scene = Scene::new(records).await;

    assert_conflict(records, DESTRUCTION, [scene.set(Some(at(1)), None)]).await;
    write(records, [scene.set(None, Some(at(100)))]).await;
    assert_conflict(records, DESTRUCTION, [scene.set(None, Some(at(101)))]).await;
    write(records, [scene.set(Some(at(100)), Some(at(102)))]).await;
    write(records, [scene.set(Some(at(102)), None)]).await;
    assert_eq!(scene.stored(records).await, scene.version);
    let unscheduled = scene.destroy(Erasure::Scheduled(at(102)));
    assert_conflict(records, DESTRUCTION, [unscheduled]).await;
    let other_state = Change::SetDestruction {
        key: scene.version.identity.key,
        version: scene.version.identity.version,
        state: VersionState::Compromised,
        seen: None,
        due: Some(at(100)),
        announced: None,
    };
    assert_conflict(records, DESTRUCTION, [other_state]).await;
}

pub(super) async fn no_state_but_a_destruction_makes_a_version_destroyed(records: &dyn AllRecords) {
    let scene = Scene::new(records).await;
    let change = Change::SetVersionState {
        key: scene.version.identity.key,
        version: scene.version.identity.version,
        from: scene.version.state,
        to: VersionState::Destroyed,
        at: at(200),
    };

    assert_conflict(records, "key version state", [change]).await;

    assert_eq!(scene.stored(records).await, scene.version);
}

pub(super) async fn a_version_that_a_kms_key_needs_is_not_destroyed(records: &dyn AllRecords) {
    let mut scene = Scene::new(records).await;
    write(records, [scene.put(Expect::New)]).await;
    let holder = Holder {
        kms_key: scene.kms_key.id,
        name: scene.kms_key.name.clone(),
        arn: scene.kms_key.arn.clone(),
        life: Some(Life::Active),
    };
    assert_eq!(scene.holders(records).await, [holder]);
    assert_conflict(records, VERSION_NEEDED, [scene.set(None, Some(at(100)))]).await;

    scene.kms_key.intent.life = Life::PendingDeletion;
    write(records, [scene.put(Expect::Revision(1))]).await;
    assert_conflict(records, VERSION_NEEDED, [scene.set(None, Some(at(100)))]).await;
    scene.kms_key.intent.life = Life::Deleted;
    let buried = [
        scene.put(Expect::Revision(2)),
        scene.set(None, Some(at(100))),
    ];
    write(records, buried).await;

    assert_eq!(scene.holders(records).await, []);
    write(records, [scene.destroy(Erasure::Scheduled(at(100)))]).await;
}

pub(super) async fn a_forgotten_kms_key_still_needs_its_versions_unless_it_was_deleted(
    records: &dyn AllRecords,
) {
    let scene = Scene::new(records).await;
    write(records, [scene.put(Expect::New)]).await;
    let forget = Change::DeleteKmsKey(scene.kms_key.id, Expect::Revision(1));

    write(records, [forget]).await;

    let holder = Holder {
        kms_key: scene.kms_key.id,
        name: scene.kms_key.name.clone(),
        arn: scene.kms_key.arn.clone(),
        life: None,
    };
    assert_eq!(scene.holders(records).await, [holder]);
    assert_conflict(records, VERSION_NEEDED, [scene.set(None, Some(at(100)))]).await;
}

pub(super) async fn a_destruction_that_is_due_is_refused_while_a_kms_key_needs_the_version(
    records: &dyn AllRecords,
) {
    let scene = Scene::new(records).await;
    let mut kms_key = scene.kms_key.clone();
    let number = scene.version.identity.version.next();
    kms_key.intent.current = Some(number);
    kms_key.intent.versions.clear();
    write(records, [Change::PutKmsKey(kms_key, Expect::New)]).await;
    let mut doomed = scene.version.clone();
    doomed.identity.version = number;
    doomed.destroy_due = Some(at(100));
    doomed.destroy_announced = Some(at(100));
    write(records, [Change::InsertVersion(doomed.clone())]).await;
    let due = Change::DestroyVersion {
        key: doomed.identity.key,
        version: number,
        from: doomed.state,
        why: Erasure::Scheduled(at(100)),
        at: at(200),
    };

    assert_conflict(records, VERSION_NEEDED, [due]).await;

    let versions = records.list_versions(doomed.identity.key).await.unwrap();
    assert_eq!(versions.last(), Some(&doomed));
    let later = Change::SetDestruction {
        key: doomed.identity.key,
        version: number,
        state: doomed.state,
        seen: Some(at(100)),
        due: Some(at(300)),
        announced: None,
    };
    write(records, [later]).await;
}

pub(super) async fn no_kms_key_begins_to_need_what_is_or_will_be_destroyed(
    records: &dyn AllRecords,
) {
    let scene = Scene::new(records).await;
    write(records, [scene.set(None, Some(at(100)))]).await;

    assert_conflict(records, VERSION_DOOMED, [scene.put(Expect::New)]).await;
    write(records, [scene.destroy(Erasure::Scheduled(at(100)))]).await;
    assert_conflict(records, VERSION_DOOMED, [scene.put(Expect::New)]).await;

    assert_eq!(scene.holders(records).await, []);
}

pub(super) async fn material_of_which_no_copy_is_kept_goes_while_kms_keys_hold_it(
    records: &dyn AllRecords,
) {
    let scene = Scene::with(records, MaterialOrigin::PassedThrough).await;
    write(records, [scene.put(Expect::New)]).await;

    write(records, [scene.destroy(Erasure::NoCopyKept)]).await;

    assert_eq!(scene.stored(records).await, scene.destroyed());
    assert_eq!(scene.holders(records).await.len(), 1);
    write(records, [scene.put(Expect::Revision(1))]).await;
    let again = Change::DestroyVersion {
        key: scene.version.identity.key,
        version: scene.version.identity.version,
        from: VersionState::Destroyed,
        why: Erasure::NoCopyKept,
        at: at(201),
    };
    assert_conflict(records, DESTRUCTION, [again]).await;
}

pub(super) async fn material_of_which_a_copy_is_kept_goes_by_no_other_way_than_its_announced_destruction(
    records: &dyn AllRecords,
) {
    let scene = Scene::new(records).await;

    assert_conflict(records, DESTRUCTION, [scene.destroy(Erasure::NoCopyKept)]).await;
    let mut silent = scene.set(None, Some(at(100)));
    if let Change::SetDestruction { announced, .. } = &mut silent {
        *announced = None;
    }
    write(records, [silent]).await;
    let due = scene.destroy(Erasure::Scheduled(at(100)));
    assert_conflict(records, DESTRUCTION, [due]).await;

    assert!(scene.stored(records).await.sealed.is_some());
}

pub(super) async fn of_a_destruction_and_a_kms_key_that_needs_the_version_one_comes_first(
    ways: Ways<'_>,
) {
    let records = ways.first;
    let scene = Scene::new(records).await;
    for round in 1..=8u32 {
        let mut version = scene.version.clone();
        version.identity.version = VersionNumber::new(round + 1).unwrap();
        write(records, [Change::InsertVersion(version.clone())]).await;
        let number = version.identity.version;
        let mut kms_key = scene.kms_key.clone();
        let mut id = kms_key.id.as_uuid().as_u128();
        id += u128::from(round);
        kms_key.id = keyferry_domain::id::KmsKeyId::new(uuid::Uuid::from_u128(id));
        kms_key.name = super::samples::parse(&format!("app-{round}"));
        kms_key.intent.current = Some(number);
        kms_key.intent.versions.clear();
        let schedule = Change::SetDestruction {
            key: version.identity.key,
            version: number,
            state: version.state,
            seen: None,
            due: Some(at(100)),
            announced: None,
        };
        let need = Change::PutKmsKey(kms_key, Expect::New);

        let (doomed, needed) =
            futures::join!(commit(ways.first, [schedule]), commit(ways.second, [need]),);

        let conflict = |what| Err(RecordsError::Conflict { what });
        let outcome = (doomed, needed);
        assert!(
            outcome == (Ok(()), conflict(VERSION_DOOMED))
                || outcome == (conflict(VERSION_NEEDED), Ok(())),
            "{outcome:?}"
        );
    }
}
