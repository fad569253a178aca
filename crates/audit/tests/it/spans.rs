//! Proofs from stored tile hashes are those from all leaves.

use keyferry_audit::{
    Hash, consistency_proof, consistency_ranges, inclusion_proof, inclusion_ranges, leaf_hash,
    root_of, root_of_span, root_over, spans_of,
};
use proptest::prelude::*;

use crate::exported::levels;

fn leaves(count: usize) -> Vec<Hash> {
    (0..count)
        .map(|index| leaf_hash(&index.to_be_bytes()))
        .collect()
}

fn over(levels: &[Vec<Hash>], range: std::ops::Range<u64>) -> Hash {
    let subtrees: Vec<Hash> = spans_of(range)
        .into_iter()
        .map(|span| {
            assert!(
                span.count.is_power_of_two() && span.count <= 128,
                "{span:?}"
            );
            let first = span.first as usize;
            root_of_span(&levels[span.level as usize][first..first + span.count as usize])
        })
        .collect();
    root_over(&subtrees)
}

fn check(count: usize, at: usize) {
    let leaves = leaves(count);
    let levels = levels(leaves.clone());
    assert_eq!(over(&levels, 0..count as u64), root_of(&leaves));
    let from_spans = |ranges: Option<Vec<std::ops::Range<u64>>>| {
        ranges.map(|ranges| {
            let hashes = ranges.into_iter().map(|range| over(&levels, range));
            hashes.collect::<Vec<_>>()
        })
    };
    let (size, at) = (count as u64, at as u64);
    assert_eq!(
        from_spans(inclusion_ranges(at, size)),
        inclusion_proof(&leaves, at)
    );
    assert_eq!(
        from_spans(consistency_ranges(at, size)),
        consistency_proof(&leaves, at)
    );
}

#[test]
fn small_trees_have_the_same_proofs_at_every_place() {
    for count in 0..70 {
        for at in 0..=count + 1 {
            check(count, at);
        }
    }
}

#[test]
fn trees_of_three_levels_have_the_same_proofs() {
    for at in [0, 1, 255, 256, 65_535, 65_536, 65_537, 66_000, 70_000] {
        check(70_000, at);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_tree_has_the_same_proofs_at_any_place(count in 0usize..3_000, at in 0usize..3_100) {
        check(count, at);
    }
}
