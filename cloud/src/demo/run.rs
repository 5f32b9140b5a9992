//! The demo from start to end.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use vitrine_protocol::ShowId;

use super::api::Cloud;
use super::args::Args;
use super::error::DemoError;
use super::goods::Goods;
use super::host::Host;
use super::picture::Studio;
use super::run_file::{self, RunFile, SignIn, Written};
use super::seed::{self, Seeded};
use super::shop::Shop;
use super::supervisor::{Addresses, Supervisor};
use super::{ground, passwords, process, ready, routes};

/// How long the synthetic host may take to say goodbye.
const GOODBYE_WITHIN: Duration = Duration::from_secs(4);

/// Runs the demo until Ctrl-C or SIGTERM; every child has ended when it returns.
///
/// # Errors
/// One sentence that says what to do: a port in use, a missing plugin, a folder that cannot be written.
pub async fn run(args: Args) -> Result<(), DemoError> {
    let failed = |source| DemoError::File { what: "the demo's hold on its children", source };
    let stop = CancellationToken::new();
    let signals = tokio::spawn(watch_signals(stop.clone()));
    process::inherit_orphans().map_err(failed)?;
    ground::ports(&args)?;
    ground::folder(&args)?;
    let sign_ins = passwords::ready(&args).await?;
    let studio = Studio::start()?;
    eprintln!("demo: starting; the addresses follow once the stream plays");
    let supervisor = tokio::select! {
        () = stop.cancelled() => return Ok(()),
        supervisor = Supervisor::start(&args) => supervisor?,
    };
    let outcome = perform(&args, sign_ins, studio, supervisor.addresses(), stop.clone()).await;
    stop.cancel();
    supervisor.stop().await;
    signals.abort();
    outcome
}

async fn watch_signals(stop: CancellationToken) {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    stop.cancel();
}

async fn perform(
    args: &Args,
    sign_ins: Vec<SignIn>,
    studio: Studio,
    addresses: Addresses,
    stop: CancellationToken,
) -> Result<(), DemoError> {
    let reach = (args.reach(addresses.http.port()), args.reach(addresses.rtmp.port()));
    let (listeners, shop_port) = shop_listeners(args)?;
    let shop_url = args.shop_address(shop_port);
    let anonymous = Cloud::at(reach.0, "vitrine-demo")?;
    let seeded = tokio::select! {
        () = stop.cancelled() => return Ok(()),
        seeded = seed::seed(&anonymous, sign_ins, &shop_url) => seeded?,
    };
    let goods = Goods::read().map_err(|error| DemoError::Stream(error.to_string()))?;
    let cloud_url = cloud_url(args, reach.0);
    let shop = Shop::new(goods.clone(), seeded.clone(), cloud_url.clone());
    let shop = routes::serve(shop, listeners, stop.clone());
    let (stage, on_stage) = watch::channel(None);
    let mut host = tokio::spawn(Host::new(seeded.clone(), goods, studio, reach, stage).run(stop.clone()));
    let letters =
        std::path::absolute(args.data_dir.join("mail")).unwrap_or_else(|_| args.data_dir.join("mail"));
    let told = Told { cloud_url, shop_url, rtmp_url: rtmp_url(args, reach.1), letters, seeded };
    let outcome = tokio::select! {
        outcome = shop => outcome,
        outcome = told.follow(&anonymous, on_stage) => outcome,
        _ = &mut host => return Ok(()),
    };
    stop.cancel();
    let _ = timeout(GOODBYE_WITHIN, host).await;
    outcome
}

/// What is printed and written into the run file.
struct Told {
    cloud_url: String,
    shop_url: String,
    rtmp_url: String,
    /// The folder of letters.
    letters: PathBuf,
    seeded: Seeded,
}

impl Told {
    /// Tells of each show that comes on stage, once its parts play.
    async fn follow(
        &self,
        cloud: &Cloud,
        mut stage: watch::Receiver<Option<ShowId>>,
    ) -> Result<(), DemoError> {
        let place = run_file::place(|name| std::env::var(name).ok());
        let mut told: Option<(ShowId, Written)> = None;
        loop {
            let show = *stage.borrow_and_update();
            if let Some(show) = show.filter(|show| told.as_ref().is_none_or(|(told, _)| told != show)) {
                match ready::until_parts_play(cloud, show).await {
                    Ok(()) => {
                        let run = self.run_file(show);
                        let first = told.is_none();
                        if let Some((_, before)) = told.take() {
                            before.forget();
                        }
                        told = Some((show, Written::write(place.clone(), &run)?));
                        self.print(&run, first);
                    }
                    Err(error) => eprintln!("demo: the stream does not play yet: {error}"),
                }
                continue;
            }
            if stage.changed().await.is_err() {
                return Ok(());
            }
        }
    }

    fn run_file(&self, show: ShowId) -> RunFile {
        RunFile {
            pid: std::process::id(),
            cloud_url: self.cloud_url.clone(),
            shop_url: self.shop_url.clone(),
            stream_url: format!("{}/live/{show}/index.m3u8", self.cloud_url),
            rtmp_url: self.rtmp_url.clone(),
            sign_ins: self.seeded.sign_ins.clone(),
            org_id: self.seeded.org,
            show_id: show,
        }
    }

    /// One line for each thing, for people and for scripts.
    fn print(&self, run: &RunFile, first: bool) {
        let mut lines = Vec::new();
        if first {
            lines.push(format!("shop: {}", run.shop_url));
        } else {
            lines.push("The show has ended and another has begun:".to_owned());
        }
        lines.push(format!("stream: {}", run.stream_url));
        if first {
            lines.push(format!("cloud: {}", run.cloud_url));
        }
        // a key is for one show
        lines.push(format!("rtmp: {}  (a key for OBS: {})", run.rtmp_url, self.key_command(run)));
        if first {
            let sign_ins = run.sign_ins.iter();
            lines.extend(sign_ins.map(|s| format!("sign-in: {} {} {}", s.role, s.email, s.password)));
            lines.push(format!("letters: {}", self.letters.display()));
        }
        println!("{}", lines.join("\n"));
    }

    /// What gives a publish key to whoever sits at a terminal.
    fn key_command(&self, run: &RunFile) -> String {
        let Some(host) = run.sign_ins.iter().find(|sign_in| sign_in.role == "host") else {
            return "sign in as the host and make one".to_owned();
        };
        let (cloud, org, show) = (&run.cloud_url, run.org_id, run.show_id);
        format!(
            "T=$(curl -s {cloud}/v1/sessions -H content-type:application/json \
             -d '{{\"email\":\"{}\",\"password\":\"{}\"}}' | grep -o 'vts_[A-Za-z0-9_-]*') && \
             curl -s -X POST {cloud}/v1/orgs/{org}/shows/{show}/publish-key -H \"authorization: Bearer $T\"",
            host.email, host.password
        )
    }
}

fn cloud_url(args: &Args, reach: SocketAddr) -> String {
    match &args.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("http://{reach}"),
    }
}

fn rtmp_url(args: &Args, reach: SocketAddr) -> String {
    match args.public_url.as_ref().and_then(url::Url::host_str) {
        Some(host) => format!("rtmp://{host}:{}/live", reach.port()),
        None => format!("rtmp://{reach}/live"),
    }
}

/// The shop's sockets. `localhost` may mean either loopback address, so both are taken when it is private.
fn shop_listeners(args: &Args) -> Result<(Vec<TcpListener>, u16), DemoError> {
    let first = ground::listen((args.ip(), args.shop_port).into(), "--shop-port")?;
    let bound = first.local_addr().map_err(|source| DemoError::File { what: "the shop's socket", source })?;
    let mut listeners = vec![first];
    if args.listens_here() {
        // Many machines have no IPv6: then there is nothing to listen on.
        listeners.extend(TcpListener::bind((IpAddr::V6(Ipv6Addr::LOCALHOST), bound.port())).ok());
    }
    Ok((listeners, bound.port()))
}
