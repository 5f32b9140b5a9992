//! The handle of the chat.

use std::sync::Arc;

use chrono::TimeDelta;
use vitrine_protocol::rtm::{Author, AuthorRole, ChatMessage};
use vitrine_protocol::{BanId, MessageId, OrgId, ProductId, ShowId};

use super::conn::Peer;
use super::error::RtmError;
use super::history::{History, Letter};
use super::hub::{Door, Hub, Reading, Source};
use super::model::{Ban, Guest, Line, ModeratedMessage, Signals, nickname_key, unique_mark};
use super::seats::SeatId;
use super::state::{SNAPSHOT_MESSAGES, Standing};
use super::store;
use super::viewer::ViewerTokens;
use crate::base::{Actor, ActorKind, Clock, Page, Permission};
use crate::db::{Db, DbError};
use crate::events::{Event, Heads, heads, record};
use crate::org::Orgs;
use crate::show::{Shows, Ware};

/// What every session token begins with.
const SESSION_PREFIX: &str = "vts_";
/// A token longer than this is not read.
const MAX_TOKEN_BYTES: usize = 1_024;

/// A room that opens looks this far back for the pin in force.
const HIGHLIGHTS_BACK: TimeDelta = TimeDelta::minutes(30);
/// Messages told at once: those of a snapshot, or those of one author that are restored.
const NEWEST: i64 = SNAPSHOT_MESSAGES as i64;

/// The chat of all shows. Clones share it.
#[derive(Clone)]
pub struct Rtm {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    clock: Clock,
    orgs: Orgs,
    shows: Shows,
    tokens: ViewerTokens,
    hub: Hub,
    history: History,
}

/// Reads the rows that a room starts from.
struct Rows {
    db: Db,
    clock: Clock,
    shows: Shows,
}

impl Source for Rows {
    fn standing(&self, org: OrgId, show: ShowId) -> Reading<'_> {
        Box::pin(async move {
            let found = self.shows.find(show).await?.filter(|found| found.org == org);
            let found = found.ok_or(RtmError::NotFound)?;
            let highlights = self.shows.highlights(&found, self.clock.now() - HIGHLIGHTS_BACK).await?;
            let newest = store::page(&self.db, org, show, None, false, NEWEST).await?;
            let cards = self.shows.cards(&found).await?;
            Ok(Standing {
                airing: self.shows.airing(show, found.state, found.live_at, found.ended_at),
                received: found.publish_session.filter(|_| found.receiving),
                rungs: self.shows.rungs(&found).await?,
                messages: newest.into_iter().rev().map(|m| m.message).collect(),
                highlights,
                cards,
                products: found.lineup.products(),
                version: heads(&self.db).await?.of(org),
            })
        })
    }
}

impl Rtm {
    /// Starts the chat. Needs a running tokio runtime.
    #[must_use]
    pub fn new(db: Db, clock: Clock, orgs: Orgs, shows: Shows, tokens: ViewerTokens) -> Self {
        let hub =
            Hub::new(Rows { db: db.clone(), clock: clock.clone(), shows: shows.clone() }, clock.clone());
        let history = History::start(db.clone());
        Self { inner: Arc::new(Inner { db, clock, orgs, shows, tokens, hub, history }) }
    }

    /// People watching a show now.
    #[must_use]
    pub fn viewers(&self, show: ShowId) -> u32 {
        self.inner.hub.viewers(show)
    }

    /// People watching shows of each organisation now, as far as this process knows.
    #[must_use]
    pub fn watching(&self) -> Vec<(OrgId, i64)> {
        self.inner.hub.all_viewers().into_iter().collect()
    }

    /// The newest facts now. A public view has them when it is read after this; rooms tell of what version it is to be.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn heads(&self) -> Result<Heads, DbError> {
        heads(&self.inner.db).await
    }

    /// Who signs viewer tokens.
    #[must_use]
    pub fn tokens(&self) -> &ViewerTokens {
        &self.inner.tokens
    }

    /// Sends everybody away to come back (close 1012), before the server stops.
    pub async fn stop(&self) {
        self.inner.hub.stop().await;
    }

    /// Messages of a show before `before`, newest first, removed ones included.
    ///
    /// # Errors
    /// [`RtmError::Forbidden`], [`RtmError::NotFound`].
    pub async fn messages(
        &self,
        actor: &Actor,
        org: OrgId,
        show: ShowId,
        before: Option<MessageId>,
        limit: i64,
    ) -> Result<Page<ModeratedMessage>, RtmError> {
        actor.require(Permission::ViewChat, org)?;
        self.check_show(org, show).await?;
        let items = store::page(&self.inner.db, org, show, before, true, limit + 1).await?;
        Ok(Page::cut(items, limit, |item| item.message.id.to_string()))
    }

    /// Removes a message for everybody. Removing it again changes nothing.
    ///
    /// # Errors
    /// [`RtmError::Forbidden`], [`RtmError::NotFound`].
    pub async fn remove_message(
        &self,
        actor: &Actor,
        org: OrgId,
        show: ShowId,
        message: MessageId,
    ) -> Result<(), RtmError> {
        actor.require(Permission::ModerateChat, org)?;
        let now = self.inner.clock.now();
        let mut tx = self.inner.db.begin().await?;
        let removed = store::remove(&mut tx, org, show, message, actor.user(), now).await?;
        if !removed.ok_or(RtmError::NotFound)? {
            return Ok(());
        }
        record(&mut tx, actor, now, org, Some(show), Event::MessageRemoved { show, message })?;
        Ok(tx.commit().await?)
    }

    /// Bans the author of a message from the show's chat and removes all they said there.
    ///
    /// # Errors
    /// [`RtmError::Forbidden`], [`RtmError::NotFound`], [`RtmError::BanOfMember`].
    pub async fn ban(
        &self,
        actor: &Actor,
        org: OrgId,
        show: ShowId,
        message: MessageId,
        reason: Option<String>,
    ) -> Result<Ban, RtmError> {
        actor.require(Permission::ModerateChat, org)?;
        let now = self.inner.clock.now();
        let mut tx = self.inner.db.begin().await?;
        let found = store::author_of(&mut tx, org, show, message).await?;
        let (author, signals) = found.ok_or(RtmError::NotFound)?;
        let signals = signals.ok_or(RtmError::BanOfMember)?;
        let wanted = Ban {
            id: BanId::new(),
            author: author.id.clone(),
            nickname: author.name,
            reason,
            created_by: actor.user(),
            created_at: now,
        };
        let ban = store::ban(&mut tx, org, show, &wanted, &signals).await?;
        store::remove_all_of(&mut tx, org, show, &author.id, &ban, actor.user(), now).await?;
        let fact = Event::ViewerBanned { show, ban: ban.id, author: author.id };
        record(&mut tx, actor, now, org, Some(show), fact)?;
        tx.commit().await?;
        Ok(ban)
    }

    /// A message, removed or not.
    ///
    /// # Errors
    /// [`RtmError::Forbidden`], [`RtmError::NotFound`].
    pub async fn message(
        &self,
        actor: &Actor,
        org: OrgId,
        show: ShowId,
        message: MessageId,
    ) -> Result<ModeratedMessage, RtmError> {
        actor.require(Permission::ViewChat, org)?;
        store::find(&self.inner.db, org, show, message).await?.ok_or(RtmError::NotFound)
    }

    /// The running bans of a show, newest first.
    ///
    /// # Errors
    /// [`RtmError::Forbidden`], [`RtmError::NotFound`].
    pub async fn bans(
        &self,
        actor: &Actor,
        org: OrgId,
        show: ShowId,
        after: Option<BanId>,
        limit: i64,
    ) -> Result<Page<Ban>, RtmError> {
        self.moderator(actor, org, show).await?;
        let bans = store::bans(&self.inner.db, org, show, after, limit + 1).await?;
        Ok(Page::cut(bans, limit, |ban| ban.id.to_string()))
    }

    /// A running ban.
    ///
    /// # Errors
    /// [`RtmError::Forbidden`], [`RtmError::NotFound`].
    pub async fn running_ban(
        &self,
        actor: &Actor,
        org: OrgId,
        show: ShowId,
        ban: BanId,
    ) -> Result<Ban, RtmError> {
        actor.require(Permission::ModerateChat, org)?;
        store::running_ban(&self.inner.db, org, show, ban).await?.ok_or(RtmError::NotFound)
    }

    /// Ends a ban. What it removed comes back with `restore`; what was removed by hand stays away.
    ///
    /// # Errors
    /// [`RtmError::Forbidden`], [`RtmError::NotFound`].
    pub async fn lift_ban(
        &self,
        actor: &Actor,
        org: OrgId,
        show: ShowId,
        ban: BanId,
        restore: bool,
    ) -> Result<(), RtmError> {
        actor.require(Permission::ModerateChat, org)?;
        let now = self.inner.clock.now();
        let mut tx = self.inner.db.begin().await?;
        let author = store::lift(&mut tx, org, show, ban, now).await?.ok_or(RtmError::NotFound)?;
        if restore {
            store::restore(&mut tx, org, show, ban).await?;
        }
        let fact = Event::ViewerUnbanned { show, ban, author, restored: restore };
        record(&mut tx, actor, now, org, Some(show), fact)?;
        Ok(tx.commit().await?)
    }

    /// The last things that an author said and that stand, oldest first.
    pub(super) async fn newest_of(
        &self,
        org: OrgId,
        show: ShowId,
        author: &str,
    ) -> Result<Vec<ChatMessage>, RtmError> {
        Ok(store::newest_of(&self.inner.db, org, show, author, NEWEST).await?)
    }

    /// The products of a show's line-up, those that are sold as shoppers see them, and the newest fact that may be in that.
    pub(super) async fn lineup(
        &self,
        org: OrgId,
        show: ShowId,
    ) -> Result<(Vec<ProductId>, Vec<Ware>, i64), RtmError> {
        let found = self.shows().find(show).await?.filter(|found| found.org == org);
        let (products, cards) = match found {
            Some(found) => (found.lineup.products(), self.shows().cards(&found).await?),
            None => (Vec::new(), Vec::new()),
        };
        Ok((products, cards, self.heads().await?.of(org)))
    }

    /// The shows that have a product, that as shoppers see it if it is sold, and the newest fact that may be in that.
    pub(super) async fn product(
        &self,
        org: OrgId,
        product: ProductId,
    ) -> Result<(Vec<ShowId>, Option<Ware>, i64), RtmError> {
        let (shows, ware) = self.shows().showing(org, product).await?;
        Ok((shows, ware, self.heads().await?.of(org)))
    }

    pub(super) fn shows(&self) -> &Shows {
        &self.inner.shows
    }

    pub(super) fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    /// Between 0 and 1, for spreading what would happen all at once.
    pub(super) fn jitter(&self) -> f64 {
        rand::random()
    }

    /// Whom a token stands for in a show.
    pub(super) async fn admit(&self, token: &str, show: ShowId, peer: &Peer) -> Result<Guest, RtmError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(RtmError::Unauthenticated);
        }
        if token.starts_with(SESSION_PREFIX) {
            return self.admit_member(token, show).await;
        }
        let viewer = self.inner.tokens.read(token, self.inner.clock.now());
        let viewer = viewer.filter(|viewer| viewer.show == show).ok_or(RtmError::Unauthenticated)?;
        if let Some(page) = &peer.page
            && !self.inner.orgs.settings(viewer.org).await?.allows(page)
        {
            return Err(RtmError::Page);
        }
        if let Some(most) = self.inner.orgs.most_viewers(viewer.org).await?
            && self.inner.hub.viewers_of(viewer.org) >= most
        {
            return Err(RtmError::Full);
        }
        let (id, name) = (viewer.id.to_string(), viewer.nickname);
        let nickname = nickname_key(&name);
        let signals = Signals { viewer: viewer.id, nickname, network: peer.network.clone() };
        let author = Author { id, name, role: AuthorRole::Viewer };
        Ok(Guest {
            org: viewer.org,
            show,
            author,
            signals: Some(signals),
            earnings: false,
            speaks: true,
            knows_offers: peer.knows_offers,
        })
    }

    async fn admit_member(&self, token: &str, show: ShowId) -> Result<Guest, RtmError> {
        let actor = self.inner.orgs.authenticate(token).await?;
        let found = self.inner.shows.find(show).await?.ok_or(RtmError::NotFound)?;
        let org = found.org;
        actor.require(Permission::ViewChat, org)?;
        let may = actor.permissions_in(org);
        let speaks = may.has(Permission::SpeakInChat);
        let (hosts, earnings) = (may.has(Permission::RunShows), may.has(Permission::ViewOrders));
        let role = if hosts { AuthorRole::Host } else { AuthorRole::Moderator };
        let ActorKind::User { id, name, .. } = actor.kind else { return Err(RtmError::Unauthenticated) };
        let author = Author { id: id.to_string(), name, role };
        Ok(Guest { org, show, author, signals: None, earnings, speaks, knows_offers: false })
    }

    /// Sends a message on its way; it is shown once it is stored.
    pub(super) fn say(
        &self,
        guest: &Guest,
        text: String,
        door: &Door,
        seat: SeatId,
        mark: &str,
    ) -> Result<(), RtmError> {
        let (id, at, author) = (MessageId::new(), self.inner.clock.now(), guest.author.clone());
        let message = ChatMessage { id, at, author, text };
        let (signals, mark_kept) = (guest.signals.clone(), unique_mark(mark));
        let line = Line { org: guest.org, show: guest.show, message, signals, mark: mark_kept };
        self.inner.history.post(Letter { line, door: door.clone(), seat, mark: mark.to_owned() })
    }

    async fn moderator(&self, actor: &Actor, org: OrgId, show: ShowId) -> Result<(), RtmError> {
        actor.require(Permission::ModerateChat, org)?;
        self.check_show(org, show).await
    }

    async fn check_show(&self, org: OrgId, show: ShowId) -> Result<(), RtmError> {
        match self.inner.shows.find(show).await? {
            Some(found) if found.org == org => Ok(()),
            _ => Err(RtmError::NotFound),
        }
    }
}
