//! The harness of the stories: real processes of the cloud on free ports with folders of their
//! own, real encoders, real readers. Nothing is left running when a story ends.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod api;
mod chat;
mod cloud;
mod hls;
pub mod hls_lint;
mod obs;
mod postgres;
mod publisher;
mod recording;
mod wait;

pub use api::{Api, Shop};
pub use chat::ChatClient;
pub use cloud::{Cloud, cloud_program, have};
pub use hls::Hls;
pub use obs::Obs;
pub use postgres::Postgres;
pub use publisher::Publisher;
pub use recording::{Recording, Sending, Step, enhanced_ffmpeg};
pub use wait::{eventually, eventually_within};
