//! Each thing has one home: SQL in stores, axum at the door, GStreamer in its process, no window in the desk.

use crate::source::Tree;

/// What may stand only where: below this folder, these words, only in paths that match one of the homes.
struct Home {
    below: &'static str,
    words: &'static [&'static str],
    homes: &'static [&'static str],
    why: &'static str,
}

const HOMES: [Home; 11] = [
    Home {
        below: "cloud/src/",
        words: &["sqlx::query", "query_as(", "query_scalar(", "QueryBuilder"],
        homes: &["/store.rs", "/store/", "cloud/src/db/"],
        why: "SQL stands in a store",
    },
    Home {
        below: "cloud/src/",
        words: &["AssertSqlSafe"],
        homes: &["cloud/src/db/"],
        why: "SQL text that is not a literal passes through db/ only",
    },
    Home {
        below: "cloud/src/",
        words: &["axum::", "utoipa_axum::"],
        // The edge is a cache of HTTP answers, conn.rs the socket behind rtm's route, shop.rs the demo shop's web
        // server: outer doors, each of them.
        homes: &[
            "cloud/src/base/",
            "/routes.rs",
            "/routes/",
            "cloud/src/http.rs",
            "cloud/src/http/",
            "cloud/src/app.rs",
            "cloud/src/edge/",
            "rtm/conn.rs",
            "demo/shop.rs",
        ],
        why: "axum stands at the door (base/, routes, http.rs)",
    },
    Home {
        below: "cloud/src/",
        words: &["gstreamer", "gst::", "vitrine_media"],
        // A publisher of its own, outside the cloud's processes.
        homes: &["cloud/src/demo/"],
        why: "of the cloud's rooms only the demo's synthetic host touches GStreamer",
    },
    Home {
        below: "cloud/transmission/src/",
        words: &["gstreamer", "gst::", "vitrine_media"],
        homes: &["cloud/transmission/src/encoder/"],
        why: "GStreamer runs in the encoder's process",
    },
    Home {
        below: "cloud/transmission/src/",
        words: &["axum::"],
        homes: &["cloud/transmission/src/origin"],
        why: "the origin is the transmission's one HTTP server",
    },
    Home {
        below: "cloud/transmission/src/hls/",
        words: &["tokio", "std::fs", "std::net", "std::io", "Instant", "crate::"],
        homes: &[],
        why: "packaging is pure: it knows no file, no socket, no clock and no room around it",
    },
    Home {
        below: "cloud/transmission/src/",
        words: &["Utc::now()", "SystemTime::now()"],
        homes: &["cloud/transmission/src/clock.rs"],
        why: "time comes in through ShowClock",
    },
    Home { below: "studio/src/desk/", words: &["tauri"], homes: &[], why: "the desk knows no Tauri" },
    Home {
        below: "media-core/src/",
        words: &["vitrine_protocol", "reqwest", "tauri"],
        homes: &[],
        why: "media knows no account, no cloud and no window",
    },
    Home {
        below: "cloud/src/",
        words: &["Utc::now()", "SystemTime::now()"],
        homes: &["cloud/src/base/clock.rs"],
        why: "time comes in through Clock",
    },
];

pub fn check(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for home in HOMES {
        for (path, code) in tree.rust_below(home.below) {
            if home.homes.iter().any(|allowed| path.contains(allowed)) {
                continue;
            }
            for (number, line) in code.lines().enumerate() {
                if let Some(word) = home.words.iter().find(|word| line.contains(**word)) {
                    findings.push(format!("{path}:{}: `{word}`: {}", number + 1, home.why));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_outside_its_home_is_found() {
        for (path, text) in [
            ("cloud/src/show/service.rs", "sqlx::query(\"\")"),
            ("cloud/src/show/model.rs", "use axum::Json;"),
            ("cloud/transmission/src/origin.rs", "use gstreamer as gst;"),
            ("cloud/transmission/src/hls/window.rs", "use tokio::time;"),
            ("studio/src/desk/mod.rs", "use tauri::Manager;"),
        ] {
            assert_eq!(check(&Tree::of(&[(path, text)])).len(), 1, "{path}");
        }
    }

    #[test]
    fn comments_and_tests_may_speak_of_anything() {
        let text = "// axum:: is elsewhere\n#[cfg(test)]\nmod tests { use axum::Json; }";
        assert!(check(&Tree::of(&[("cloud/src/show/model.rs", text)])).is_empty());
    }
}
