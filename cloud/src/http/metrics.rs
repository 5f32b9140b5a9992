//! `GET /metrics`: figures for Prometheus, read from this machine or with a token.
//!
//! A process tells what runs in it, and nothing of others: they are read themselves. Labels name shows and rungs, never
//! a person, an address or a secret. Source: Prometheus text format, version 0.0.4.

use std::fmt::{Display, Write as _};
use std::net::IpAddr;
use std::time::Duration;

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, RequestPartsExt as _, Router};
use subtle::ConstantTimeEq as _;
use vitrine_protocol::Code;

use super::Descriptors;
use crate::app::App;
use crate::base::{ApiError, Remote};
use crate::health::ShowHealth;

/// Shows that are told one by one; beyond them only how many there are.
const MOST_SHOWS: usize = 200;
/// A database that takes longer is down.
const DATABASE_WITHIN: Duration = Duration::from_secs(1);
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// What a proxy adds: behind one, everybody seems to come from this machine.
const OF_PROXIES: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

pub(super) fn router(app: &App) -> Router {
    Router::new().route("/metrics", get(serve)).with_state(app.clone())
}

async fn serve(State(app): State<App>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let Ok(Remote(peer)) = Remote::from_request_parts(&mut parts, &()).await;
    let token = app.config.telemetry.metrics_token.as_ref().map(|token| token.expose());
    if let Err(refusal) = may_read(peer, &parts.headers, token) {
        return refusal.into_response();
    }
    let descriptors = parts.extract::<Extension<Descriptors>>().await.ok().map(|Extension(known)| known);
    let pinged = tokio::time::timeout(DATABASE_WITHIN, app.db.ping()).await;
    let mut text = Text::default();
    process(&mut text, descriptors.as_ref(), matches!(pinged, Ok(Ok(()))));
    shows(&mut text, &app.monitor.here());
    ([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, "no-store")], text.0).into_response()
}

/// Whether this caller may read them.
fn may_read(peer: IpAddr, headers: &HeaderMap, token: Option<&str>) -> Result<(), ApiError> {
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let (Some(wanted), Some(("Bearer" | "bearer", shown))) =
        (token, shown.and_then(|value| value.split_once(' ')))
    {
        return if shown.trim().as_bytes().ct_eq(wanted.as_bytes()).into() {
            Ok(())
        } else {
            Err(ApiError::new(Code::Unauthenticated, "this is not the token of the metrics"))
        };
    }
    let of_this_machine =
        peer.to_canonical().is_loopback() && !OF_PROXIES.iter().any(|name| headers.contains_key(*name));
    if of_this_machine {
        return Ok(());
    }
    let detail = "metrics are read from the same machine, or with the token of VITRINE_METRICS_TOKEN";
    Err(ApiError::new(Code::Forbidden, detail).with_status(StatusCode::FORBIDDEN))
}

fn process(text: &mut Text, descriptors: Option<&Descriptors>, database: bool) {
    text.family("vitrine_build_info", "gauge", "This program.");
    let encoder = if cfg!(feature = "encoder") { "yes" } else { "no" };
    text.sample("vitrine_build_info", &[("version", env!("CARGO_PKG_VERSION")), ("encoder", encoder)], 1);
    if let Some(known) = descriptors {
        text.one("vitrine_http_connections", "gauge", "Open connections of HTTP.", known.connections());
        text.one("process_open_fds", "gauge", "Open files.", known.open());
        if let Some(limit) = known.limit() {
            text.one("process_max_fds", "gauge", "The limit of open files.", limit);
        }
    }
    if let Some(bytes) = resident_bytes() {
        text.one("process_resident_memory_bytes", "gauge", "Resident memory.", bytes);
    }
    text.one(
        "vitrine_database_up",
        "gauge",
        "Whether the database answers within a second.",
        u8::from(database),
    );
}

fn shows(text: &mut Text, all: &[ShowHealth]) {
    text.one("vitrine_shows", "gauge", "Shows that run or are watched in this process.", all.len());
    let told = &all[..all.len().min(MOST_SHOWS)];
    for figure in FIGURES {
        let measured = told.iter().filter_map(|health| {
            let value = (figure.of)(health.media.as_ref()?)?;
            Some((health.show_id.to_string(), value))
        });
        let measured: Vec<_> = measured.collect();
        if measured.is_empty() {
            continue;
        }
        text.family(figure.name, figure.kind, figure.help);
        for (show, value) in measured {
            text.sample(figure.name, &[("show", &show)], value);
        }
    }
    text.rungs("vitrine_rung_bits_per_second", "Bits in a second of a rung that plays.", told, |rung| {
        rung.bits_per_second
    });
    text.rungs("vitrine_rung_viewers", "Viewers of a rung through this process, about.", told, |rung| {
        rung.viewers
    });
}

/// A figure of a show's media.
struct Figure {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    of: fn(&crate::health::MediaHealth) -> Option<f64>,
}

const FIGURES: [Figure; 10] = [
    Figure {
        name: "vitrine_show_pictures_per_second",
        kind: "gauge",
        help: "Pictures of the publisher in a second.",
        of: |media| Some(media.pictures_per_second),
    },
    Figure {
        name: "vitrine_show_bits_per_second",
        kind: "gauge",
        help: "Bits of the publisher in a second.",
        of: |media| Some(media.bits_per_second as f64),
    },
    Figure {
        name: "vitrine_show_key_interval_seconds",
        kind: "gauge",
        help: "Between the last two key frames.",
        of: |media| (media.key_interval_ms > 0).then_some(media.key_interval_ms as f64 / 1e3),
    },
    Figure {
        name: "vitrine_show_sound_ahead_seconds",
        kind: "gauge",
        help: "How far the newest sound is ahead of the newest picture.",
        of: |media| (!media.silent).then_some(media.sound_ahead_ms as f64 / 1e3),
    },
    Figure {
        name: "vitrine_show_silent",
        kind: "gauge",
        help: "Whether no sound arrives that is carried.",
        of: |media| Some(f64::from(u8::from(media.silent))),
    },
    Figure {
        name: "vitrine_show_gaps_total",
        kind: "counter",
        help: "Pictures that lasted longer than a part, since the transmission started.",
        of: |media| Some(media.gaps as f64),
    },
    Figure {
        name: "vitrine_show_part_delay_seconds",
        kind: "gauge",
        help: "The longest time from the end of a part to its being offered.",
        of: |media| Some(media.part_delay_ms as f64 / 1e3),
    },
    Figure {
        name: "vitrine_show_encoder_behind_seconds",
        kind: "gauge",
        help: "How far the encoder is behind.",
        of: |media| media.encoder_behind_ms.map(|ms| ms as f64 / 1e3),
    },
    Figure {
        name: "vitrine_show_half_rate",
        kind: "gauge",
        help: "Whether the encoder leaves out every second picture.",
        of: |media| Some(f64::from(u8::from(media.half_rate))),
    },
    Figure {
        name: "vitrine_show_recording",
        kind: "gauge",
        help: "Whether the show is recorded.",
        of: |media| Some(f64::from(u8::from(media.recording_stopped.is_none()))),
    },
];

/// The text as it grows.
#[derive(Debug, Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let label = |(name, value): &(&str, &str)| {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            format!("{name}=\"{value}\"")
        };
        let labels: Vec<_> = labels.iter().map(label).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }

    fn rungs(
        &mut self,
        name: &str,
        help: &str,
        shows: &[ShowHealth],
        value: impl Fn(&crate::health::RungHealth) -> u64,
    ) {
        if shows.iter().all(|show| show.rungs.is_empty()) {
            return;
        }
        self.family(name, "gauge", help);
        for show in shows {
            let id = show.show_id.to_string();
            for rung in &show.rungs {
                self.sample(name, &[("show", &id), ("rung", &rung.name)], value(rung));
            }
        }
    }
}

/// Memory that is in use, where the system tells it cheaply.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use axum::http::HeaderValue;
    use chrono::DateTime;
    use vitrine_protocol::ShowId;

    use super::*;
    use crate::health::{MediaHealth, RungHealth};

    fn health(show: &str) -> ShowHealth {
        ShowHealth {
            show_id: show.parse::<ShowId>().unwrap(),
            measured_at: Some(DateTime::UNIX_EPOCH),
            media: Some(MediaHealth {
                pictures_per_second: 29.9,
                bits_per_second: 4_200_000,
                key_interval_ms: 2_000,
                sound_ahead_ms: -40,
                silent: false,
                gaps: 3,
                part_delay_ms: 120,
                encoder_behind_ms: None,
                half_rate: false,
                recording_stopped: Some("The disk is full.".into()),
            }),
            rungs: vec![RungHealth {
                name: "source".into(),
                bits_per_second: 4_100_000,
                viewers: 12,
                left_out: None,
            }],
            viewers: 12,
        }
    }

    #[test]
    fn a_show_is_told_with_its_units_and_nothing_that_names_a_person() {
        let mut text = Text::default();
        shows(&mut text, &[health("0193aabb-0000-7000-8000-000000000001")]);
        let told: Vec<_> = text.0.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            told,
            [
                "vitrine_shows 1",
                r#"vitrine_show_pictures_per_second{show="0193aabb-0000-7000-8000-000000000001"} 29.9"#,
                r#"vitrine_show_bits_per_second{show="0193aabb-0000-7000-8000-000000000001"} 4200000"#,
                r#"vitrine_show_key_interval_seconds{show="0193aabb-0000-7000-8000-000000000001"} 2"#,
                r#"vitrine_show_sound_ahead_seconds{show="0193aabb-0000-7000-8000-000000000001"} -0.04"#,
                r#"vitrine_show_silent{show="0193aabb-0000-7000-8000-000000000001"} 0"#,
                r#"vitrine_show_gaps_total{show="0193aabb-0000-7000-8000-000000000001"} 3"#,
                r#"vitrine_show_part_delay_seconds{show="0193aabb-0000-7000-8000-000000000001"} 0.12"#,
                r#"vitrine_show_half_rate{show="0193aabb-0000-7000-8000-000000000001"} 0"#,
                r#"vitrine_show_recording{show="0193aabb-0000-7000-8000-000000000001"} 0"#,
                r#"vitrine_rung_bits_per_second{show="0193aabb-0000-7000-8000-000000000001",rung="source"} 4100000"#,
                r#"vitrine_rung_viewers{show="0193aabb-0000-7000-8000-000000000001",rung="source"} 12"#,
            ]
        );
    }

    #[test]
    fn their_number_is_bounded_and_labels_cannot_break_out() {
        let many: Vec<_> = (0..MOST_SHOWS + 50).map(|_| health(&ShowId::new().to_string())).collect();
        let mut text = Text::default();
        shows(&mut text, &many);
        assert!(text.0.contains("vitrine_shows 250\n"));
        assert_eq!(text.0.matches("vitrine_show_gaps_total{").count(), MOST_SHOWS);
        let mut text = Text::default();
        text.sample("x", &[("a", "1\"2\\3\n4")], 5);
        assert_eq!(text.0, "x{a=\"1\\\"2\\\\3\\n4\"} 5\n");
    }

    #[test]
    fn they_are_read_from_this_machine_or_with_the_token() {
        let (home, away) = (IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from([10, 0, 0, 7]));
        let with = |name: &'static str, value: &'static str| {
            HeaderMap::from_iter([(header::HeaderName::from_static(name), HeaderValue::from_static(value))])
        };
        let token = Some("0123456789abcdef");
        let status = |peer, headers: &HeaderMap, token| {
            may_read(peer, headers, token).map_or_else(|error| error.status.as_u16(), |()| 200)
        };
        let none = HeaderMap::new();
        assert_eq!(status(home, &none, None), 200);
        assert_eq!(status("::ffff:127.0.0.1".parse().unwrap(), &none, token), 200);
        assert_eq!(status(away, &none, None), 403);
        assert_eq!(status(away, &none, token), 403);
        assert_eq!(status(away, &with("authorization", "Bearer 0123456789abcdef"), token), 200);
        assert_eq!(status(away, &with("authorization", "Bearer 0123456789abcdeF"), token), 401);
        assert_eq!(status(away, &with("authorization", "Bearer 0123456789abcdef"), None), 403);
        assert_eq!(status(home, &with("x-forwarded-for", "203.0.113.9"), None), 403);
        assert_eq!(status(Ipv4Addr::UNSPECIFIED.into(), &none, None), 403);
    }
}
