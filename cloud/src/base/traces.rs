//! Traces, told to a collector: OTLP over HTTP.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use super::http_client;

/// A collector that takes longer is away; what it was told is lost.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// How long the last spans may take at the end.
const END_WITHIN: Duration = Duration::from_secs(3);

/// The way to a collector. Spans go in batches, from a thread of its own; a collector that is away costs spans, nothing
/// else.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

/// The way to a collector cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// The HTTP client.
    #[error("the client of the traces' collector cannot be built")]
    Client(#[source] reqwest::Error),
    /// The exporter: an `OTEL_…` variable does not fit.
    #[error("the traces cannot be sent as the OTEL_ variables say")]
    Exporter(#[source] ExporterBuildError),
}

impl Traces {
    /// Tells spans to the collector at `base` (`http://host:4318`) from now on. Needs a running tokio runtime.
    ///
    /// # Errors
    /// [`TracesError`].
    pub fn start(base: &str) -> Result<Self, TracesError> {
        let client = http_client().no_proxy().timeout(ANSWER_WITHIN).build().map_err(TracesError::Client)?;
        let sender = Sender { client, runtime: Handle::current(), away: Arc::default() };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(sender)
            .with_endpoint(format!("{}/v1/traces", base.trim_end_matches('/')))
            .build()
            .map_err(TracesError::Exporter)?;
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before.
        let name = std::env::var("OTEL_SERVICE_NAME").ok().filter(|name| !name.is_empty());
        let named = Resource::builder().with_service_name(name.unwrap_or_else(|| "vitrine-cloud".to_owned()));
        let resource = named.with_attribute(version).build();
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    /// What hears of spans: ours, and what went wrong in them.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let tracer = self.0.tracer("vitrine-cloud");
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(is_told))
    }

    /// Sends what is left.
    pub async fn end(self) {
        // It waits for its own thread, which needs this runtime.
        let ended = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(END_WITHIN)).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::debug!("the last spans were not sent");
        }
    }
}

fn is_told(of: &Metadata<'_>) -> bool {
    let most = if of.is_span() { Level::INFO } else { Level::WARN };
    of.target().starts_with("vitrine_") && *of.level() <= most
}

/// What traces say of a request and the log does not.
pub mod traced {
    use opentelemetry::trace::{Status, TraceContextExt as _};
    use tracing::Span;
    use tracing_opentelemetry::OpenTelemetrySpanExt as _;

    /// Requests of one route are put together, whatever the ids in their paths.
    pub fn route(span: &Span, method: &str, route: &str) {
        span.context().span().update_name(format!("{method} {route}"));
        span.set_attribute("http.route", route.to_owned());
    }

    /// How it was answered; a failure of ours marks the trace.
    pub fn status(span: &Span, status: u16) {
        span.set_attribute("http.response.status_code", i64::from(status));
        if status >= 500 {
            span.set_status(Status::error(""));
        }
    }
}

/// Sends batches. The exporter's thread is none of the runtime's, so each goes by a task.
#[derive(Debug)]
struct Sender {
    client: reqwest::Client,
    runtime: Handle,
    /// Whether the log's last word was that the collector is away.
    away: Arc<AtomicBool>,
}

impl HttpClient for Sender {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let (client, away) = (self.client.clone(), self.away.clone());
        let sent = self.runtime.spawn(async move {
            let answered = async { client.execute(request.try_into()?).await?.error_for_status() }.await;
            match answered {
                Ok(answer) => {
                    if away.swap(false, Relaxed) {
                        tracing::info!("the traces' collector is back");
                    }
                    let mut response = Response::new(Bytes::new());
                    *response.status_mut() = answer.status();
                    Ok(response)
                }
                Err(error) => {
                    if !away.swap(true, Relaxed) {
                        tracing::warn!(%error, "the traces' collector does not take spans; they are lost");
                    }
                    Err(error)
                }
            }
        });
        Box::pin(async move { Ok(sent.await??) })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::Router;
    use axum::http::HeaderMap;
    use axum::routing::post;
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;
    use tracing::Instrument as _;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// A collector that takes what it is sent, and its address.
    async fn collector() -> (String, mpsc::UnboundedReceiver<(HeaderMap, Bytes)>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let take = async move |headers: HeaderMap, body: Bytes| drop(sender.send((headers, body)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let routes = Router::new().route("/v1/traces", post(take));
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        (address, receiver)
    }

    fn holds(body: &[u8], text: &str) -> bool {
        body.windows(text.len()).any(|window| window == text.as_bytes())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_collector_is_told_our_spans_and_nothing_else() {
        let (address, mut told) = collector().await;
        let traces = Traces::start(&address).unwrap();
        let subscriber = tracing_subscriber::registry().with(traces.layer());
        tracing::subscriber::with_default(subscriber, || {
            let request = tracing::info_span!("http", path = "/v1/shows/7");
            traced::route(&request, "GET", "/v1/shows/{show}");
            traced::status(&request, 503);
            drop(request);
            tracing::info_span!("show.go_live", show.id = "0193aabb").in_scope(|| {
                tracing::info_span!(target: "hyper", "of another").in_scope(|| {});
                tracing::debug_span!("a detail").in_scope(|| {});
                tracing::warn!("it went wrong");
                tracing::info!("chatter");
            });
        });
        traces.end().await;
        let (headers, body) = told.recv().await.unwrap();
        assert_eq!(headers["content-type"], "application/x-protobuf");
        for text in
            ["show.go_live", "show.id", "0193aabb", "vitrine-cloud", "it went wrong", "GET /v1/shows/{show}"]
        {
            assert!(holds(&body, text), "{text}");
        }
        for text in ["of another", "a detail", "chatter"] {
            assert!(!holds(&body, text), "{text}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_collector_that_is_away_holds_nobody_up() {
        let traces = Traces::start("http://127.0.0.1:1").unwrap();
        let subscriber = tracing_subscriber::registry().with(traces.layer());
        let began = Instant::now();
        tracing::subscriber::with_default(subscriber, || {
            (0..5_000).for_each(|_| tracing::info_span!("http").in_scope(|| {}));
        });
        async {}.instrument(tracing::info_span!("after")).await;
        traces.end().await;
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }
}
