//! The handle's other half: lists that are fetched.

use chrono::TimeDelta;
use vitrine_protocol::OrgId;

use super::{Import, ImportAddress, Imports, ImportsError, MissingRule, NewImport, NewImportAddress, store};
use crate::base::{Actor, EgressError, Invalid, Permission, check_text};

/// The most addresses of an organisation.
const MOST_ADDRESSES: i64 = 20;
/// How often an address may be fetched, in minutes: from a quarter of an hour to a month.
const EVERY: std::ops::RangeInclusive<u32> = 15..=43_200;
/// How many are begun in one round.
const AT_ONCE: i64 = 50;

impl Imports {
    /// Fetches a list once.
    ///
    /// # Errors
    /// [`ImportsError::Denied`]; [`ImportsError::Invalid`]; [`ImportsError::Egress`]; [`ImportsError::Enough`].
    pub async fn fetch_once(
        &self,
        actor: &Actor,
        org: OrgId,
        new: NewImport,
        address: String,
    ) -> Result<Import, ImportsError> {
        actor.require(Permission::ImportCatalog, org)?;
        self.check_list_address(&address)?;
        let import = Import::new(org, new.checked()?, Some(address), self.clock.now());
        self.leave(&import).await?;
        Ok(import)
    }

    /// Has lists of `source` fetched from an address, at once and then again and again.
    ///
    /// # Errors
    /// [`ImportsError::Denied`]; [`ImportsError::Invalid`]; [`ImportsError::Egress`]; [`ImportsError::EnoughAddresses`].
    pub async fn set_address(
        &self,
        actor: &Actor,
        org: OrgId,
        source: String,
        new: NewImportAddress,
    ) -> Result<ImportAddress, ImportsError> {
        actor.require(Permission::ImportCatalog, org)?;
        self.check_list_address(&new.address)?;
        if !EVERY.contains(&new.every_minutes) {
            return Err(Invalid::new("`every_minutes` takes 15 to 43200").into());
        }
        let mut checked = NewImport { source, format: new.format, options: new.options }.checked()?;
        let mut tx = self.db.begin().await?;
        store::turn(&mut tx, org).await?;
        if checked.options.missing.is_none() {
            // What is fetched again and again is the whole catalogue, unless somebody says otherwise, or said it before.
            let before = store::addresses::get(&mut tx, org, &checked.source).await?;
            let said = before.and_then(|before| before.options.missing);
            checked.options.missing = Some(said.unwrap_or(MissingRule::Hide));
        }
        let address = ImportAddress {
            org,
            source: checked.source,
            address: new.address,
            format: checked.format,
            options: checked.options,
            every_minutes: new.every_minutes,
            next_at: self.clock.now(),
            is_readable: true,
        };
        store::addresses::set(&mut tx, &address).await?;
        if store::addresses::count(&mut tx, org).await? > MOST_ADDRESSES {
            return Err(ImportsError::EnoughAddresses);
        }
        tx.commit().await?;
        Ok(address)
    }

    /// Where lists are fetched from.
    ///
    /// # Errors
    /// [`ImportsError::Denied`].
    pub async fn addresses(&self, actor: &Actor, org: OrgId) -> Result<Vec<ImportAddress>, ImportsError> {
        actor.require(Permission::ImportCatalog, org)?;
        Ok(store::addresses::list(&self.db, org).await?)
    }

    /// Fetches lists of `source` no more.
    ///
    /// # Errors
    /// [`ImportsError::Denied`]; [`ImportsError::NoAddress`].
    pub async fn remove_address(&self, actor: &Actor, org: OrgId, source: &str) -> Result<(), ImportsError> {
        actor.require(Permission::ImportCatalog, org)?;
        let source = source.trim();
        check_text("source", source, 1, 200)?;
        let mut tx = self.db.begin().await?;
        if !store::addresses::remove(&mut tx, org, source).await? {
            return Err(ImportsError::NoAddress(source.to_owned()));
        }
        Ok(tx.commit().await?)
    }

    /// Begins imports from addresses whose time has come; how many. Two at once begin each once.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn fetch_due(&self) -> Result<usize, ImportsError> {
        let now = self.clock.now();
        let mut begun = 0;
        for address in store::addresses::due(&self.db, now, AT_ONCE).await? {
            if !address.is_readable {
                // Words of a later version: a process of that version begins it.
                tracing::warn!(org.id = %address.org, "an address of lists has words of a later version and is left to it");
                continue;
            }
            let next = now + TimeDelta::minutes(address.every_minutes.into());
            let new = NewImport {
                source: address.source.clone(),
                format: address.format,
                options: address.options.clone(),
            };
            let import = Import::new(address.org, new, Some(address.address.clone()), now);
            let mut tx = self.db.begin().await?;
            if !store::addresses::put_off(&mut tx, &address, next).await? {
                continue; // somebody else was first, or it was changed
            }
            store::turn(&mut tx, address.org).await?;
            let line = store::line::of(&mut tx, address.org).await?;
            if line.iter().any(|before| before.source == address.source) {
                // While the one before is under way, this round is left out.
                tx.commit().await?;
                continue;
            }
            match self.leave_in(&mut tx, &import).await {
                Ok(()) => begun += 1,
                // While the ones before are under way, this round is left out.
                Err(ImportsError::Enough) => {}
                Err(error) => return Err(error),
            }
            tx.commit().await?;
        }
        Ok(begun)
    }

    /// Checks where a list is to be fetched from, which is kept and shown as it is written.
    fn check_list_address(&self, address: &str) -> Result<(), ImportsError> {
        if address.chars().any(char::is_control) {
            return Err(Invalid::new("`address` holds a control character").into());
        }
        self.check_address(address)
    }

    pub(super) fn check_address(&self, address: &str) -> Result<(), ImportsError> {
        check_text("address", address, 1, 2048)?;
        let url = url::Url::parse(address).map_err(|_| EgressError::NoAddress)?;
        Ok(self.egress.check(&url)?)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::app::testing::{each_app, owner};
    use crate::import::{Format, ImportState, Options};

    const LIST: &str = "id,title,price,link\n1,Hat,15 EUR,https://shop.example/h\n";

    /// A server that gives each who asks `LIST`, `times` times; its address.
    async fn shop(times: usize) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            for _ in 0..times {
                let (mut socket, _) = listener.accept().await.unwrap();
                let _ = socket.read(&mut [0; 4096]).await.unwrap();
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", LIST.len());
                socket.write_all((head + LIST).as_bytes()).await.unwrap();
            }
        });
        format!("http://127.0.0.1:{port}/feed.csv?token=x")
    }

    fn new(address: String, every_minutes: u32) -> NewImportAddress {
        NewImportAddress { address, format: Format::Csv, options: Options::default(), every_minutes }
    }

    #[tokio::test]
    async fn an_address_is_fetched_again_and_again_and_by_two_processes_once() {
        each_app(async |app, hands| {
            let (actor, org, _) = owner(&app, "Nord").await;
            let address = shop(2).await;
            app.imports.set_address(&actor, org, "main".into(), new(address, 15)).await.unwrap();
            let begun = tokio::join!(app.imports.fetch_due(), app.imports.fetch_due());
            assert_eq!(begun.0.unwrap() + begun.1.unwrap(), 1);
            assert_eq!(app.imports.fetch_due().await.unwrap(), 0);
            let take_in = async || {
                let newest = app.imports.list(&actor, org, None, 1).await.unwrap().items.remove(0);
                app.imports.fetch_list(org, newest.id).await.unwrap();
                app.imports.take_in(org, newest.id).await.unwrap();
                app.imports.report(&actor, org, newest.id, None, 1).await.unwrap().0
            };
            let first = take_in().await;
            assert_eq!((first.state, first.counts.created), (ImportState::Done, 1), "{:?}", first.reason);
            hands.advance(Duration::from_secs(15 * 60));
            assert_eq!(app.imports.fetch_due().await.unwrap(), 1);
            assert_eq!(take_in().await.counts.unchanged, 1);
            app.imports.remove_address(&actor, org, "main").await.unwrap();
            hands.advance(Duration::from_secs(15 * 60));
            assert_eq!(app.imports.fetch_due().await.unwrap(), 0);
            assert!(app.imports.addresses(&actor, org).await.unwrap().is_empty());
        })
        .await;
    }

    #[tokio::test]
    async fn a_full_set_of_addresses_takes_no_more_and_waiting_does_not_help() {
        each_app(async |app, _| {
            let (actor, org, _) = owner(&app, "Nord").await;
            let set = async |source: String, every: u32| {
                let new = new("https://example.com/feed".into(), every);
                app.imports.set_address(&actor, org, source, new).await
            };
            for n in 0..MOST_ADDRESSES {
                set(format!("list {n}"), 15).await.unwrap();
            }
            let full = crate::base::ApiError::from(set("one more".into(), 15).await.unwrap_err());
            assert_eq!(full.status, 409);
            assert_eq!(full.code, vitrine_protocol::Code::LimitReached);
            set("list 3".into(), 60).await.unwrap();
            app.imports.remove_address(&actor, org, "list 4").await.unwrap();
            set("one more".into(), 15).await.unwrap();
        })
        .await;
    }

    #[tokio::test]
    async fn of_a_suspended_organisation_nothing_is_fetched_and_what_waits_ends_with_a_sentence() {
        each_app(async |app, hands| {
            let (actor, org, _) = owner(&app, "Nord").await;
            let address = shop(1).await;
            app.imports.set_address(&actor, org, "main".into(), new(address, 15)).await.unwrap();
            assert_eq!(app.imports.fetch_due().await.unwrap(), 1);
            let waits = app.imports.list(&actor, org, None, 1).await.unwrap().items.remove(0);
            app.imports.fetch_list(org, waits.id).await.unwrap();
            let console = Actor::service("console");
            app.operators.suspend(&console, org, "unpaid", false).await.unwrap();
            app.imports.take_in(org, waits.id).await.unwrap();
            let (ended, _) = app.imports.report(&actor, org, waits.id, None, 1).await.unwrap();
            assert_eq!((ended.state, ended.counts.created), (ImportState::Failed, 0));
            assert!(ended.reason.unwrap().contains("suspended"));
            hands.advance(Duration::from_secs(15 * 60));
            assert_eq!(app.imports.fetch_due().await.unwrap(), 0);
            app.operators.resume(&console, org).await.unwrap();
            assert_eq!(app.imports.fetch_due().await.unwrap(), 1);
        })
        .await;
    }

    #[tokio::test]
    async fn an_address_inside_is_refused_and_one_that_leads_inside_fails_with_a_sentence() {
        each_app(async |app, _| {
            let (actor, org, _) = owner(&app, "Nord").await;
            for (address, every) in [
                ("http://169.254.169.254/latest/", 60),
                ("http://10.0.0.1/", 60),
                ("ftp://example.com/", 60),
                ("http://me:secret@example.com/", 60),
                ("https://example.com/feed", 14),
                ("nonsense", 60),
                ("https://example.com/\r\nX: y", 60),
                ("https://example.com/\tfeed", 60),
                ("https://example.com/feed\n", 60),
            ] {
                let refused =
                    app.imports.set_address(&actor, org, "main".into(), new(address.into(), every)).await;
                assert!(refused.is_err(), "{address}");
                let told = crate::base::ApiError::from(refused.unwrap_err());
                let field = if every == 14 { "`every_minutes`" } else { "`address`" };
                assert!(told.status == 422 && told.detail.starts_with(field), "{address}: {}", told.detail);
            }
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = format!("http://{}/", listener.local_addr().unwrap());
            tokio::spawn(async move {
                let (mut socket, _) = listener.accept().await.unwrap();
                let _ = socket.read(&mut [0; 4096]).await.unwrap();
                let inside =
                    "HTTP/1.1 301 Moved\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n";
                socket.write_all(inside.as_bytes()).await.unwrap();
            });
            let list = NewImport { source: "main".into(), format: Format::Csv, options: Options::default() };
            let import = app.imports.fetch_once(&actor, org, list, address).await.unwrap();
            app.imports.fetch_list(org, import.id).await.unwrap();
            let (failed, _) = app.imports.report(&actor, org, import.id, None, 1).await.unwrap();
            assert!(
                failed.state == ImportState::Failed && failed.reason.unwrap().contains("public internet")
            );
        })
        .await;
    }
}
