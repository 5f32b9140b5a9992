//! The stories, against real processes. `libtest-mimic` runs them, so that a story whose device or
//! program is missing shows as *ignored*, never as passed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod chat;
mod demo;
mod go_live;
mod interruption;
mod kills;
mod nodes;
mod pins;
mod publishers;

use std::future::Future;

use anyhow::Result;
use libtest_mimic::{Arguments, Trial};

/// A story, and the programs of the system that it needs.
fn story<F>(name: &'static str, needs: &[&str], run: fn() -> F) -> Trial
where
    F: Future<Output = Result<()>> + 'static,
{
    // `./x test stories` runs them, once the programs are built.
    let called = std::env::var_os("VITRINE_CLOUD_BIN").is_some();
    let missing: Vec<_> = needs.iter().filter(|program| !vitrine_tests::have(program)).collect();
    if !missing.is_empty() {
        eprintln!("skipped: {name}: not installed: {missing:?}");
    }
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(run()).map_err(|error| format!("{error:#}").into())
    })
    .with_ignored_flag(!called || !missing.is_empty())
}

fn main() {
    let mut arguments = Arguments::from_args();
    // Real encoders on a small machine: two stories at a time.
    arguments.test_threads.get_or_insert(2);
    let stories = [
        access::stories(),
        go_live::stories(),
        pins::stories(),
        chat::stories(),
        publishers::stories(),
        interruption::stories(),
        kills::stories(),
        nodes::stories(),
        demo::stories(),
    ];
    libtest_mimic::run(&arguments, stories.into_iter().flatten().collect()).exit();
}
