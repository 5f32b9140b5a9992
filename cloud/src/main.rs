//! Picks a role and runs it.

mod admin;
mod serve;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};
use vitrine_cloud::base::{Traces, keep_memory};
use vitrine_cloud::db::Db;
use vitrine_cloud::{config, demo};
use vitrine_transmission::{self as transmission, TransmissionError};

/// The live-shopping cloud.
#[derive(Parser)]
#[command(name = "vitrine-cloud", version, about)]
struct Cli {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Serve the cloud: HTTP, WebSocket and RTMP
    Serve(Box<serve::Args>),
    /// Run one show's media; `serve` starts it
    #[command(hide = true)]
    Transmission(transmission::Arguments),
    /// Encode one show's smaller pictures; a transmission starts it
    #[command(hide = true)]
    Encoder,
    /// Bring the database up to date and end
    Migrate {
        /// Where things are kept.
        #[command(flatten)]
        storage: config::Storage,
    },
    /// Run the cloud: operators, organisations, plans, sign-up
    Admin(Box<admin::Args>),
    /// Run a live shop on this machine that is alive by itself
    Demo(demo::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.role {
        Role::Serve(_) => {} // its log and its traces start together
        // The demo talks to a person: its cloud logs into a file of its own.
        Role::Demo(_) => log("error", None),
        Role::Admin(_) => log("warn", None),
        _ => log("info", None),
    }
    let ended = match cli.role {
        Role::Serve(arguments) => block_on(run_serve(*arguments)),
        // One show is one task: a second thread would only cost it memory and wake-ups.
        Role::Transmission(arguments) => {
            keep_memory();
            block_on_one(run_transmission(arguments))
        }
        // The pictures have threads of their own.
        Role::Encoder => {
            keep_memory();
            block_on_one(run_encoder())
        }
        Role::Admin(arguments) => block_on(admin::run(*arguments)),
        Role::Migrate { storage } => block_on(migrate(storage)),
        Role::Demo(arguments) => block_on(async { Ok(demo::run(arguments).await?) }),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // `{:#}` joins the causes: one line.
            eprintln!("vitrine-cloud: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Logs to the standard error what is at least as weighty as VITRINE_LOG says, and tells spans to `traces`.
fn log(usual: &str, traces: Option<&Traces>) {
    let filter = EnvFilter::try_from_env("VITRINE_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_filter(filter);
    tracing_subscriber::registry().with(lines).with(traces.map(Traces::layer)).init();
}

async fn run_serve(arguments: serve::Args) -> anyhow::Result<()> {
    let traces = arguments.collector().map(Traces::start).transpose();
    log("info", traces.as_ref().ok().and_then(Option::as_ref));
    let traces = traces?;
    let ended = serve::run(arguments).await;
    if let Some(traces) = traces {
        traces.end().await;
    }
    ended
}

/// How long work that blocks a thread (a disk that hangs) may hold the exit up, once the role has ended.
const LAST_WORK: std::time::Duration = std::time::Duration::from_secs(1);

fn block_on(role: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(role);
    runtime.shutdown_timeout(LAST_WORK);
    ended
}

fn block_on_one(role: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(role)
}

async fn run_transmission(arguments: transmission::Arguments) -> anyhow::Result<()> {
    let options = arguments.into_options(std::env::current_exe()?).context(transmission::TOKEN_ENV)?;
    match transmission::run(options).await {
        Err(error @ TransmissionError::Journal(_)) => {
            tracing::error!(%error, "the journal is unusable");
            std::process::exit(transmission::EXIT_JOURNAL_UNUSABLE)
        }
        Err(error @ TransmissionError::Held) => {
            tracing::warn!(%error, "the transmission cannot begin yet");
            std::process::exit(transmission::EXIT_JOURNAL_HELD)
        }
        outcome => Ok(outcome?),
    }
}

#[cfg(feature = "encoder")]
async fn run_encoder() -> anyhow::Result<()> {
    Ok(transmission::encoder::run().await?)
}

#[cfg(not(feature = "encoder"))]
async fn run_encoder() -> anyhow::Result<()> {
    anyhow::bail!("this program was built without the encoder")
}

async fn migrate(storage: config::Storage) -> anyhow::Result<()> {
    std::fs::create_dir_all(&storage.data_dir)?;
    let db = Db::connect(&storage.database_url()).await?;
    db.migrate().await?;
    db.close().await;
    eprintln!("the database is up to date");
    Ok(())
}
