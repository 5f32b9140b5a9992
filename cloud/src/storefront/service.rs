//! The handle of the public side. Nobody signs in here; what is not public does not exist.

use std::sync::Arc;

use vitrine_protocol::{OrgId, ProductCard, ShowId, ShowState};

use super::error::StorefrontError;
use super::files::WebFiles;
use super::model::{Channel, CouponTeaser, PassRequest, PublicShow, ViewerPass};
use super::snapshots::{Answer, Key, Snapshot, Snapshots, View, Wares};
use crate::base::Clock;
use crate::catalog::{Catalog, Choice, Language, Product};
use crate::events::Heads;
use crate::org::{OrgError, Organization, Orgs};
use crate::rtm::Rtm;
use crate::show::{Show, Shows};

/// The public side. Clones share everything.
#[derive(Clone)]
pub struct Storefront {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    orgs: Orgs,
    catalog: Catalog,
    shows: Shows,
    rtm: Rtm,
    rtm_url: String,
    widget: WebFiles,
    snapshots: Snapshots,
}

impl Storefront {
    /// The handle. `public_url` is how browsers reach this server; `widget` are the files below `/widget/`.
    #[must_use]
    pub fn new(
        clock: Clock,
        orgs: Orgs,
        catalog: Catalog,
        shows: Shows,
        rtm: Rtm,
        public_url: &str,
        widget: WebFiles,
    ) -> Self {
        // `http` becomes `ws`, `https` becomes `wss`.
        let rtm_url = format!("{}/v1/rtm", public_url.replacen("http", "ws", 1));
        let snapshots = Snapshots::default();
        Self { inner: Arc::new(Inner { clock, orgs, catalog, shows, rtm, rtm_url, widget, snapshots }) }
    }

    /// Keeps answers from here on: the facts that change them are heard.
    pub fn keep_snapshots(&self) {
        self.inner.snapshots.keep();
    }

    pub(super) fn forget(&self, org: OrgId) {
        self.inner.snapshots.forget(org);
    }

    /// Lets go of answers that are too old to be given to anybody.
    pub fn drop_old_snapshots(&self) {
        self.inner.snapshots.drop_old();
    }

    /// What a channel shows: the show on air, else the next, else the last.
    ///
    /// # Errors
    /// [`StorefrontError::NotFound`] when there is no such organisation.
    pub(super) async fn channel(&self, slug: &str, choice: &Choice) -> Result<Answer, StorefrontError> {
        let load = || async {
            let heads = self.heads().await?;
            let org =
                self.inner.orgs.find_by_slug(slug).await?.ok_or(StorefrontError::NotFound("channel"))?;
            open(&org)?;
            let (show, reason) = self.inner.shows.channel(org.id).await?;
            let (show, wares) = match show {
                Some(show) => {
                    let (show, wares) = self.public(show, org.slug, heads.of(org.id)).await?;
                    (Some(show), wares)
                }
                None => (None, Wares::default()),
            };
            let view = View::Channel(Box::new(Channel { show, reason }));
            Ok::<_, StorefrontError>(self.inner.snapshots.made(org.id, view, wares))
        };
        let snapshot = self.inner.snapshots.get(Key::Channel(slug.to_owned()), load).await?;
        Ok(self.answer(&snapshot, choice))
    }

    /// A show, unless it is a draft, for somebody who heard of that version of it.
    ///
    /// # Errors
    /// [`StorefrontError::NotFound`].
    pub(super) async fn show(
        &self,
        id: ShowId,
        choice: &Choice,
        version: i64,
    ) -> Result<Answer, StorefrontError> {
        let load = || async {
            let heads = self.heads().await?;
            let show = self.visible(id).await?;
            let org = self.inner.orgs.find(show.org).await?.ok_or(StorefrontError::NotFound("show"))?;
            open(&org)?;
            let (show, wares) = self.public(show, org.slug, heads.of(org.id)).await?;
            Ok::<_, StorefrontError>(self.inner.snapshots.made(org.id, View::Show(Box::new(show)), wares))
        };
        let snapshot = self.inner.snapshots.get_of(Key::Show(id), version, load).await?;
        Ok(self.answer(&snapshot, choice))
    }

    fn answer(&self, snapshot: &Snapshot, choice: &Choice) -> Answer {
        snapshot.answer(
            choice,
            |show| self.inner.rtm.viewers(show),
            |product, choice, own| self.card(product, choice, own),
        )
    }

    /// A product as a viewer sees it.
    fn card(&self, product: &Product, choice: &Choice, own: Option<&Language>) -> ProductCard {
        let mut card = self.inner.catalog.card(product, choice, own);
        card.hide_stock();
        card
    }

    /// Lets a shopper take part in a show, on the page of an origin.
    ///
    /// # Errors
    /// [`StorefrontError::NotFound`]; [`StorefrontError::Page`].
    pub async fn admit(
        &self,
        id: ShowId,
        wish: PassRequest,
        page: Option<&str>,
    ) -> Result<ViewerPass, StorefrontError> {
        let show = self.visible(id).await?;
        open(&self.inner.orgs.find(show.org).await?.ok_or(StorefrontError::NotFound("show"))?)?;
        self.check_page(show.org, page).await?;
        let (held, nickname) = (wish.token.as_deref(), wish.nickname.as_deref());
        let (viewer, token) =
            self.inner.rtm.tokens().issue(show.org, show.id, held, nickname, self.inner.clock.now());
        Ok(ViewerPass {
            token,
            viewer_id: viewer.id,
            nickname: viewer.nickname,
            expires_at: viewer.expires_at,
        })
    }

    /// Whether a page, named by its origin, may show the organisation's shows. Programs that are no browser name none.
    ///
    /// # Errors
    /// [`StorefrontError::Page`].
    pub(super) async fn check_page(&self, org: OrgId, page: Option<&str>) -> Result<(), StorefrontError> {
        match page {
            Some(page) if !self.inner.orgs.settings(org).await?.allows(page) => Err(StorefrontError::Page),
            _ => Ok(()),
        }
    }

    pub(super) fn widget(&self) -> &WebFiles {
        &self.inner.widget
    }

    async fn visible(&self, id: ShowId) -> Result<Show, StorefrontError> {
        let show = self.inner.shows.find(id).await?;
        show.filter(|show| show.state != ShowState::Draft).ok_or(StorefrontError::NotFound("show"))
    }

    /// Before anything is read: what is read then has at least these facts.
    async fn heads(&self) -> Result<Heads, StorefrontError> {
        Ok(self.inner.rtm.heads().await.map_err(OrgError::from)?)
    }

    /// A show without its products, and those.
    async fn public(
        &self,
        show: Show,
        channel: String,
        version: i64,
    ) -> Result<(PublicShow, Wares), StorefrontError> {
        let products = self.inner.catalog.sold(show.org, &show.lineup.products()).await?;
        let face = self.inner.orgs.face(show.org).await.map_err(OrgError::from)?;
        let face = face.ok_or(StorefrontError::NotFound("show"))?;
        let own = face.settings.locale.and_then(|locale| Language::try_from(locale.as_str()).ok());
        let coupons = self.coupons(show.org, &show).await?;
        let highlight = self.inner.shows.pinned(&show).await?;
        let airing = self.inner.shows.airing(show.id, show.state, show.live_at, show.ended_at);
        let public = PublicShow {
            id: show.id,
            org_id: show.org,
            channel,
            cover_url: show.cover_url,
            state: airing.state,
            scheduled_at: show.scheduled_at,
            live_at: airing.live_at,
            ended_at: airing.ended_at,
            playback_url: airing.playback_url,
            still_url: airing.still_url,
            rtm_url: self.inner.rtm_url.clone(),
            viewers: 0,           // Counted when it is told.
            products: Vec::new(), // Made when it is told.
            coupons,
            highlight,
            brand: face.into(),
            title: show.title,
            version,
        };
        Ok((public, Wares::new(products, own)))
    }

    async fn coupons(&self, org: OrgId, show: &Show) -> Result<Vec<CouponTeaser>, StorefrontError> {
        let (found, now) =
            (self.inner.catalog.coupons_of(org, &show.lineup.coupons()).await?, self.inner.clock.now());
        // The code stays here: it is told by the highlight alone. What gives nothing any more is not promised.
        let kept = found.into_iter().filter(|coupon| !coupon.is_over(now));
        Ok(kept.map(|coupon| CouponTeaser { id: coupon.id, title: coupon.title }).collect())
    }
}

/// A suspended shop shows nothing.
fn open(org: &Organization) -> Result<(), StorefrontError> {
    if org.suspended { Err(StorefrontError::Suspended) } else { Ok(()) }
}
