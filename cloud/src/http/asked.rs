//! What may stand behind `?`: a parameter that nobody reads is refused, since a misspelt filter would give everything.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{OpenApi, RefOr};

use crate::base::{ApiError, Invalid};

/// Addresses that are nobody's but the clients of this interface: pages of shops and letters bring parameters of their own.
const OURS: [&str; 2] = ["/v1/orgs/", "/v1/operator/"];
/// Characters of a name that are repeated.
const MOST_REPEATED: usize = 60;

/// The parameters of each of those addresses that takes some, by method and path.
pub(super) type Asked = HashMap<(&'static str, String), BTreeSet<String>>;

/// Those that a document tells of.
pub(super) fn asked(document: &OpenApi) -> Arc<Asked> {
    let mut asked = Asked::new();
    for (path, item) in &document.paths.paths {
        let operations = [
            ("GET", &item.get),
            ("PUT", &item.put),
            ("POST", &item.post),
            ("DELETE", &item.delete),
            ("PATCH", &item.patch),
        ];
        for (method, operation) in operations {
            let parameters = operation.iter().flat_map(|operation| &operation.parameters).flatten();
            let names: BTreeSet<_> = parameters
                .filter_map(|one| match one {
                    RefOr::T(one) if one.parameter_in == ParameterIn::Query => Some(one.name.clone()),
                    _ => None,
                })
                .collect();
            if !names.is_empty() && OURS.iter().any(|ours| path.starts_with(ours)) {
                asked.insert((method, path.clone()), names);
            }
        }
    }
    Arc::new(asked)
}

/// Refuses a request with a parameter that its address does not know.
pub(super) async fn only_known(State(asked): State<Arc<Asked>>, request: Request, next: Next) -> Response {
    match unknown(&asked, &request) {
        None => next.run(request).await,
        Some(name) => {
            let name: String = name.chars().filter(|c| !c.is_control()).take(MOST_REPEATED).collect();
            ApiError::from(Invalid::new(format!("there is no parameter `{name}` here"))).into_response()
        }
    }
}

fn unknown(asked: &Asked, request: &Request) -> Option<String> {
    let query = request.uri().query()?;
    let path = request.extensions().get::<MatchedPath>()?;
    let method = match request.method() {
        &Method::GET | &Method::HEAD => "GET",
        &Method::PUT => "PUT",
        &Method::POST => "POST",
        &Method::DELETE => "DELETE",
        &Method::PATCH => "PATCH",
        _ => return None,
    };
    let known = asked.get(&(method, path.as_str().to_owned()))?;
    let mut names = url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name);
    names.find(|name| !known.contains(name.as_ref())).map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt as _;

    use crate::app::testing::{each_app, owner};

    #[tokio::test]
    async fn a_misspelt_filter_does_not_give_everything() {
        each_app(async |app, _| {
            let (_, org, token) = owner(&app, "Nord").await;
            let router = crate::http::router(&app);
            let ask = async |path: &str| {
                let request = axum::http::Request::get(format!("/v1/orgs/{org}{path}"))
                    .header("authorization", format!("Bearer {token}"));
                let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
                let status = answer.status().as_u16();
                (status, to_bytes(answer.into_body(), 1 << 16).await.unwrap())
            };
            for (path, wanted) in [
                ("/orders?flag=oversold&limit=5", 200),
                ("/orders?flg=oversold", 422),
                ("/orders?fl%61g=oversold", 200),
                ("/products?tag=summer&&", 200),
                ("/shows?limit=5&offset=10", 422),
                ("/orders?", 200),
            ] {
                let (status, body) = ask(path).await;
                assert_eq!(status, wanted, "{path}: {}", String::from_utf8_lossy(&body));
            }
            let (_, body) = ask("/orders?flg=oversold").await;
            assert!(String::from_utf8_lossy(&body).contains("no parameter `flg` here"));
        })
        .await;
    }
}
