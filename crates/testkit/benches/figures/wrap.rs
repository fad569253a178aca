//! Opening stored material and wrapping it for AWS: the vault against a bare loop over the same library.

use std::hint::black_box;
use std::time::Instant;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PrivateDecryptingKey,
    PublicEncryptingKey,
};
use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::durable::Durable;
use keyferry_ports::vault::{Vault, WrappingPublicKey};

use crate::product::Product;
use crate::{Figure, median};

const ROUNDS: usize = 20;
const PER_ROUND: u32 = 200;

/// Both in turn, so that both meet the same machine.
pub(crate) async fn figure(product: &Product) -> Figure {
    let durable = product.durable("to-be-wrapped").await;
    let under = public_key();
    let bare = Bare::new(&under);
    ours(product, &durable, &under).await;
    bare.run();
    let (mut vault_rates, mut bare_rates) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        ours(product, &durable, &under).await;
        vault_rates.push(f64::from(PER_ROUND) / begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        bare.run();
        bare_rates.push(f64::from(PER_ROUND) / begun.elapsed().as_secs_f64());
    }
    let (ours, bare) = (median(vault_rates), median(bare_rates));
    Figure {
        name: "open_wrap_vs_bare",
        value: ours / bare,
        unit: "ratio",
        better: "more",
        goal: 0.8,
        against: format!(
            "aws-lc-rs alone, AES-256-GCM and OAEP under RSA-4096: {bare:.0} a second, ours {ours:.0}"
        ),
    }
}

fn public_key() -> WrappingPublicKey {
    let pair = PrivateDecryptingKey::generate(KeySize::Rsa4096).expect("a key pair");
    let der = AsDer::<PublicKeyX509Der<'_>>::as_der(&pair.public_key()).expect("DER");
    WrappingPublicKey(der.as_ref().to_vec())
}

async fn ours(product: &Product, durable: &Durable, under: &WrappingPublicKey) {
    for _ in 0..PER_ROUND {
        let wrapped = product
            .vault
            .wrap_for_aws(durable, under, WrappingAlgorithm::RsaesOaepSha256)
            .await;
        black_box(wrapped.expect("the vault is open"));
    }
}

/// One sealed key of 32 bytes, and nothing around it.
struct Bare {
    key: LessSafeKey,
    sealed: Vec<u8>,
    under: Vec<u8>,
}

impl Bare {
    fn new(under: &WrappingPublicKey) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, &[7; 32]).expect("32 bytes");
        let key = LessSafeKey::new(key);
        let mut sealed = vec![9; 32];
        key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut sealed)
            .expect("short");
        Self {
            key,
            sealed,
            under: under.0.clone(),
        }
    }

    fn run(&self) {
        for _ in 0..PER_ROUND {
            let mut opened = self.sealed.clone();
            let plain = self
                .key
                .open_in_place(nonce(), Aad::empty(), &mut opened)
                .expect("sealed with this key");
            // AWS hands out another public key for every import: reading it is part of the work.
            let key = PublicEncryptingKey::from_der(&self.under).expect("DER");
            let key = OaepPublicEncryptingKey::new(key).expect("long enough");
            let mut wrapped = vec![0; key.ciphertext_size()];
            key.encrypt(&OAEP_SHA256_MGF1SHA256, plain, &mut wrapped, None)
                .expect("32 bytes fit");
            black_box(wrapped);
        }
    }
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([3; 12])
}
