//! Crypto policies.

use std::collections::BTreeSet;

use keyferry_api::crypto_policy::{
    CryptoPolicyView, CryptoRulesView, OutsideKeyView, SetCryptoPolicyRequest, SetCryptoPolicyView,
};
use keyferry_app::AppError;
use keyferry_app::crypto_policies::{OutsideKey, OutsideKeyKind, PolicyInForce};
use keyferry_domain::crypto_policy::{CryptoPolicy, OutsideKeys, SetPolicy};
use keyferry_domain::name::Name;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};

/// What a policy shall permit: all that is left out.
pub(crate) fn wanted(request: &SetCryptoPolicyRequest) -> Result<CryptoPolicy, AppError> {
    let any = CryptoPolicy::ANY;
    Ok(CryptoPolicy {
        specs: request.specs.as_deref().map(specs).transpose()?,
        wrapping: request.wrapping.as_deref().map(algorithms).transpose()?,
        rsa_wrapping_min: match request.rsa_wrapping_min {
            Some(bits) => size(bits)?,
            None => any.rsa_wrapping_min,
        },
        export: request.export.unwrap_or(any.export),
        outside_keys: match &request.outside_keys {
            Some(word) => outside_keys(word)?,
            None => any.outside_keys,
        },
    })
}

fn specs(words: &[String]) -> Result<BTreeSet<KeySpec>, AppError> {
    let read = |word: &String| word.parse::<KeySpec>().map_err(AppError::from);
    words.iter().map(read).collect()
}

fn algorithms(words: &[String]) -> Result<BTreeSet<WrappingAlgorithm>, AppError> {
    let known = || WrappingAlgorithm::FOR_POLICIES.map(WrappingAlgorithm::as_str);
    let read = |word: &String| {
        WrappingAlgorithm::for_policies(word).ok_or_else(|| AppError::Invalid {
            field: "wrapping",
            why: format!("`{word}` is none; known: {}", known().join(", ")),
        })
    };
    words.iter().map(read).collect()
}

fn size(bits: u32) -> Result<WrappingKeySpec, AppError> {
    WrappingKeySpec::of_bits(bits).ok_or_else(|| AppError::Invalid {
        field: "rsa_wrapping_min",
        why: "2048, 3072 or 4096".to_owned(),
    })
}

fn outside_keys(word: &str) -> Result<OutsideKeys, AppError> {
    OutsideKeys::from_word(word).ok_or_else(|| AppError::Invalid {
        field: "outside_keys",
        why: format!("`{word}` is none; known: use, process"),
    })
}

fn rules(policy: &CryptoPolicy) -> CryptoRulesView {
    CryptoRulesView {
        specs: policy.specs.as_ref().map(|specs| {
            let names = specs.iter().map(|spec| spec.name().to_owned());
            names.collect()
        }),
        wrapping: policy.wrapping.as_ref().map(|all| {
            let words = all.iter().map(|one| one.as_str().to_owned());
            words.collect()
        }),
        rsa_wrapping_min: u32::try_from(policy.rsa_wrapping_min.bits()).unwrap_or(u32::MAX),
        export: policy.export,
        outside_keys: policy.outside_keys.as_str().to_owned(),
    }
}

/// A policy that was set.
pub(crate) fn set((row, group): (SetPolicy, Option<Name>)) -> SetCryptoPolicyView {
    SetCryptoPolicyView {
        group: row.group.map(|group| group.to_string()),
        group_name: group.map(|group| group.to_string()),
        rules: rules(&row.policy),
        changed_at: row.changed_at.to_string(),
    }
}

/// What holds somewhere.
pub(crate) fn view(found: PolicyInForce) -> CryptoPolicyView {
    let group = found.group.as_ref();
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    CryptoPolicyView {
        group: group.map(|group| group.id.to_string()),
        group_name: group.map(|group| group.name.to_string()),
        own: found.own.map(|row| rules(&row.policy)),
        effective: rules(&found.effective),
        outside_keys: count(found.outside.keys),
        outside_kms_keys: count(found.outside.kms_keys),
        outside: found.outside.named.into_iter().map(outside_key).collect(),
    }
}

fn outside_key(key: OutsideKey) -> OutsideKeyView {
    OutsideKeyView {
        kind: match key.kind {
            OutsideKeyKind::Key => "key",
            OutsideKeyKind::KmsKey => "kms-key",
        }
        .to_owned(),
        name: key.name.to_string(),
        group: key.group.to_string(),
        spec: key.spec.name().to_owned(),
        versions: key.versions.into_iter().map(|one| one.get()).collect(),
        rules: key
            .rules
            .into_iter()
            .map(|rule| rule.as_str().to_owned())
            .collect(),
    }
}
