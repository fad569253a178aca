//! Quorum on using keys: with a rule, applications use keys while a period is open, and else not.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;
use keyferry_app::key_use::Data;
use keyferry_app::use_periods::OpenUsePeriod;
use keyferry_app::{Actor, AppError, DEFAULT_GROUP};
use keyferry_domain::approval::{ApprovalClass, ApprovalRule};
use keyferry_domain::id::GroupId;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::use_period::UsePeriod;
use keyferry_ports::clock::Clock as _;
use keyferry_ports::records::{
    AuditRecords as _, Batch, Change, Commits as _, Expect, Page, PolicyRecords as _,
};
use keyferry_testkit::fuse::Fuse;
use keyferry_testkit::world::{World, beginning};

use crate::applications::{
    PLAIN, any_key, application, billing, data, kms_data, let_in, make_key, wrapped,
};
use crate::scene::world;

fn code<T>(answer: Result<T, AppError>) -> &'static str {
    answer.err().map_or("ok", |error| error.code())
}

fn rule(group: Option<GroupId>) -> ApprovalRule {
    ApprovalRule {
        group,
        class: ApprovalClass::Use,
        approvers: 1,
        hours: 72,
        changed_at: beginning(),
        revision: 1,
    }
}

/// A rule as if it had always been there, and gone again.
async fn ruled(world: &World, group: Option<GroupId>, is_there: bool) {
    let change = match is_there {
        true => Change::PutApprovalRule(rule(group), Expect::New),
        false => Change::DeleteApprovalRule(group, ApprovalClass::Use, Expect::Revision(1)),
    };
    let batch = Batch::new().with(change);
    world.outside.records.commit(batch).await.unwrap();
}

fn command(minutes: i64) -> OpenUsePeriod {
    OpenUsePeriod {
        application: "billing".to_owned(),
        group: None,
        keys: Vec::new(),
        kms_keys: Vec::new(),
        actions: BTreeSet::new(),
        length: SignedDuration::from_mins(minutes),
        reason: "the monthly run".to_owned(),
    }
}

/// Opened before the rule was there, so that nobody had to consent.
async fn opened(world: &World, wanted: OpenUsePeriod) -> UsePeriod {
    world
        .app
        .use_periods
        .open(&world.actor, wanted)
        .await
        .unwrap()
}

async fn encrypt(world: &World, who: &Actor, key: &str) -> &'static str {
    let uses = &world.app.key_uses;
    code(uses.encrypt(who, key, data(PLAIN)).await)
}

#[tokio::test]
async fn a14_with_a_rule_keys_are_used_while_a_period_is_open_and_else_not() {
    let world = world().await;
    let billing = billing(&world).await;
    assert_eq!(
        encrypt(&world, &billing, "data").await,
        "ok",
        "no rule, no period"
    );
    ruled(&world, Some(DEFAULT_GROUP), true).await;
    assert_eq!(encrypt(&world, &billing, "data").await, "approval.needed");
    let refused = world
        .app
        .key_uses
        .encrypt(&billing, "data", data(PLAIN))
        .await;
    let hint = refused.unwrap_err().hint().to_owned();
    assert!(hint.contains("use-period open"), "{hint}");
    let read = world.app.keys.show(&billing, "data").await;
    assert!(read.is_ok(), "reading is no use");
    let alone = world.app.use_periods.open(&world.actor, command(60)).await;
    assert_eq!(
        code(alone),
        "approval.needed",
        "opening takes the consent of the rule"
    );

    ruled(&world, Some(DEFAULT_GROUP), false).await;
    let period = opened(&world, command(60)).await;
    ruled(&world, Some(DEFAULT_GROUP), true).await;
    assert_eq!(encrypt(&world, &billing, "data").await, "ok");
    world.outside.advance_minutes(59);
    assert_eq!(encrypt(&world, &billing, "data").await, "ok");
    world.outside.advance_minutes(1);
    assert_eq!(
        encrypt(&world, &billing, "data").await,
        "approval.needed",
        "it ended by itself"
    );
    let late = world
        .app
        .use_periods
        .close(&world.actor, &period.id.to_string())
        .await;
    assert_eq!(code(late), "use-period.over");

    ruled(&world, Some(DEFAULT_GROUP), false).await;
    let period = opened(&world, command(60)).await;
    ruled(&world, None, true).await;
    assert_eq!(encrypt(&world, &billing, "data").await, "ok");
    let id = period.id.to_string();
    let closed = world
        .app
        .use_periods
        .close(&world.actor, &id)
        .await
        .unwrap();
    assert_eq!(
        closed.closed.unwrap().by,
        "user/ann",
        "closing takes nobody's consent"
    );
    assert_eq!(encrypt(&world, &billing, "data").await, "approval.needed");
    let page = Page::default();
    let listed = world
        .app
        .use_periods
        .list(&world.actor, Some("billing"), false, &page);
    assert_eq!(listed.await.unwrap().rows.len(), 2);
    let open = world
        .app
        .use_periods
        .list(&world.actor, None, true, &page)
        .await;
    assert!(open.unwrap().rows.is_empty());
}

#[tokio::test]
async fn a14_a_period_is_for_one_application_and_what_it_names_alone() {
    let world = world().await;
    let billing = billing(&world).await;
    make_key(&world, "more", KeySpec::Aes256).await;
    world
        .succeed(world.create("mail", KeySpec::Aes256).await)
        .await;
    application(&world, "other").await;
    let role = keyferry_app::rights::BuiltInRole::KeyUser;
    crate::applications::give(&world, role, "application/other", Some("default")).await;
    let other = let_in(&world, "other", any_key("k")).await;
    let sealed = world
        .app
        .key_uses
        .encrypt(&billing, "data", data(PLAIN))
        .await;
    let sealed = sealed.unwrap().bytes;
    let wanted = OpenUsePeriod {
        keys: vec!["data".to_owned()],
        kms_keys: vec!["mail".to_owned()],
        actions: ["key.encrypt", "kms-key.encrypt"].map(str::to_owned).into(),
        ..command(60)
    };
    opened(&world, wanted).await;
    ruled(&world, None, true).await;

    let uses = &world.app.key_uses;
    assert_eq!(encrypt(&world, &billing, "data").await, "ok");
    assert_eq!(encrypt(&world, &billing, "more").await, "approval.needed");
    assert_eq!(encrypt(&world, &other, "data").await, "approval.needed");
    let opened = uses.decrypt(&billing, "data", wrapped(&sealed)).await;
    assert_eq!(code(opened), "approval.needed");
    let made = uses
        .kms_encrypt(&billing, "mail", kms_data(PLAIN, "a"))
        .await;
    let made = made.unwrap().ciphertext;
    let opened = uses
        .kms_decrypt(&billing, "mail", kms_data(&made, "a"))
        .await;
    assert_eq!(code(opened), "approval.needed");
}

#[tokio::test]
async fn a14_what_is_no_period_is_refused_and_each_one_is_told() {
    let world = world().await;
    let billing = billing(&world).await;
    let open = async |wanted| code(world.app.use_periods.open(&world.actor, wanted).await);
    assert_eq!(open(command(0)).await, "use-period.bad-length");
    assert_eq!(open(command(24 * 60 + 1)).await, "use-period.bad-length");
    let managing = OpenUsePeriod {
        actions: BTreeSet::from(["key.create".to_owned()]),
        ..command(60)
    };
    assert_eq!(open(managing).await, "request.invalid");
    let nobody = OpenUsePeriod {
        application: "nobody".to_owned(),
        ..command(60)
    };
    assert_eq!(open(nobody).await, "request.not-found");
    let by_itself = world.app.use_periods.open(&billing, command(60)).await;
    assert_eq!(code(by_itself), "access.not-for-kind");

    let period = opened(&world, command(60)).await;
    ruled(&world, None, true).await;
    assert_eq!(encrypt(&world, &billing, "data").await, "ok");
    let id = period.id.to_string();
    world
        .app
        .use_periods
        .close(&world.actor, &id)
        .await
        .unwrap();
    let leaves = world.outside.records.list_leaves(0, 999).await.unwrap();
    let told: Vec<String> = leaves
        .into_iter()
        .map(|row| String::from_utf8(row.leaf.bytes).unwrap())
        .filter(|text| text.contains(&id))
        .collect();
    for (text, word) in told
        .iter()
        .zip(["use-period.open", "key.encrypt", "use-period.close"])
    {
        assert!(text.contains(word), "{text}");
    }
    assert_eq!(told.len(), 3, "{told:#?}");
}

/// The place in the log of the entry of an action on a period.
async fn place_of(world: &World, period: &str, action: &str) -> Option<usize> {
    let leaves = world.outside.records.list_leaves(0, 9_999).await.unwrap();
    leaves.iter().position(|row| {
        let text = String::from_utf8_lossy(&row.leaf.bytes);
        text.contains(period) && text.contains(action)
    })
}

#[tokio::test]
async fn a14_of_a_use_and_the_closing_of_its_period_one_comes_first() {
    let base = world().await;
    let billing = billing(&base).await;
    let id = opened(&base, command(60)).await.id.to_string();
    ruled(&base, None, true).await;
    let Actor::Application { id: who, .. } = &billing else {
        panic!("{billing} is no application");
    };
    let (mut before, mut after) = (0, 0);
    for at in 0.. {
        let records = Arc::new(base.outside.records.fork());
        let sim = Arc::clone(&base.outside.sim);
        let outside = base.outside.copy_with(sim, records, 7);
        let fuse = Fuse::hold_at(at);
        let slow = outside.start(Arc::clone(&fuse), 0);
        let quick = outside.start(Fuse::whole(), 1);
        let wanted: Data = data(PLAIN);
        let mut using = Box::pin(slow.app.key_uses.encrypt(&billing, "data", wanted));
        let ended = tokio::select! {
            biased;
            () = fuse.burnt() => None,
            done = &mut using => Some(done),
        };
        let closed = quick.app.use_periods.close(&base.actor, &id).await;
        assert!(closed.is_ok(), "held at point {at}");
        fuse.release();
        let is_held = ended.is_none();
        let used = match ended {
            Some(done) => done,
            None => using.await,
        };
        let used_at = place_of(&quick, &id, "key.encrypt").await;
        let closed_at = place_of(&quick, &id, "use-period.close").await;
        assert_eq!(used.is_ok(), used_at.is_some(), "held at point {at}");
        match used_at {
            Some(used_at) => {
                assert!(Some(used_at) < closed_at, "held at point {at}");
                before += 1;
            }
            None => after += 1,
        }
        assert_eq!(encrypt(&quick, &billing, "data").await, "approval.needed");
        let now = outside.clock.now();
        let open = outside.records.list_open_use_periods(*who, now).await;
        assert!(open.unwrap().is_empty(), "held at point {at}");
        if !is_held {
            break;
        }
    }
    assert!(before > 0 && after > 0, "{before} before and {after} after");
}
