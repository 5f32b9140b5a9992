//! Several pictures of one product.

use std::time::Duration;

use super::*;
use crate::catalog::{NewPicture, PictureDraft};
use crate::db::testing::{each_db_at, number, run};

fn sent(app: &App, actor: &Actor, org: OrgId, side: u32, alt: &str) -> NewPicture {
    let turn = app.catalog.picture_turn(actor, org).unwrap();
    NewPicture { turn, bytes: image::testing::png(side, side).into(), alt: alt.to_owned() }
}

fn named(pictures: &[&crate::catalog::Picture]) -> ProductPatch {
    let draft = |picture: &&crate::catalog::Picture| PictureDraft { id: picture.id().to_owned(), alt: None };
    ProductPatch { pictures: Some(pictures.iter().map(draft).collect()), ..ProductPatch::default() }
}

#[tokio::test]
async fn pictures_are_added_told_put_in_order_replaced_and_removed() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let id = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap().id;
        for side in [20, 30, 40] {
            let new = sent(&app, &actor, org, side, if side == 30 { " Worn " } else { "" });
            app.catalog.add_picture(&actor, org, id, None, new).await.unwrap();
        }
        let scarf = app.catalog.product(&actor, org, id).await.unwrap();
        assert_eq!((scarf.version, scarf.pictures.len(), scarf.pictures[1].alt.as_str()), (4, 3, "Worn"));
        let again = sent(&app, &actor, org, 20, "");
        let same = app.catalog.add_picture(&actor, org, id, Some(4), again).await.unwrap();
        assert_eq!(same, scarf, "the same picture again changes nothing");
        assert_eq!(app.catalog.product(&actor, org, id).await.unwrap().version, 4);

        let [a, b, c] = &scarf.pictures[..] else { panic!("{:?}", scarf.pictures) };
        let unseen = app.catalog.change_product(&actor, org, id, None, named(&[c, a, b])).await;
        assert!(matches!(unseen, Err(CatalogError::Unseen)));
        let stale = app.catalog.change_product(&actor, org, id, Some(3), named(&[c, a, b])).await;
        assert!(matches!(stale, Err(CatalogError::Stale(4))));
        let sorted = app.catalog.change_product(&actor, org, id, Some(4), named(&[c, b])).await.unwrap();
        assert_eq!(sorted.pictures, [c.clone(), b.clone()]);
        assert_eq!(app.catalog.image_url(&sorted), Some(app.catalog.media_url(org, &c.name)));
        assert_eq!(app.catalog.product(&actor, org, id).await.unwrap(), sorted);

        let new = || sent(&app, &actor, org, 50, "");
        let stale = app.catalog.replace_picture(&actor, org, id, (Some(4), b.id()), new()).await;
        assert!(matches!(stale, Err(CatalogError::Stale(5))));
        let gone = app.catalog.replace_picture(&actor, org, id, (Some(5), a.id()), new()).await;
        assert!(matches!(gone, Err(CatalogError::NoPicture(_))));
        let other = app.catalog.replace_picture(&actor, org, id, (Some(5), b.id()), new()).await.unwrap();
        assert_eq!((other.pictures.len(), other.pictures[1].alt.as_str()), (2, "Worn"), "its words stay");
        assert_ne!(other.pictures[1].name, b.name);
    })
    .await;
}

#[tokio::test]
async fn files_of_every_picture_stay_while_a_product_has_it_and_go_with_it() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let day = Duration::from_secs(25 * 3_600);
        let first = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap().id;
        let second = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap().id;
        for (id, sides) in [(first, &[20, 30][..]), (second, &[30, 40])] {
            for side in sides {
                let new = sent(&app, &actor, org, *side, "");
                app.catalog.add_picture(&actor, org, id, None, new).await.unwrap();
            }
        }
        let used = async || app.plans.used(org).await.unwrap().blob_bytes;
        let product = app.catalog.product(&actor, org, first).await.unwrap();
        hands.advance(day);
        assert_eq!(app.catalog.sweep_pictures().await.unwrap(), 0);
        let all = used().await;
        let [main, both] = &product.pictures[..] else { panic!("{:?}", product.pictures) };
        app.catalog.change_product(&actor, org, first, Some(product.version), named(&[])).await.unwrap();
        hands.advance(day);
        assert_eq!(app.catalog.sweep_pictures().await.unwrap(), 2, "the JPEG and the WebP of the one");
        assert!(app.catalog.image(org, &main.name).await.unwrap().is_none());
        assert!(app.catalog.image(org, &both.name).await.unwrap().is_some(), "the other product has it");
        assert!(used().await < all, "and the budget is given back");
    })
    .await;
}

#[tokio::test]
async fn a_main_picture_of_an_earlier_version_takes_the_first_place_and_the_others_stay() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let id = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap().id;
        for side in [20, 30] {
            let new = sent(&app, &actor, org, side, "Worn");
            app.catalog.add_picture(&actor, org, id, None, new).await.unwrap();
        }
        let before = app.catalog.product(&actor, org, id).await.unwrap();
        let old = "0123456789abcdef0123456789abcdef.png";
        let mut tx = app.db.begin().await.unwrap();
        crate::on!(tx, c => sqlx::query("UPDATE products SET image = $2, image_sizes = NULL WHERE id = $1")
            .bind(id).bind(old).execute(c).await.map(drop))
        .unwrap();
        tx.commit().await.unwrap();
        let after = app.catalog.product(&actor, org, id).await.unwrap();
        assert_eq!((after.pictures[0].name.as_str(), after.pictures[0].alt.as_str()), (old, ""));
        assert_eq!(after.pictures[1..], before.pictures[1..]);
    })
    .await;
}

#[tokio::test]
async fn files_from_before_they_were_written_down_are_written_down() {
    each_db_at(132, async |db| {
        for sql in [
            "INSERT INTO organizations (id, slug, name, created_ms, version) VALUES ('o', 'nord', 'Nord', 1, 1)",
            "INSERT INTO products (id, org_id, title, description, url, currency, created_ms, version, image, image_sizes, pictures)
             VALUES ('p', 'o', 'Hat', '', 'https://shop.example', 'EUR', 1, 1, 'a.jpg', '[{\"jpeg\":\"a.jpg\",\"webp\":\"a.webp\"}]',
                 '[{\"name\":\"a.jpg\"},{\"name\":\"b.jpg\",\"sizes\":[{\"jpeg\":\"b.jpg\",\"webp\":\"b.webp\"}]}]'),
                 ('q', 'o', 'Old hat', '', 'https://shop.example', 'EUR', 1, 1, 'c.png', NULL, NULL)",
            "INSERT INTO variants (id, product_id, position, title, sku, price_minor, stock) VALUES ('v', 'p', 0, 'M', 'H', 1, 1)",
            "INSERT INTO picture_files (org_id, name, product_id, looked_ms) VALUES ('o', 'a.jpg', 'p', 7)",
        ] {
            run(&db, sql).await;
        }
        db.migrate().await.unwrap();
        assert_eq!(number(&db, "SELECT COUNT(*) FROM picture_files").await, 5);
        assert_eq!(number(&db, "SELECT COUNT(*) FROM picture_files WHERE looked_ms = 7").await, 1);
        // A process of the version before knows nothing of whose a variant is.
        run(&db, "INSERT INTO variants (id, product_id, position, title, sku, price_minor, stock) VALUES ('w', 'p', 1, 'L', 'H', 1, 1)").await;
        assert_eq!(number(&db, "SELECT COUNT(*) FROM variants WHERE org_id = 'o'").await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_about_to_go_is_waited_for_and_one_round_takes_all_that_wait() {
    each_app(async |app, hands| {
        let (actor, org, _) = owner(&app, "Nord").await;
        let id = app.catalog.create_product(&actor, org, scarf(5)).await.unwrap().id;
        let first = app.catalog.add_picture(&actor, org, id, None, sent(&app, &actor, org, 20, "")).await.unwrap();
        let name = first.pictures[0].name.clone();
        // As who sweeps leaves it, between its transaction and the file.
        let going = "UPDATE picture_files SET product_id = '00000000-0000-0000-0000-000000000000'";
        run(&app.db, going).await;
        let removed = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            app.blobs.delete(&blob(org, &name)).await.unwrap();
            run(&app.db, "DELETE FROM picture_files WHERE product_id LIKE '00000000-%'").await;
        };
        let again = app.catalog.add_picture(&actor, org, id, None, sent(&app, &actor, org, 20, ""));
        tokio::join!(async { again.await.unwrap() }, removed);
        assert!(app.catalog.image(org, &name).await.unwrap().is_some(), "it was written after that");
        for n in 0..600 {
            let sql = format!("INSERT INTO picture_files (org_id, name, product_id, looked_ms) VALUES ('{org}', '{n:032}.jpg', '{}', 1)", ProductId::new());
            run(&app.db, &sql).await;
        }
        hands.advance(Duration::from_secs(60));
        assert_eq!(app.catalog.sweep_pictures().await.unwrap(), 600);
        assert_eq!(number(&app.db, "SELECT COUNT(*) FROM picture_files").await, 2);
    })
    .await;
}
