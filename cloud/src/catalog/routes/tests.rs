use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::testing::{each_app, owner};

async fn ask(
    router: &axum::Router,
    token: &str,
    method: &str,
    path: &str,
    seen: Option<&str>,
    body: Value,
) -> (u16, HeaderMap, Value) {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"));
    if let Some(seen) = seen {
        request = request.header("if-match", seen);
    }
    let request = request.body(Body::from(body.to_string())).unwrap();
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    (parts.status.as_u16(), parts.headers, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[tokio::test]
async fn each_outcome_of_selling_has_its_status_and_code() {
    each_app(async |app, _| {
        let (_, org, token) = owner(&app, "Nord").await;
        let router = crate::http::router(&app);
        let org = format!("/v1/orgs/{org}");
        let call = async |method: &str, path: &str, seen: Option<&str>, body: Value| {
            ask(&router, &token, method, &format!("{org}{path}"), seen, body).await
        };
        let product = json!({"title": "Scarf", "url": "https://shop.example/s", "currency": "EUR", "price_minor": 2900, "stock": 1});
        let (status, headers, product) = call("POST", "/products", None, product).await;
        assert_eq!(status, 201);
        let tag = headers["etag"].to_str().unwrap().to_owned();
        let (id, variant) = (product["id"].as_str().unwrap(), product["variants"][0]["id"].as_str().unwrap());
        let line = json!({"product_id": id, "variant_id": variant, "quantity": 1});
        let mut sold = line.clone();
        sold["price_minor"] = json!(2900);
        let order = |total: i64| json!({"lines": [sold], "currency": "EUR", "total_minor": total, "external_ref": "1"});
        let at = format!("/products/{id}/variants/{variant}");
        let held = json!({"lines": [line]});

        let (status, _, reserved) = call("POST", "/reservations", None, held.clone()).await;
        assert_eq!(status, 201);
        let reservation = format!("/reservations/{}", reserved["id"].as_str().unwrap());
        let (status, _, short) = call("POST", "/reservations", None, held).await;
        assert_eq!((status, &short["code"]), (409, &json!("out_of_stock")));
        assert!(short["detail"].as_str().unwrap().starts_with("line 1:"), "{short}");
        let misspelt = json!({"lines": [{"external": {"platform": "shop", "id": "NOPE"}, "quantity": 1}]});
        let (status, _, unknown) = call("POST", "/reservations", None, misspelt).await;
        assert_eq!((status, &unknown["code"]), (409, &json!("unknown_product")));
        assert!(unknown["detail"].as_str().unwrap().ends_with("is called `NOPE` in `shop`"), "{unknown}");
        assert_eq!(call("GET", &reservation, None, Value::Null).await.0, 200);
        assert_eq!(call("DELETE", &reservation, None, Value::Null).await.0, 204);
        assert_eq!(call("DELETE", &reservation, None, Value::Null).await.0, 404);

        let (status, _, recorded) = call("POST", "/orders", None, order(2900)).await;
        assert_eq!((status, &recorded["state"], &recorded["flags"]), (201, &json!("paid"), &json!([])));
        assert_eq!(call("POST", "/orders", None, order(2900)).await.0, 200);
        let (status, _, taken) = call("POST", "/orders", None, order(1)).await;
        assert_eq!((status, &taken["code"]), (409, &json!("ref_taken")));
        let own = format!("/orders/{}", recorded["id"].as_str().unwrap());
        let refund = |amount: i64| json!({"external_ref": "R", "amount_minor": amount});
        assert_eq!(call("POST", &format!("{own}/refunds"), None, refund(2901)).await.0, 422);
        assert_eq!(call("POST", &format!("{own}/refunds"), None, refund(900)).await.0, 201);
        assert_eq!(call("POST", &format!("{own}/refunds"), None, refund(900)).await.0, 200);
        let off = |number: &str| json!({"external_ref": number});
        assert_eq!(call("POST", &format!("{own}/cancellations"), None, off("C")).await.0, 201);
        let (status, _, again) = call("POST", &format!("{own}/cancellations"), None, off("D")).await;
        assert_eq!((status, &again["code"]), (409, &json!("illegal_move")));
        let (status, _, read) = call("GET", &own, None, Value::Null).await;
        assert_eq!((status, &read["state"], &read["refunded_minor"]), (200, &json!("cancelled"), &json!(2900)));
        for (filter, found) in [("source=shop", 1), ("source=other", 0), ("flag=oversold", 0), ("external_ref=1", 1)] {
            let (_, _, page) = call("GET", &format!("/orders?{filter}"), None, Value::Null).await;
            assert_eq!(page["items"].as_array().unwrap().len(), found, "{filter}");
        }

        // What the catalogue does not hold was paid as well.
        let extra = json!({"lines": [{"title": "Embroidery", "quantity": 1, "price_minor": 500}], "currency": "EUR",
            "total_minor": 500, "external_ref": "2"});
        let (status, _, recorded) = call("POST", "/orders", None, extra).await;
        assert_eq!((status, &recorded["flags"]), (201, &json!(["unknown_product"])));
        let line = &recorded["lines"][0];
        assert_eq!((&line["title"], &line["product_id"], &line["variant_id"]), (&json!("Embroidery"), &Value::Null, &Value::Null));
        let nothing = json!({"lines": [{"quantity": 1, "price_minor": 500}], "currency": "EUR", "total_minor": 500, "external_ref": "3"});
        let (status, _, refused) = call("POST", "/orders", None, nothing).await;
        assert!(status == 422 && refused["detail"].as_str().unwrap().contains("`title`"), "{refused}");
        let coupon = json!({"code": "LIVE10", "title": "10 % off", "percent_off": 10});
        assert_eq!(call("POST", "/coupons", None, coupon.clone()).await.0, 201);
        let (status, _, taken) = call("POST", "/coupons", None, coupon).await;
        assert_eq!((status, &taken["code"]), (409, &json!("name_taken")));

        for (query, status) in [("oversold", 200), ("unknown_product", 200), ("bogus", 422)] {
            let (got, _, orders) = call("GET", &format!("/orders?flag={query}"), None, Value::Null).await;
            assert!(got == status && (got == 200 || orders["detail"].as_str().unwrap().contains("`flag`")));
        }
        let count = json!({"stock": 5});
        for (method, path) in [("PUT", format!("{at}/stock")), ("PATCH", format!("/products/{id}"))] {
            for seen in [None, Some("*")] {
                let (status, _, unseen) = call(method, &path, seen, count.clone()).await;
                assert_eq!((status, &unseen["code"]), (428, &json!("precondition_required")), "{method}");
            }
            let (status, _, stale) = call(method, &path, Some(&tag), count.clone()).await;
            assert_eq!((status, &stale["code"]), (412, &json!("conflict")), "{method}");
        }
        let (_, headers, _) = call("GET", &format!("/products/{id}"), None, Value::Null).await;
        let tag = headers["etag"].to_str().unwrap();
        let (status, _, counted) = call("PUT", &format!("{at}/stock"), Some(tag), count).await;
        assert_eq!((status, &counted["stock"]), (200, &json!(5)));
        let moved = json!({"delta": -2, "reason": "damaged"});
        let (status, _, moved) = call("POST", &format!("{at}/stock-changes"), None, moved).await;
        assert_eq!((status, &moved["balance"]), (201, &json!(3)));
        let nonsense = json!({"delta": 1, "reason": "stolen"});
        assert_eq!(call("POST", &format!("{at}/stock-changes"), None, nonsense).await.0, 400);
    })
    .await;
}
