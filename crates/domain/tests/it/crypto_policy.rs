//! What crypto policies permit, alone and together.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keyferry_domain::crypto_policy::{
    CryptoPolicy, EffectivePolicy, OutsideKeys, PolicyRule, PolicySource, SetPolicy,
};
use keyferry_domain::id::GroupId;
use keyferry_domain::key_file::KeyFileWrapping;
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use uuid::Uuid;

const GROUP: GroupId = GroupId::new(Uuid::from_u128(7));

fn specs() -> Vec<KeySpec> {
    KeySpec::all().collect()
}

fn policy() -> impl Strategy<Value = CryptoPolicy> {
    let count = specs().len();
    (
        proptest::option::of(subsequence(specs(), 0..=count)),
        proptest::option::of(subsequence(WrappingAlgorithm::FOR_POLICIES.to_vec(), 0..=2)),
        select(WrappingKeySpec::ALL.to_vec()),
        any::<bool>(),
        select(vec![OutsideKeys::Use, OutsideKeys::Process]),
    )
        .prop_map(
            |(specs, wrapping, rsa_wrapping_min, export, outside_keys)| CryptoPolicy {
                specs: specs.map(|all| all.into_iter().collect()),
                wrapping: wrapping.map(|all| all.into_iter().collect()),
                rsa_wrapping_min,
                export,
                outside_keys,
            },
        )
}

/// One thing that a policy permits or not.
#[derive(Clone, Copy, Debug)]
enum Question {
    Spec(KeySpec),
    Wrapping(WrappingAlgorithm),
    Size(usize),
    Export,
    Use(KeySpec, KeyOperation),
    Download(WrappingAlgorithm, usize),
}

impl Question {
    fn is_permitted(self, policy: &CryptoPolicy) -> bool {
        match self {
            Self::Spec(spec) => policy.permits_spec(spec),
            Self::Wrapping(algorithm) => policy.permits_wrapping(algorithm),
            Self::Size(bits) => policy.permits_wrapping_key(bits),
            Self::Export => policy.permits_export(),
            Self::Use(spec, operation) => policy.permits_use(spec, operation),
            Self::Download(algorithm, bits) => {
                policy.permits_export()
                    && policy.permits_wrapping(algorithm)
                    && policy.permits_wrapping_key(bits)
            }
        }
    }

    fn is_checked(self, policy: &EffectivePolicy) -> bool {
        match self {
            Self::Spec(spec) => policy.check_spec(spec).is_ok(),
            // Larger than any minimum.
            Self::Wrapping(algorithm) => policy.check_wrapping(algorithm, 8192).is_ok(),
            Self::Size(bits) => policy.policy().permits_wrapping_key(bits),
            Self::Export => policy.check_export().is_ok(),
            Self::Use(spec, operation) => policy.check_use(spec, operation).is_ok(),
            Self::Download(algorithm, bits) => policy.check_download(algorithm, bits).is_ok(),
        }
    }
}

fn question() -> impl Strategy<Value = Question> {
    let operations: Vec<KeyOperation> = KeyOperation::ALL.iter().map(|row| row.0).collect();
    let algorithm = || select(WrappingAlgorithm::ALL.to_vec());
    let bits = || select(vec![1024usize, 2048, 3072, 4096, 8192]);
    prop_oneof![
        select(specs()).prop_map(Question::Spec),
        algorithm().prop_map(Question::Wrapping),
        bits().prop_map(Question::Size),
        Just(Question::Export),
        (select(specs()), select(operations)).prop_map(|(spec, one)| Question::Use(spec, one)),
        (algorithm(), bits()).prop_map(|(algorithm, bits)| Question::Download(algorithm, bits)),
    ]
}

fn set(group: Option<GroupId>, policy: CryptoPolicy) -> SetPolicy {
    SetPolicy {
        group,
        policy,
        changed_at: Timestamp::UNIX_EPOCH,
        revision: 1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a15_what_either_policy_refuses_both_together_refuse(
        one in policy(), other in policy(), question in question(),
    ) {
        let both = one.narrowed_by(&other);
        let each = question.is_permitted(&one) && question.is_permitted(&other);
        match question {
            // Outside of one policy a key is used as that policy's own word on outside keys says, and the stricter word counts.
            Question::Use(..) => prop_assert!(each || !question.is_permitted(&both)),
            _ => prop_assert_eq!(question.is_permitted(&both), each),
        }
        prop_assert_eq!(&both, &other.narrowed_by(&one));
        prop_assert!(both.is_within(&one) && both.is_within(&other));
    }

    #[test]
    fn a15_a_narrower_policy_permits_nothing_more(
        one in policy(), other in policy(), question in question(),
    ) {
        if one.is_within(&other) && question.is_permitted(&one) {
            prop_assert!(question.is_permitted(&other));
        }
    }

    #[test]
    fn a15_what_holds_in_a_group_is_what_both_policies_permit(
        installation in policy(), group in policy(), question in question(),
    ) {
        let all = [set(None, installation.clone()), set(Some(GROUP), group.clone())];
        let effective = EffectivePolicy::of(Some(GROUP), &all);
        let each = question.is_permitted(&installation) && question.is_permitted(&group);
        prop_assert_eq!(question.is_checked(&effective), each);
        let elsewhere = EffectivePolicy::of(Some(GroupId::new(Uuid::from_u128(8))), &all);
        let there = question.is_permitted(&installation);
        prop_assert_eq!(question.is_checked(&elsewhere), there);
    }

    #[test]
    fn a15_material_goes_to_aws_only_as_it_may_and_always_where_it_may(
        installation in policy(), group in policy(), spec in select(specs()),
    ) {
        let all = [set(None, installation), set(Some(GROUP), group)];
        let effective = EffectivePolicy::of(Some(GROUP), &all);
        let both = effective.policy();
        let taken = WrappingAlgorithm::taken_for(spec);
        match effective.wrapping_for(spec) {
            Ok(choice) => {
                prop_assert!(taken.contains(&choice.algorithm));
                prop_assert!(both.permits_wrapping(choice.algorithm));
                prop_assert!(both.permits_wrapping_key(choice.key.bits()));
            }
            Err(refusal) => {
                prop_assert_eq!(refusal.rule, PolicyRule::Wrapping);
                prop_assert!(taken.iter().all(|one| !both.permits_wrapping(*one)));
            }
        }
    }
}

#[test]
fn a15_a_refusal_names_the_rule_and_whose_it_is() {
    let strict = CryptoPolicy {
        specs: Some(BTreeSet::from([KeySpec::Aes256])),
        export: false,
        ..CryptoPolicy::ANY
    };
    let sized = CryptoPolicy {
        rsa_wrapping_min: WrappingKeySpec::Rsa3072,
        ..CryptoPolicy::ANY
    };
    let policy = EffectivePolicy::of(Some(GROUP), &[set(None, strict), set(Some(GROUP), sized)]);

    let refused = policy.check_new_key(KeySpec::Rsa2048, false).unwrap_err();
    assert_eq!(
        (refused.rule, refused.from),
        (PolicyRule::Specs, PolicySource::Installation)
    );
    assert_eq!(
        refused.to_string(),
        "the crypto policy of the installation (specs) does not permit new keys and versions of spec RSA-2048"
    );
    let refused = policy.check_new_key(KeySpec::Aes256, true).unwrap_err();
    assert_eq!(refused.rule, PolicyRule::Export);
    let file = (KeyFileWrapping::RsaOaepSha256, KeySpec::Rsa2048);
    let refused = policy.check_key_file(file.0, file.1).unwrap_err();
    assert_eq!(
        (refused.rule, refused.from),
        (PolicyRule::RsaWrappingMin, PolicySource::Group)
    );
    assert!(policy.check_key_file(file.0, KeySpec::Rsa3072).is_ok());
    assert!(
        policy
            .check_key_file(KeyFileWrapping::AesKwp, KeySpec::Aes256)
            .is_ok()
    );
}

#[test]
fn a15_ecc_keys_go_to_aws_the_other_way_where_the_preferred_one_is_not_permitted() {
    let only = |algorithm| {
        let policy = CryptoPolicy {
            wrapping: Some(BTreeSet::from([algorithm])),
            ..CryptoPolicy::ANY
        };
        EffectivePolicy::of(None, &[set(None, policy)])
    };
    let by = |policy: &EffectivePolicy, spec| policy.wrapping_for(spec).map(|one| one.algorithm);

    let oaep = only(WrappingAlgorithm::RsaesOaepSha256);
    assert_eq!(
        by(&oaep, KeySpec::EcP521),
        Ok(WrappingAlgorithm::RsaesOaepSha256)
    );
    assert!(by(&oaep, KeySpec::Rsa2048).is_err());
    let key_wrap = only(WrappingAlgorithm::RsaAesKeyWrapSha256);
    assert_eq!(
        by(&key_wrap, KeySpec::EcP521),
        Ok(WrappingAlgorithm::RsaAesKeyWrapSha256)
    );
    assert!(by(&key_wrap, KeySpec::Aes256).is_err());
}

#[test]
fn a15_keys_outside_of_a_policy_are_used_on_or_only_undo_as_it_says() {
    let policy = |outside_keys| CryptoPolicy {
        specs: Some(BTreeSet::new()),
        outside_keys,
        ..CryptoPolicy::ANY
    };
    let uses = |outside_keys| {
        let policy = policy(outside_keys);
        let may = |one: &(KeyOperation, &'static str)| policy.permits_use(KeySpec::Aes256, one.0);
        let left = KeyOperation::ALL.iter().filter(|one| may(one));
        left.map(|one| one.1).collect::<Vec<_>>()
    };

    assert_eq!(uses(OutsideKeys::Use).len(), KeyOperation::ALL.len());
    let left = uses(OutsideKeys::Process);
    assert!(
        left.contains(&"decrypt") && left.contains(&"verify"),
        "{left:?}"
    );
    assert!(
        !left.contains(&"encrypt") && !left.contains(&"sign"),
        "{left:?}"
    );
}
