//! The app itself: knows no window.
//!
//! [`Desk`] is the handle that commands ask. Talking to the cloud happens in the caller's task; what
//! changes the desk goes by channel to its one owner (`owner/`), which tells the window through
//! [`Window`]. Everything live passes here: air, devices, meters, chat, pins.

mod access;
mod card;
mod chat;
mod clock;
mod cloud;
mod demo;
mod entry;
mod faults;
mod keys;
mod lookout;
mod note;
mod owner;
mod phase;
mod preview;
mod programme;
mod room;
mod sayings;
mod settings;
mod stage;
mod strain;
mod uplink;
mod view;
mod world;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_entry;
#[cfg(test)]
mod tests_session;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc, oneshot};
use vitrine_protocol::{Code, HighlightTarget, Permission, ShowState};

pub use entry::BrowserSignIn;
pub use settings::is_profile_name;
pub use view::*;

use crate::error::CommandError;
use cloud::{Cloud, Sending, base_address, show_path};
use entry::Waiting;
use faults::Faults;
use keys::Keys;
use lookout::Lookout;
use note::NoteFile;
use owner::{Ask, Departure, Destination, Opened, Owner, Standing};
use preview::PreviewServer;
use settings::SettingsFile;
use world::World;

/// Where the desk tells what changed.
pub trait Window: Send + Sync + 'static {
    /// One thing that changed. Must not block.
    fn tell(&self, event: DeskEvent);
}

/// The handle of the app. Clones are cheap.
#[derive(Clone)]
pub struct Desk {
    profile: String,
    cloud: Cloud,
    keys: Keys,
    settings: SettingsFile,
    faults: Faults,
    note: NoteFile,
    lookout: Lookout,
    preview: Arc<PreviewServer>,
    /// The list that was chosen last; no other file can be sent.
    list: Arc<Mutex<Option<PathBuf>>>,
    /// Sign-ins that have begun.
    waiting: Arc<Mutex<Waiting>>,
    /// The cloud that a link named, with which the studio was opened.
    linked: Arc<OnceLock<String>>,
    /// The list that is on its way.
    sending: Arc<Mutex<Option<Arc<Sending>>>>,
    owner: mpsc::Sender<Ask>,
}

/// A window that is closed does not wait longer than this for the desk.
const CLOSE_WITHIN: Duration = Duration::from_secs(4);

type Done<T = ()> = Result<T, CommandError>;

impl Desk {
    /// Starts the desk of one profile; its settings lie in `folder`.
    ///
    /// Call it inside a tokio runtime.
    ///
    /// # Errors
    /// When the HTTP client or the preview's port cannot be had.
    pub async fn start(profile: &str, folder: PathBuf, window: Arc<dyn Window>) -> anyhow::Result<Self> {
        Self::start_in(World::here(), profile, folder, window).await
    }

    async fn start_in(
        world: World,
        profile: &str,
        folder: PathBuf,
        window: Arc<dyn Window>,
    ) -> anyhow::Result<Self> {
        let settings = SettingsFile::of(&folder, profile);
        let cloud = Cloud::new()?;
        let (owner, asks) = mpsc::channel(64);
        let note = NoteFile::of(&folder, profile);
        let faults = Faults::new(window.clone(), world.clock.clone());
        let (minded, noted) = (faults.clone(), note.clone());
        let lookout = world.lookout.clone();
        let task = Owner::new(settings.clone(), cloud.clone(), window, world, minded, noted, owner.clone());
        let preview = Arc::new(PreviewServer::start(task.pictures()).await?);
        tokio::spawn(task.run(asks));
        Ok(Self {
            profile: profile.to_owned(),
            cloud,
            keys: Keys::of(profile),
            settings,
            faults,
            note,
            lookout,
            preview,
            list: Arc::default(),
            waiting: Arc::default(),
            linked: Arc::default(),
            sending: Arc::default(),
            owner,
        })
    }

    /// What the window needs to start. A kept session is tried once.
    pub async fn bootstrap(&self) -> Done<Bootstrap> {
        let settings = self.settings.read();
        let keyring = self.keys.status().await;
        let mut session = self.ask(Ask::Session).await?;
        if session.is_none()
            && keyring.available
            && let (Some(url), Some(email)) = (&settings.cloud_url, &settings.email)
            && let (Ok(base), Some(token)) = (base_address(url), self.keys.recall(&account(url, email)).await)
        {
            match self.cloud.resume(&base, &token).await {
                Ok(resumed) => session = Some(self.signed_in(Session { remembered: true, ..resumed }).await?),
                Err(error) if error.code == Code::Unauthenticated => {
                    self.keys.forget(&account(url, email)).await
                }
                Err(error) => tracing::info!(code = %error.code, "the kept session could not be tried"),
            }
        }
        Ok(Bootstrap {
            profile: self.profile.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            demo: demo::running(),
            keyring,
            session,
            linked: self.linked.get().is_some(),
            email: settings.email.filter(|_| self.linked.get().is_none()),
            cloud_url: self.linked.get().cloned().or(settings.cloud_url),
        })
    }

    /// Remembers the cloud that a link names, `vitrine://open?cloud=https://live.example.com`: its address is filled in for who signs in.
    /// What else a link says is nobody's business here.
    pub fn follow_link(&self, link: &str) {
        let named = url::Url::parse(link).ok().filter(|link| link.scheme() == "vitrine");
        let cloud = named.and_then(|link| {
            let (_, cloud) = link.query_pairs().find(|(name, _)| name == "cloud")?;
            base_address(&cloud).ok()
        });
        if let Some(cloud) = cloud {
            let _ = self.linked.set(cloud.as_str().trim_end_matches('/').to_owned());
        }
    }

    async fn signed_in(&self, session: Session) -> Done<Session> {
        self.ask(|done| Ask::SignedIn(Some(session.clone()), done)).await?;
        Ok(session)
    }

    /// Signs out and forgets the token. Refused on air.
    pub async fn sign_out(&self) -> Done {
        self.ask(Ask::Close).await??;
        if let Some(session) = self.ask(Ask::Session).await? {
            self.keys.forget(&account(&session.cloud_url, &session.user.email)).await;
            // The cloud forgets it too; when it does not answer, the token runs out by itself.
            if let Err(error) = self.cloud.call_now::<Value>(Method::DELETE, "/v1/sessions/current").await {
                tracing::info!(code = %error.code, "the cloud did not hear of the sign-out");
            }
        }
        self.cloud.access().set(None);
        self.ask(|done| Ask::SignedIn(None, done)).await
    }

    /// Asks the cloud for another screen.
    pub async fn cloud_fetch(
        &self,
        method: String,
        path: String,
        body: Option<String>,
        headers: CloudHeaders,
    ) -> Done<CloudAnswer> {
        self.cloud.fetch(&method, &path, body, headers).await
    }

    /// Sends a picture, given as a data URL, to the cloud.
    pub async fn cloud_put_picture(
        &self,
        path: String,
        picture: String,
        headers: CloudHeaders,
    ) -> Done<CloudAnswer> {
        self.cloud.put_picture(&path, &picture, headers).await
    }

    /// Looks at a list that was chosen; it is the one that can be sent from now on.
    pub async fn chose_list(&self, file: PathBuf) -> Done<ChosenList> {
        let seen = cloud::look(&file).await?;
        *self.list.lock().await = Some(file);
        Ok(seen)
    }

    /// Sends the list that was chosen last.
    pub async fn send_list(&self, path: String, kind: String) -> Done<CloudAnswer> {
        let file = self.list.lock().await.clone();
        let file = file.ok_or_else(|| CommandError::new(Code::InvalidRequest, "Choose a file first."))?;
        let sending = Arc::new(Sending::default());
        {
            let mut on_way = self.sending.lock().await;
            if on_way.is_some() {
                return Err(CommandError::new(Code::IllegalMove, "Another list is still on its way."));
            }
            *on_way = Some(sending.clone());
        }
        let answer = self.cloud.send_file(&path, &kind, &file, &sending).await;
        *self.sending.lock().await = None;
        answer
    }

    /// How much of the list that is on its way has gone out (bytes); nothing: none is.
    pub async fn list_sent(&self) -> Option<f64> {
        self.sending.lock().await.as_ref().map(|sending| sending.sent() as f64)
    }

    /// Stops the list that is on its way.
    pub async fn stop_list(&self) {
        if let Some(sending) = self.sending.lock().await.as_ref() {
            sending.stop();
        }
    }

    /// Keeps what a path of the cloud gives in a file.
    pub async fn keep_from_cloud(&self, path: String, file: PathBuf) -> Done {
        self.cloud.get_file(&path, &file).await
    }

    /// Keeps a text in a file.
    pub async fn keep_text(&self, text: String, file: PathBuf) -> Done {
        cloud::write(&file, &text).await
    }

    /// What can be captured from.
    pub async fn list_devices(&self) -> Done<Devices> {
        let devices = self.lookout.look().await;
        self.ask(|done| Ask::SawDevices(devices, done)).await
    }

    /// Chooses the picture.
    pub async fn set_source(&self, source: SourceChoice) -> Done {
        self.ask(|done| Ask::SetSource(source, done)).await?
    }

    /// Chooses the microphone.
    pub async fn set_microphone(&self, id: Option<String>) -> Done {
        self.ask(|done| Ask::SetMicrophone(id, done)).await?
    }

    /// Mutes the microphone.
    pub async fn set_muted(&self, muted: bool) -> Done {
        self.ask(|done| Ask::SetMuted(muted, done)).await
    }

    /// Chooses size and rate. Refused on air.
    pub async fn set_quality(&self, quality: Quality) -> Done {
        self.ask(|done| Ask::SetQuality(quality, done)).await?
    }

    /// Moves the microphone against the camera (milliseconds; later when positive).
    pub async fn set_sound_offset(&self, ms: i32) -> Done {
        self.ask(|done| Ask::SetSoundOffset(ms, done)).await?
    }

    /// Watches and listens for ten seconds: how far flash and beep of one moment are apart. Nothing: too few came.
    pub async fn measure_sound(&self) -> Done<Option<LipView>> {
        let measuring = self.ask(Ask::MeasureSound).await??;
        Ok(measuring.await.map(|found| LipView {
            sound_after_ms: found.sound_after_ms,
            spread_ms: found.spread_ms,
            pairs: found.pairs,
        }))
    }

    /// Chooses what the lower third shows.
    pub async fn set_lower_third(&self, choice: LowerThirdChoice) -> Done {
        let card = match &choice {
            LowerThirdChoice::Product { product_id } => {
                let session = self.ask(Ask::ShowPath).await?.ok_or_else(no_show)?;
                let path = format!("/v1/orgs/{}/products/{product_id}", session.org_id);
                let mut product: Value = self.cloud.call(Method::GET, &path, None).await?;
                product["product_id"] = product["id"].clone();
                let product = serde_json::from_value(product).map_err(|_| {
                    CommandError::new(Code::FarSide, "The cloud's product could not be read.")
                })?;
                Some(card::of_product(&self.cloud, &product).await)
            }
            LowerThirdChoice::FollowPin | LowerThirdChoice::Off => None,
        };
        self.ask(|done| Ask::SetLowerThird(choice, card, done)).await?
    }

    /// Where the programme's picture can be watched.
    pub async fn preview_endpoint(&self) -> Done<PreviewEndpoint> {
        Ok(self.preview.endpoint())
    }

    /// Opens one show: chat and counters, and the programme for who may go live.
    pub async fn open_show(&self, org_id: String, show_id: String) -> Done {
        let session = self.ask(Ask::Session).await?;
        let session =
            session.ok_or_else(|| CommandError::new(Code::Unauthenticated, "Nobody is signed in."))?;
        let place = match session.organizations.into_iter().find(|org| org.id == org_id) {
            Some(known) => Some(known),
            // Joined or made since the sign-in.
            None => {
                let places = self.cloud.places().await?;
                self.ask(|done| Ask::Places(places.clone(), done)).await?;
                places.into_iter().find(|org| org.id == org_id)
            }
        };
        let directs = place.map(|org| org.may(Permission::RunShows));
        let directs = directs
            .ok_or_else(|| CommandError::new(Code::NotFound, "That is not one of your organisations."))?;
        let show: Value = self.cloud.call(Method::GET, &show_path(&org_id, &show_id), None).await?;
        let state: ShowState = serde_json::from_value(show["state"].clone())
            .map_err(|_| CommandError::new(Code::FarSide, "The cloud's show could not be read."))?;
        let receiving = show["receiving"].as_bool().unwrap_or_default();
        let elsewhere = receiving && !self.is_left_of_ours(&org_id, &show_id).await;
        let live_at =
            show["live_at"].as_str().and_then(|at| at.parse::<chrono::DateTime<chrono::Utc>>().ok());
        let opened = Opened {
            directs,
            show: ShowView {
                org_id,
                show_id,
                title: show["title"].as_str().unwrap_or_default().to_owned(),
                state,
                live_at_ms: live_at.map(|at| at.timestamp_millis() as f64),
                receiving,
                elsewhere,
                rungs: vec![],
                lineup_revision: 0,
            },
        };
        self.ask(|done| Ask::Open(Box::new(opened), done)).await?
    }

    /// Whether the picture that arrives is what is left of a broadcast from here, as after a crash.
    async fn is_left_of_ours(&self, org_id: &str, show_id: &str) -> bool {
        let Some(note) = self.note.read().filter(|note| note.show_id == show_id) else { return false };
        let standing = owner::standing(&self.cloud, &show_path(org_id, show_id), &note.publishes).await;
        matches!(standing, Ok(Standing::Ours))
    }

    /// Leaves the show. Refused on air.
    pub async fn close_show(&self) -> Done {
        self.ask(Ask::Close).await?
    }

    /// Everything at once.
    pub async fn snapshot(&self) -> Done<DeskSnapshot> {
        self.ask(Ask::Snapshot).await
    }

    /// Opens the uplink and airs the show; answers once it is under way. How it goes from there, and what
    /// stops it, is told by phase and faults. Somebody else who is on air is let go of only where the host meant
    /// that (`take_over`): they may have gone on air while the host pressed.
    pub async fn go_live(&self, take_over: bool) -> Done {
        let departure = self.ask(Ask::GoLive).await??;
        let destination = self.destination(&departure, take_over).await;
        self.ask(|done| Ask::Takeoff(departure.turn, destination, done)).await
    }

    /// Where to publish. Whoever is on air from elsewhere is let go of first: this picture replaces theirs. Nothing,
    /// when that is not meant.
    async fn destination(&self, departure: &Departure, take_over: bool) -> Done<Option<Destination>> {
        let path = show_path(&departure.show.org_id, &departure.show.show_id);
        let now: Value = self.cloud.call_now(Method::GET, &path).await?;
        let takes_over = now["receiving"].as_bool().unwrap_or_default();
        if takes_over {
            if !take_over && owner::standing(&self.cloud, &path, &departure.ours).await? == Standing::Theirs {
                return Ok(None);
            }
            self.cloud.call_now::<Value>(Method::DELETE, &format!("{path}/publish-key")).await?;
        }
        let target = Box::new(owner::target(&self.cloud, &path).await?);
        Ok(Some(Destination { target, takes_over }))
    }

    /// Lets go of the uplink at once, in any phase on air. The show stays open at the cloud.
    pub async fn cancel_air(&self) -> Done {
        self.ask(Ask::CancelAir).await?
    }

    /// Ends the show.
    pub async fn end_show(&self) -> Done {
        let Departure { show, turn, .. } = self.ask(Ask::End).await??;
        let ended = self.cloud.end(&show_path(&show.org_id, &show.show_id)).await;
        self.ask(|done| Ask::Landed(show.show_id, turn, ended.clone(), done)).await?;
        ended
    }

    /// Whether the window may close.
    pub async fn closing(&self) -> Closing {
        match tokio::time::timeout(CLOSE_WITHIN, self.ask(Ask::Closing)).await {
            Ok(Ok(Some(view))) => Closing::Asks(view),
            // A desk that has stopped has nothing on air.
            Ok(Ok(None) | Err(_)) => Closing::Free,
            Err(_) => Closing::Unknown,
        }
    }

    /// Does to the show on air what quitting asks for; the studio may end once this is done.
    ///
    /// # Errors
    /// When the cloud did not end the show: better stay.
    pub async fn before_quit(&self, way: QuitWay) -> Done {
        match way {
            QuitWay::End => self.end_show().await,
            // Not on air any more is as good.
            QuitWay::Leave => {
                let _ = tokio::time::timeout(CLOSE_WITHIN, self.cancel_air()).await;
                Ok(())
            }
        }
    }

    /// A show that was on air when the studio went away, for who is signed in where it was.
    pub async fn take_up_offer(&self) -> Done<Option<TakeUpOffer>> {
        let open = self.ask(Ask::ShowPath).await?;
        let (Some(note), Some(session), None) = (self.note.orphan(), self.ask(Ask::Session).await?, open)
        else {
            return Ok(None);
        };
        let ours = session.cloud_url == note.cloud_url
            && session.organizations.iter().any(|org| org.id == note.org_id && org.may(Permission::RunShows));
        Ok(ours.then_some(TakeUpOffer {
            org_id: note.org_id,
            show_id: note.show_id,
            title: note.title,
            live_at_ms: note.live_at_ms,
        }))
    }

    /// The host does not want that show back, or it is over.
    pub async fn decline_take_up(&self) -> Done {
        // The note of a show that is open now is not that one's.
        if self.ask(Ask::Closing).await?.is_none() && self.note.orphan().is_some() {
            self.note.remove();
        }
        Ok(())
    }

    /// Presses a fault's button.
    pub async fn act_on_fault(&self, code: FaultCode, action: FaultAction) -> Done {
        match (code, action) {
            (FaultCode::EndFailed, FaultAction::TryAgain) | (_, FaultAction::EndShow) => {
                self.end_show().await
            }
            (_, FaultAction::TryAgain) if faults::source_of(code) == FaultSource::Air => {
                self.go_live(false).await
            }
            _ => self.ask(|done| Ask::ActOnFault(code, action, done)).await?,
        }
    }

    /// Pins at the frame on screen.
    pub async fn pin(&self, target: HighlightTarget) -> Done {
        let (show, at) = self.ask(Ask::Instant).await?.ok_or_else(no_show)?;
        self.cloud.pin(&show_path(&show.org_id, &show.show_id), target, at).await
    }

    /// Takes the pin off.
    pub async fn unpin(&self) -> Done {
        let (show, at) = self.ask(Ask::Instant).await?.ok_or_else(no_show)?;
        self.cloud.unpin(&show_path(&show.org_id, &show.show_id), at).await
    }

    /// Says something as the shop.
    pub async fn send_chat(&self, text: String) -> Done {
        let speaker = self.ask(Ask::Speaker).await?.ok_or_else(no_show)?;
        speaker.say(text).await
    }

    /// Removes a message.
    pub async fn delete_message(&self, message_id: String) -> Done {
        let show = self.ask(Ask::ShowPath).await?.ok_or_else(no_show)?;
        let path = format!("{}/messages/{message_id}", show_path(&show.org_id, &show.show_id));
        self.cloud.call::<Value>(Method::DELETE, &path, None).await.map(drop)
    }

    /// Bans a message's author.
    pub async fn ban_author(&self, message_id: String, reason: Option<String>) -> Done {
        let show = self.ask(Ask::ShowPath).await?.ok_or_else(no_show)?;
        let path = format!("{}/bans", show_path(&show.org_id, &show.show_id));
        let body = json!({ "message_id": message_id, "reason": reason });
        self.cloud.call::<Value>(Method::POST, &path, Some(body)).await.map(drop)
    }

    async fn ask<T>(&self, ask: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Done<T> {
        let (tx, rx) = oneshot::channel();
        self.owner.send(ask(tx)).await.map_err(|_| stopped())?;
        rx.await.map_err(|_| stopped())
    }
}

/// What closing the window would do.
#[derive(Debug, Clone, PartialEq)]
pub enum Closing {
    /// Nothing: it may close.
    Free,
    /// This, to a show on air.
    Asks(CloseView),
    /// The desk is too busy to say: something may be on air.
    Unknown,
}

#[cfg(test)]
impl Closing {
    fn view(self) -> Option<CloseView> {
        match self {
            Self::Asks(view) => Some(view),
            Self::Free | Self::Unknown => None,
        }
    }
}

/// The keyring's name of a person at a cloud.
fn account(cloud_url: &str, email: &str) -> String {
    format!("{email} at {cloud_url}")
}

fn stopped() -> CommandError {
    CommandError::new(Code::Internal, "The desk has stopped; start the studio again.")
}

fn no_show() -> CommandError {
    CommandError::new(Code::IllegalMove, "Open a show first.")
}
