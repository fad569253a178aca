//! Every kind of tampering with an export of 10,000 entries is found, and named.

use keyferry_audit::{
    CHECKPOINT_PATH, Damage, Finding, Tile, TileKind, bundle_bytes, read_bundle, tiles_of,
};
use proptest::prelude::*;

use crate::exported::{Folder, damage, entries, export, signed, verify};

pub(crate) const COUNT: usize = 10_000;

fn altered(index: u64) -> Damage {
    Damage::Entries(Finding::Altered { index })
}

/// Bundles taken apart, changed by entry, and put together again.
fn change_entries(folder: &mut Folder, change: impl Fn(u64, &mut Vec<u8>)) {
    for tile in tiles_of(COUNT as u64).filter(|tile| tile.kind == TileKind::Entries) {
        let bytes = folder.0.get_mut(&tile.path()).unwrap();
        let mut parts: Vec<Vec<u8>> = read_bundle(bytes, tile.width)
            .unwrap()
            .into_iter()
            .map(<[u8]>::to_vec)
            .collect();
        for (index, entry) in (tile.first()..).zip(&mut parts) {
            change(index, entry);
        }
        *bytes = bundle_bytes(&parts).unwrap();
    }
}

/// Flips one bit of every entry at this place, all at once; every entry long enough must be named, and no other.
pub(crate) fn flip_in_every_entry(whole: &Folder, place: usize, bit: u8) -> usize {
    let mut folder = Folder(whole.0.clone());
    let lengths: Vec<usize> = entries(COUNT).iter().map(Vec::len).collect();
    change_entries(&mut folder, |_, entry| {
        if let Some(byte) = entry.get_mut(place) {
            *byte ^= 1 << bit;
        }
    });
    let found = damage(&folder);
    let hit = (0..).zip(&lengths).filter(|(_, length)| **length > place);
    let expected: Vec<Damage> = hit.map(|(index, _)| altered(index)).collect();
    let named: Vec<Damage> = found
        .iter()
        .filter(|damage| matches!(damage, Damage::Entries(Finding::Altered { .. })))
        .cloned()
        .collect();
    assert_eq!(named, expected, "byte {place}, bit {bit}");
    expected.len()
}

pub(crate) fn longest() -> usize {
    entries(COUNT).iter().map(Vec::len).max().unwrap()
}

#[test]
fn an_export_as_it_was_signed_has_no_damage() {
    for count in [0, 1, 255, 256, 257, 511, 512, COUNT] {
        let folder = export(&entries(count));
        let older = [signed(&entries(count / 2)), signed(&entries(count / 3))];
        assert_eq!(verify(&folder, &older).unwrap().damage, [], "{count}");
    }
}

#[test]
fn a_flipped_byte_is_named_in_whichever_field_of_an_entry_it_is() {
    let folder = export(&entries(COUNT));
    // Places from the first byte to the last, so that every field is hit.
    for (round, place) in (0..longest()).step_by(9).enumerate() {
        let hit = flip_in_every_entry(&folder, place, (round % 8) as u8);
        assert!(hit > 0, "byte {place}");
    }
}

/// Every file but the entries: each byte flipped by itself.
pub(crate) fn flip_every_byte_of(folder: &Folder, paths: &[String], step: usize) -> usize {
    let mut tried = 0;
    for path in paths {
        for place in (0..folder.0[path].len()).step_by(step) {
            let mut changed = Folder(folder.0.clone());
            changed.0.get_mut(path).unwrap()[place] ^= 1 << (place % 8);
            let is_found = verify(&changed, &[]).map_or(true, |found| !found.damage.is_empty());
            assert!(is_found, "{path}, byte {place}");
            tried += 1;
        }
    }
    tried
}

#[test]
fn a_flipped_byte_of_the_checkpoint_is_found_wherever_it_is() {
    let folder = export(&entries(300));
    let tried = flip_every_byte_of(&folder, &[CHECKPOINT_PATH.to_owned()], 1);
    assert!(tried > 150, "{tried}");
}

#[test]
fn a_flipped_byte_of_a_tile_or_a_bundle_is_found_by_itself() {
    let folder = export(&entries(700));
    let paths: Vec<String> = folder.0.keys().cloned().collect();
    let tried = flip_every_byte_of(&folder, &paths, 997);
    assert!(tried > 100, "{tried}");
}

#[test]
fn a_hash_that_was_changed_is_named_on_every_level() {
    let whole = export(&entries(COUNT));
    for tile in tiles_of(COUNT as u64) {
        let TileKind::Hashes(level) = tile.kind else {
            continue;
        };
        let mut folder = Folder(whole.0.clone());
        let place = tile.width / 2;
        folder.0.get_mut(&tile.path()).unwrap()[place as usize * 32] ^= 1;
        let expected = match level {
            0 => altered(tile.first() + place),
            _ => Damage::WrongHash {
                path: tile.path(),
                place,
            },
        };
        assert_eq!(damage(&folder), [expected]);
    }
}

#[test]
fn an_entry_that_is_rewritten_with_all_its_hashes_is_placed_between_two_checkpoints() {
    let mut changed = entries(COUNT);
    changed[7_000] = b"{}".to_vec();
    let mut folder = export(&changed);
    let newest = signed(&entries(COUNT)).into_bytes();
    folder.0.insert(CHECKPOINT_PATH.to_owned(), newest);
    let older = [signed(&entries(6_900)), signed(&entries(7_100))];

    let found = verify(&folder, &older).unwrap().damage;

    let between = |checkpoint_size, first, last| {
        Damage::Entries(Finding::OtherRoot {
            checkpoint_size,
            first,
            last,
        })
    };
    let expected = [between(7_100, 6_900, 7_099), between(10_000, 6_900, 9_999)];
    assert_eq!(found, expected);
}

#[test]
fn entries_that_were_cut_from_the_end_are_missed_by_the_checkpoint_and_by_older_ones() {
    let whole = signed(&entries(COUNT));
    let mut folder = export(&entries(9_000));
    let shorter = verify(&folder, std::slice::from_ref(&whole))
        .unwrap()
        .damage;
    let missing = Damage::Entries(Finding::Missing {
        first: 9_000,
        last: 9_999,
    });
    assert_eq!(shorter, [missing]);

    folder
        .0
        .insert(CHECKPOINT_PATH.to_owned(), whole.into_bytes());
    let found = damage(&folder);
    let lost = Tile {
        kind: TileKind::Entries,
        index: 36,
        width: 256,
    };
    assert!(
        found.contains(&Damage::FileMissing { path: lost.path() }),
        "{found:?}"
    );
}

#[test]
fn a_file_that_is_missing_is_named() {
    let whole = export(&entries(1_000));
    for path in whole.0.keys().filter(|path| *path != CHECKPOINT_PATH) {
        let mut folder = Folder(whole.0.clone());
        folder.0.remove(path);
        let missing = Damage::FileMissing { path: path.clone() };
        assert!(damage(&folder).contains(&missing), "{path}");
    }
}

#[test]
fn entries_in_another_order_are_named() {
    let mut changed = entries(COUNT);
    changed.swap(10, 5_000);
    let mut folder = export(&entries(COUNT));
    let swapped = export(&changed);
    for (path, bytes) in swapped.0 {
        if path.starts_with("tile/entries/") {
            folder.0.insert(path, bytes);
        }
    }
    let found = damage(&folder);
    assert!(found.contains(&altered(10)), "{found:?}");
    assert!(found.contains(&altered(5_000)), "{found:?}");
}

#[test]
fn a_bundle_at_the_place_of_another_is_found() {
    let mut folder = export(&entries(COUNT));
    let at = |index| {
        Tile {
            kind: TileKind::Entries,
            index,
            width: 256,
        }
        .path()
    };
    let other = folder.0[&at(3)].clone();
    folder.0.insert(at(4), other);
    let found = damage(&folder);
    let expected: Vec<Damage> = (1_024..1_280).map(altered).collect();
    assert_eq!(found[..256], expected);
}

#[test]
fn two_checkpoints_of_one_size_that_differ_are_found() {
    let folder = export(&entries(500));
    let mut other = entries(500);
    other[3] = b"another".to_vec();
    let found = verify(&folder, &[signed(&other)]).unwrap().damage;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(matches!(
        found[0],
        Damage::Entries(Finding::OtherRoot { .. })
    ));
}

#[test]
fn a_database_that_was_rolled_back_and_went_on_differently_does_not_fit_an_older_checkpoint() {
    let mut forked = entries(COUNT);
    for entry in &mut forked[8_000..] {
        entry.push(b' ');
    }
    let folder = export(&forked);
    assert_eq!(damage(&folder), []);
    let found = verify(&folder, &[signed(&entries(9_000))]).unwrap().damage;
    assert!(!found.is_empty());
}

proptest! {
    #[test]
    fn one_change_anywhere_in_any_log_is_found(
        count in 1usize..900,
        file in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        flip in 1u8..,
    ) {
        let mut folder = export(&entries(count));
        let path = file.get(&folder.0.keys().cloned().collect::<Vec<_>>()).clone();
        let bytes = folder.0.get_mut(&path).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        let is_found = verify(&folder, &[]).map_or(true, |found| !found.damage.is_empty());
        prop_assert!(is_found, "{path}, byte {place}");
    }
}

#[test]
fn only_older_checkpoints_that_opened_count_as_compared() {
    let folder = export(&entries(300));
    let older = [signed(&entries(100)), "no checkpoint".to_owned()];

    let verified = verify(&folder, &older).unwrap();

    assert_eq!(verified.older, 1);
    assert!(
        matches!(verified.damage[..], [Damage::Checkpoint { .. }]),
        "{:?}",
        verified.damage
    );
}
