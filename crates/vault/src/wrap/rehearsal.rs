//! A wrapping method is rehearsed before this process uses it: dummy material is wrapped under a throw-away key
//! pair, unwrapped and compared. A method that cannot be undone here never meets real material.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::KeySize;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::vault::VaultError;

use super::{UnwrappingKey, failed, unwrap, wrap};
use crate::offload::offload;
use crate::secret::Material;

/// One bit per (algorithm, spec) that was rehearsed in this process. Four algorithms, sixteen bits each.
static REHEARSED: AtomicU64 = AtomicU64::new(0);

/// Rehearses the method, unless this process did so before. A failed rehearsal is tried again the next time.
pub(crate) async fn ensure(algorithm: WrappingAlgorithm, spec: KeySpec) -> Result<(), VaultError> {
    let bit = bit(algorithm, spec);
    if REHEARSED.load(Ordering::Relaxed) & bit != 0 {
        return Ok(());
    }
    offload(move || rehearse(algorithm, dummy_len(spec)))
        .await
        .map_err(|_| failed("a rehearsal of the wrapping"))??;
    REHEARSED.fetch_or(bit, Ordering::Relaxed);
    Ok(())
}

fn bit(algorithm: WrappingAlgorithm, spec: KeySpec) -> u64 {
    1 << ((algorithm as u32) * 16 + spec as u32)
}

fn rehearse(algorithm: WrappingAlgorithm, length: usize) -> Result<(), VaultError> {
    let pair = throw_away_pair().map_err(|_| failed("a throw-away key pair"))?;
    let public = pair
        .wrapping_key()
        .map_err(|_| failed("a throw-away public key"))?;
    let dummy = Material::random(length).map_err(|_| failed("dummy material"))?;
    let blob = wrap(&dummy, &public, algorithm)?;
    let is_same = unwrap(&blob, pair, algorithm)
        .is_some_and(|back| verify_slices_are_equal(back.expose(), dummy.expose()).is_ok());
    if is_same {
        Ok(())
    } else {
        Err(failed("a rehearsal of the wrapping"))
    }
}

/// One pair for this process. 3072 bits, so that OAEP has room for every elliptic-curve key.
fn throw_away_pair() -> Result<&'static UnwrappingKey, Unspecified> {
    static PAIR: OnceLock<UnwrappingKey> = OnceLock::new();
    if let Some(pair) = PAIR.get() {
        return Ok(pair);
    }
    let pair = UnwrappingKey::generate(KeySize::Rsa3072)?;
    Ok(PAIR.get_or_init(|| pair))
}

/// The length of the spec's material; for private keys a usual length of their PKCS#8.
fn dummy_len(spec: KeySpec) -> usize {
    match spec {
        KeySpec::Hmac224 => 28,
        KeySpec::Aes256 | KeySpec::Hmac256 => 32,
        KeySpec::Hmac384 | KeySpec::Ed25519 => 48,
        KeySpec::Hmac512 => 64,
        KeySpec::EcP256 | KeySpec::EcSecp256k1 => 138,
        KeySpec::EcP384 => 185,
        KeySpec::EcP521 => 241,
        KeySpec::Rsa2048 => 1218,
        KeySpec::Rsa3072 => 1794,
        KeySpec::Rsa4096 => 2375,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALGORITHMS: [WrappingAlgorithm; 4] = [
        WrappingAlgorithm::RsaesOaepSha256,
        WrappingAlgorithm::RsaesOaepSha1,
        WrappingAlgorithm::RsaAesKeyWrapSha256,
        WrappingAlgorithm::RsaAesKeyWrapSha1,
    ];

    #[test]
    fn every_method_has_a_mark_of_its_own() {
        let mut marks = 0u64;
        for algorithm in ALGORITHMS {
            for spec in KeySpec::all() {
                assert_eq!(marks & bit(algorithm, spec), 0, "{algorithm:?} {spec}");
                marks |= bit(algorithm, spec);
            }
        }
        assert_eq!(marks.count_ones(), 52);
    }

    #[test]
    fn material_that_does_not_fit_is_named_by_the_rehearsal() {
        let error = rehearse(
            WrappingAlgorithm::RsaesOaepSha256,
            dummy_len(KeySpec::Rsa2048),
        )
        .unwrap_err();
        assert!(
            error.to_string().contains("1218 bytes does not fit"),
            "{error}"
        );
    }
}
