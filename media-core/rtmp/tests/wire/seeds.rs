//! The fuzz targets on their seed files and on fixed mutations of them.
//!
//! The seeds lie in `fuzz/seeds/<target>/`. What a fuzzing run finds is added there.

use std::fs;
use std::path::PathBuf;

use crate::entries;
use crate::random::Random;

const MUTATIONS: usize = 200;

fn run(target: &str, entry: fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no seeds in {}", folder.display());
    let mut random = Random::new(7);
    for file in files {
        let seed = fs::read(&file).unwrap();
        entry(&seed);
        for _ in 0..MUTATIONS {
            entry(&mutate(&seed, &mut random));
        }
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
            1 => bytes[at] = random.next() as u8,
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
fn server_session_stands_its_seeds() {
    run("server_session", entries::server_session);
}

#[test]
fn client_session_stands_its_seeds() {
    run("client_session", entries::client_session);
}

#[test]
fn chunks_stand_their_seeds() {
    run("chunks", entries::chunks);
}

#[test]
fn amf0_stands_its_seeds() {
    run("amf0", entries::amf0_values);
}

#[test]
fn flv_stands_its_seeds() {
    run("flv", entries::flv);
}
