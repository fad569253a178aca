//! The tree and its proofs, against published roots and another author's implementation.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use keyferry_audit::{
    Frontier, FrontierError, Hash, ProofError, consistency_proof, inclusion_proof, leaf_hash,
    root_of, verify_consistency, verify_inclusion,
};
use proptest::prelude::*;
use sha2::Sha256;

/// Sizes of the exhaustive comparison: past two powers of two, with every position in between.
const SIZE_MAX: usize = 130;

fn leaves(count: usize) -> Vec<Hash> {
    (0..count)
        .map(|index| leaf_hash(&index.to_be_bytes()))
        .collect()
}

fn oracle(count: usize) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    (0..count).for_each(|index| tree.push(index.to_be_bytes().to_vec()));
    tree
}

fn joined(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Leaves and roots of the test data that implementations of RFC 6962 share.
#[test]
fn the_roots_of_the_shared_test_data_come_out() {
    let leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        { "606162636465666768696a6b6c6d6e6f" },
    ];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let leaves = leaves.map(|hex| leaf_hash(&hex::decode(hex).unwrap()));
    for (size, want) in roots.iter().enumerate() {
        assert_eq!(root_of(&leaves[..size]).to_string(), *want, "size {size}");
    }
}

#[test]
fn every_small_tree_and_proof_equals_the_other_implementations() {
    for size in 1..=SIZE_MAX {
        let (ours, theirs) = (leaves(size), oracle(size));
        assert_eq!(
            root_of(&ours).as_bytes()[..],
            theirs.root().as_bytes()[..],
            "size {size}"
        );
        for index in 0..size {
            let proof = inclusion_proof(&ours, index as u64).unwrap();
            assert_eq!(
                joined(&proof),
                theirs.prove_inclusion(index).as_bytes(),
                "{index}/{size}"
            );
        }
        for old in 1..size {
            let proof = consistency_proof(&ours, old as u64).unwrap();
            let want = theirs.prove_consistency(size - old);
            assert_eq!(joined(&proof), want.as_bytes(), "{old}/{size}");
        }
    }
}

#[test]
fn every_small_proof_verifies() {
    let all = leaves(SIZE_MAX);
    for size in 0..=SIZE_MAX {
        let (leaves, size) = (&all[..size], size as u64);
        let root = root_of(leaves);
        for (leaf, index) in leaves.iter().zip(0..) {
            let proof = inclusion_proof(leaves, index).unwrap();
            assert_eq!(verify_inclusion(leaf, index, size, &proof, &root), Ok(()));
        }
        for old in 0..=size {
            let proof = consistency_proof(leaves, old).unwrap();
            let old_root = root_of(&all[..old as usize]);
            assert_eq!(
                verify_consistency(old, &old_root, size, &root, &proof),
                Ok(()),
                "{old} in {size}"
            );
        }
    }
}

#[test]
fn there_is_no_proof_about_what_lies_outside_the_tree() {
    let leaves = leaves(5);
    let root = root_of(&leaves);

    assert_eq!(inclusion_proof(&leaves, 5), None);
    assert_eq!(consistency_proof(&leaves, 6), None);
    let outside = |position| Err(ProofError::OutsideTheTree { position, size: 5 });
    assert_eq!(verify_inclusion(&leaves[0], 5, 5, &[], &root), outside(5));
    assert_eq!(verify_consistency(6, &root, 5, &root, &[]), outside(6));
}

#[test]
fn an_empty_proof_of_an_older_tree_is_too_short() {
    let leaves = leaves(7);
    let (old_root, root) = (root_of(&leaves[..3]), root_of(&leaves));
    let want = consistency_proof(&leaves, 3).unwrap().len();

    let verified = verify_consistency(3, &old_root, 7, &root, &[]);

    assert_eq!(verified, Err(ProofError::WrongLength { want, got: 0 }));
}

#[test]
fn a_stored_frontier_with_the_wrong_number_of_peaks_is_refused() {
    let peaks = |count| leaves(count);

    assert!(Frontier::from_parts(5, peaks(2)).is_ok());
    let refused = |size, peaks| Err(FrontierError { size, peaks });
    assert_eq!(Frontier::from_parts(5, peaks(3)), refused(5, 3));
    assert_eq!(Frontier::from_parts(0, peaks(1)), refused(0, 1));
    assert_eq!(
        Frontier::from_parts(u64::MAX, peaks(64)),
        refused(u64::MAX, 64)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_frontier_stored_anywhere_goes_on_to_the_same_root(size in 0_usize..600, at in 0_usize..600) {
        let leaves = leaves(size);
        let (before, after) = leaves.split_at(at.min(size));
        let mut frontier = Frontier::empty();
        before.iter().for_each(|leaf| frontier.append(*leaf));

        let mut restored =
            Frontier::from_parts(frontier.size(), frontier.peaks().to_vec()).unwrap();
        after.iter().for_each(|leaf| restored.append(*leaf));

        prop_assert_eq!(restored.size(), size as u64);
        prop_assert_eq!(restored.root(), root_of(&leaves));
    }

    #[test]
    fn larger_trees_agree_with_the_other_implementation(size in 1_usize..2000, part in 0.0..1.0) {
        let (ours, theirs) = (leaves(size), oracle(size));
        let index = (size as f64 * part) as usize;

        prop_assert!(root_of(&ours).as_bytes()[..] == theirs.root().as_bytes()[..]);
        let proof = inclusion_proof(&ours, index as u64).unwrap();
        let want = theirs.prove_inclusion(index);
        prop_assert_eq!(joined(&proof), want.as_bytes());
    }

    #[test]
    fn a_proof_with_anything_changed_is_refused(
        size in 2_u64..300, part in 0.0..1.0, change in 0_usize..6, bit in 0_usize..256,
    ) {
        let all = leaves(size as usize);
        let old = 1 + ((size - 1) as f64 * part) as u64;
        let index = old - 1;
        let flip = |hash: &Hash| {
            let mut bytes = *hash.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            Hash::from_bytes(bytes)
        };
        let spoil = |mut proof: Vec<Hash>| {
            match change {
                0 => { proof.pop(); }
                1 => proof.push(all[0]),
                _ => if let Some(hash) = proof.first_mut() { *hash = flip(hash) },
            }
            proof
        };
        let root = root_of(&all);
        let leaf = all[index as usize];
        let good = inclusion_proof(&all, index).unwrap();
        let bad = spoil(good.clone());
        let other_root = flip(&root);
        prop_assert!(verify_inclusion(&leaf, index, size, &bad, &root).is_err());
        prop_assert!(verify_inclusion(&flip(&leaf), index, size, &good, &root).is_err());
        prop_assert!(verify_inclusion(&leaf, index, size, &good, &other_root).is_err());

        let old_root = root_of(&all[..old as usize]);
        let good = consistency_proof(&all, old).unwrap();
        let bad = spoil(good.clone());
        let is_changed = bad != good;
        prop_assert_eq!(
            verify_consistency(old, &old_root, size, &root, &bad).is_err(), is_changed
        );
        prop_assert!(verify_consistency(old, &flip(&old_root), size, &root, &good).is_err());
        prop_assert!(verify_consistency(old, &old_root, size, &other_root, &good).is_err());
    }

    #[test]
    fn no_sizes_make_the_verifiers_panic(
        index: u64, size: u64, count in 0_usize..140,
    ) {
        let proof = leaves(count);
        let root = root_of(&proof);

        prop_assert!(verify_inclusion(&leaf_hash(b"no"), index, size, &proof, &root).is_err());
        prop_assert!(verify_consistency(index, &leaf_hash(b"no"), size, &root, &proof).is_err());
    }
}
