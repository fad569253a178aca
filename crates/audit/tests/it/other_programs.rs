//! Trees, tiles and notes against what other authors' crates make of them.

use keyferry_audit::{
    CHECKPOINT_PATH, Checkpoint, NoteVerifier, SignedNote, TileKind, consistency_proof,
    inclusion_proof, leaf_hash, tiles_of,
};
use proptest::prelude::*;
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::tile::{Tile as PeerTile, TileHashReader, TileReader};
use tlog_tiles::tlog::{
    Error, Hash as PeerHash, check_record, check_tree, prove_record, prove_tree, record_hash,
    tree_hash,
};

use crate::exported::{Folder, entries, export, signer};

/// The peer names tiles as Go's checksum database does: `tile/8/…`.
fn peer_path(tile: &PeerTile) -> String {
    tile.path().replacen("tile/8/", "tile/", 1)
}

struct Reader<'a>(&'a Folder);

impl TileReader for Reader<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[PeerTile]) -> Result<Vec<Vec<u8>>, Error> {
        let read = |tile| {
            let found = self.0.0.get(&peer_path(tile)).cloned();
            found.ok_or_else(|| Error::InvalidInput(peer_path(tile)))
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[PeerTile], _: &[Vec<u8>]) {}
}

fn check(count: usize, at: u64) {
    let entries = entries(count);
    let folder = export(&entries);
    let note = String::from_utf8(folder.0[CHECKPOINT_PATH].clone()).unwrap();
    let ours = Checkpoint::open(&note, signer().verifier()).unwrap();
    let (size, root) = (count as u64, PeerHash(*ours.root.as_bytes()));
    let tiles = Reader(&folder);
    // It checks every tile that it reads against the root.
    let reader = TileHashReader::new(size, root, &tiles);
    assert_eq!(tree_hash(size, &reader).unwrap(), root);

    let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let proof = prove_record(size, at, &reader).unwrap();
    let own = inclusion_proof(&leaves, at).unwrap();
    let own: Vec<PeerHash> = own.iter().map(|hash| PeerHash(*hash.as_bytes())).collect();
    assert_eq!(proof, own);
    check_record(&own, size, root, at, record_hash(&entries[at as usize])).unwrap();

    let old = at + 1;
    let proof = prove_tree(size, old, &reader).unwrap();
    let own = consistency_proof(&leaves, old).unwrap();
    let own: Vec<PeerHash> = own.iter().map(|hash| PeerHash(*hash.as_bytes())).collect();
    assert_eq!(proof, own);
    let old_root = keyferry_audit::root_of(&leaves[..old as usize]);
    let old_root = PeerHash(*old_root.as_bytes());
    check_tree(&own, size, root, old, old_root).unwrap();
}

#[test]
fn another_program_reads_our_tiles_and_makes_the_same_proofs() {
    for (count, at) in [
        (1, 0),
        (256, 255),
        (257, 256),
        (70_000, 65_536),
        (70_000, 3),
    ] {
        check(count, at);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn another_program_agrees_about_any_log(count in 1usize..2_000, at in any::<prop::sample::Index>()) {
        check(count, at.index(count) as u64);
    }
}

#[test]
fn tiles_have_the_paths_that_another_program_gives_them() {
    for size in [1, 255, 256, 257, 65_536, 300_000] {
        for tile in tiles_of(size).filter(|tile| tile.kind != TileKind::Entries) {
            let TileKind::Hashes(level) = tile.kind else {
                continue;
            };
            let peer = PeerTile::new(8, level as u8, tile.index, tile.width as u32, false);
            assert_eq!(tile.path(), peer_path(&peer));
        }
    }
    let far = PeerTile::new(8, 2, 123_456_789, 7, false);
    let ours = keyferry_audit::Tile {
        kind: TileKind::Hashes(2),
        index: 123_456_789,
        width: 7,
    };
    assert_eq!(ours.path(), peer_path(&far));
}

#[test]
fn another_program_accepts_our_checkpoint_and_our_key() {
    let folder = export(&entries(300));
    let bytes = &folder.0[CHECKPOINT_PATH];
    let verifier = StandardVerifier::new(&signer().verifier().to_string()).unwrap();
    let note = Note::from_bytes(bytes).unwrap();

    let (verified, unverified) = note
        .verify(&VerifierList::new(vec![Box::new(verifier)]))
        .unwrap();

    assert_eq!((verified.len(), unverified.len()), (1, 0));
    let peer = tlog_tiles::checkpoint::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!((peer.origin(), peer.size()), ("keyferry/test", 300));
}

#[test]
fn we_accept_the_notes_of_another_program_and_refuse_what_it_refuses() {
    let folder = export(&entries(40));
    let text = String::from_utf8(folder.0[CHECKPOINT_PATH].clone()).unwrap();
    let key = NoteVerifier::parse(&signer().verifier().to_string()).unwrap();
    let peer_key = || StandardVerifier::new(&key.to_string()).unwrap();
    for place in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[place] ^= 1;
        let ours = std::str::from_utf8(&bytes)
            .ok()
            .and_then(|text| SignedNote::parse(text).ok())
            .is_some_and(|note| note.verify(&key).is_ok());
        let theirs = Note::from_bytes(&bytes).is_ok_and(|note| {
            note.verify(&VerifierList::new(vec![Box::new(peer_key())]))
                .is_ok()
        });
        assert_eq!(ours, theirs, "byte {place}");
    }
}
