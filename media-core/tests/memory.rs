//! A studio that runs all day: shows come and go, and their memory goes with them. A process of its own, for what it asks
//! of the C library holds for all of it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use tokio::sync::mpsc;
use vitrine_media::{Config, MicrophoneChoice, Pipeline, memory};

/// Megabytes of this process alone.
fn used() -> u64 {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let kilobytes = |name: &str| -> u64 {
        let line = rollup.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    (kilobytes("Private_Dirty:") + kilobytes("Private_Clean:")) / 1024
}

/// A show of two seconds, with somebody who looks at it.
async fn show() {
    let config = Config { microphone: MicrophoneChoice::None, watch_devices: false, ..Config::default() };
    let (events, _told) = mpsc::channel(64);
    let pipeline = Pipeline::start(config, events).unwrap();
    let mut preview = pipeline.preview();
    let seen = async {
        while preview.borrow_and_update().sequence < 20 {
            preview.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(60), seen).await.unwrap();
    pipeline.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_of_a_show_goes_when_it_ends() {
    memory::give_back();
    let mut after = Vec::new();
    for _ in 0..6 {
        show().await;
        after.push(used());
    }
    assert!(after[5] < after[0] + 20, "megabytes after each show: {after:?}");
}
