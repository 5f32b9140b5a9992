//! The fuzz targets on their seed files and on fixed mutations of them.
//!
//! The seeds lie in `fuzz/seeds/<target>/`. What a fuzzing run finds is added there.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;
use std::path::PathBuf;

mod entries;

const MUTATIONS: usize = 300;

fn run(target: &str, entry: fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no seeds in {}", folder.display());
    let mut random = Random(7);
    for file in files {
        let seed = fs::read(&file).unwrap();
        entry(&seed);
        for _ in 0..MUTATIONS {
            entry(&mutate(&seed, &mut random));
        }
    }
}

/// A small generator: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// Flips, replaces, removes, doubles and cuts a few pieces.
fn mutate(seed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(6) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        let end = at + random.below((bytes.len() - at).min(32));
        match random.below(6) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.below(256) as u8,
            2 => bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][random.below(5)],
            3 => drop(bytes.drain(at..end)),
            4 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes
}

#[test]
fn boxes_stand_their_seeds() {
    run("boxes", entries::boxes);
}

#[test]
fn playlists_stand_their_seeds() {
    run("playlists", entries::playlists);
}

#[test]
fn the_journal_stands_its_seeds() {
    run("journal", entries::journal);
}

#[test]
fn the_timeline_stands_its_seeds() {
    run("timeline", entries::timeline);
}
