//! A whole log against its checkpoints.

use keyferry_audit::{Checkpoint, Finding, RecordedLeaf, leaf_hash, root_of, verify_leaves};
use proptest::prelude::*;

fn log(size: u64) -> Vec<RecordedLeaf> {
    (0..size)
        .map(|index| {
            let bytes = format!("leaf {index}").into_bytes();
            RecordedLeaf {
                index,
                hash: leaf_hash(&bytes),
                bytes,
            }
        })
        .collect()
}

fn checkpoint(size: u64) -> Checkpoint {
    let hashes: Vec<_> = log(size).iter().map(|leaf| leaf.hash).collect();
    Checkpoint {
        size,
        root: root_of(&hashes),
    }
}

#[test]
fn an_untouched_log_has_no_findings() {
    let checkpoints = [10, 0, 7, 10, 3].map(checkpoint);

    assert_eq!(verify_leaves(log(12), &checkpoints), []);
    assert_eq!(verify_leaves([], &[]), []);
}

#[test]
fn an_altered_leaf_is_named() {
    let mut leaves = log(10);
    leaves[6].bytes = b"something else".to_vec();

    assert_eq!(
        verify_leaves(leaves, &[checkpoint(10)]),
        [Finding::Altered { index: 6 }]
    );
}

#[test]
fn an_altered_recorded_hash_is_named() {
    let mut leaves = log(10);
    leaves[6].hash = leaf_hash(b"something else");

    assert_eq!(
        verify_leaves(leaves, &[checkpoint(10)]),
        [Finding::Altered { index: 6 }]
    );
}

#[test]
fn a_leaf_altered_with_its_hash_is_placed_between_two_checkpoints() {
    let mut leaves = log(10);
    leaves[6].bytes = b"something else".to_vec();
    leaves[6].hash = leaf_hash(b"something else");

    let findings = verify_leaves(leaves, &[5, 8].map(checkpoint));

    assert_eq!(
        findings,
        [Finding::OtherRoot {
            checkpoint_size: 8,
            first: 5,
            last: 7
        }]
    );
}

#[test]
fn a_leaf_taken_out_is_named() {
    let mut leaves = log(10);
    leaves.drain(4..6);

    let findings = verify_leaves(leaves, &[checkpoint(10)]);

    assert_eq!(findings, [Finding::Missing { first: 4, last: 5 }]);
}

#[test]
fn a_leaf_taken_out_and_the_rest_moved_up_is_noticed() {
    let mut leaves = log(10);
    leaves.remove(4);
    leaves
        .iter_mut()
        .zip(0..)
        .for_each(|(leaf, index)| leaf.index = index);

    let findings = verify_leaves(leaves, &[3, 6, 10].map(checkpoint));

    assert_eq!(
        findings,
        [
            Finding::OtherRoot {
                checkpoint_size: 6,
                first: 3,
                last: 5
            },
            Finding::Missing { first: 9, last: 9 },
        ]
    );
}

#[test]
fn a_log_rolled_back_behind_a_checkpoint_is_noticed() {
    let findings = verify_leaves(log(7), &[5, 10].map(checkpoint));

    assert_eq!(findings, [Finding::Missing { first: 7, last: 9 }]);
}

#[test]
fn a_leaf_given_twice_is_named() {
    let mut leaves = log(5);
    leaves.insert(3, leaves[2].clone());

    assert_eq!(
        verify_leaves(leaves, &[checkpoint(5)]),
        [Finding::OutOfOrder { index: 2 }]
    );
}

#[test]
fn a_checkpoint_of_an_empty_log_with_another_root_is_noticed() {
    let forged = Checkpoint {
        size: 0,
        root: leaf_hash(b""),
    };

    let findings = verify_leaves(log(2), &[forged]);

    assert_eq!(
        findings,
        [Finding::OtherRoot {
            checkpoint_size: 0,
            first: 0,
            last: 0
        }]
    );
}

proptest! {
    #[test]
    fn one_change_anywhere_below_a_checkpoint_is_always_found(
        size in 1_u64..80, part in 0.0..1.0, change in 0_u8..5,
    ) {
        let mut leaves = log(size);
        let at = (size as f64 * part) as usize;
        match change {
            0 => leaves[at].bytes.push(b'!'),
            1 => leaves[at].hash = leaf_hash(b"!"),
            2 => {
                leaves[at].bytes.push(b'!');
                leaves[at].hash = leaf_hash(&leaves[at].bytes);
            }
            3 => { leaves.remove(at); }
            _ => leaves.truncate(at),
        }

        prop_assert!(!verify_leaves(leaves, &[checkpoint(size)]).is_empty());
    }
}
