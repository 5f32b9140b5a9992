//! HTTP of jobs that failed for good.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vitrine_protocol::{JobId, OrgId};

use super::{DeadJob, Jobs, JobsError};
use crate::base::{Actor, ApiError, Json, Page, PageQuery, Path, Problems, Query};

/// The room's addresses.
pub fn router(jobs: Jobs) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(dead_jobs))
        .routes(routes!(dead_job))
        .routes(routes!(replay_job))
        .with_state(jobs)
}

/// Work of the organisation that failed for good, newest first: what it was, and why.
#[utoipa::path(get, path = "/v1/orgs/{org}/jobs/dead", tag = "jobs", params(("org" = OrgId, Path), PageQuery),
    responses((status = 200, body = Page<DeadJob>), Problems))]
async fn dead_jobs(
    State(jobs): State<Jobs>,
    actor: Actor,
    Path(org): Path<OrgId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<DeadJob>>, ApiError> {
    Ok(Json(jobs.dead(&actor, org, page.after()?, page.limit()).await?))
}

/// One piece of such work.
#[utoipa::path(get, path = "/v1/orgs/{org}/jobs/dead/{job}", tag = "jobs",
    params(("org" = OrgId, Path), ("job" = JobId, Path)), responses((status = 200, body = DeadJob), Problems))]
async fn dead_job(
    State(jobs): State<Jobs>,
    actor: Actor,
    Path((org, job)): Path<(OrgId, JobId)>,
) -> Result<Json<DeadJob>, ApiError> {
    Ok(Json(jobs.dead_one(&actor, org, job).await?))
}

/// Has such work tried again, as if it were new.
#[utoipa::path(post, path = "/v1/orgs/{org}/jobs/dead/{job}/replay", tag = "jobs",
    params(("org" = OrgId, Path), ("job" = JobId, Path)), responses((status = 202), Problems))]
async fn replay_job(
    State(jobs): State<Jobs>,
    actor: Actor,
    Path((org, job)): Path<(OrgId, JobId)>,
) -> Result<StatusCode, ApiError> {
    jobs.replay(&actor, org, job).await?;
    Ok(StatusCode::ACCEPTED)
}

impl From<JobsError> for ApiError {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::Denied(denied) => denied.into(),
            JobsError::NotFound(_) => Self::not_found("dead letter"),
            JobsError::Db(_) => Self::internal(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use serde_json::{Value, json};
    use tower::ServiceExt as _;

    use crate::app::testing::{each_app, owner};
    use crate::base::to_ms;
    use crate::jobs::{NewJob, enqueue};
    use crate::{http, on};

    #[tokio::test]
    async fn an_owner_sees_what_died_and_has_it_tried_again() {
        each_app(async |app, _| {
            let (_, org, token) = owner(&app, "Nord").await;
            let (now, mut tx) = (app.clock.now(), app.db.begin().await.unwrap());
            for (key, whose) in [("one", Some(org)), ("two", Some(org)), ("ours", None)] {
                let job = NewJob { org: whose, ..NewJob::new("mail", key, json!({"secret": "s"})) };
                enqueue(&mut tx, now, &job).await.unwrap();
            }
            on!(tx, c => sqlx::query("UPDATE jobs SET dead_ms = $1, reason = 'no such address', attempts = 3")
                .bind(to_ms(now)).execute(c).await.map(drop))
            .unwrap();
            tx.commit().await.unwrap();

            let router = http::router(&app);
            let ask = async |method: &str, path: String| {
                let request = Request::builder().method(method).uri(path);
                let request = request.header("authorization", format!("Bearer {token}"));
                let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
                let status = response.status().as_u16();
                let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
                (status, serde_json::from_slice::<Value>(&bytes).unwrap_or_default())
            };
            let list = format!("/v1/orgs/{org}/jobs/dead");
            let (status, page) = ask("GET", format!("{list}?limit=1")).await;
            assert_eq!((status, page["items"].as_array().unwrap().len()), (200, 1));
            let (_, rest) = ask("GET", format!("{list}?after={}", page["next"].as_str().unwrap())).await;
            assert_eq!((&rest["items"][0]["key"], &rest["next"]), (&json!("one"), &Value::Null));
            assert_eq!(rest["items"][0]["reason"], "no such address");
            assert!(!format!("{page}{rest}").contains("secret"), "bodies stay inside");

            let one = format!("{list}/{}", page["items"][0]["id"].as_str().unwrap());
            assert_eq!(ask("GET", one.clone()).await, (200, page["items"][0].clone()));
            let replay = format!("{one}/replay");
            assert_eq!(ask("POST", replay.clone()).await.0, 202);
            assert_eq!((ask("POST", replay).await.0, ask("GET", one).await.0), (404, 404), "it lives");
            assert_eq!(ask("GET", list).await.1["items"].as_array().unwrap().len(), 1);
            assert_eq!(
                ask("GET", format!("/v1/orgs/{org}/events/dead")).await,
                (200, json!({"items": [], "next": null}))
            );
        })
        .await;
    }
}
