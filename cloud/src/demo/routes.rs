//! The demo shop's addresses.

use std::net::TcpListener;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use tokio_util::sync::CancellationToken;

use super::error::DemoError;
use super::shop::{Basket, CheckoutError, Shop};
use crate::storefront::serve_file;

/// An order is small.
const MAX_ORDER_BYTES: usize = 64 * 1024;

/// Serves the shop on every listener until told to stop.
pub(super) async fn serve(
    shop: Shop,
    listeners: Vec<TcpListener>,
    stop: CancellationToken,
) -> Result<(), DemoError> {
    let failed = |source| DemoError::File { what: "the shop's socket", source };
    let app = Router::new()
        .route("/config.json", get(config))
        .route("/checkout", post(check_out).get(page))
        .fallback(page)
        .layer(DefaultBodyLimit::max(MAX_ORDER_BYTES))
        .with_state(shop);
    let mut servers = tokio::task::JoinSet::new();
    for listener in listeners {
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let (app, stop) = (app.clone(), stop.clone());
        servers.spawn(async move {
            axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await
        });
    }
    // Browsers keep connections open: the end does not wait for them.
    stop.cancelled().await;
    servers.shutdown().await;
    Ok(())
}

async fn config(State(shop): State<Shop>) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(shop.config())).into_response()
}

async fn check_out(State(shop): State<Shop>, body: Result<Json<Basket>, JsonRejection>) -> Response {
    let basket = match body {
        Ok(Json(basket)) => basket,
        Err(rejection) => return problem(rejection.status(), &rejection.body_text()),
    };
    match shop.check_out(basket).await {
        Ok(receipt) => (StatusCode::CREATED, Json(receipt)).into_response(),
        Err(error) => {
            let status = match &error {
                CheckoutError::Empty
                | CheckoutError::Unknown(_)
                | CheckoutError::TooMany
                | CheckoutError::BadCoupon(_) => StatusCode::UNPROCESSABLE_ENTITY,
                CheckoutError::OutOfStock => StatusCode::CONFLICT,
                CheckoutError::Cloud(cause) => {
                    tracing::warn!(error = %cause, "an order was not recorded");
                    StatusCode::BAD_GATEWAY
                }
            };
            problem(status, &error.to_string())
        }
    }
}

fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = serde_json::json!({"title": title, "status": status.as_u16(), "detail": detail});
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// A file; or, for an address without an ending, the shop's one page, which reads the address itself.
async fn page(State(shop): State<Shop>, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = shop.files().find(path).await {
        return serve_file(file, &headers);
    }
    let is_page = !path.rsplit('/').next().unwrap_or_default().contains('.');
    match shop.files().find("index.html").await {
        Some(file) if is_page => {
            let mut response = serve_file(file, &headers);
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-cache"));
            response
        }
        _ => problem(StatusCode::NOT_FOUND, "There is nothing at this address."),
    }
}
