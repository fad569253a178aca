//! A log as it is exported, in memory.

use std::collections::BTreeMap;
use std::convert::Infallible;

use keyferry_audit::{
    CHECKPOINT_PATH, Checkpoint, Damage, Entry, Files, Hash, NoteSigner, Object, Outcome, Phase,
    TILE_WIDTH, TileKind, Verified, bundle_bytes, hash_tile_bytes, leaf_hash, root_of, tiles_of,
    verify_export,
};

pub(crate) struct Folder(pub(crate) BTreeMap<String, Vec<u8>>);

impl Files for Folder {
    type Error = Infallible;

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.get(path).cloned())
    }
}

pub(crate) fn signer() -> NoteSigner {
    NoteSigner::from_seed("keyferry/test", &[7; 32]).unwrap()
}

pub(crate) fn entry(index: usize) -> Vec<u8> {
    let entry = Entry {
        time_micros: 1_767_225_600_000_000 + index as i64,
        actor: format!("user/{}", index % 7),
        action: "kms-key.create".to_owned(),
        phase: Phase::Outcome(Outcome::Ok),
        object: Object {
            kind: "kms-key".to_owned(),
            id: index.to_string(),
            name: "payments".to_owned(),
        },
        group: None,
        request_id: None,
        aws_request_id: None,
        aws_operation: None,
        job_id: None,
        attempt_id: None,
        detail: BTreeMap::new(),
    };
    entry.leaf_bytes()
}

pub(crate) fn entries(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(entry).collect()
}

/// All hashes of each tile level.
pub(crate) fn levels(leaves: Vec<Hash>) -> Vec<Vec<Hash>> {
    let mut levels = vec![leaves];
    while let Some(below) = levels.last().filter(|row| row.len() as u64 >= TILE_WIDTH) {
        let above = below.chunks_exact(TILE_WIDTH as usize).map(root_of);
        let above = above.collect();
        levels.push(above);
    }
    levels
}

pub(crate) fn signed(entries: &[Vec<u8>]) -> String {
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let checkpoint = Checkpoint {
        size: entries.len() as u64,
        root: root_of(&leaves),
    };
    checkpoint.sign(&signer()).unwrap()
}

/// The files of an export of these entries.
pub(crate) fn export(entries: &[Vec<u8>]) -> Folder {
    let levels = levels(entries.iter().map(|entry| leaf_hash(entry)).collect());
    let mut files = BTreeMap::new();
    for tile in tiles_of(entries.len() as u64) {
        let from = tile.first() as usize;
        let range = from..from + tile.width as usize;
        let bytes = match tile.kind {
            TileKind::Entries => bundle_bytes(&entries[range]).unwrap(),
            TileKind::Hashes(level) => hash_tile_bytes(&levels[level as usize][range]),
        };
        files.insert(tile.path(), bytes);
    }
    files.insert(CHECKPOINT_PATH.to_owned(), signed(entries).into_bytes());
    Folder(files)
}

pub(crate) fn verify(folder: &Folder, older: &[String]) -> Result<Verified, Damage> {
    let newest = String::from_utf8_lossy(&folder.0[CHECKPOINT_PATH]).into_owned();
    let older: Vec<_> = older
        .iter()
        .map(|note| ("older".to_owned(), note.clone()))
        .collect();
    verify_export(
        folder,
        signer().verifier(),
        (CHECKPOINT_PATH, &newest),
        &older,
    )
}

/// What is found wrong; the checkpoint itself must open.
pub(crate) fn damage(folder: &Folder) -> Vec<Damage> {
    verify(folder, &[]).unwrap().damage
}
