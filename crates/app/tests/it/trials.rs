//! Changes of Keyferry's own records, tried first: the same checks and answers, and nothing is kept, sent or told.

use keyferry_app::access::Credentials;
use keyferry_app::alert_delivery::AddDestination;
use keyferry_app::connections::{AddConnection, LinkChange, LinkRequest, Stored, UpdateConnection};
use keyferry_app::key_copies::CopyToGroup;
use keyferry_app::key_import::ImportAs;
use keyferry_app::keys::{CreateKey, KeyWithVersions, UpdateKey};
use keyferry_app::keystores::{CreateKeystore, UpdateKeystore};
use keyferry_app::kms_keys::{Answer, Mode};
use keyferry_app::{Actor, App, AppError};
use keyferry_domain::connection::{Identity, Tier};
use keyferry_domain::drift::Severity;
use keyferry_domain::id::{AlertId, JobId};
use keyferry_domain::keystore::{HealPolicy, OnCancelDeletion, Template};
use keyferry_domain::life::Life;
use keyferry_domain::operation::RotationChoice;
use keyferry_domain::schedule::{Recurrence, RotationSchedule, SourceRotation};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{AuditRecords as _, DestinationAddress};
use keyferry_ports::secret::SecretText;
use keyferry_testkit::world::World;
use serde_json::json;
use uuid::Uuid;

use crate::key_import::{BYTES, file, new_key};
use crate::scene::{DRY, MODE, aws, open_alerts, rights, sync, world};

const ONE: VersionNumber = VersionNumber::FIRST;

/// What outlives the process: all rows, the size of the log, what AWS was made to do, what was sent to anybody.
async fn outside(world: &World) -> (String, u64, usize, usize) {
    let outside = &world.outside;
    let journal = outside.sim.journal();
    let writes = journal.iter().filter(|call| call.write).count();
    (
        outside.records.debug_without_leaves(),
        outside.records.audit_size().await.unwrap(),
        writes,
        outside.outbox.tried(),
    )
}

/// Tries it, which must leave everything as it is, and does it then: the answer must be the same.
async fn done<T, S: PartialEq + std::fmt::Debug>(
    world: &World,
    change: impl AsyncFn(&App) -> Result<T, AppError>,
    seen: impl Fn(T) -> S,
) {
    let before = outside(world).await;
    let mut events = world.app.engine.watch();

    let tried = change(&world.app.trial()).await.map(&seen);

    assert_eq!(outside(world).await, before);
    assert!(events.try_recv().is_err(), "somebody was told");
    let done = change(&world.app).await.map(&seen);
    assert_eq!(tried.expect("it is allowed"), done.expect("it is allowed"));
    assert_ne!(outside(world).await, before, "the change changes nothing");
}

/// Tries it and does it: both must be refused with the same words, and change nothing.
async fn refused<T>(world: &World, code: &str, change: impl AsyncFn(&App) -> Result<T, AppError>) {
    let before = outside(world).await;
    let words = |answer: Result<T, AppError>| {
        let error = answer.err().expect("it is refused");
        (error.code(), error.to_string())
    };

    let tried = words(change(&world.app.trial()).await);
    let really = words(change(&world.app).await);

    assert_eq!(tried, really);
    assert_eq!(tried.0, code, "{}", tried.1);
    assert_eq!(outside(world).await, before);
}

fn keystore(name: &str) -> CreateKeystore {
    CreateKeystore {
        group: None,
        rotation: RotationChoice::Inherit,
        name: name.parse().unwrap(),
        description: String::new(),
        connection: "aws".to_owned(),
        regions: Vec::new(),
        template: Template::default(),
        heal: HealPolicy::Alert,
        on_cancel_deletion: OnCancelDeletion::Keep,
    }
}

fn every(period: &str) -> RotationSchedule {
    RotationSchedule::new(Recurrence::Every(period.parse().unwrap()))
}

fn webhook() -> AddDestination {
    AddDestination {
        name: "ops".parse().unwrap(),
        severity_min: Severity::Info,
        address: DestinationAddress::Webhook {
            url: "https://hooks.example/keyferry".to_owned(),
            ca_bundle: None,
        },
        password: None,
    }
}

fn renamed(name: &str) -> UpdateKey {
    UpdateKey {
        name: Some(name.parse().unwrap()),
        ..UpdateKey::default()
    }
}

/// What a person sees of a key, but ids and material.
fn of_key(found: KeyWithVersions) -> String {
    let versions = found.versions.iter();
    let versions = versions.map(|one| {
        let number = one.identity.version;
        (number, one.state, one.origin, one.destroy_due)
    });
    let key = &found.key;
    format!(
        "{} {} {} {} {:?} {:?} {:?}",
        key.name,
        key.revision,
        key.current,
        key.destroy_after_deletion,
        key.rotation,
        key.rotation_due,
        versions.collect::<Vec<_>>()
    )
}

/// A world in which `app` is disabled behind our back, and somebody wants to be told: one alert is open.
async fn disabled_elsewhere() -> World {
    let world = world().await;
    let add = world.app.alert_destinations.add(&world.actor, webhook());
    add.await.expect("it is taken");
    let arn = world.arn("app").await.to_string();
    aws(&world, "DisableKey", json!({ "KeyId": arn }));
    sync(&world).await;
    world
}

#[tokio::test]
async fn changes_of_keys_are_tried_with_the_same_answer_and_nothing_is_kept() {
    let world = world().await;
    let who = &world.actor;
    let new = || ImportAs::NewKey(Box::new(new_key("brought")));
    let next = || ImportAs::VersionOf("spare".to_owned());

    let create = async |app: &App| app.keys.create(who, new_key("spare")).await;
    done(&world, create, of_key).await;
    let import = async |app: &App| app.keys.import(who, new(), file(&BYTES)).await;
    done(&world, import, of_key).await;
    let import = async |app: &App| app.keys.import(who, next(), file(&BYTES)).await;
    done(&world, import, of_key).await;
    let further = async |app: &App| app.keys.new_version(who, "spare").await;
    done(&world, further, of_key).await;
    let deactivate = async |app: &App| app.keys.deactivate_version(who, "spare", ONE).await;
    done(&world, deactivate, of_key).await;
    let compromise = async |app: &App| app.keys.compromise_version(who, "app", ONE).await;
    done(&world, compromise, of_key).await;
    let rename = async |app: &App| app.keys.update(who, "spare", renamed("other")).await;
    done(&world, rename, of_key).await;
    let opt_in = async |app: &App| {
        let command = UpdateKey {
            destroy_after_deletion: Some(true),
            confirmed_name: Some("other".to_owned()),
            ..UpdateKey::default()
        };
        app.keys.update(who, "other", command).await
    };
    done(&world, opt_in, of_key).await;
}

#[tokio::test]
async fn destructions_rules_and_copies_are_tried_and_nothing_is_kept() {
    let world = world().await;
    let who = &world.actor;
    let exportable = CreateKey {
        exportable: true,
        ..new_key("spare")
    };
    world.app.keys.create(who, exportable).await.unwrap();

    let copy = async |app: &App| {
        let command = CopyToGroup {
            group: "default".to_owned(),
            name: Some("copy".parse().unwrap()),
            exportable: false,
        };
        app.keys.copy_to_group(who, "spare", command).await
    };
    done(&world, copy, |made| (made.key.name, made.key.revision)).await;
    let rule = async |app: &App| {
        let rotation = SourceRotation {
            schedule: every("30d"),
            with_copies: false,
            deactivate_former: false,
        };
        let keys = &app.keys;
        keys.set_rotation(who, "spare", Some(rotation), None).await
    };
    done(&world, rule, |key| key).await;
    let rule = async |app: &App| {
        let choice = RotationChoice::Own(every("30d"));
        app.kms_keys.set_rotation(who, "app", choice, None).await
    };
    done(&world, rule, |key| {
        (key.intent, key.rotation_due, key.revision)
    })
    .await;
    let keys = &world.app.keys;
    keys.deactivate_version(who, "spare", ONE).await.unwrap();
    let destroy = async |app: &App| {
        let mode = Mode::naming("spare");
        let keys = &app.keys;
        keys.destroy_version(who, "spare", ONE, None, &mode).await
    };
    let before = outside(&world).await;
    let planned = keys.destroy_version(who, "spare", ONE, None, &DRY).await;
    assert!(planned.unwrap().versions[0].destroy_due.is_some());
    assert_eq!(outside(&world).await, before);
    done(&world, destroy, of_key).await;
    let keep = async |app: &App| app.keys.cancel_destruction(who, "spare", ONE, false).await;
    done(&world, keep, of_key).await;
}

#[tokio::test]
async fn a_connection_is_added_on_trial_with_every_check_of_the_real_one() {
    let world = world().await;
    let who = &world.actor;
    let named = |name: &str| AddConnection {
        group: None,
        name: name.parse().unwrap(),
        request: LinkRequest {
            link: world.link(),
            regions: vec![World::region()],
            tier: Tier::Full,
        },
        rotation: None,
        access_key_rotation: None,
        allow_unverified: false,
    };

    let add = async |app: &App| app.connections.add(who, named("second")).await;
    let seen = |stored: Stored| {
        let one = stored.connection;
        (one.name, one.health, one.revision, stored.verified)
    };
    done(&world, add, seen).await;
    let add = async |app: &App| app.connections.add(who, named("aws")).await;
    refused(&world, "request.name-taken", add).await;
    let scheduler = &Actor::Keystore {
        name: "store".parse().unwrap(),
    };
    let add = async |app: &App| app.connections.add(scheduler, named("third")).await;
    refused(&world, "access.denied", add).await;
}

#[tokio::test]
async fn a_kms_key_is_released_on_trial_unless_a_job_works_on_it() {
    let world = world().await;
    let who = &world.actor;
    world.create("second", KeySpec::Aes256).await.unwrap();

    let busy = async |app: &App| app.kms_keys.release(who, "second", &MODE).await;
    refused(&world, "kms-key.busy", busy).await;
    let before = outside(&world).await;
    let planned = world.app.kms_keys.release(who, "app", &DRY).await;
    assert!(matches!(planned, Ok(Answer::Planned(_))), "{planned:?}");
    assert_eq!(outside(&world).await, before);
    let release = async |app: &App| app.kms_keys.release(who, "app", &MODE).await;
    done(&world, release, |left| format!("{left:?}")).await;
}

#[tokio::test]
async fn the_first_administrator_and_a_session_are_not_kept_on_trial_either() {
    let world = world().await;
    let (name, password) = ("ann", SecretText::new("a good long password"));

    let add = async |app: &App| {
        let access = &app.access;
        access
            .add_first_administrator(name.parse().unwrap(), &password)
            .await
    };
    done(&world, add, |user| user.name).await;
    let said = Credentials {
        name,
        password: &password,
        code: None,
    };
    let sign_in = async |app: &App| app.access.sign_in(&said).await;
    done(&world, sign_in, |issued| issued.record.expires_at).await;
}

#[tokio::test]
async fn changes_of_connections_keystores_and_groups_are_tried_and_nothing_is_kept() {
    let world = world().await;
    let who = &world.actor;

    let create = async |app: &App| app.keystores.create(who, keystore("second")).await;
    done(&world, create, |made| {
        (made.name, made.regions, made.revision)
    })
    .await;
    let update = async |app: &App| {
        let command = UpdateKeystore {
            description: Some("new".to_owned()),
            heal: Some(HealPolicy::Auto),
            ..UpdateKeystore::default()
        };
        app.keystores.update(who, "second", command).await
    };
    done(&world, update, |changed| format!("{changed:?}")).await;
    let delete = async |app: &App| app.keystores.delete(who, "second").await;
    done(&world, delete, |()| ()).await;
    let update = async |app: &App| {
        let command = UpdateConnection {
            regions: Some(vec!["eu-west-1".parse().unwrap(), World::region()]),
            ..UpdateConnection::default()
        };
        app.connections.update(who, "aws", command).await
    };
    let seen = |stored: Stored| {
        let one = stored.connection;
        (one.regions, one.health, one.revision, stored.verified)
    };
    done(&world, update, seen).await;
    let group = async |app: &App| {
        let name = "red".parse().unwrap();
        app.groups.create(who, name, String::new()).await
    };
    done(&world, group, |made| (made.name, made.revision)).await;
}

#[tokio::test]
async fn alerts_destinations_and_tokens_are_tried_and_nobody_is_called_or_let_in() {
    let world = disabled_elsewhere().await;
    world.know_actor().await;
    let who = &world.actor;
    let alert = open_alerts(&world).await.remove(0).id;

    let acknowledge = async |app: &App| app.alerts.acknowledge(who, alert).await;
    done(&world, acknowledge, |noted| format!("{noted:?}")).await;
    let delete = async |app: &App| app.alert_destinations.delete(who, "ops").await;
    done(&world, delete, |()| ()).await;
    let add = async |app: &App| app.alert_destinations.add(who, webhook()).await;
    done(&world, add, |added| added.destination.name).await;
    let issue = async |app: &App| {
        app.access
            .create_token(who, "ci".parse().unwrap(), None)
            .await
    };
    done(&world, issue, |issued| issued.record.expires_at).await;
    let tokens = world.app.access.list_tokens(who).await.unwrap();
    let id = tokens[0].id;
    let revoke = async |app: &App| app.access.revoke_token(who, id).await;
    done(&world, revoke, |token| format!("{token:?}")).await;

    let tried = world.app.trial();
    let issued = issue(&tried).await.unwrap();
    let entry = world.app.access.by_token(&issued.secret).await;
    assert!(matches!(entry, Err(AppError::NotSignedIn)));
}

#[tokio::test]
async fn jobs_are_paused_resumed_and_cancelled_on_trial_and_their_wishes_stay() {
    let world = world().await;
    let who = &world.actor;
    let Ok(Answer::Started { job, .. }) = world.create("second", KeySpec::Aes256).await else {
        panic!("no job")
    };
    let (id, wish) = (job.id, world.kms_key("second").await.intent);

    let pause = async |app: &App| app.jobs.pause(who, id).await;
    done(&world, pause, |job| job).await;
    let resume = async |app: &App| app.jobs.resume(who, id).await;
    done(&world, resume, |job| job).await;
    let cancel = async |app: &App| app.jobs.cancel(who, id).await;
    cancel(&world.app.trial()).await.unwrap();
    assert_eq!(world.kms_key("second").await.intent, wish);
    done(&world, cancel, |job| job).await;
    assert_eq!(world.kms_key("second").await.intent.life, Life::Released);
}

#[tokio::test]
async fn a_stuck_job_is_taken_up_on_trial_and_stays_stuck() {
    let world = world().await;
    let who = &world.actor;
    rights(&world, &["kms:ImportKeyMaterial"]);
    let started = world.create("second", KeySpec::Aes256).await;
    let id = world.finished(started).await.id;

    let retry = async |app: &App| app.jobs.retry(who, id).await;
    done(&world, retry, |job| job).await;
}

#[tokio::test]
async fn what_is_refused_is_refused_on_trial_with_the_same_words() {
    let world = world().await;
    let who = &world.actor;
    let ended = world.jobs().await.remove(0).job.id;
    let create = async |app: &App| app.keys.create(who, new_key("brought")).await;
    create(&world.app).await.unwrap();
    let two = VersionNumber::new(2).unwrap();

    refused(&world, "request.name-taken", create).await;
    let import = async |app: &App| {
        let wanted = ImportAs::NewKey(Box::new(new_key("bad")));
        app.keys.import(who, wanted, file(b"too short")).await
    };
    refused(&world, "key-file.wrong-length", import).await;
    let rename = async |app: &App| app.keys.update(who, "app", renamed("brought")).await;
    refused(&world, "request.name-taken", rename).await;
    let stale = async |app: &App| {
        let command = UpdateKey {
            revision: Some(7),
            ..renamed("other")
        };
        app.keys.update(who, "app", command).await
    };
    refused(&world, "request.changed", stale).await;
    let none = async |app: &App| app.keys.deactivate_version(who, "app", two).await;
    refused(&world, "request.not-found", none).await;
    let none = async |app: &App| app.keys.compromise_version(who, "app", two).await;
    refused(&world, "request.not-found", none).await;
    let taken = async |app: &App| app.keystores.create(who, keystore("store")).await;
    refused(&world, "request.name-taken", taken).await;
    let used = async |app: &App| app.keystores.delete(who, "store").await;
    refused(&world, "request.in-use", used).await;
    let used = async |app: &App| app.connections.delete(who, "aws").await;
    refused(&world, "request.in-use", used).await;
    let ended_at = async |app: &App| app.jobs.cancel(who, ended).await;
    refused(&world, "job.wrong-state", ended_at).await;
    let not_stuck = async |app: &App| app.jobs.retry(who, ended).await;
    refused(&world, "job.wrong-state", not_stuck).await;
    let not_paused = async |app: &App| app.jobs.resume(who, ended).await;
    refused(&world, "job.wrong-state", not_paused).await;
    let nobody = AlertId::new(Uuid::from_u128(3));
    let none = async |app: &App| app.alerts.acknowledge(who, nobody).await;
    refused(&world, "request.not-found", none).await;
    let wrong = async |app: &App| {
        app.connections
            .update(who, "aws", wrong_secret(&world))
            .await
    };
    refused(&world, "aws.wrong-credentials", wrong).await;
}

/// The world's access key with a secret that is not its own.
fn wrong_secret(world: &World) -> UpdateConnection {
    let identity = Identity::AccessKey {
        access_key_id: world.outside.access_key.0.clone(),
        secret_access_key: SecretText::new("not the secret"),
    };
    UpdateConnection {
        link: LinkChange {
            identity: Some(identity),
            ..LinkChange::default()
        },
        ..UpdateConnection::default()
    }
}

#[tokio::test]
async fn who_may_not_do_it_may_not_try_it() {
    let world = world().await;
    let who = &Actor::Keystore {
        name: "store".parse().unwrap(),
    };
    let job = JobId::new(Uuid::from_u128(3));

    let create = async |app: &App| app.keys.create(who, new_key("spare")).await;
    refused(&world, "access.denied", create).await;
    let rename = async |app: &App| app.keys.update(who, "app", renamed("other")).await;
    refused(&world, "access.denied", rename).await;
    let further = async |app: &App| app.keys.new_version(who, "app").await;
    refused(&world, "access.denied", further).await;
    let delete = async |app: &App| app.keystores.delete(who, "store").await;
    refused(&world, "access.denied", delete).await;
    let delete = async |app: &App| app.connections.delete(who, "aws").await;
    refused(&world, "access.denied", delete).await;
    let update = async |app: &App| {
        app.connections
            .update(who, "aws", wrong_secret(&world))
            .await
    };
    refused(&world, "access.denied", update).await;
    let cancel = async |app: &App| app.jobs.cancel(who, job).await;
    refused(&world, "access.denied", cancel).await;
    let add = async |app: &App| app.alert_destinations.add(who, webhook()).await;
    refused(&world, "access.denied", add).await;
    let issue = async |app: &App| {
        app.access
            .create_token(who, "ci".parse().unwrap(), None)
            .await
    };
    refused(&world, "access.denied", issue).await;
}

#[tokio::test]
async fn a_trial_needs_no_name_typed_and_a_sealed_vault_refuses_it() {
    let world = world().await;
    let who = &world.actor;
    let command = || UpdateKey {
        destroy_after_deletion: Some(true),
        ..UpdateKey::default()
    };

    let tried = world.app.trial().keys.update(who, "app", command()).await;
    let really = world.app.keys.update(who, "app", command()).await;

    assert!(tried.unwrap().key.destroy_after_deletion);
    assert_eq!(really.unwrap_err().code(), "request.name-not-confirmed");
    let found = world.app.keys.show(who, "app").await.unwrap();
    assert!(!found.key.destroy_after_deletion);
    let sealed = world.outside.start_sealed(1);
    let create = async |app: &App| app.keys.create(who, new_key("spare")).await;
    refused(&sealed, "seal.sealed", create).await;
}
