//! How long it takes to verify an exported log of a million entries; one JSON line, read by `cargo xtask bench`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program that measures real time, prints, and has nobody to hand an error to"
)]

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::Instant;

use keyferry_audit::{
    CHECKPOINT_PATH, Checkpoint, Entry, Files, Hash, NoteSigner, Object, Outcome, Phase,
    TILE_WIDTH, TileKind, bundle_bytes, hash_tile_bytes, leaf_hash, root_of, tiles_of,
    verify_export,
};

const ENTRIES: usize = 1_000_000;
const GOAL_SECONDS: f64 = 5.0;

struct Folder(PathBuf);

impl Files for Folder {
    type Error = io::Error;

    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match std::fs::read(self.0.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// As long as entries about a step of a job are.
fn entry(index: usize) -> Vec<u8> {
    let id = format!("0198c0de-0000-7000-8000-{index:012}");
    let detail = [("region", "eu-central-1"), ("key", "payments")];
    let entry = Entry {
        time_micros: 1_767_225_600_000_000 + index as i64,
        actor: "user/ann".to_owned(),
        action: "kms-key.create".to_owned(),
        phase: Phase::Outcome(Outcome::Ok),
        object: Object {
            kind: "kms-key".to_owned(),
            id: id.clone(),
            name: format!("payments-{index}"),
        },
        group: None,
        request_id: None,
        aws_request_id: Some(id.clone()),
        aws_operation: Some("ImportKeyMaterial".to_owned()),
        job_id: Some(id.clone()),
        attempt_id: Some(id),
        detail: BTreeMap::from(detail.map(|(name, value)| (name.to_owned(), value.to_owned()))),
    };
    entry.leaf_bytes()
}

fn export(folder: &Folder, signer: &NoteSigner) -> String {
    let mut levels: Vec<Vec<Hash>> = vec![(0..ENTRIES).map(|at| leaf_hash(&entry(at))).collect()];
    while let Some(below) = levels.last().filter(|row| row.len() as u64 >= TILE_WIDTH) {
        let above = below
            .chunks_exact(TILE_WIDTH as usize)
            .map(root_of)
            .collect();
        levels.push(above);
    }
    for tile in tiles_of(ENTRIES as u64) {
        let from = tile.first() as usize;
        let range = from..from + tile.width as usize;
        let bytes = match tile.kind {
            TileKind::Entries => {
                let entries: Vec<Vec<u8>> = range.map(entry).collect();
                bundle_bytes(&entries).expect("entries are short")
            }
            TileKind::Hashes(level) => hash_tile_bytes(&levels[level as usize][range]),
        };
        let path = folder.0.join(tile.path());
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("room on the disk");
        std::fs::write(path, bytes).expect("room on the disk");
    }
    let checkpoint = Checkpoint {
        size: ENTRIES as u64,
        root: root_of(&levels[0]),
    };
    checkpoint.sign(signer).expect("it signs")
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = Folder(folder.path().to_owned());
    let signer = NoteSigner::from_seed("bench", &[1; 32]).expect("a seed");
    let note = export(&files, &signer);
    let times = (0..3).map(|_| {
        let start = Instant::now();
        let verified = verify_export(&files, signer.verifier(), (CHECKPOINT_PATH, &note), &[]);
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(verified.expect("it opens").damage, []);
        seconds
    });
    let best = times.fold(f64::INFINITY, f64::min);
    println!(
        r#"{{"figure":"audit_verify_1m_seconds","value":{best:.3},"unit":"s","better":"less","goal":{GOAL_SECONDS},"against":"a person's patience: {ENTRIES} exported entries, hashed, compared and held against their signed checkpoint, by one thread"}}"#
    );
}
