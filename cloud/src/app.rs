//! The composition root: builds every room, top to bottom. Read it as the diagram.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::base::{Clock, Egress, Proxies};
use crate::billing::{self, Billing};
use crate::blobs::{Blobs, FolderBlobs, SharedError, check_shared};
use crate::bus::{self, BusHandle};
use crate::catalog::Catalog;
use crate::config::{BillingSettingError, Config, LiveFrom, PublisherConflict};
use crate::db::{Db, DbError};
use crate::edge::{Edge, EdgeConfig};
use crate::events::{DeadFacts, Relay};
use crate::health::Monitor;
use crate::import::Imports;
use crate::ingest::{self, Ingest, Node, Processes, SqlLeases};
use crate::jobs::Jobs;
use crate::leaving::Leaving;
use crate::mail::{MailError, Mailbox, SendMail, Way};
use crate::operator::Operators;
use crate::org::{Oidc, OidcSecret, OidcSettings, Orgs};
use crate::plan::{PlanError, Plans};
use crate::replays::Replays;
use crate::rtm::{Rtm, ViewerKeyError, ViewerTokens};
use crate::secrets::{self, KeyRing, SecretsError};
use crate::show::Shows;
use crate::storefront::{Storefront, WebFiles};
use crate::webhooks::Webhooks;

/// Every room's handle, and what their tasks hang on.
#[derive(Clone)]
pub struct App {
    /// The settings.
    pub config: Arc<Config>,
    /// The time.
    pub clock: Clock,
    /// The database, migrated.
    pub db: Db,
    /// Seals secrets that are kept.
    pub key_ring: KeyRing,
    /// Work for later, and timers.
    pub jobs: Jobs,
    /// Answers to requests that may come again.
    pub replays: Replays,
    /// Facts that a listener could not handle.
    pub dead_facts: DeadFacts,
    /// Wake-ups.
    pub bus: BusHandle,
    /// Files.
    pub blobs: Blobs,
    /// Brings facts to listeners and followers.
    pub relay: Arc<Relay>,
    /// Sends letters.
    pub postman: Arc<SendMail>,
    /// Plans and who has which.
    pub plans: Plans,
    /// Organisations, members, sessions.
    pub orgs: Orgs,
    /// Who pays for what.
    pub billing: Billing,
    /// Servers that are told what happens.
    pub webhooks: Webhooks,
    /// Products, coupons, orders.
    pub catalog: Catalog,
    /// Lists of products.
    pub imports: Imports,
    /// Shows.
    pub shows: Shows,
    /// Publishers and transmissions.
    pub ingest: Ingest,
    /// LL-HLS to viewers.
    pub edge: Edge,
    /// How the media of shows is doing.
    pub monitor: Monitor,
    /// The chat.
    pub rtm: Rtm,
    /// What shoppers' browsers read.
    pub storefront: Storefront,
    /// What whoever runs the cloud can do.
    pub operators: Operators,
    /// Exports and deletions of organisations.
    pub leaving: Leaving,
    /// Every task that must end before the process does.
    pub tasks: TaskTracker,
    /// Cancelled when the process is to end.
    pub stop: CancellationToken,
}

/// Where the process listens, once the ports are known.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// HTTP and WebSocket.
    pub http: SocketAddr,
    /// RTMP.
    pub rtmp: SocketAddr,
}

/// Why the process cannot start. Each is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be written.
    #[error("the data folder {path} cannot be written; choose another with --data-dir")]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// An address is taken or not ours.
    #[error(
        "cannot listen on {address} for {what}; is something else running there? Choose another with {flag}"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// HTTP or RTMP.
        what: &'static str,
        /// The setting.
        flag: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The key of the viewers' tokens can be neither read nor made.
    #[error(transparent)]
    ViewerKey(#[from] ViewerKeyError),
    /// The node's name can be neither read nor made.
    #[error("the node's name in the data folder {path} cannot be used")]
    Node {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The folder of blobs is not the one of the other nodes.
    #[error(transparent)]
    Blobs(#[from] SharedError),
    /// The database does not open.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The keys of secrets cannot be used.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// Letters cannot leave as they are set to.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The default plan does not exist.
    #[error("the default plan cannot be used; choose another with --default-plan")]
    Plan(#[from] PlanError),
    /// Payments cannot be taken as they are set to.
    #[error(transparent)]
    Billing(#[from] BillingSettingError),
    /// An HTTP client cannot be built.
    #[error("the client of origins cannot be built")]
    Client(#[source] reqwest::Error),
}

impl App {
    /// Opens the database, brings it up to date and builds the rooms. Nothing runs yet.
    ///
    /// # Errors
    /// [`StartError`], with a sentence for the operator.
    pub async fn new(config: Config, clock: Clock, addresses: Addresses) -> Result<Self, StartError> {
        make_data_dir(&config.storage.data_dir)?;
        let db = Db::connect(&config.storage.database_url()).await?;
        db.migrate().await?;
        check_shared(&db, &config.storage.blobs_dir()).await?;
        let key_ring = secrets::open(&config.storage, &db, clock.now()).await?;
        let file_before = config.storage.data_dir.join("keys/viewer.key");
        let tokens = ViewerTokens::open(&db, &key_ring, &file_before).await?;
        let app = Self::over(db, config, clock, addresses, key_ring, tokens)?;
        app.plans.check_default().await?;
        Ok(app)
    }

    /// Builds the rooms over a migrated database. Needs a running tokio runtime.
    ///
    /// # Errors
    /// [`StartError::Client`]; [`StartError::Node`]; [`StartError::Mail`]; [`StartError::Billing`].
    pub fn over(
        db: Db,
        config: Config,
        clock: Clock,
        addresses: Addresses,
        key_ring: KeyRing,
        tokens: ViewerTokens,
    ) -> Result<Self, StartError> {
        let public_url = config.server.public_url(addresses.http);
        let rtmp_url = config.server.rtmp_public_url(addresses.rtmp);

        let jobs = Jobs::new(db.clone(), clock.clone());
        let replays = Replays::new(db.clone(), clock.clone());
        let dead_facts = DeadFacts::new(db.clone(), clock.clone());
        let relay = Arc::new(Relay::new(db.clone(), clock.clone()));
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let bus = bus::open(&db, &tasks, &stop);
        let blobs: Blobs = Arc::new(FolderBlobs::new(config.storage.blobs_dir()));

        let mailbox = Mailbox::new(key_ring.clone(), &public_url);
        let plans = Plans::new(db.clone(), clock.clone(), &config.plan.default_plan)
            // Who pays by Stripe chooses there.
            .self_service(config.plan.plan_self_service && config.billing.stripe_key_file.is_none());
        let orgs = Orgs::new(db.clone(), clock.clone()).mailing(mailbox.clone()).within(plans.clone());
        let orgs = orgs.sealing(key_ring.clone()).trusting(issuer(&config, &public_url)?);
        let orgs = orgs.pointing_to(config.mail.studio_url.as_deref());
        let egress = Egress::new(config.server.egress_local);
        let webhooks =
            Webhooks::new(db.clone(), clock.clone(), orgs.clone(), key_ring.clone(), egress.clone());
        let postman = Arc::new(postman(&config, &key_ring)?);
        let billing = Billing::new(
            billing::Parts {
                db: db.clone(),
                clock: clock.clone(),
                orgs: orgs.clone(),
                plans: plans.clone(),
                mailbox,
                default_plan: config.plan.default_plan.clone(),
                self_service: config.plan.plan_self_service,
                public_url: public_url.clone(),
            },
            &config.billing,
        )?;
        let catalog =
            Catalog::new(db.clone(), clock.clone(), blobs.clone(), public_url.clone()).within(plans.clone());
        let lists = config.storage.blobs_dir().join("imports");
        let imports = Imports::new(db.clone(), clock.clone(), catalog.clone(), lists, egress);
        let patience = config.show.interrupted_for();
        let shows =
            Shows::new(db.clone(), clock.clone(), catalog.clone(), patience, public_url.clone(), rtmp_url)
                .within(plans.clone())
                .as_chosen(orgs.clone());
        let ingest = ingest(&config, &db, &shows, &clock, addresses)?;
        let bounds = EdgeConfig { ll_viewers: config.media.ll_viewers, ..EdgeConfig::default() };
        let edge = Edge::new(bounds, Arc::new(ingest.clone())).map_err(StartError::Client)?;
        let monitor = Monitor::new(shows.clone(), ingest.clone(), edge.clone(), clock.clone());
        let rtm = Rtm::new(db.clone(), clock.clone(), orgs.clone(), shows.clone(), tokens);
        let widget = WebFiles::widget(config.server.widget_dir.clone());
        let storefront = Storefront::new(
            clock.clone(),
            orgs.clone(),
            catalog.clone(),
            shows.clone(),
            rtm.clone(),
            &public_url,
            widget,
        );
        let leaving = Leaving::new(
            (db.clone(), clock.clone()),
            (orgs.clone(), shows.clone(), billing.clone()),
            (blobs.clone(), key_ring.clone()),
            &public_url,
            config.storage.data_dir.join("exports"),
        );

        let operators = Operators::new(
            (db.clone(), clock.clone()),
            orgs.clone(),
            (plans.clone(), billing.clone()),
            (shows.clone(), leaving.clone()),
        );

        Ok(Self {
            config: Arc::new(config),
            clock,
            db,
            key_ring,
            jobs,
            replays,
            dead_facts,
            bus,
            blobs,
            relay,
            postman,
            plans,
            orgs,
            billing,
            webhooks,
            catalog,
            imports,
            shows,
            ingest,
            edge,
            monitor,
            rtm,
            storefront,
            operators,
            leaving,
            tasks,
            stop,
        })
    }
}

/// The issuer whose accounts people sign in with, where one is set.
fn issuer(config: &Config, public_url: &str) -> Result<Option<Oidc>, StartError> {
    let set = &config.oidc;
    let (Some(issuer), Some(client_id)) = (set.oidc_issuer.clone(), set.oidc_client_id.clone()) else {
        return Ok(None);
    };
    let secret = set.oidc_client_secret.as_ref().map(|secret| OidcSecret(secret.expose().to_owned()));
    let settings = OidcSettings {
        issuer,
        client_id,
        client_secret: secret,
        label: set.oidc_label.clone(),
        trusts_addresses: set.oidc_trust_addresses,
        redirect: format!("{}/account/oidc/callback", public_url.trim_end_matches('/')),
    };
    Oidc::new(settings).map(Some).map_err(StartError::Client)
}

/// Whoever sends letters, as the settings say.
fn postman(config: &Config, key_ring: &KeyRing) -> Result<SendMail, MailError> {
    let way = match config.mail.server() {
        Some(url) => Way::smtp(url)?,
        None => Way::Folder(config.mail.dir(&config.storage)),
    };
    SendMail::new(key_ring.clone(), &config.mail.mail_from, way)
}

/// Publishers and transmissions, which are child processes of this program.
fn ingest(
    config: &Config,
    db: &Db,
    shows: &Shows,
    clock: &Clock,
    addresses: Addresses,
) -> Result<Ingest, StartError> {
    let (server, data_dir) = (&config.server, &config.storage.data_dir);
    let settings = ingest::Settings {
        host: server.node_address.clone(),
        rtmp_port: addresses.rtmp.port(),
        control_listen: server.control_listen,
        silent_after: config.media.silent_after(),
        takeover: config.media.publisher_conflict == PublisherConflict::Takeover,
        ladder: config.media.ladder_text(),
        unknown_connections: config.media.unknown_publishers.into(),
        unknown_connections_per_address: config.media.unknown_publishers_per_address.into(),
        proxies: Proxies::new(&server.trusted_proxies),
        ..ingest::Settings::new(data_dir.clone())
    };
    let node = Node::open(server.node.as_deref(), data_dir)
        .map_err(|source| StartError::Node { path: data_dir.clone(), source })?;
    let launcher = Processes {
        program: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("vitrine-cloud")),
        data_dir: std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.clone()),
        host: server.node_address.clone(),
        origin_listen: server.origin_listen,
        limits: ingest::Limits {
            encoder_millicores: config.media.encoder_millicores(),
            recording_bytes: config.media.recording_bytes(),
            free_bytes: config.media.free_bytes(),
            live_from_newest: config.media.live_from == LiveFrom::Newest,
        },
    };
    let doors = ingest::Doors {
        shows: Arc::new(shows.clone()),
        // A beat that waits behind the chat looks like a node that is gone.
        leases: Arc::new(SqlLeases::new(db.apart(3), clock.clone())),
        launcher: Arc::new(launcher),
    };
    Ingest::new(settings, node, doors, clock.clone()).map_err(StartError::Client)
}

/// Makes the data folder and tries to write in it, so that a read-only one is told at the start.
fn make_data_dir(path: &Path) -> Result<(), StartError> {
    let refused = |source| StartError::DataDir { path: path.to_owned(), source };
    std::fs::create_dir_all(path).map_err(refused)?;
    let probe = path.join(".probe");
    std::fs::write(&probe, b"").map_err(refused)?;
    std::fs::remove_file(&probe).map_err(refused)
}

/// An app for tests of other rooms.
#[cfg(test)]
pub mod testing {
    use super::*;
    use crate::base::{Actor, TestClock};
    use crate::db::testing::each_db;
    use crate::org::Registration;
    use vitrine_protocol::OrgId;

    /// Runs `test` with every room over each database, on a clock that is moved by hand.
    pub async fn each_app(test: impl AsyncFn(App, TestClock)) {
        each_app_at(None, test).await;
    }

    /// The same, reached by browsers at `public_url`.
    pub async fn each_app_at(public_url: Option<&str>, test: impl AsyncFn(App, TestClock)) {
        each_db(async |db| {
            let dir = tempfile::tempdir().expect("a temporary folder");
            let mut config = Config::for_testing(dir.path());
            config.server.public_url = public_url.map(str::to_owned);
            let hands = TestClock::new();
            let local = SocketAddr::from(([127, 0, 0, 1], 1));
            let addresses = Addresses { http: local, rtmp: local };
            let app = App::over(
                db,
                config,
                hands.clock(),
                addresses,
                KeyRing::for_testing(),
                ViewerTokens::for_testing(),
            )
            .expect("an app");
            test(app.clone(), hands).await;
            app.stop.cancel();
            app.tasks.close();
            app.tasks.wait().await;
        })
        .await;
    }

    /// Registers somebody who runs the cloud; they and their token.
    pub async fn operator(app: &App, name: &str) -> (Actor, String) {
        let (actor, _, token) = owner(app, name).await;
        let me = app.orgs.me(&actor).await.expect("a person").user;
        app.orgs.confirm_address(&me).await;
        let console = Actor::service("console");
        app.operators.set_operator(&console, &me.email, true).await.expect("a confirmed address");
        (app.orgs.authenticate(&token).await.expect("a session"), token)
    }

    fn home() -> std::net::IpAddr {
        std::net::Ipv4Addr::LOCALHOST.into()
    }

    /// Registers an organisation of that name; its owner and their token.
    pub async fn owner(app: &App, name: &str) -> (Actor, OrgId, String) {
        let registration = Registration {
            email: format!("{}@example.com", name.to_lowercase()),
            password: "correct horse".into(),
            name: "Ada".into(),
            organization_name: name.into(),
            slug: None,
            locale: crate::mail::Locale::En,
        };
        let signed_in = app.orgs.register(registration, home()).await.expect("a registration");
        let actor = app.orgs.authenticate(&signed_in.token).await.expect("a session");
        (actor, signed_in.organizations[0].id, signed_in.token)
    }
}
