//! Stories of whole sessions, hostile peers, properties, and the fuzz targets on their seeds.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod entries;
mod hostile;
mod peer;
mod properties;
mod random;
mod seeds;
mod sessions;
