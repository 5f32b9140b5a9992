//! The role `serve`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use vitrine_cloud::app::{Addresses, App, StartError};
use vitrine_cloud::base::Clock;
use vitrine_cloud::config::{Config, ServeRole};
use vitrine_cloud::{http, worker};

/// How long tasks may take to end.
const DRAIN: std::time::Duration = std::time::Duration::from_secs(5);

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: Config,
}

impl Args {
    /// Where traces go, if anywhere.
    pub fn collector(&self) -> Option<&str> {
        self.config.telemetry.collector()
    }
}

pub async fn run(arguments: Args) -> anyhow::Result<()> {
    let config = arguments.config;
    let descriptors = http::Descriptors::raise();
    let certificates = match config.server.tls_files() {
        Some((chain, key)) => Some(http::Certificates::open(chain, key)?),
        None => None,
    };
    let http = listen(config.server.listen, "HTTP", "--listen").await?;
    let rtmp = listen(config.server.rtmp_listen, "RTMP", "--rtmp-listen").await?;
    let addresses = Addresses { http: http.local_addr()?, rtmp: rtmp.local_addr()? };
    let app = App::new(config, Clock::system(), addresses).await?;
    end_on_signal(app.stop.clone())?;
    worker::start(&app).await?;
    if app.config.server.plays(ServeRole::Ingest) {
        app.ingest.start(rtmp, &app.tasks, app.stop.clone()).await?;
    } else if app.config.server.plays(ServeRole::Edge) {
        app.ingest.follow_owners(&app.tasks, app.stop.clone());
    }
    let run_file = write_run_file(&app.config.storage.run_dir(), addresses)?;
    tracing::info!(http = %addresses.http, tls = certificates.is_some(), rtmp = %addresses.rtmp, "serving");
    let (rtm, stopping) = (app.rtm.clone(), app.stop.clone());
    app.tasks.spawn(async move {
        stopping.cancelled().await;
        rtm.stop().await;
    });

    http::Server::new(http, certificates, descriptors).run(http::site(&app), app.stop.clone()).await;
    app.stop.cancel();
    app.tasks.close();
    if tokio::time::timeout(DRAIN, app.tasks.wait()).await.is_err() {
        tracing::warn!("some tasks did not end in time");
    }
    app.db.close().await;
    drop(std::fs::remove_file(run_file));
    Ok(())
}

async fn listen(
    address: SocketAddr,
    what: &'static str,
    flag: &'static str,
) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, what, flag, source })
}

/// The first signal ends the process gently, the second at once.
fn end_on_signal(stop: CancellationToken) -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        for _ in 0..2 {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if stop.is_cancelled() {
                std::process::exit(130);
            }
            tracing::info!("ending");
            stop.cancel();
        }
    });
    Ok(())
}

/// Tells scripts where the process listens: `run/serve.json`, readable by its owner alone, there only while it serves.
fn write_run_file(dir: &Path, addresses: Addresses) -> anyhow::Result<PathBuf> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let path = dir.join("serve.json");
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(dir)?;
        let draft = dir.join(format!(".serve.json.{}", std::process::id()));
        let mut file =
            std::fs::File::options().create(true).truncate(true).write(true).mode(0o600).open(&draft)?;
        let body = serde_json::json!({
            "pid": std::process::id(),
            "http": addresses.http.to_string(),
            "rtmp": addresses.rtmp.to_string(),
        });
        file.write_all(body.to_string().as_bytes())?;
        std::fs::rename(&draft, &path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
