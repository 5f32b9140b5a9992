//! The stories, against real processes. `libtest-mimic` runs them, so that a story whose device or
//! program is missing shows as *ignored*, never as passed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod accounts;
mod chat;
mod demo;
mod elsewhere;
mod encoders;
mod go_live;
mod interruption;
mod kills;
mod nodes;
mod pins;
mod players;
mod publishers;

use std::cell::RefCell;
use std::future::Future;

use anyhow::{Result, ensure};
use libtest_mimic::{Arguments, Trial};
use vitrine_tests::hls_lint::ShowWatch;

/// A story, and the programs of the system that it needs.
fn story<F>(name: &'static str, needs: &[&str], run: fn() -> F) -> Trial
where
    F: Future<Output = Result<()>> + 'static,
{
    let missing: Vec<_> = needs.iter().filter(|program| !vitrine_tests::have(program)).collect();
    story_if(name, missing.is_empty(), &format!("{missing:?}"), run)
}

/// A story that needs something which is there or not.
fn story_if<F>(name: &'static str, there: bool, what: &str, run: fn() -> F) -> Trial
where
    F: Future<Output = Result<()>> + 'static,
{
    // `./x test stories` runs them, once the programs are built.
    let called = std::env::var_os("VITRINE_CLOUD_BIN").is_some();
    if !there {
        eprintln!("skipped: {name}: not installed: {what}");
    }
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime
            .block_on(FOLLOWED.scope(RefCell::default(), async {
                run().await?;
                let followed = FOLLOWED.with(RefCell::take);
                for watch in followed {
                    let findings = watch.finish().await?.findings;
                    ensure!(findings.is_empty(), "the lint found:\n{}", findings.join("\n"));
                }
                Ok(())
            }))
            .map_err(|error: anyhow::Error| format!("{error:#}").into())
    })
    .with_ignored_flag(!called || !there)
}

tokio::task_local! {
    /// The shows of this story that the lint follows.
    static FOLLOWED: RefCell<Vec<ShowWatch>>;
}

/// The story fails when the lint has a finding about this show, once all else is told.
fn lint(show: ShowWatch) {
    FOLLOWED.with(|followed| followed.borrow_mut().push(show));
}

fn main() {
    let mut arguments = Arguments::from_args();
    // Real encoders on a small machine: two stories at a time.
    arguments.test_threads.get_or_insert(2);
    let stories = [
        access::stories(),
        accounts::stories(),
        go_live::stories(),
        pins::stories(),
        players::stories(),
        chat::stories(),
        publishers::stories(),
        encoders::stories(),
        interruption::stories(),
        kills::stories(),
        nodes::stories(),
        demo::stories(),
        elsewhere::stories(),
    ];
    libtest_mimic::run(&arguments, stories.into_iter().flatten().collect()).exit();
}
