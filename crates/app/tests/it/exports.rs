//! Material leaves by four eyes: one prepares, another takes, once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;
use keyferry_app::actor::Standing;
use keyferry_app::exports::{Downloaded, Prepare, Ready};
use keyferry_app::key_import::{ImportAs, MaterialFile};
use keyferry_app::keys::CreateKey;
use keyferry_app::kms_keys::Mode;
use keyferry_app::rights::BuiltInRole;
use keyferry_app::{Action, Actor, AppError};
use keyferry_audit::Entry;
use keyferry_domain::approval::{ApprovalClass, ApprovalRule};
use keyferry_domain::key_file::KeyFileFormat;
use keyferry_domain::preparation::Preparation;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{
    AlertFilter, AuditRecords as _, Change, Commits as _, Expect, Page, PreparationRecords as _,
};
use keyferry_ports::secret::SecretBytes;
use keyferry_testkit::contract::records::read_everything;
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::World;
use tempfile::TempDir;

use crate::destruction::after_days;
use crate::key_import::{BYTES, file, new_key};
use crate::rights::{code, give, person};
use crate::scene::{advance_hours, world};

const FIRST: VersionNumber = VersionNumber::FIRST;

/// A key pair of whoever gets material.
pub(crate) struct Pair {
    folder: TempDir,
    pub(crate) public: String,
}

impl Pair {
    pub(crate) fn private(&self) -> PathBuf {
        self.folder.path().join("private.pem")
    }
}

pub(crate) fn openssl(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?} {words}");
    output.stdout
}

/// Made by OpenSSL with these options.
pub(crate) fn made(options: &[&str]) -> Pair {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("private.pem");
    let path = path.to_str().unwrap();
    openssl(&[&["genpkey", "-quiet", "-out", path], options].concat());
    let public = openssl(&["pkey", "-in", path, "-pubout"]);
    let public = String::from_utf8(public).unwrap();
    Pair { folder, public }
}

/// One pair for the whole process.
pub(crate) fn pair() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(|| made(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]))
}

/// The script that every export has with it.
pub(crate) fn script(from: &Path, to: &Path) {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../scripts/unwrap-export.sh"
    );
    let ran = Command::new("sh")
        .arg(script)
        .args([&pair().private(), from, to])
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{words}");
}

/// What OpenSSL makes of it.
fn unwrapped(wrapped: &[u8]) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let (from, to) = (folder.path().join("wrapped"), folder.path().join("plain"));
    std::fs::write(&from, wrapped).unwrap();
    script(&from, &to);
    std::fs::read(to).unwrap()
}

pub(crate) fn wanted(public_key: &str) -> Prepare {
    Prepare {
        public_key: public_key.to_owned(),
        hours: None,
        reason: "the system moves".to_owned(),
    }
}

/// Somebody who has just proved who he is.
pub(crate) fn proven(world: &World, who: &Actor) -> Actor {
    let mut who = who.clone();
    if let Actor::User { standing, .. } = &mut who {
        *standing = Standing {
            confirmed_at: Some(world.outside.clock.now()),
            ..*standing
        };
    }
    who
}

async fn exportable(world: &World, name: &str, file: MaterialFile) {
    let key = CreateKey {
        exportable: true,
        ..new_key(name)
    };
    let wanted = ImportAs::NewKey(Box::new(key));
    let keys = &world.app.keys;
    keys.import(&world.actor, wanted, file).await.unwrap();
}

/// The exportable key `canary`, ann who administers, and bob who operates.
pub(crate) async fn house() -> (World, Actor) {
    let world = world().await;
    exportable(&world, "canary", file(&BYTES)).await;
    let bob = person(&world, "bob").await;
    give(&world, BuiltInRole::Operator, "bob", Some("default")).await;
    (world, bob)
}

pub(crate) async fn prepare(world: &World, who: &Actor, key: &str) -> Result<Ready, AppError> {
    let exports = &world.app.exports;
    let wanted = wanted(&pair().public);
    exports.prepare_version(who, key, FIRST, wanted).await
}

pub(crate) async fn download(
    world: &World,
    who: &Actor,
    key: &str,
) -> Result<Downloaded, AppError> {
    let who = proven(world, who);
    world.app.exports.download(&who, key, FIRST, None).await
}

/// The entries of an action, oldest first.
pub(crate) async fn entries(world: &World, action: Action) -> Vec<Entry> {
    let leaves = world.outside.records.list_leaves(0, u32::MAX).await;
    let leaves = leaves.unwrap().into_iter();
    let entries = leaves.map(|row| Entry::from_leaf_bytes(&row.leaf.bytes).unwrap());
    entries
        .filter(|entry| entry.action == action.as_str())
        .collect()
}

/// Codes of the alerts that are open.
async fn open_alerts(world: &World) -> Vec<String> {
    let filter = AlertFilter {
        is_open: Some(true),
        ..AlertFilter::default()
    };
    let page = Page::default();
    let alerts = world.app.alerts.list(&world.actor, &filter, &page);
    let rows = alerts.await.unwrap().rows.into_iter();
    rows.map(|alert| alert.code).collect()
}

pub(crate) async fn prepared(world: &World) -> Vec<Preparation> {
    world.outside.records.list_preparations().await.unwrap()
}

#[tokio::test]
async fn i1_i2_material_leaves_to_another_person_once_and_both_are_told() {
    let (world, bob) = house().await;
    let ready = prepare(&world, &bob, "canary").await.unwrap();
    assert_eq!(ready.row.preparer_name.as_str(), "bob");
    assert_eq!(open_alerts(&world).await, ["key.material-prepared"]);

    let found = download(&world, &world.actor, "canary").await.unwrap();
    let wrapped = found.wrapped.unwrap();
    assert_eq!(found.wrapping.as_str(), "RSAES_OAEP_SHA_256");
    assert_eq!(unwrapped(&wrapped), BYTES);
    assert_eq!(
        prepared(&world).await,
        [],
        "public key and mark are cleared"
    );
    assert_eq!(open_alerts(&world).await, ["key.material-left"]);
    let again = download(&world, &world.actor, "canary").await;
    assert_eq!(code(again), "export.not-prepared");

    let (before, after) = (
        entries(&world, Action::KeyPrepareDownload).await,
        entries(&world, Action::KeyDownload).await,
    );
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_eq!(
        (&*before[0].actor, &*after[0].actor),
        ("user/bob", "user/ann")
    );
    let der = openssl(&[
        "pkey",
        "-in",
        pair().private().to_str().unwrap(),
        "-pubout",
        "-outform",
        "DER",
    ]);
    let sha256 = hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &der));
    for entry in before.iter().chain(&after) {
        assert_eq!(entry.detail["public_key_sha256"], sha256);
        assert_eq!(entry.detail["reason"], "the system moves");
        assert_eq!(entry.detail["prepared_by"], "bob");
        assert_eq!(entry.detail["version"], "1");
    }
}

#[tokio::test]
async fn i2_a_private_key_leaves_whole_by_the_wrapping_for_long_material() {
    let (world, bob) = house().await;
    let rsa = made(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"]);
    let ecc = made(&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]);
    for (name, pair) in [("rsa", rsa), ("ecc", ecc)] {
        let pem = std::fs::read(pair.private()).unwrap();
        let pem = MaterialFile {
            bytes: SecretBytes::new(pem.into()),
            format: KeyFileFormat::Pem,
            spec: None,
            wrapped: None,
        };
        exportable(&world, name, pem).await;
        prepare(&world, &bob, name).await.unwrap();
        let found = download(&world, &world.actor, name).await.unwrap();
        assert_eq!(found.wrapping.as_str(), "RSA_AES_KEY_WRAP_SHA_256");
        let out = TempDir::new().unwrap();
        let path = out.path().join("key.der");
        std::fs::write(&path, unwrapped(&found.wrapped.unwrap())).unwrap();
        let public = openssl(&[
            "pkey",
            "-inform",
            "DER",
            "-in",
            path.to_str().unwrap(),
            "-pubout",
        ]);
        assert_eq!(String::from_utf8(public).unwrap(), pair.public);
    }
}

#[tokio::test]
async fn i2_it_takes_another_person_who_is_there_in_time() {
    let (world, bob) = house().await;
    let ann = &world.actor;
    assert_eq!(
        code(download(&world, ann, "canary").await),
        "export.not-prepared"
    );
    let ready = prepare(&world, &bob, "canary").await.unwrap();

    assert_eq!(
        code(download(&world, &bob, "canary").await),
        "export.same-person"
    );
    let exports = &world.app.exports;
    let by_token = exports.download(ann, "canary", FIRST, None).await;
    assert_eq!(code(by_token), "export.not-recent");
    let proved = proven(&world, ann);
    world.outside.clock.advance(SignedDuration::from_secs(301));
    let late = exports.download(&proved, "canary", FIRST, None).await;
    assert_eq!(code(late), "export.not-recent");
    let by_itself = exports
        .download(&Actor::System, "canary", FIRST, None)
        .await;
    assert_eq!(code(by_itself), "access.denied");
    assert_eq!(prepared(&world).await, [ready.row], "nothing was taken");

    advance_hours(&world, 24);
    assert_eq!(
        code(download(&world, ann, "canary").await),
        "export.expired"
    );
    assert_eq!(exports.list(ann).await.unwrap().len(), 0);
    let carol = person(&world, "carol").await;
    give(&world, BuiltInRole::Operator, "carol", Some("default")).await;
    let again = prepare(&world, &carol, "canary").await.unwrap();
    assert_eq!(
        prepared(&world).await,
        [again.row],
        "what expired is forgotten"
    );
    assert_eq!(code(download(&world, &bob, "canary").await), "ok");
}

#[tokio::test]
async fn i1_there_is_one_preparation_of_a_version_until_it_is_cancelled() {
    let (world, bob) = house().await;
    let exports = &world.app.exports;
    let ready = prepare(&world, &bob, "canary").await.unwrap();
    let second = prepare(&world, &world.actor, "canary").await;
    assert_eq!(code(second), "export.prepared-already");
    let listed = exports.list(&bob).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((&*listed[0].name, &listed[0].row), ("canary", &ready.row));

    let auditor = person(&world, "carol").await;
    give(&world, BuiltInRole::Auditor, "carol", Some("default")).await;
    let id = ready.row.id.to_string();
    assert_eq!(code(exports.cancel(&auditor, &id).await), "access.denied");
    assert_eq!(
        code(prepare(&world, &auditor, "canary").await),
        "access.denied"
    );
    assert_eq!(
        code(download(&world, &auditor, "canary").await),
        "access.denied"
    );
    let nobody = person(&world, "dora").await;
    assert_eq!(code(exports.cancel(&nobody, &id).await), "access.denied");

    assert_eq!(code(exports.cancel(&world.actor, &id).await), "ok");
    assert_eq!(
        code(exports.cancel(&world.actor, &id).await),
        "request.not-found"
    );
    assert_eq!(open_alerts(&world).await, Vec::<String>::new());
    assert_eq!(
        code(download(&world, &world.actor, "canary").await),
        "export.not-prepared"
    );
    assert_eq!(entries(&world, Action::KeyCancelPreparation).await.len(), 1);
}

#[tokio::test]
async fn i1_keys_that_wrap_too_little_or_lifetimes_that_are_too_long_are_refused() {
    let (world, _) = house().await;
    let exports = &world.app.exports;
    let small = made(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"]);
    let odd = [
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:2048",
        "-pkeyopt",
        "rsa_keygen_pubexp:3",
    ];
    let odd = made(&odd);
    let ecc = made(&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    let private = std::fs::read_to_string(pair().private()).unwrap();
    for (text, wanted_code) in [
        (small.public.as_str(), "export.bad-public-key"),
        (&odd.public, "export.bad-public-key"),
        (&ecc.public, "export.bad-public-key"),
        ("no key", "export.bad-public-key"),
        (&private, "export.private-key"),
    ] {
        let refused = exports
            .prepare_version(&world.actor, "canary", FIRST, wanted(text))
            .await;
        assert_eq!(code(refused), wanted_code, "{text}");
    }
    for (hours, reason) in [(0, "why"), (73, "why"), (24, " ")] {
        let command = Prepare {
            hours: Some(hours),
            reason: reason.to_owned(),
            ..wanted(&pair().public)
        };
        let refused = exports
            .prepare_version(&world.actor, "canary", FIRST, command)
            .await;
        assert_eq!(code(refused), "request.invalid", "{hours} {reason}");
    }
    assert_eq!(prepared(&world).await, []);
}

#[tokio::test]
async fn k11_a_version_in_any_state_but_destroyed_leaves_and_none_that_may_not() {
    let (world, bob) = house().await;
    let keys = &world.app.keys;
    for turn in ["active", "deactivated", "compromised"] {
        match turn {
            "deactivated" => drop(
                keys.deactivate_version(&bob, "canary", FIRST)
                    .await
                    .unwrap(),
            ),
            "compromised" => drop(
                keys.compromise_version(&bob, "canary", FIRST)
                    .await
                    .unwrap(),
            ),
            _ => {}
        }
        prepare(&world, &bob, "canary").await.unwrap();
        let found = download(&world, &world.actor, "canary").await.unwrap();
        assert_eq!(unwrapped(&found.wrapped.unwrap()), BYTES, "{turn}");
    }

    prepare(&world, &bob, "canary").await.unwrap();
    let mode = Mode::naming("canary");
    let destroyed = keys.destroy_version(&world.actor, "canary", FIRST, None, &mode);
    destroyed.await.unwrap();
    assert_eq!(after_days(&world, 32).await, 1);
    let refused = prepare(&world, &bob, "canary").await;
    assert_eq!(code(refused), "export.no-material");
    assert_eq!(
        code(download(&world, &world.actor, "canary").await),
        "export.no-material"
    );
    assert_eq!(
        code(prepare(&world, &bob, "app").await),
        "export.not-exportable"
    );
    let other = VersionNumber::new(9).unwrap();
    let wanted = wanted(&pair().public);
    let unknown = world
        .app
        .exports
        .prepare_version(&bob, "canary", other, wanted)
        .await;
    assert_eq!(code(unknown), "request.not-found");
}

#[tokio::test]
async fn i2_of_two_who_download_at_once_one_gets_it_wherever_the_other_is() {
    let (base, bob) = house().await;
    prepare(&base, &bob, "canary").await.unwrap();
    let carol = person(&base, "carol").await;
    give(&base, BuiltInRole::Operator, "carol", Some("default")).await;
    let mut held = 0;
    for at in 0.. {
        let records = Arc::new(base.outside.records.fork());
        let sim = Arc::clone(&base.outside.sim);
        let outside = base.outside.copy_with(sim, records, 7);
        let fuse = Fuse::hold_at(at);
        let slow = outside.start(Arc::clone(&fuse), 0);
        let quick = outside.start(Fuse::whole(), 1);
        let mut slowly = Box::pin(download(&slow, &base.actor, "canary"));
        let ended = tokio::select! {
            biased;
            () = fuse.burnt() => None,
            done = &mut slowly => Some(done),
        };
        let other = download(&quick, &carol, "canary").await;
        fuse.release();
        let is_held = ended.is_none();
        let own = match ended {
            Some(done) => done,
            None => slowly.await,
        };
        assert!(own.is_ok() != other.is_ok(), "held at point {at}");
        assert_eq!(entries(&quick, Action::KeyDownload).await.len(), 1);
        if !is_held {
            break;
        }
        held += 1;
    }
    assert!(held > 1, "the download was held at {held} points");
}

#[tokio::test]
async fn i2_whatever_crashes_nothing_leaves_twice_and_nothing_that_is_not_in_the_log() {
    let (base, bob) = house().await;
    prepare(&base, &bob, "canary").await.unwrap();
    let (mut before, mut after) = (0, 0);
    for at in 0.. {
        let records = Arc::new(base.outside.records.fork());
        let sim = Arc::clone(&base.outside.sim);
        let outside = base.outside.copy_with(sim, records, 7);
        let fuse = Fuse::crash_at(at);
        let dying = outside.start(Arc::clone(&fuse), 0);
        let got = tokio::select! {
            biased;
            () = fuse.burnt() => None,
            done = download(&dying, &base.actor, "canary") => Some(done.unwrap()),
        };
        drop(dying);
        let next = outside.start(Fuse::whole(), 1);
        let told = entries(&next, Action::KeyDownload).await.len();
        assert_eq!(
            told + prepared(&next).await.len(),
            1,
            "crashed at point {at}"
        );
        let again = download(&next, &base.actor, "canary").await;
        assert_eq!(again.is_ok(), told == 0, "crashed at point {at}");
        if got.is_some() {
            assert_eq!(told, 1);
            break;
        }
        before += usize::from(told == 0);
        after += usize::from(told == 1);
    }
    assert!(before > 0 && after > 0, "{before} before and {after} after");
}

#[tokio::test]
async fn i1_i2_a_dry_run_changes_nothing_and_hands_nothing_out() {
    let (world, bob) = house().await;
    let trial = world.app.trial();
    let records = &*world.outside.records;
    let before = read_everything(records).await;
    let wanted = || wanted(&pair().public);
    let tried = trial
        .exports
        .prepare_version(&bob, "canary", FIRST, wanted())
        .await;
    tried.unwrap();
    let tried = trial
        .exports
        .prepare_group(&world.actor, "default", wanted())
        .await;
    tried.unwrap();
    assert_eq!(read_everything(records).await, before);

    let ready = prepare(&world, &bob, "canary").await.unwrap();
    let exports = &world.app.exports;
    let carol = person(&world, "carol").await;
    give(&world, BuiltInRole::Administrator, "carol", Some("default")).await;
    exports
        .prepare_group(&carol, "default", wanted())
        .await
        .unwrap();
    let before = read_everything(records).await;
    let tried = trial
        .exports
        .download(&world.actor, "canary", FIRST, None)
        .await;
    assert_eq!(tried.unwrap().wrapped, None);
    let tried = trial
        .exports
        .export(&world.actor, "default", None)
        .await
        .unwrap();
    assert!(tried.1.is_none());
    let id = ready.row.id.to_string();
    trial.exports.cancel(&bob, &id).await.unwrap();
    assert_eq!(read_everything(records).await, before);
}

#[tokio::test]
async fn i2_who_loses_the_role_takes_nothing_and_what_he_prepared_is_not_taken() {
    let (world, bob) = house().await;
    let carol = person(&world, "carol").await;
    give(&world, BuiltInRole::Operator, "carol", Some("default")).await;
    prepare(&world, &bob, "canary").await.unwrap();
    let roles = &world.app.roles;
    let take = async |who: &str| {
        let given = roles.assignments(&world.actor).await.unwrap();
        let is_theirs = |name: &keyferry_domain::name::Name| name.as_str() == who;
        let mut given = given.into_iter();
        let found = given.find(|one| one.holder.as_ref().is_some_and(is_theirs));
        roles
            .take(&world.actor, found.unwrap().row.id)
            .await
            .unwrap();
    };

    take("carol").await;
    assert_eq!(
        code(download(&world, &carol, "canary").await),
        "access.denied"
    );
    world.app.users.lock(&world.actor, "bob").await.unwrap();
    let locked = download(&world, &world.actor, "canary").await;
    assert_eq!(code(locked), "export.preparer-without-right");
    world.app.users.unlock(&world.actor, "bob").await.unwrap();
    take("bob").await;
    let taken = download(&world, &world.actor, "canary").await;
    assert_eq!(code(taken), "export.preparer-without-right");
    give(&world, BuiltInRole::Operator, "bob", Some("default")).await;
    assert_eq!(code(download(&world, &world.actor, "canary").await), "ok");
}

#[tokio::test]
async fn i1_what_a_person_prepared_ends_with_the_person() {
    let (world, bob) = house().await;
    let ready = prepare(&world, &bob, "canary").await.unwrap();
    let trial = world.app.trial();
    let tried = trial.users.offboard(&world.actor, "bob").await.unwrap();
    assert_eq!(tried.preparations[0].row, ready.row);
    assert_eq!(prepared(&world).await.len(), 1);

    let left = world.app.users.offboard(&world.actor, "bob").await.unwrap();
    assert_eq!(
        (left.preparations.len(), &*left.preparations[0].name),
        (1, "canary")
    );
    assert_eq!(prepared(&world).await, []);
    assert_eq!(open_alerts(&world).await, Vec::<String>::new());
    let told = entries(&world, Action::KeyCancelPreparation).await;
    assert_eq!((told.len(), &*told[0].object.name), (1, "canary"));
    let refused = download(&world, &world.actor, "canary").await;
    assert_eq!(code(refused), "export.not-prepared");
}

#[tokio::test]
async fn i2_a_row_that_somebody_else_wrote_lets_nothing_out() {
    let (world, bob) = house().await;
    let row = prepare(&world, &bob, "canary").await.unwrap().row;
    let other = made(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
    let path = other.private();
    let der = openssl(&[
        "pkey",
        "-in",
        path.to_str().unwrap(),
        "-pubout",
        "-outform",
        "DER",
    ]);
    let sha256 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &der);
    let forged = [
        Preparation {
            public_key: der.clone(),
            ..row.clone()
        },
        Preparation {
            public_key: der,
            fingerprint: sha256.as_ref().try_into().unwrap(),
            ..row.clone()
        },
        Preparation {
            expires_at: row.expires_at + SignedDuration::from_hours(1),
            ..row.clone()
        },
        Preparation {
            preparer: keyferry_testkit::world::ann_id(),
            ..row.clone()
        },
        Preparation {
            id: keyferry_domain::id::PreparationId::new(uuid::Uuid::from_u128(4)),
            ..row.clone()
        },
    ];
    let carol = person(&world, "carol").await;
    give(&world, BuiltInRole::Operator, "carol", Some("default")).await;
    let records = &world.outside.records;
    let mut there = row.id;
    for forged in forged {
        let id = forged.id;
        let swap = vec![
            Change::EndPreparation(there),
            Change::InsertPreparation(forged),
        ];
        records.commit(swap.into()).await.unwrap();
        there = id;
        assert_eq!(
            code(download(&world, &carol, "canary").await),
            "export.foreign"
        );
    }
}

#[tokio::test]
async fn i1_i2_a_sealed_vault_prepares_nothing_and_hands_nothing_out() {
    let (world, bob) = house().await;
    prepare(&world, &bob, "canary").await.unwrap();
    let sealed = world.outside.start_sealed(3);
    assert_eq!(
        code(download(&sealed, &world.actor, "canary").await),
        "seal.sealed"
    );
    let group = wanted(&pair().public);
    let exports = &sealed.app.exports;
    let refused = exports.prepare_group(&world.actor, "default", group).await;
    assert_eq!(code(refused), "seal.sealed");
    assert_eq!(prepared(&world).await.len(), 1, "the mark stays");
}

#[tokio::test]
async fn i1_i2_rules_about_export_want_others_and_those_about_its_like_too() {
    let (world, bob) = house().await;
    for class in [ApprovalClass::Export, ApprovalClass::ExportEquivalent] {
        prepare(&world, &bob, "canary").await.unwrap();
        let rule = ApprovalRule {
            group: None,
            class,
            approvers: 1,
            hours: 72,
            changed_at: world.outside.clock.now(),
            revision: 1,
        };
        let put = vec![Change::PutApprovalRule(rule, Expect::New)];
        world.outside.records.commit(put.into()).await.unwrap();
        let refused = download(&world, &world.actor, "canary").await;
        assert_eq!(code(refused), "approval.needed");
        assert_eq!(
            code(prepare(&world, &bob, "canary").await),
            "approval.needed"
        );
        let gone = Change::DeleteApprovalRule(None, class, Expect::Revision(1));
        world
            .outside
            .records
            .commit(vec![gone].into())
            .await
            .unwrap();
        assert_eq!(code(download(&world, &world.actor, "canary").await), "ok");
    }
}

#[tokio::test]
async fn i2_no_byte_of_what_leaves_is_in_the_records_or_in_what_they_say() {
    let (world, bob) = house().await;
    prepare(&world, &bob, "canary").await.unwrap();
    let found = download(&world, &world.actor, "canary").await.unwrap();
    let all = read_everything(&*world.outside.records).await + &format!("{found:?}");
    let windows = BYTES.windows(8).map(|window| format!("{window:?}"));
    let texts = BYTES
        .windows(8)
        .map(|window| String::from_utf8_lossy(window).into_owned());
    let hex = BYTES.windows(8).map(hex::encode);
    for window in windows.chain(texts).chain(hex) {
        let window = window.trim_matches(['[', ']']);
        assert!(!all.contains(window), "{window}");
    }
}

/// Keys of each kind for tests of whole groups.
pub(crate) async fn key(world: &World, name: &str, spec: KeySpec, exportable: bool) {
    let key = CreateKey {
        exportable,
        ..CreateKey::called(name.parse().unwrap(), spec)
    };
    world.app.keys.create(&world.actor, key).await.unwrap();
}
