//! The log's tree over stored hashes: roots and proofs without reading all leaves.

use std::collections::BTreeMap;
use std::ops::Range;

use keyferry_audit::{
    Hash, Span, TILE_WIDTH, consistency_ranges, inclusion_ranges, root_of_span, root_over, spans_of,
};
use keyferry_ports::records::{AuditNode, ReadRecords, RecordsError};

use crate::error::AppError;

/// Hashes of one tile.
const WIDTH: usize = TILE_WIDTH as usize;

/// The tree as stored, with hashes that are about to be.
pub(crate) struct Tree<'a> {
    records: &'a dyn ReadRecords,
    new: BTreeMap<(u32, u64), Hash>,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(records: &'a dyn ReadRecords) -> Self {
        Self {
            records,
            new: BTreeMap::new(),
        }
    }

    /// The same with hashes that are not stored yet.
    pub(super) fn with(mut self, nodes: &[AuditNode]) -> Self {
        self.new = nodes
            .iter()
            .map(|node| ((node.level, node.place), Hash::from_bytes(node.hash)))
            .collect();
        self
    }

    /// The root over the first so many leaves.
    pub(super) async fn root(&self, size: u64) -> Result<Hash, AppError> {
        self.over(0..size).await
    }

    /// The proof that a leaf is in the tree of this size; none if it is not.
    pub(crate) async fn inclusion(
        &self,
        index: u64,
        size: u64,
    ) -> Result<Option<Vec<Hash>>, AppError> {
        self.all(inclusion_ranges(index, size)).await
    }

    /// The proof that the tree of this size goes on from the older one; none if it is shorter.
    pub(super) async fn consistency(
        &self,
        old: u64,
        size: u64,
    ) -> Result<Option<Vec<Hash>>, AppError> {
        self.all(consistency_ranges(old, size)).await
    }

    async fn all(&self, ranges: Option<Vec<Range<u64>>>) -> Result<Option<Vec<Hash>>, AppError> {
        let Some(ranges) = ranges else {
            return Ok(None);
        };
        let mut hashes = Vec::new();
        for range in ranges {
            hashes.push(self.over(range).await?);
        }
        Ok(Some(hashes))
    }

    async fn over(&self, leaves: Range<u64>) -> Result<Hash, AppError> {
        let mut subtrees = Vec::new();
        for span in spans_of(leaves) {
            subtrees.push(root_of_span(&self.hashes(span).await?));
        }
        Ok(root_over(&subtrees))
    }

    /// Hashes side by side on one level, all of them.
    pub(super) async fn hashes(&self, span: Span) -> Result<Vec<Hash>, AppError> {
        let Span {
            level,
            first,
            count,
        } = span;
        let limit = u32::try_from(count).unwrap_or(u32::MAX);
        let stored = match level {
            0 => self.records.list_leaf_hashes(first, limit).await?,
            _ => self.records.list_audit_nodes(level, first, limit).await?,
        };
        let mut hashes: Vec<Hash> = stored.into_iter().map(Hash::from_bytes).collect();
        let missing = first + hashes.len() as u64..first + count;
        for place in missing {
            let Some(hash) = self.new.get(&(level, place)) else {
                return Err(missing_hash(level, place));
            };
            hashes.push(*hash);
        }
        Ok(hashes)
    }

    /// The hashes above the leaves that become whole when a log of `from` leaves has `to`.
    pub(super) async fn grown(&self, from: u64, to: u64) -> Result<Vec<AuditNode>, AppError> {
        let mut nodes = Vec::new();
        let (mut first, mut new) = (from / TILE_WIDTH, Vec::new());
        for place in first..to / TILE_WIDTH {
            let span = Span {
                level: 0,
                first: place * TILE_WIDTH,
                count: TILE_WIDTH,
            };
            new.push(root_of_span(&self.hashes(span).await?));
        }
        let mut level = 1;
        while !new.is_empty() {
            nodes.extend((first..).zip(&new).map(|(place, hash)| AuditNode {
                level,
                place,
                hash: *hash.as_bytes(),
            }));
            let above = first / TILE_WIDTH;
            let span = Span {
                level,
                first: above * TILE_WIDTH,
                count: first - above * TILE_WIDTH,
            };
            let mut row = self.hashes(span).await?;
            row.append(&mut new);
            new = row.chunks_exact(WIDTH).map(root_of_span).collect();
            first = above;
            level += 1;
        }
        Ok(nodes)
    }
}

fn missing_hash(level: u32, place: u64) -> AppError {
    AppError::Records(RecordsError::Corrupt {
        what: "audit log",
        why: format!("hash {place} of level {level} is missing"),
    })
}
