//! What keeps material here although everything else is in order: one human behind two accounts, and crypto policies.

use std::collections::BTreeSet;

use keyferry_app::rights::BuiltInRole;
use keyferry_app::{Actor, AppError};
use keyferry_domain::crypto_policy::CryptoPolicy;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use keyferry_testkit::world::World;
use serde_json::json;

use crate::exports::{download, house, key, made, prepare, prepared, wanted};
use crate::exports_of_groups as whole;
use crate::rights::{code, give, person};

const GROUP: &str = "default";
const FIRST: VersionNumber = VersionNumber::FIRST;

async fn export(world: &World, who: &Actor) -> Result<(), AppError> {
    whole::begin(world, who).await.map(|_| ())
}

async fn join(world: &World, one: &str, other: &str) {
    let users = &world.app.users;
    let joined = users.same_person(&world.actor, one, other);
    joined.await.unwrap();
}

#[tokio::test]
async fn i2_accounts_of_one_human_are_one_pair_of_eyes() {
    let (world, bob) = house().await;
    let carol = person(&world, "carol").await;
    let dora = person(&world, "dora").await;
    for name in ["bob", "carol", "dora"] {
        give(&world, BuiltInRole::Administrator, name, Some(GROUP)).await;
    }
    prepare(&world, &bob, "canary").await.unwrap();
    whole::prepare(&world, &bob).await.unwrap();
    join(&world, "carol", "dora").await;
    join(&world, "bob", "carol").await;

    for who in [&bob, &carol, &dora] {
        let refused = download(&world, who, "canary").await;
        assert_eq!(code(refused), "export.same-person", "{who}");
        let refused = export(&world, who).await;
        assert_eq!(code(refused), "export.same-person", "{who}");
        let by_token = world.app.exports.download(who, "canary", FIRST, None).await;
        assert_eq!(code(by_token), "export.same-person", "{who}");
    }
    assert_eq!(prepared(&world).await.len(), 2, "the marks stay");

    let users = &world.app.users;
    users.other_person(&world.actor, "dora").await.unwrap();
    assert_eq!(code(download(&world, &dora, "canary").await), "ok");
    assert_eq!(code(export(&world, &carol).await), "export.same-person");
    assert_eq!(code(export(&world, &dora).await), "ok");
}

/// Policies that let the material of `canary` out under no key of 2048 bits, with the rule that each refuses by.
fn narrow() -> [(&'static str, CryptoPolicy); 3] {
    let closed = CryptoPolicy {
        export: false,
        ..CryptoPolicy::ANY
    };
    let sized = CryptoPolicy {
        rsa_wrapping_min: WrappingKeySpec::Rsa3072,
        ..CryptoPolicy::ANY
    };
    let other_way = by(WrappingAlgorithm::RsaAesKeyWrapSha256);
    [
        ("(export)", closed),
        ("(rsa-wrapping-min)", sized),
        ("(wrapping)", other_way),
    ]
}

/// One way of wrapping alone.
fn by(algorithm: WrappingAlgorithm) -> CryptoPolicy {
    CryptoPolicy {
        wrapping: Some(BTreeSet::from([algorithm])),
        ..CryptoPolicy::ANY
    }
}

async fn set(world: &World, group: Option<&str>, policy: CryptoPolicy) {
    let policies = &world.app.crypto_policies;
    policies.set(&world.actor, group, policy).await.unwrap();
}

/// It was refused by this rule of a policy.
fn assert_refused<T>(answer: Result<T, AppError>, rule: &str) {
    let error = answer.err().unwrap();
    assert_eq!(error.code(), "crypto-policy.refused", "{rule}");
    assert!(error.to_string().contains(rule), "{rule}: {error}");
}

#[tokio::test]
async fn a15_what_a_policy_keeps_here_is_neither_prepared_nor_taken_once_it_is_prepared() {
    let (world, bob) = house().await;
    let carol = whole::carol(&world).await;
    for place in [None, Some(GROUP)] {
        for (rule, policy) in narrow() {
            set(&world, place, policy.clone()).await;
            assert_refused(prepare(&world, &bob, "canary").await, rule);
            assert!(prepared(&world).await.is_empty(), "{rule}");

            set(&world, place, CryptoPolicy::ANY).await;
            prepare(&world, &bob, "canary").await.unwrap();
            set(&world, place, policy).await;
            assert_refused(download(&world, &carol, "canary").await, rule);
            assert_eq!(prepared(&world).await.len(), 1, "{rule}: the mark stays");

            set(&world, place, CryptoPolicy::ANY).await;
            assert_eq!(code(download(&world, &carol, "canary").await), "ok");
        }
    }
}

#[tokio::test]
async fn a15_a_larger_key_leads_out_what_a_policy_keeps_from_a_smaller_one() {
    let (world, bob) = house().await;
    let [_, (_, sized), _] = narrow();
    set(&world, None, sized).await;
    let large = made(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"]);
    let exports = &world.app.exports;
    let ready = exports.prepare_version(&bob, "canary", FIRST, wanted(&large.public));
    ready.await.unwrap();
    let found = download(&world, &world.actor, "canary").await.unwrap();
    assert_eq!(found.wrapped.unwrap().len(), 3072 / 8);
}

/// Policies by which nothing of a group leaves under a key of 2048 bits: one of the installation, one of the group, or both together.
fn closed_to_all() -> Vec<(&'static str, CryptoPolicy, CryptoPolicy)> {
    let [(export, closed), (size, sized), (wrapping, one_way)] = narrow();
    let any = CryptoPolicy::ANY;
    let other_way = by(WrappingAlgorithm::RsaesOaepSha256);
    vec![
        (export, closed.clone(), any.clone()),
        (export, any.clone(), closed),
        (size, sized.clone(), any.clone()),
        (size, any, sized),
        (wrapping, one_way, other_way),
    ]
}

#[tokio::test]
async fn a15_a_group_of_which_nothing_may_leave_is_not_prepared_and_its_mark_is_not_spent() {
    let (world, _) = house().await;
    let carol = whole::carol(&world).await;
    let both = async |installation: CryptoPolicy, group: CryptoPolicy| {
        set(&world, None, installation).await;
        set(&world, Some(GROUP), group).await;
    };
    for (rule, installation, group) in closed_to_all() {
        both(installation.clone(), group.clone()).await;
        assert_refused(whole::prepare(&world, &carol).await, rule);
        assert!(prepared(&world).await.is_empty(), "{rule}");

        both(CryptoPolicy::ANY, CryptoPolicy::ANY).await;
        whole::prepare(&world, &carol).await.unwrap();
        both(installation, group).await;
        assert_refused(export(&world, &world.actor).await, rule);
        assert_eq!(prepared(&world).await.len(), 1, "{rule}: the mark stays");

        both(CryptoPolicy::ANY, CryptoPolicy::ANY).await;
        assert_eq!(code(export(&world, &world.actor).await), "ok");
    }
}

#[tokio::test]
async fn a15_of_a_group_leaves_what_one_permitted_way_of_wrapping_takes() {
    let (world, _) = house().await;
    key(&world, "rsa", KeySpec::Rsa2048, true).await;
    let carol = whole::carol(&world).await;
    set(&world, None, by(WrappingAlgorithm::RsaAesKeyWrapSha256)).await;
    whole::prepare(&world, &carol).await.unwrap();
    let departure = whole::begin(&world, &world.actor).await.unwrap();
    let files = whole::all(departure).await.unwrap();
    let versions = whole::versions(&whole::manifest(&world, &files).await);
    assert_eq!(versions["canary"][0]["left_out"], "not-allowed");
    assert!(versions["rsa"][0]["file"].is_string());
    let counts = json!({"keys": 3, "versions": 3, "left_out": 2});
    assert_eq!(whole::manifest(&world, &files).await["counts"], counts);
}
