//! An exported log against its signed checkpoint, without the server that wrote it.

use std::collections::BTreeMap;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::{Hash, leaf_hash};
use crate::note::NoteVerifier;
use crate::spans::TILE_WIDTH;
use crate::tiles::{Tile, TileKind, read_bundle, read_hash_tile, tiles_of};
use crate::tree::{Frontier, root_of};
use crate::verify::Finding;

/// Where the files of an export are.
pub trait Files {
    /// Why a file that is there could not be read.
    type Error: std::fmt::Display;

    /// The bytes of the file with this path; `None` where there is none.
    ///
    /// # Errors
    ///
    /// Where it is there and cannot be read.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// Something in an export that is not as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// A checkpoint does not open with the log's key.
    Checkpoint {
        /// Where it was found.
        path: String,
        /// Why.
        why: CheckpointError,
    },
    /// A file is missing.
    FileMissing {
        /// Its path.
        path: String,
    },
    /// A file cannot be read.
    FileUnreadable {
        /// Its path.
        path: String,
        /// Why.
        why: String,
    },
    /// A file is no tile: it has more or less in it than it should.
    FileMalformed {
        /// Its path.
        path: String,
        /// In which way.
        why: &'static str,
    },
    /// Entries do not fit their hashes or the checkpoints.
    Entries(Finding),
    /// A hash above the entries is not the hash of what is below it.
    WrongHash {
        /// The tile that holds it.
        path: String,
        /// Its place in the tile, from 0.
        place: u64,
    },
}

/// What was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The newest checkpoint.
    pub checkpoint: Checkpoint,
    /// How many older checkpoints opened and were compared with it.
    pub older: usize,
    /// Everything that is not as it was signed. Nothing: the export is what the checkpoints were signed for.
    pub damage: Vec<Damage>,
}

/// Compares every entry, every hash and every checkpoint of an export. `newest` and `older` are signed notes by where they
/// were found; older ones may be longer than the newest, which is a log that was cut.
///
/// # Errors
///
/// [`Damage::Checkpoint`] where the newest checkpoint itself does not open: nothing can be compared then.
pub fn verify_export<F: Files>(
    files: &F,
    key: &NoteVerifier,
    newest: (&str, &str),
    older: &[(String, String)],
) -> Result<Verified, Damage> {
    let open = |path: &str, note: &str| {
        Checkpoint::open(note, key).map_err(|why| Damage::Checkpoint {
            path: path.to_owned(),
            why,
        })
    };
    let checkpoint = open(newest.0, newest.1)?;
    let mut comparison = Comparison::new(files, checkpoint.clone());
    let mut compared = 0;
    for (path, note) in older {
        match open(path, note) {
            Ok(old) => {
                comparison.expect(old);
                compared += 1;
            }
            Err(damage) => comparison.damage.push(damage),
        }
    }
    comparison.run();
    Ok(Verified {
        checkpoint,
        older: compared,
        damage: comparison.damage,
    })
}

struct Comparison<'a, F> {
    files: &'a F,
    size: u64,
    /// Checkpoints by size; two that differ are both kept.
    expected: BTreeMap<u64, Vec<Hash>>,
    /// The tree of what the entries are now, and the one of the hashes beside them.
    found: Frontier,
    recorded: Frontier,
    /// After entries that cannot be read, nothing more is known about roots.
    is_lost: bool,
    good_size: u64,
    /// By level above the leaves: hashes of full tiles, as they follow from below.
    above: Vec<Vec<Hash>>,
    damage: Vec<Damage>,
}

impl<'a, F: Files> Comparison<'a, F> {
    fn new(files: &'a F, checkpoint: Checkpoint) -> Self {
        let mut comparison = Self {
            files,
            size: checkpoint.size,
            expected: BTreeMap::new(),
            found: Frontier::empty(),
            recorded: Frontier::empty(),
            is_lost: false,
            good_size: 0,
            above: Vec::new(),
            damage: Vec::new(),
        };
        comparison.expect(checkpoint);
        comparison
    }

    fn expect(&mut self, checkpoint: Checkpoint) {
        let roots = self.expected.entry(checkpoint.size).or_default();
        if !roots.contains(&checkpoint.root) {
            roots.push(checkpoint.root);
        }
    }

    fn run(&mut self) {
        self.compare_roots(0);
        for tile in tiles_of(self.size).take_while(|tile| tile.kind == TileKind::Entries) {
            self.take_bundle(tile);
        }
        let longest = self.expected.last_key_value().map_or(0, |(size, _)| *size);
        if longest > self.size {
            self.damage.push(Damage::Entries(Finding::Missing {
                first: self.size,
                last: longest - 1,
            }));
        }
        self.compare_above();
    }

    /// A bundle with the tile of hashes beside it.
    fn take_bundle(&mut self, bundle: Tile) {
        let hashes = Tile {
            kind: TileKind::Hashes(0),
            ..bundle
        };
        let found = self.leaf_hashes(bundle);
        let recorded = self.hashes(hashes);
        let Some(found) = found else {
            // The hashes beside them still prove the rest of the log.
            self.damage.push(Damage::Entries(Finding::Missing {
                first: bundle.first(),
                last: bundle.first() + bundle.width - 1,
            }));
            match recorded {
                Some(recorded) => self.take_hashes(bundle, &recorded, &recorded),
                None => self.lose(),
            }
            return;
        };
        let recorded = recorded.unwrap_or_else(|| found.clone());
        self.take_hashes(bundle, &found, &recorded);
    }

    fn take_hashes(&mut self, bundle: Tile, found: &[Hash], recorded: &[Hash]) {
        for ((index, found), recorded) in (bundle.first()..).zip(found).zip(recorded) {
            if found != recorded {
                self.damage
                    .push(Damage::Entries(Finding::Altered { index }));
            }
            self.found.append(*found);
            self.recorded.append(*recorded);
            self.compare_roots(index + 1);
        }
        if bundle.width == TILE_WIDTH {
            self.put_above(0, root_of(found));
        }
    }

    fn lose(&mut self) {
        self.is_lost = true;
    }

    fn put_above(&mut self, level: usize, hash: Hash) {
        if self.is_lost {
            return;
        }
        if self.above.len() <= level {
            self.above.push(Vec::new());
        }
        let Some(row) = self.above.get_mut(level) else {
            return;
        };
        row.push(hash);
        let full = row.len() as u64;
        if full.is_multiple_of(TILE_WIDTH) {
            let from = row.len() - TILE_WIDTH as usize;
            let root = root_of(row.get(from..).unwrap_or_default());
            self.put_above(level + 1, root);
        }
    }

    fn compare_roots(&mut self, size: u64) {
        if self.is_lost {
            return;
        }
        let Some(roots) = self.expected.get(&size) else {
            return;
        };
        let known = [self.found.root(), self.recorded.root()];
        let fits = |root: &Hash| known.contains(root);
        if roots.iter().all(fits) {
            self.good_size = size;
            return;
        }
        self.damage.push(Damage::Entries(Finding::OtherRoot {
            checkpoint_size: size,
            first: self.good_size,
            last: size.saturating_sub(1),
        }));
    }

    /// The tiles above the leaves against what follows from the entries.
    fn compare_above(&mut self) {
        let tiles = tiles_of(self.size).filter_map(|tile| match tile.kind {
            TileKind::Hashes(level) => Some((level.checked_sub(1)?, tile)),
            TileKind::Entries => None,
        });
        for (row, tile) in tiles.collect::<Vec<_>>() {
            let Some(stored) = self.hashes(tile) else {
                continue;
            };
            let row = usize::try_from(row)
                .ok()
                .and_then(|row| self.above.get(row));
            let known = row.map_or(&[][..], Vec::as_slice);
            let known = usize::try_from(tile.first())
                .ok()
                .and_then(|first| known.get(first..))
                .unwrap_or_default();
            let wrong = (0..)
                .zip(stored.iter().zip(known))
                .filter(|(_, (stored, known))| stored != known);
            let wrong: Vec<_> = wrong
                .map(|(place, _)| Damage::WrongHash {
                    path: tile.path(),
                    place,
                })
                .collect();
            self.damage.extend(wrong);
        }
    }

    fn leaf_hashes(&mut self, bundle: Tile) -> Option<Vec<Hash>> {
        let bytes = self.file(&bundle)?;
        match read_bundle(&bytes, bundle.width) {
            Ok(entries) => Some(entries.into_iter().map(leaf_hash).collect()),
            Err(bad) => self.malformed(&bundle, bad.why),
        }
    }

    fn hashes(&mut self, tile: Tile) -> Option<Vec<Hash>> {
        let bytes = self.file(&tile)?;
        match read_hash_tile(&bytes, tile.width) {
            Ok(hashes) => Some(hashes),
            Err(bad) => self.malformed(&tile, bad.why),
        }
    }

    fn file(&mut self, tile: &Tile) -> Option<Vec<u8>> {
        let path = tile.path();
        match self.files.read(&path) {
            Ok(Some(bytes)) => return Some(bytes),
            Ok(None) => self.damage.push(Damage::FileMissing { path }),
            Err(error) => self.damage.push(Damage::FileUnreadable {
                path,
                why: error.to_string(),
            }),
        }
        None
    }

    fn malformed<T>(&mut self, tile: &Tile, why: &'static str) -> Option<T> {
        self.damage.push(Damage::FileMalformed {
            path: tile.path(),
            why,
        });
        None
    }
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Checkpoint { path, why } => write!(f, "{path}: {why}"),
            Self::FileMissing { path } => write!(f, "{path}: the file is missing"),
            Self::FileUnreadable { path, why } => write!(f, "{path}: {why}"),
            Self::FileMalformed { path, why } => write!(f, "{path}: {why}"),
            Self::Entries(finding) => write!(f, "{finding}"),
            Self::WrongHash { path, place } => {
                write!(f, "{path}: hash {place} is not that of what is below it")
            }
        }
    }
}
