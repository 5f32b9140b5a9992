//! The handle's third part: pictures that lists say, fetched after their rows were taken in. What a list said of a product is kept,
//! so the same addresses again fetch nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chrono::TimeDelta;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use vitrine_protocol::{ImportId, OrgId, ProductId};

use super::parse::IncomingPicture;
use super::store::pictures::{Settled, Wish};
use super::{Import, Imports, ImportsError, PictureCounts, store};
use crate::base::{Actor, EgressError, Permission};
use crate::catalog::{CatalogError, ListedPicture, MAX_PICTURE_BYTES, Picture, Product};
use crate::db::Tx;
use crate::jobs::{Job, NewJob, Policy, Ran, Runner, enqueue};

/// The kind of jobs that fetch pictures: one for an organisation.
const KIND: &str = "catalog.fetch_pictures";
/// How long one run goes on; then it is another organisation's turn.
const RUN_FOR: Duration = Duration::from_secs(60);
/// How long one picture may take to come.
const ONE_WITHIN: Duration = Duration::from_secs(60);
/// How often a far side that does not answer is asked, and how long it is left alone after the first time.
const ATTEMPTS: i64 = 4;
const FIRST_PAUSE: TimeDelta = TimeDelta::minutes(1);
/// What is told of a picture until then.
const AGAIN: &str = "; it is asked for again";
/// How long a picture waits for room among those of people, and how often it looks.
const ROOM_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How many organisations one look takes care of.
const LOOK_AT: i64 = 200;

/// The pictures that a list says of a product.
pub(super) struct Drawn {
    pub(super) product: ProductId,
    pub(super) line: u64,
    pub(super) pictures: Vec<IncomingPicture>,
}

/// A picture that is wanted, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub(super) address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) alt: Option<String>,
}

/// Does jobs of the kind `catalog.fetch_pictures`.
pub struct FetchPictures(Imports);

impl FetchPictures {
    /// The runner over the room's handle.
    #[must_use]
    pub fn new(imports: Imports) -> Self {
        Self(imports)
    }
}

#[derive(Deserialize)]
struct Body {
    org: OrgId,
}

impl Runner for FetchPictures {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        Policy { at_once: 2, ..Policy::default() }
    }

    fn run<'a>(&'a self, job: &'a Job) -> Ran<'a> {
        Box::pin(async move {
            let Body { org } = job.body()?;
            self.0.fetch_pictures(org).await.map_err(Into::into)
        })
    }
}

/// What came of a picture that was asked for.
enum Got {
    Picture(Box<Picture>),
    /// It may come later.
    NotNow(String),
    /// It does not come from there.
    Never(String),
}

/// What is wrong with a row: its line, its field, and a sentence.
type Told = (u64, Option<String>, String);

impl Imports {
    /// Keeps which pictures a list says of products, and leaves the work where that is new. Gives what is wrong with some.
    pub(super) async fn wish(
        &self,
        tx: &mut Tx,
        import: &Import,
        drawn: Vec<Drawn>,
    ) -> Result<Vec<Told>, ImportsError> {
        let ids: Vec<ProductId> = drawn.iter().map(|one| one.product).collect();
        let known = store::pictures::known(tx, &ids).await?;
        let (mut told, mut wishes) = (Vec::new(), BTreeMap::new());
        for Drawn { product, line, pictures } in drawn {
            let mut wanted = Vec::with_capacity(pictures.len());
            for IncomingPicture { address, alt } in pictures {
                if self.own_picture(import.org, &address).is_none()
                    && let Err(error) = self.check_address(&address)
                {
                    told.push((line, Some("image_link".to_owned()), error.to_string()));
                    continue;
                }
                wanted.push(Wanted { address, alt });
            }
            let text = serde_json::to_string(&wanted).map_err(crate::db::DbError::from)?;
            let before = known.get(&product);
            if before == Some(&text) || (before.is_none() && wanted.is_empty()) {
                continue;
            }
            wishes.insert(product, (line, text));
        }
        if !wishes.is_empty() {
            store::pictures::wish(tx, import, &wishes, self.clock.now()).await?;
            self.leave_drawing(tx, import.org).await?;
        }
        Ok(told)
    }

    /// Leaves the work of organisations whose pictures are due; how many those are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn leave_pictures(&self) -> Result<usize, ImportsError> {
        let due = store::pictures::due(&self.db, self.clock.now(), LOOK_AT).await?;
        for org in &due {
            let mut tx = self.db.begin().await?;
            self.leave_drawing(&mut tx, *org).await?;
            tx.commit().await?;
        }
        Ok(due.len())
    }

    /// How far the pictures of an import are.
    ///
    /// # Errors
    /// [`ImportsError::Denied`].
    pub async fn picture_counts(
        &self,
        actor: &Actor,
        org: OrgId,
        id: ImportId,
    ) -> Result<PictureCounts, ImportsError> {
        actor.require(Permission::ImportCatalog, org)?;
        match store::get(&self.db, org, id).await? {
            Some(import) => Ok(store::pictures::counts(&self.db, import.id).await?),
            None => Err(ImportsError::NoImport(id)),
        }
    }

    async fn leave_drawing(&self, tx: &mut Tx, org: OrgId) -> Result<(), ImportsError> {
        let job = NewJob::new(KIND, org.to_string(), json!({ "org": org })).of(org);
        enqueue(tx, self.clock.now(), &job).await?;
        Ok(())
    }

    /// Fetches pictures of an organisation that are due, for a while. Safe to do twice.
    pub(super) async fn fetch_pictures(&self, org: OrgId) -> Result<(), ImportsError> {
        let began = Instant::now();
        while began.elapsed() < RUN_FOR {
            if store::is_suspended(&mut self.db.begin().await?, org).await? {
                return Ok(()); // What waits goes on when the organisation may.
            }
            let Some(wish) = store::pictures::next(&self.db, org, self.clock.now()).await? else { break };
            self.draw(org, &wish).await?;
        }
        Ok(())
    }

    /// Fetches the pictures of one product that it does not have, and lets it have them.
    async fn draw(&self, org: OrgId, wish: &Wish) -> Result<(), ImportsError> {
        let actor = Actor::service("import");
        let product = match self.catalog.product(&actor, org, wish.product).await {
            Err(CatalogError::NoProduct(_)) => return Ok(()), // Its wishes went with it.
            product => product?,
        };
        let (mut listed, mut problems, mut is_late) = (Vec::new(), Vec::new(), false);
        let wanted = wish.wanted()?;
        for Wanted { address, alt } in wanted.clone() {
            let source = source_of(&address);
            let has = product.pictures.iter().any(|known| known.source.as_ref() == Some(&source));
            let got = if has { None } else { Some(self.one(&actor, &product, &address).await?) };
            let fetched = match got {
                None => None,
                Some(Got::Picture(picture)) => Some(*picture),
                Some(Got::NotNow(sentence)) => {
                    is_late = true;
                    let again = if wish.attempts + 1 < ATTEMPTS { AGAIN } else { "" };
                    problems.push(format!("{sentence}{again}"));
                    continue;
                }
                Some(Got::Never(sentence)) => {
                    problems.push(sentence);
                    continue;
                }
            };
            listed.push(ListedPicture { source, alt, fetched });
        }
        let is_last = !is_late || wish.attempts + 1 >= ATTEMPTS;
        let taken = i64::try_from(listed.len()).unwrap_or(i64::MAX);
        let is_settled =
            if is_last { !listed.is_empty() || problems.is_empty() } else { !leaves_out(&product, &listed) };
        // What the product has from lists stays until the new ones are known, and when none of them can be had.
        if is_settled {
            match self.catalog.list_pictures(&actor, org, wish.product, listed).await {
                Err(CatalogError::NoProduct(_)) => return Ok(()),
                done => done?,
            }
        }
        let pause = FIRST_PAUSE * 4_i32.saturating_pow(u32::try_from(wish.attempts).unwrap_or(0).min(8));
        let settled = Settled {
            taken,
            // While they are asked for again they are waited for.
            failed: if is_last { i64::try_from(problems.len()).unwrap_or(i64::MAX) } else { 0 },
            again: if is_last { None } else { Some(self.clock.now() + pause) },
        };
        let mut tx = self.db.begin().await?;
        if store::pictures::settle(&mut tx, wish, &settled).await? {
            store::pictures::forget_problems(&mut tx, wish, &wanted).await?;
            store::pictures::add_problems(&mut tx, wish, &problems).await?;
        }
        Ok(tx.commit().await?)
    }

    /// One picture of a product.
    async fn one(&self, actor: &Actor, product: &Product, address: &str) -> Result<Got, ImportsError> {
        let bytes = match self.own_picture(product.org, address) {
            Some(name) => {
                if let Some(known) = product.pictures.iter().find(|known| known.has_file(name)) {
                    return Ok(Got::Picture(Box::new(known.clone())));
                }
                match self.catalog.image(product.org, name).await? {
                    Some(file) => file.bytes,
                    None => return Ok(Got::Never(format!("`{address}` is no picture of ours any more"))),
                }
            }
            None => match tokio::time::timeout(ONE_WITHIN, self.load(address)).await {
                Ok(Ok(bytes)) => bytes,
                Ok(Err(got)) => return Ok(got),
                Err(_) => return Ok(Got::NotNow(format!("`{address}` took more than a minute to come"))),
            },
        };
        let began = Instant::now();
        let turn = loop {
            match self.catalog.picture_turn(actor, product.org) {
                Err(CatalogError::PicturesBusy) if began.elapsed() < ROOM_WITHIN => {
                    tokio::time::sleep(LOOK_EVERY).await;
                }
                Err(error @ CatalogError::PicturesBusy) => {
                    return Ok(Got::NotNow(format!("`{address}`: {error}")));
                }
                turn => break turn?,
            }
        };
        match self.catalog.keep_picture(actor, product.org, product.id, turn, bytes).await {
            Ok(picture) => Ok(Got::Picture(Box::new(picture))),
            Err(
                error @ (CatalogError::NotAPicture
                | CatalogError::BrokenPicture
                | CatalogError::TooManyPixels
                | CatalogError::Plan(_)),
            ) => Ok(Got::Never(format!("`{address}`: {error}"))),
            Err(error @ CatalogError::PicturesBusy) => Ok(Got::NotNow(format!("`{address}`: {error}"))),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes behind an address of somebody else.
    async fn load(&self, address: &str) -> Result<Bytes, Got> {
        let far = |error: &EgressError| {
            let sentence = format!("`{address}`: {error}");
            let is_told = matches!(error, EgressError::FarSide(why) if why.status().is_some_and(|one| is_refusal(one.as_u16())));
            if error.is_passing() && !is_told { Got::NotNow(sentence) } else { Got::Never(sentence) }
        };
        let url = url::Url::parse(address).map_err(|_| far(&EgressError::NoAddress))?;
        let answer = self.egress.get(&url).await.map_err(|error| far(&error))?;
        let (mut bytes, mut pieces) = (BytesMut::new(), answer.bytes_stream());
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| far(&EgressError::FarSide(error.without_url())))?;
            if bytes.len() + piece.len() > MAX_PICTURE_BYTES {
                return Err(Got::Never(format!("`{address}`: a picture takes at most 8 MB")));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes.freeze())
    }

    /// The name of a picture that this server serves for the organisation, as an export has it.
    fn own_picture<'a>(&self, org: OrgId, address: &'a str) -> Option<&'a str> {
        address.strip_prefix(self.catalog.media_url(org, "").as_str())
    }
}

/// Whether a status says that the same question has the same answer later. Source: RFC 9110, section 15.5; RFC 6585, section 4;
/// RFC 8470, section 5.2.
fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 408 | 425 | 429)
}

/// Whether a product has a picture of a list that is none of these.
fn leaves_out(product: &Product, listed: &[ListedPicture]) -> bool {
    let mut sources = product.pictures.iter().filter_map(|picture| picture.source.as_ref());
    sources.any(|source| listed.iter().all(|one| one.source != *source))
}

/// What stands for an address in the row of a product: addresses may hold secrets.
fn source_of(address: &str) -> String {
    hex::encode(&Sha256::digest(address)[..16])
}

#[cfg(test)]
mod tests;
