//! The audit log is signed, proves what it says, and is not trusted where it went back.

use jiff::SignedDuration;
use keyferry_app::audits::Distrust;
use keyferry_app::groups::DEFAULT_NAME;
use keyferry_app::rights::BuiltInRole;
use keyferry_app::{Action, Actor, AppError};
use keyferry_audit::{
    Checkpoint, Cosigner, Hash, NoteVerifier, SignedNote, Tile, TileKind, leaf_hash, read_bundle,
    read_hash_tile, root_of, verify_consistency, verify_inclusion,
};
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{
    AlertFilter, AuditLeaf, AuditRecords as _, AuthorityRecords as _, Batch, Change, Commits as _,
    FleetRecords as _, KeyFilter, Page,
};
use keyferry_testkit::clock::VirtualClock;
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::records::MemoryRecords;
use keyferry_testkit::world::{Outside, World, ann_id};
use kms_sim::SimConfig;
use std::sync::Arc;

use crate::rights::{code, give, person};

fn leaf(text: &str) -> AuditLeaf {
    let bytes = text.as_bytes().to_vec();
    AuditLeaf {
        in_the_name_of: None,
        group: None,
        hash: *leaf_hash(&bytes).as_bytes(),
        bytes,
        at: jiff::Timestamp::UNIX_EPOCH,
        actor: "user/ann".to_owned(),
        action: "test".to_owned(),
        object: "o".to_owned(),
    }
}

async fn grow(records: &MemoryRecords, texts: impl IntoIterator<Item = String>) {
    let changes: Vec<Change> = texts
        .into_iter()
        .map(|text| Change::AppendAudit(leaf(&text)))
        .collect();
    records.commit(Batch::from(changes)).await.unwrap();
}

async fn grow_by(world: &World, count: usize) {
    let from = world.outside.records.audit_size().await.unwrap();
    let texts = (0..count).map(|place| format!("{{\"n\":{}}}", from + place as u64));
    grow(&world.outside.records, texts).await;
}

async fn key(world: &World) -> NoteVerifier {
    let key = world.app.audits.key(&world.actor).await.unwrap().unwrap();
    NoteVerifier::parse(&key.verifier).unwrap()
}

async fn signed(world: &World) -> Checkpoint {
    let found = world.app.audits.checkpoint(&world.actor).await.unwrap();
    let opened = Checkpoint::open(&found.newest.unwrap().note, &key(world).await).unwrap();
    assert_eq!(opened.size, found.size);
    opened
}

async fn all_leaves(world: &World) -> Vec<Hash> {
    let rows = world.outside.records.list_leaves(0, u32::MAX).await;
    let rows = rows.unwrap();
    rows.iter().map(|row| leaf_hash(&row.leaf.bytes)).collect()
}

#[tokio::test]
async fn a_checkpoint_on_demand_is_signed_over_every_entry_there_is() {
    let world = World::calm(1);
    for count in [1, 254, 1, 1, 600, 70_000] {
        grow_by(&world, count).await;
        let checkpoint = signed(&world).await;
        assert_eq!(
            checkpoint.root,
            root_of(&all_leaves(&world).await),
            "{count}"
        );
    }
}

#[tokio::test]
async fn every_proof_that_is_handed_out_verifies() {
    let world = World::calm(2);
    let mut sizes = Vec::new();
    for count in [3, 253, 5, 400] {
        grow_by(&world, count).await;
        sizes.push(signed(&world).await);
    }
    let newest = sizes.last().unwrap().clone();
    let leaves = all_leaves(&world).await;
    for index in [0, 2, 3, 255, 256, 660] {
        let audits = &world.app.audits;
        let proof = audits.inclusion(&world.actor, index, None).await.unwrap();
        assert_eq!(proof.leaf, leaves[index as usize]);
        verify_inclusion(&proof.leaf, index, newest.size, &proof.hashes, &newest.root).unwrap();
    }
    for old in &sizes {
        let audits = &world.app.audits;
        let (hashes, _) = audits
            .consistency(&world.actor, old.size, None)
            .await
            .unwrap();
        verify_consistency(old.size, &old.root, newest.size, &newest.root, &hashes).unwrap();
    }
    let none = world.app.audits.inclusion(&world.actor, 661, None).await;
    assert!(matches!(none, Err(AppError::NotFound { .. })), "{none:?}");
    let none = world.app.audits.consistency(&world.actor, 1, Some(7)).await;
    assert!(matches!(none, Err(AppError::NotFound { .. })), "{none:?}");
}

#[tokio::test]
async fn tiles_are_handed_out_as_far_as_the_log_is_signed() {
    let world = World::calm(3);
    grow_by(&world, 300).await;
    signed(&world).await;
    grow_by(&world, 50).await;
    let tile = |kind, index, width| Tile { kind, index, width };
    let get = |tile| world.app.audits.tile(&world.actor, tile);
    let leaves = all_leaves(&world).await;

    let bundle = get(tile(TileKind::Entries, 1, 44)).await.unwrap();
    let entries = read_bundle(&bundle, 44).unwrap();
    let hashes: Vec<Hash> = entries.into_iter().map(leaf_hash).collect();
    assert_eq!(hashes, leaves[256..300]);
    let whole = get(tile(TileKind::Hashes(0), 0, 256)).await.unwrap();
    assert_eq!(read_hash_tile(&whole, 256).unwrap(), leaves[..256]);
    let above = get(tile(TileKind::Hashes(1), 0, 1)).await.unwrap();
    assert_eq!(
        read_hash_tile(&above, 1).unwrap(),
        [root_of(&leaves[..256])]
    );
    for beyond in [
        tile(TileKind::Entries, 1, 45),
        tile(TileKind::Entries, 2, 1),
        tile(TileKind::Hashes(1), 0, 2),
        tile(TileKind::Hashes(2), 0, 1),
        tile(TileKind::Hashes(9), 0, 1),
        tile(TileKind::Hashes(u32::MAX), u64::MAX, 256),
        tile(TileKind::Entries, 0, 0),
        tile(TileKind::Entries, 0, 257),
    ] {
        let refused = get(beyond).await;
        assert!(
            matches!(refused, Err(AppError::NotFound { .. })),
            "{beyond:?}"
        );
    }
}

#[tokio::test]
async fn the_log_is_signed_a_minute_after_it_grew_or_at_once_after_a_thousand_entries() {
    let world = World::calm(4);
    let due = || world.app.notary.sign_due();
    assert!(!due().await.unwrap(), "an empty log has no checkpoint");
    grow_by(&world, 1).await;
    assert!(due().await.unwrap());
    grow_by(&world, 1).await;
    assert!(!due().await.unwrap());
    world.outside.clock.advance(SignedDuration::from_secs(59));
    assert!(!due().await.unwrap());
    world.outside.clock.advance(SignedDuration::from_secs(1));
    assert!(due().await.unwrap());
    assert!(!due().await.unwrap(), "nothing new");
    grow_by(&world, 1_000).await;
    assert!(due().await.unwrap());
}

#[tokio::test]
async fn a_sealed_server_signs_nothing_and_shows_what_was_signed() {
    let world = World::calm(5);
    grow_by(&world, 9).await;
    signed(&world).await;
    grow_by(&world, 1).await;
    let sealed = world.outside.start_sealed(1);

    assert!(!sealed.app.notary.sign_due().await.unwrap());
    let found = sealed.app.audits.checkpoint(&sealed.actor).await.unwrap();

    assert_eq!((found.size, found.newest.unwrap().size), (10, 9));
}

#[tokio::test]
async fn of_two_servers_that_sign_at_once_both_show_checkpoints_of_one_log() {
    let one = World::calm(6);
    grow_by(&one, 300).await;
    let two = one.outside.start(Fuse::whole(), 1);
    let (first, second) = tokio::join!(signed(&one), signed(&two));
    assert_eq!(first, second);
    assert_eq!(key(&one).await, key(&two).await);
}

/// The outside as it was, in another database: what a restored backup is. The mark stays where it is.
async fn with_leaves(world: &World, leaves: &[String], signed_too: bool) -> World {
    let records = MemoryRecords::with_administrator(ann_id());
    grow(&records, leaves.iter().cloned()).await;
    let key = world.outside.records.find_audit_key().await.unwrap();
    let key = Batch::new().with(Change::InsertAuditKey(key.unwrap()));
    records.commit(key).await.unwrap();
    let restored = Outside {
        records,
        clock: Arc::new(VirtualClock::auto(world.outside.clock.now())),
        ..world.outside.clone()
    };
    if signed_too {
        let before = Outside {
            marks: Arc::default(),
            ..restored.clone()
        };
        signed(&before.start(Fuse::whole(), 7)).await;
    }
    restored.start(Fuse::whole(), 8)
}

fn texts(count: u64) -> Vec<String> {
    (0..count)
        .map(|place| format!("{{\"n\":{place}}}"))
        .collect()
}

async fn marked_at(seed: u64, count: u64) -> World {
    let world = World::calm(seed);
    grow(&world.outside.records, texts(count)).await;
    signed(&world).await;
    world
}

#[tokio::test]
async fn f21_an_older_database_starts_in_quarantine_and_is_told_as_a_critical_alert() {
    let world = marked_at(7, 500).await;
    let restored = with_leaves(&world, &texts(400), true).await;

    restored.app.notary.examine().await.unwrap();

    let why = restored.app.quarantine.why();
    let shorter = Distrust::Shorter {
        marked: 500,
        found: 400,
    };
    assert_eq!(why, Some(shorter));
    let page = Page {
        limit: 9,
        cursor: None,
    };
    let alerts = restored
        .outside
        .records
        .list_alerts(&AlertFilter::default(), &page)
        .await;
    let alerts = alerts.unwrap().rows;
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].code, "audit.rolled-back");
    assert_eq!(alerts[0].severity.as_str(), "critical");
    assert!(
        !restored.app.notary.sign_due().await.unwrap(),
        "nothing is signed"
    );
}

#[tokio::test]
async fn f21_an_older_database_that_grew_past_the_mark_is_still_another() {
    let world = marked_at(8, 500).await;
    let mut forked = texts(400);
    forked.extend((0..300).map(|place| format!("{{\"other\":{place}}}")));
    let restored = with_leaves(&world, &forked, true).await;
    restored.app.notary.examine().await.unwrap();
    assert_eq!(
        restored.app.quarantine.why(),
        Some(Distrust::OtherRoot { size: 500 })
    );
    let unsigned = with_leaves(&world, &forked, false).await;
    unsigned.app.notary.examine().await.unwrap();
    assert!(unsigned.app.quarantine.why().is_some());
}

#[tokio::test]
async fn a_database_that_goes_on_from_the_mark_is_trusted() {
    let world = marked_at(9, 500).await;
    grow_by(&world, 300).await;
    let again = world.outside.start(Fuse::whole(), 1);
    again.app.notary.examine().await.unwrap();
    assert_eq!(again.app.quarantine.why(), None);
    let fresh = World::calm(10);
    fresh.app.notary.examine().await.unwrap();
    assert_eq!(fresh.app.quarantine.why(), None);
}

#[tokio::test]
async fn another_log_or_an_unreadable_mark_is_no_trusted_database() {
    let world = marked_at(11, 5).await;
    let other = World::calm(12);
    let other = Outside {
        marks: world.outside.marks.clone(),
        ..other.outside.clone()
    };
    let other = other.start(Fuse::whole(), 1);
    other.app.notary.examine().await.unwrap();
    assert_eq!(other.app.quarantine.why(), Some(Distrust::OtherLog));

    world.outside.marks.set(Some("no note".to_owned()));
    world.app.notary.examine().await.unwrap();
    assert_eq!(world.app.quarantine.why(), Some(Distrust::OtherLog));
}

#[tokio::test]
async fn an_entry_that_is_rewritten_under_a_running_server_is_noticed_before_the_next_signature() {
    let world = marked_at(13, 20).await;
    let mut changed = texts(30);
    changed[4] = "{\"rewritten\":true}".to_owned();
    let restored = with_leaves(&world, &changed, true).await;
    let refused = restored.app.audits.checkpoint(&restored.actor).await;
    assert!(
        matches!(refused, Err(AppError::Quarantined { .. })),
        "{refused:?}"
    );
    assert!(restored.app.quarantine.why().is_some());
}

#[tokio::test]
async fn in_quarantine_what_reads_or_protects_is_permitted_and_nothing_else() {
    let world = marked_at(14, 20).await;
    let restored = with_leaves(&world, &texts(10), true).await;
    restored.app.notary.examine().await.unwrap();
    let permits = |action| restored.app.quarantine.permit(action).is_ok();
    for action in [
        Action::AuditAcceptRollback,
        Action::AuditRead,
        Action::KmsKeyDisable,
        Action::KmsKeyRead,
        Action::SealUnseal,
        Action::SessionUse,
    ] {
        assert!(permits(action), "{action}");
    }
    for action in [
        Action::ConnectionVerify,
        Action::KeyCreate,
        Action::KmsKeyCreate,
        Action::KmsKeyDeactivate,
        Action::KmsKeyRotate,
        Action::KmsKeyScheduleDeletion,
    ] {
        assert!(!permits(action), "{action}");
        assert!(world.app.quarantine.permit(action).is_ok(), "{action}");
    }
}

/// What comes of looking at the keys.
async fn may_list(world: &World, who: &Actor) -> &'static str {
    let keys = &world.app.keys;
    code(
        keys.list(who, &KeyFilter::default(), &Page::default())
            .await,
    )
}

#[tokio::test]
async fn a_database_that_went_back_under_a_running_server_gives_nobody_what_was_given_before() {
    for is_asked_in_quarantine in [true, false] {
        let world = marked_at(20, 5).await;
        let other = world.outside.start(Fuse::whole(), 1);
        let (bob, _carol) = (person(&world, "bob").await, person(&world, "carol").await);
        let records = &world.outside.records;
        let earlier = records.fork();
        give(&world, BuiltInRole::Auditor, "bob", Some(DEFAULT_NAME)).await;
        assert_eq!(may_list(&world, &bob).await, "ok");
        signed(&world).await;
        let before = records.rights_revision().await.unwrap();

        records.go_back_to(&earlier);
        give(&other, BuiltInRole::Auditor, "carol", Some(DEFAULT_NAME)).await;
        assert_eq!(records.rights_revision().await.unwrap(), before);
        world.app.notary.examine().await.unwrap();
        assert!(world.app.quarantine.why().is_some());

        if is_asked_in_quarantine {
            assert_eq!(may_list(&world, &bob).await, "access.denied");
        }
        let (audits, actor) = (&world.app.audits, &world.actor);
        audits
            .accept_rollback(actor, "the disk died")
            .await
            .unwrap();
        assert_eq!(may_list(&world, &bob).await, "access.denied");
    }
}

#[tokio::test]
async fn a_person_ends_the_quarantine_with_a_reason_that_stays_in_the_log() {
    let world = marked_at(15, 500).await;
    let restored = with_leaves(&world, &texts(400), true).await;
    let (app, actor) = (&restored.app, &restored.actor);
    let early = app.audits.accept_rollback(actor, "a drill").await;
    assert!(matches!(early, Err(AppError::Invalid { .. })), "{early:?}");
    app.notary.examine().await.unwrap();
    let unsaid = app.audits.accept_rollback(actor, "  ").await;
    assert!(
        matches!(unsaid, Err(AppError::Invalid { .. })),
        "{unsaid:?}"
    );
    let trial = app.trial();
    trial
        .audits
        .accept_rollback(actor, "a drill")
        .await
        .unwrap();
    assert!(app.quarantine.why().is_some(), "a trial ends nothing");

    let signed = app
        .audits
        .accept_rollback(actor, "the disk died")
        .await
        .unwrap();

    assert_eq!((signed.size, signed.newest.unwrap().size), (401, 401));
    assert_eq!(app.quarantine.why(), None);
    let leaves = restored.outside.records.list_leaves(400, 1).await.unwrap();
    let text = String::from_utf8(leaves[0].leaf.bytes.clone()).unwrap();
    for words in [
        "audit.accept-rollback",
        "the disk died",
        "500 audit entries",
    ] {
        assert!(text.contains(words), "{text}");
    }
    let again = restored.outside.start(Fuse::whole(), 9);
    again.app.notary.examine().await.unwrap();
    assert_eq!(
        again.app.quarantine.why(),
        None,
        "the mark is the new log's"
    );
    let page = Page {
        limit: 9,
        cursor: None,
    };
    let open = AlertFilter {
        is_open: Some(true),
        ..AlertFilter::default()
    };
    let alerts = restored.outside.records.list_alerts(&open, &page).await;
    assert_eq!(alerts.unwrap().rows, []);
}

#[tokio::test]
async fn a_cosignature_is_kept_with_its_checkpoint_and_a_forged_line_of_the_log_is_not() {
    let world = marked_at(16, 8).await;
    let found = world.app.audits.checkpoint(&world.actor).await.unwrap();
    let note = SignedNote::parse(&found.newest.unwrap().note).unwrap();
    let witness = Cosigner::from_seed("witness", &[3; 32]).unwrap();
    let cosigned = witness.cosign(&note, 1_767_225_600).to_string();
    world_add(&world, &cosigned).await.unwrap();

    let found = world.app.audits.checkpoint(&world.actor).await.unwrap();
    let kept = SignedNote::parse(&found.cosigned.unwrap().note).unwrap();
    assert_eq!(
        witness.key().verify(&kept, 1_767_225_600),
        Ok(1_767_225_600)
    );
    assert_eq!(
        found.newest.unwrap().size,
        9,
        "that it was added is an entry too"
    );
    world_add(&world, &cosigned).await.unwrap();
    assert_eq!(world.outside.records.audit_size().await.unwrap(), 9);

    let line = note.to_string().lines().last().unwrap().to_owned();
    let forged = line.replace(&line[line.len() - 12..], "AAAAAAAAAAA=");
    for bad in [format!("{note}{forged}\n"), "no note".to_owned()] {
        let refused = world_add(&world, &bad).await;
        assert!(
            matches!(refused, Err(AppError::Invalid { .. })),
            "{refused:?}"
        );
    }
}

async fn world_add(world: &World, note: &str) -> Result<(), AppError> {
    let audits = &world.app.audits;
    audits.add_cosignature(&world.actor, note).await.map(|_| ())
}

#[tokio::test]
async fn a_signing_key_that_somebody_else_wrote_signs_nothing() {
    let world = World::calm(17);
    grow_by(&world, 3).await;
    let other = marked_at(18, 3).await;
    let mut key = other
        .outside
        .records
        .find_audit_key()
        .await
        .unwrap()
        .unwrap();
    key.verifier = "keyferry/evil+00000000+AAAA".to_owned();
    let batch = Batch::new().with(Change::InsertAuditKey(key));
    world.outside.records.commit(batch).await.unwrap();
    let refused = world.app.audits.checkpoint(&world.actor).await;
    assert!(matches!(refused, Err(AppError::Vault(_))), "{refused:?}");
}

#[tokio::test]
async fn worlds_start_with_an_empty_log() {
    let world = Outside::new(19, SimConfig::default()).start(Fuse::whole(), 0);
    let found = world.app.audits.checkpoint(&world.actor).await.unwrap();
    assert_eq!((found.size, found.newest), (0, None));
}
