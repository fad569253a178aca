//! The log as files: tiles of hashes, bundles of entries, and their paths.
//!
//! # Source
//!
//! C2SP tlog-tiles.

use crate::hash::Hash;
use crate::spans::TILE_WIDTH;

/// The longest entry that a bundle can hold, in bytes.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;
/// The path of the newest signed checkpoint.
pub const CHECKPOINT_PATH: &str = "checkpoint";

/// One tile or bundle: which, and how much of it there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// What it holds.
    pub kind: TileKind,
    /// Its place on its level, from 0.
    pub index: u64,
    /// Hashes or entries in it, 1 to 256; a full one has [`TILE_WIDTH`].
    pub width: u64,
}

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Entries, each behind its length.
    Entries,
    /// Hashes of this tile level.
    Hashes(u32),
}

impl Tile {
    /// `tile/0/x001/234`, `tile/0/x001/234.p/17`, `tile/entries/000`…
    pub fn path(&self) -> String {
        let kind = match self.kind {
            TileKind::Entries => "entries".to_owned(),
            TileKind::Hashes(level) => level.to_string(),
        };
        let index = index_path(self.index);
        if self.width == TILE_WIDTH {
            format!("tile/{kind}/{index}")
        } else {
            format!("tile/{kind}/{index}.p/{}", self.width)
        }
    }

    /// The first hash of its level, or the first entry, that it holds.
    pub fn first(&self) -> u64 {
        self.index.saturating_mul(TILE_WIDTH)
    }
}

fn index_path(index: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

/// Every tile and bundle of a log with this many entries: bundles first, then hashes from level 0 up.
pub fn tiles_of(size: u64) -> impl Iterator<Item = Tile> {
    let mut levels = Vec::new();
    let mut width = size;
    while width > 0 {
        levels.push((TileKind::Hashes(levels.len() as u32), width));
        width /= TILE_WIDTH;
    }
    std::iter::once((TileKind::Entries, size))
        .chain(levels)
        .flat_map(|(kind, width)| tiles_on_level(kind, width))
}

fn tiles_on_level(kind: TileKind, hashes: u64) -> impl Iterator<Item = Tile> {
    (0..hashes.div_ceil(TILE_WIDTH)).map(move |index| Tile {
        kind,
        index,
        width: (hashes - index * TILE_WIDTH).min(TILE_WIDTH),
    })
}

/// A tile of hashes as bytes: one after the other.
pub fn hash_tile_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Reads a tile of hashes.
///
/// # Errors
///
/// [`BadTile`] where it does not hold exactly `width` hashes.
pub fn read_hash_tile(bytes: &[u8], width: u64) -> Result<Vec<Hash>, BadTile> {
    let hashes: Option<Vec<Hash>> = bytes
        .chunks(32)
        .map(|chunk| Hash::try_from(chunk).ok())
        .collect();
    match hashes {
        Some(hashes) if hashes.len() as u64 == width => Ok(hashes),
        _ => Err(BadTile {
            why: "its length is not that of its hashes",
        }),
    }
}

/// A bundle of entries as bytes: each behind its length in two bytes, the higher first.
///
/// # Errors
///
/// [`BadTile`] where an entry is longer than [`ENTRY_BYTES_MAX`].
pub fn bundle_bytes<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, BadTile> {
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| BadTile {
            why: "an entry has more than 65,535 bytes",
        })?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(entry);
    }
    Ok(bytes)
}

/// Takes a bundle apart.
///
/// # Errors
///
/// [`BadTile`] where it does not hold exactly `width` entries.
pub fn read_bundle(bytes: &[u8], width: u64) -> Result<Vec<&[u8]>, BadTile> {
    let bad = |why| BadTile { why };
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (length, after) = rest
            .split_first_chunk::<2>()
            .ok_or(bad("it ends within a length"))?;
        let (entry, after) = after
            .split_at_checked(usize::from(u16::from_be_bytes(*length)))
            .ok_or(bad("it ends within an entry"))?;
        entries.push(entry);
        rest = after;
    }
    if entries.len() as u64 == width {
        Ok(entries)
    } else {
        Err(bad("it holds another number of entries"))
    }
}

/// Bytes that are no such tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tile is malformed: {why}")]
pub struct BadTile {
    /// In which way.
    pub why: &'static str,
}
