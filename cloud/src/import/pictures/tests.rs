use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::base::Actor;
use crate::import::service::tests::{body, import, new, products};
use crate::import::{Format, PictureCounts, StockRule};
use vitrine_protocol::{ImportId, OrgId};

fn png(side: u32) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(side, side).write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// A shop that has a picture of so many pixels under `/{pixels}.png`, nothing under `/gone.png`, and is closed at first under
/// `/later/…`, and too busy under `/busy/…`; its address, and how often it was asked.
async fn shop() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, closed) = (asked.clone(), AtomicUsize::new(1));
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4096];
            let read = socket.read(&mut head).await.unwrap();
            let text = String::from_utf8_lossy(&head[..read]).into_owned();
            let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
            count.fetch_add(1, Relaxed);
            let later = path.strip_prefix("/later");
            let name = later.unwrap_or(&path);
            let side = name.trim_start_matches('/').split('.').next().and_then(|side| side.parse().ok());
            let (status, answer) = match side {
                _ if path.starts_with("/busy") => ("429 Busy", Vec::new()),
                _ if later.is_some() && closed.swap(0, Relaxed) == 1 => ("503 Closed", Vec::new()),
                Some(side) => ("200 OK", png(side)),
                None if name == "/text.png" => ("200 OK", b"hello".to_vec()),
                None => ("404 Not Found", Vec::new()),
            };
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
            socket.write_all(head.as_bytes()).await.unwrap();
            socket.write_all(&answer).await.unwrap();
        }
    });
    (address, asked)
}

fn list(rows: &[(&str, &str, &str)]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|(id, main, more)| format!("{id},{id},5 EUR,https://shop.example/{id},{main},\"{more}\",\n"))
        .collect();
    format!("id,title,price,link,image_link,additional_image_link,image_alt_text\n{}", rows.concat())
}

async fn take(app: &App, actor: &Actor, org: OrgId, text: &str) -> ImportId {
    import(app, actor, org, new(Format::Csv, StockRule::Keep), text).await.0.id
}

/// The widths of the pictures of the first product.
async fn widths(app: &App, actor: &Actor, org: OrgId) -> Vec<u32> {
    let first = products(app, actor, org).await.remove(0);
    first.pictures.iter().map(|picture| picture.sizes.last().unwrap().width).collect()
}

#[tokio::test]
async fn pictures_of_a_list_are_fetched_once_and_only_what_is_new_is_fetched_later() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (at, asked) = shop().await;
        let at = |name: &str| format!("{at}/{name}");
        let first = list(&[("hat", &at("20.png"), &format!("{},{}", at("30.png"), at("40.png")))]);
        let id = take(&app, &actor, org, &first).await;
        let waiting = app.imports.picture_counts(&actor, org, id).await.unwrap();
        assert_eq!(waiting, PictureCounts { waiting: 1, taken: 0, failed: 0 });
        app.imports.fetch_pictures(org).await.unwrap();
        assert_eq!(widths(&app, &actor, org).await, [20, 30, 40]);
        let done = app.imports.picture_counts(&actor, org, id).await.unwrap();
        assert_eq!((done, asked.load(Relaxed)), (PictureCounts { waiting: 0, taken: 3, failed: 0 }, 3));

        // The same list again, and one that changes nothing but the price.
        let before = products(&app, &actor, org).await;
        take(&app, &actor, org, &first).await;
        app.imports.fetch_pictures(org).await.unwrap();
        assert_eq!(products(&app, &actor, org).await, before, "not even a version");
        take(&app, &actor, org, &first.replace("5 EUR", "6 EUR")).await;
        app.imports.fetch_pictures(org).await.unwrap();
        assert_eq!((widths(&app, &actor, org).await, asked.load(Relaxed)), (vec![20, 30, 40], 3));

        // Another order, one less and one more: one is fetched. What a person added stays behind.
        let turn = app.catalog.picture_turn(&actor, org).unwrap();
        let own = crate::catalog::NewPicture { turn, bytes: png(50).into(), alt: "Mine".into() };
        app.catalog.add_picture(&actor, org, before[0].id, None, own).await.unwrap();
        take(
            &app,
            &actor,
            org,
            &list(&[("hat", &at("40.png"), &format!("{},{}", at("20.png"), at("60.png")))]),
        )
        .await;
        app.imports.fetch_pictures(org).await.unwrap();
        assert_eq!((widths(&app, &actor, org).await, asked.load(Relaxed)), (vec![40, 20, 60, 50], 4));

        // A list without the columns says nothing of pictures; empty cells say that there are none.
        take(&app, &actor, org, "id,title,price,link\nhat,hat,7 EUR,https://shop.example/hat\n").await;
        app.imports.fetch_pictures(org).await.unwrap();
        assert_eq!(widths(&app, &actor, org).await, [40, 20, 60, 50]);
        take(&app, &actor, org, &list(&[("hat", "", "")])).await;
        app.imports.fetch_pictures(org).await.unwrap();
        assert_eq!(widths(&app, &actor, org).await, [50]);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_had_is_told_and_the_rest_is_taken() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (at, asked) = shop().await;
        let at = |name: &str| format!("{at}/{name}");
        let more = [at("gone.png"), at("text.png"), at("later/30.png"), "http://10.0.0.1/1.png".into()];
        let id = take(&app, &actor, org, &list(&[("hat", &at("20.png"), &more.join(","))])).await;
        app.imports.fetch_pictures(org).await.unwrap();
        assert_eq!(widths(&app, &actor, org).await, [20], "what is there is shown at once");
        assert_eq!(app.imports.leave_pictures().await.unwrap(), 0, "the shop is left alone for a while");
        let counts = app.imports.picture_counts(&actor, org, id).await.unwrap();
        assert_eq!(counts, PictureCounts { waiting: 1, taken: 1, failed: 0 });
        let (_, problems) = app.imports.report(&actor, org, id, None, 10).await.unwrap();
        let told = |end: &str| problems.items.iter().filter(|one| one.sentence.ends_with(end)).count();
        assert_eq!((told("; it is asked for again"), problems.items.len()), (1, 4));
        hands.advance(std::time::Duration::from_secs(60));
        assert_eq!(app.imports.leave_pictures().await.unwrap(), 1);
        app.imports.fetch_pictures(org).await.unwrap();
        assert_eq!(widths(&app, &actor, org).await, [20, 30]);
        let counts = app.imports.picture_counts(&actor, org, id).await.unwrap();
        assert_eq!(counts, PictureCounts { waiting: 0, taken: 2, failed: 2 });
        let (_, problems) = app.imports.report(&actor, org, id, None, 10).await.unwrap();
        let told: Vec<_> = problems
            .items
            .iter()
            .map(|one| (one.line, one.field.as_deref(), one.sentence.split(": ").last().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                (2, Some("image_link"), "the address is not one of the public internet"),
                (2, Some("image_link"), "the server there does not answer, or breaks off"),
                (2, Some("image_link"), "not a PNG, JPEG or WebP picture"),
            ]
        );
        assert_eq!(asked.load(Relaxed), 4 + 3, "what the product has is not fetched again");
    })
    .await;
}

#[tokio::test]
async fn an_export_comes_back_with_its_pictures_and_nothing_is_fetched() {
    each_app(async |app, _| {
        use futures_util::TryStreamExt as _;
        let (actor, org, _) = owner(&app, "Nord").await;
        let (at, asked) = shop().await;
        let first = list(&[("hat", &format!("{at}/20.png"), &format!("{at}/30.png"))]);
        take(&app, &actor, org, &first).await;
        app.imports.fetch_pictures(org).await.unwrap();
        let before = products(&app, &actor, org).await;
        for format in [Format::Csv, Format::Json] {
            let pieces = app.imports.export(&actor, org, format).await.unwrap();
            let pieces: Vec<bytes::Bytes> = pieces.try_collect().await.unwrap();
            let text = String::from_utf8(pieces.concat()).unwrap();
            assert!(text.contains(before[0].pictures[1].largest()), "{text}");
            let sent =
                app.imports.upload(&actor, org, new(format, StockRule::Keep), body(&text)).await.unwrap();
            app.imports.take_in(org, sent.id).await.unwrap();
            app.imports.fetch_pictures(org).await.unwrap();
            let names = |product: &crate::catalog::Product| {
                product.pictures.iter().map(|picture| picture.name.clone()).collect::<Vec<_>>()
            };
            let after = products(&app, &actor, org).await;
            assert_eq!((after.len(), names(&after[0])), (1, names(&before[0])));
        }
        assert_eq!(asked.load(Relaxed), 2);
    })
    .await;
}

#[tokio::test]
async fn pictures_of_before_stay_until_the_new_ones_are_there_and_when_none_can_be_had() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let (at, asked) = shop().await;
        let at = |name: &str| format!("{at}/{name}");
        take(&app, &actor, org, &list(&[("hat", &at("20.png"), "")])).await;
        app.imports.fetch_pictures(org).await.unwrap();
        assert_eq!(widths(&app, &actor, org).await, [20]);
        // The shop is closed for a moment.
        take(&app, &actor, org, &list(&[("hat", &at("later/30.png"), "")])).await;
        app.imports.fetch_pictures(org).await.unwrap();
        assert_eq!(widths(&app, &actor, org).await, [20]);
        hands.advance(std::time::Duration::from_secs(60));
        app.imports.fetch_pictures(org).await.unwrap();
        assert_eq!(widths(&app, &actor, org).await, [30]);
        // It is too busy: it is asked again, and what is there stays.
        let id = take(&app, &actor, org, &list(&[("hat", &at("busy/40.png"), "")])).await;
        let before = asked.load(Relaxed);
        for _ in 0..6 {
            app.imports.fetch_pictures(org).await.unwrap();
            hands.advance(std::time::Duration::from_secs(3_600));
        }
        assert_eq!(asked.load(Relaxed) - before, 4);
        let counts = app.imports.picture_counts(&actor, org, id).await.unwrap();
        assert_eq!(counts, PictureCounts { waiting: 0, taken: 0, failed: 1 });
        assert_eq!(widths(&app, &actor, org).await, [30]);
        take(&app, &actor, org, &list(&[("hat", "", "")])).await;
        app.imports.fetch_pictures(org).await.unwrap();
        assert!(widths(&app, &actor, org).await.is_empty(), "the list says that there are none");
    })
    .await;
}
