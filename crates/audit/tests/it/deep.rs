//! Everything of which the ordinary tests take samples: run by `make deep`, left out by nextest's other profiles.

use crate::exported::{entries, export};
use crate::tampering::{COUNT, flip_every_byte_of, flip_in_every_entry, longest};

#[test]
fn every_flipped_byte_of_every_entry_is_named() {
    let folder = export(&entries(COUNT));
    for place in 0..longest() {
        flip_in_every_entry(&folder, place, (place % 8) as u8);
    }
}

#[test]
fn every_flipped_byte_of_every_file_is_found_by_itself() {
    let folder = export(&entries(300));
    let paths: Vec<String> = folder.0.keys().cloned().collect();
    flip_every_byte_of(&folder, &paths, 1);
}
