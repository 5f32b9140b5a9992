//! Our own export, sent back.

use futures_util::TryStreamExt as _;

use super::tests::{import, new, products};
use super::*;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::catalog::{ReservationDraft, ReservedLine};
use crate::import::{Format, StockRule};

const LIST: &str = "id,title,price,link,quantity\nH,Hat,15,https://shop.example/h,10\n";

async fn export(app: &App, actor: &Actor, org: OrgId, format: Format) -> String {
    let pieces: Vec<Bytes> =
        app.imports.export(actor, org, format).await.unwrap().try_collect().await.unwrap();
    String::from_utf8(pieces.concat()).unwrap()
}

#[tokio::test]
async fn our_own_list_comes_back_and_loses_neither_what_is_held_nor_what_is_owed() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        import(&app, &actor, org, new(Format::Csv, StockRule::Replace), LIST).await;
        let hat = products(&app, &actor, org).await.remove(0);
        let line = ReservedLine { product_id: hat.id, variant_id: hat.variants[0].id, quantity: 2 };
        let draft =
            ReservationDraft { lines: vec![line.into()], ttl_seconds: Some(60), show_id: None, viewer_id: None };
        let held = app.catalog.reserve(&actor, org, draft).await.unwrap();
        for format in [Format::Csv, Format::Json] {
            let list = export(&app, &actor, org, format).await;
            assert!(list.contains("10"), "{list}");
            let (done, problems) =
                import(&app, &actor, org, new(format, StockRule::Replace), &list.replace("Hat", "Cap")).await;
            assert_eq!((done.counts.failed, problems.len()), (0, 0), "{problems:?}");
            let cap = products(&app, &actor, org).await.remove(0);
            assert_eq!((cap.title.as_str(), cap.stock(), cap.id), ("Cap", 8, hat.id));
        }
        app.catalog.release(&actor, org, held.id).await.unwrap();
        assert_eq!(products(&app, &actor, org).await[0].stock(), 10);

        for sql in [
            "UPDATE variants SET stock = 0",
            "DELETE FROM variant_stock",
            "INSERT INTO variant_stock (variant_id, product_id, owed, sell_when_empty) SELECT id, product_id, 3, TRUE FROM variants",
        ] {
            crate::db::testing::run(&app.db, sql).await;
        }
        let list = export(&app, &actor, org, Format::Csv).await;
        import(&app, &actor, org, new(Format::Csv, StockRule::Replace), &list.replace("Cap", "Beret")).await;
        let beret = products(&app, &actor, org).await.remove(0);
        let variant = &beret.variants[0];
        assert_eq!((beret.title.as_str(), variant.stock, variant.owed), ("Beret", 0, 3));
        assert!(variant.sell_when_empty);
    })
    .await;
}

#[tokio::test]
async fn what_our_own_list_calls_archived_leaves_the_sale() {
    each_app(async |app, _| {
        let (actor, org, _) = owner(&app, "Nord").await;
        import(&app, &actor, org, new(Format::Csv, StockRule::Keep), LIST).await;
        let list = export(&app, &actor, org, Format::Csv).await;
        let mut archived = new(Format::Csv, StockRule::Keep);
        archived.source = "table".into();
        let sent = list.replace("active", "archived");
        let (done, _) = import(&app, &actor, org, archived.clone(), &sent).await;
        assert_eq!((done.counts.not_sold, done.counts.hidden), (1, 1));
        assert!(products(&app, &actor, org).await[0].hidden.is_some());
        let (other, other_org, _) = owner(&app, "Sud").await;
        let (foreign, _) = import(&app, &other, other_org, archived.clone(), &sent).await;
        assert_eq!(foreign.counts.hidden, 0, "it is nobody else's");
        import(&app, &actor, org, archived, &list).await;
        assert!(products(&app, &actor, org).await[0].hidden.is_none());
    })
    .await;
}
