//! One operation on many KMS keys: grants, further Regions, and versions of their keys.

use keyferry_app::keys::KeyOptions;
use keyferry_app::kms_keys::{
    Bulk, BulkAnswer, BulkOperation, CreateGrant, CreateKmsKey, Matching, Properties, Selection,
};
use keyferry_domain::arn::Region;
use keyferry_domain::grant::GrantOperation;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::{JobState, KmsKeyFilter, TargetState};
use keyferry_testkit::world::{ACCOUNT, REGION, World};
use serde_json::{Value, json};

use crate::bulk::{everything, fleet, job, start, targets};
use crate::scene::{DRY, MODE, REPLICA, aws, multi_region, state_in};

fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn giving(grantee: &str, name: Option<&str>) -> BulkOperation {
    BulkOperation::CreateGrant(Box::new(CreateGrant {
        name: name.map(str::to_owned),
        grantee: role(grantee),
        retiring: None,
        operations: [GrantOperation::Decrypt].into(),
        context_equals: [].into(),
        context_subset: [].into(),
    }))
}

/// Names of the grants that a principal has on a KMS key, as AWS lists them.
async fn grants(world: &World, kms_key: &str, grantee: &str) -> Vec<String> {
    let arn = world.arn(kms_key).await.to_string();
    let listed = aws(world, "ListGrants", json!({ "KeyId": arn }));
    let all: &[Value] = listed["Grants"].as_array().expect("a list");
    let of = all
        .iter()
        .filter(|one| one["GranteePrincipal"] == role(grantee));
    of.map(|one| one["Name"].as_str().expect("a name").to_owned())
        .collect()
}

async fn plan_of(world: &World, selection: Selection, operation: BulkOperation) -> Vec<String> {
    let command = Bulk {
        selection,
        operation,
        confirmed_count: None,
    };
    let keys = &world.app.kms_keys;
    match keys.bulk(&world.actor, command, &DRY).await {
        Ok(BulkAnswer::Planned(plan)) => {
            assert!(plan.refused.is_empty(), "{plan:?}");
            let steps = plan.planned.iter().flat_map(|one| one.plan.steps());
            let words = steps.map(|step| step.kind().aws_operation().to_owned());
            words.collect()
        }
        other => panic!("no plan: {other:?}"),
    }
}

/// All targets are done. Answers how many.
async fn succeeds(world: &World, selection: Selection, operation: BulkOperation) -> u64 {
    let id = start(world, selection, operation).await;
    world.run().await;
    let ended = job(world, id).await;
    assert_eq!(ended.state, JobState::Succeeded, "{ended:?}");
    u64::from(ended.progress.done)
}

#[tokio::test]
async fn j1_grants_are_given_on_many_kms_keys_and_retired_by_grantee() {
    let world = fleet(3).await;
    let two = || {
        Selection::Matching(Box::new(Matching {
            filter: KmsKeyFilter {
                text: Some("K00".to_owned()),
                ..KmsKeyFilter::default()
            },
            tags: [("team".to_owned(), None)].into(),
            ..Matching::default()
        }))
    };
    let chosen = Selection::Chosen(vec!["k000".into(), "k001".into()]);
    assert_eq!(
        succeeds(&world, chosen, crate::bulk::tagging("pay")).await,
        2
    );

    let plan = plan_of(&world, two(), giving("app", None)).await;
    assert_eq!(plan, ["CreateGrant", "CreateGrant"]);
    assert_eq!(grants(&world, "k000", "app").await, [""; 0]);
    let id = start(&world, two(), giving("app", None)).await;
    world.run().await;

    let ended = job(&world, id).await;
    assert_eq!(
        (ended.state, ended.progress.done, ended.kind.as_str()),
        (JobState::Succeeded, 2, "kms-key.create-grant")
    );
    let given = grants(&world, "k000", "app").await;
    let other = grants(&world, "k001", "app").await;
    assert_eq!((given.len(), other.len()), (1, 1));
    assert_ne!(given, other);
    assert_eq!(grants(&world, "k002", "app").await, [""; 0]);
    assert!(world.kms_key("k000").await.intent.errands.is_empty());
    // Asked for again, nobody has a second one.
    assert_eq!(succeeds(&world, two(), giving("app", None)).await, 2);
    assert_eq!(grants(&world, "k000", "app").await, given);
    // A name may be the same on each.
    let named = giving("named", Some("payments"));
    assert_eq!(succeeds(&world, two(), named).await, 2);
    assert_eq!(grants(&world, "k000", "named").await, ["payments"]);
    assert_eq!(grants(&world, "k001", "named").await, ["payments"]);

    let retiring = || BulkOperation::RetireGrants {
        grantee: role("app"),
    };
    assert_eq!(succeeds(&world, two(), retiring()).await, 2);

    assert_eq!(grants(&world, "k000", "app").await, [""; 0]);
    assert_eq!(grants(&world, "k001", "app").await, [""; 0]);
    assert_eq!(grants(&world, "k001", "named").await, ["payments"]);
    let nobody = start(&world, two(), retiring()).await;
    world.run().await;
    let stuck = targets(&world, nobody, TargetState::Stuck).await;
    let codes = stuck.iter().flat_map(|target| &target.note);
    let codes: Vec<&str> = codes.map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["kms-key.no-grant"; 2]);
}

#[tokio::test]
async fn j1_many_multi_region_keys_are_replicated_and_get_another_primary() {
    let world = multi_region(1).await;
    world.know_actor().await;
    let command = CreateKmsKey {
        keystore: "store".to_owned(),
        name: "other".parse().unwrap(),
        spec: Some(KeySpec::Aes256),
        key: KeyOptions::default(),
        properties: Properties {
            regions: vec![REGION.parse().unwrap()],
            multi_region: Some(true),
            ..Properties::default()
        },
    };
    let keys = &world.app.kms_keys;
    world
        .succeed(keys.create(&world.actor, command, &MODE).await)
        .await;
    world.outside.advance_minutes(20);
    let to: Region = REPLICA.parse().unwrap();
    let replicate = || BulkOperation::Replicate {
        regions: vec![to.clone()],
    };

    let plan = plan_of(&world, everything(), replicate()).await;
    let replicas = plan.iter().filter(|step| *step == "ReplicateKey");
    assert_eq!(replicas.count(), 2, "{plan:?}");
    assert_eq!(succeeds(&world, everything(), replicate()).await, 2);

    for name in ["app", "other"] {
        let key = world.kms_key(name).await;
        assert_eq!(state_in(&world, &key, REPLICA), "Enabled");
    }
    let again = start(&world, everything(), replicate()).await;
    world.run().await;
    let done = targets(&world, again, TargetState::Done).await;
    let codes = done.iter().flat_map(|target| &target.note);
    assert!(codes.map(|(code, _)| code).eq(&["kms-key.unchanged"; 2]));
    world.outside.advance_minutes(20);
    let move_to = BulkOperation::ChangePrimary { region: to.clone() };

    assert_eq!(succeeds(&world, everything(), move_to).await, 2);

    for name in ["app", "other"] {
        let key = world.kms_key(name).await;
        assert_eq!(key.intent.primary(), Some(&to));
        let place = &key.observed[&to];
        assert!(place.described.value().is_some(), "{place:?}");
    }
}

#[tokio::test]
async fn j1_new_versions_are_taken_into_many_kms_keys_and_what_has_none_says_so() {
    let world = fleet(3).await;
    let keys = &world.app.keys;
    for name in ["k000", "k002"] {
        keys.new_version(&world.actor, name).await.unwrap();
    }

    let id = start(&world, everything(), BulkOperation::UploadVersion).await;
    world.run().await;

    let ended = job(&world, id).await;
    assert_eq!(
        (ended.state, ended.progress.done, ended.progress.stuck),
        (JobState::Stuck, 2, 1)
    );
    let stuck = targets(&world, id, TargetState::Stuck).await.remove(0);
    assert_eq!(stuck.note.unwrap().0, "kms-key.version-not-newer");
    for (name, number) in [("k000", 2), ("k001", 1), ("k002", 2)] {
        let current = world.kms_key(name).await.intent.current;
        assert_eq!(current.map(|one| one.get()), Some(number), "{name}");
    }
}
