//! The words for developers are true.

use std::process::Command;

use chrono::DateTime;

use super::*;

const PAGE: &str = include_str!("../../../../docs/webhooks.md");

#[test]
fn every_kind_of_fact_is_documented() {
    let listed = <WebhookEvent as utoipa::PartialSchema>::schema();
    let listed = serde_json::to_value(&listed).unwrap();
    let kinds = listed["enum"].as_array().unwrap();
    assert!(kinds.len() > 20);
    for kind in kinds {
        let word = format!("`{}`", kind.as_str().unwrap());
        assert!(PAGE.contains(&word), "docs/webhooks.md does not name {word}");
    }
}

#[test]
fn the_code_that_verifies_a_message_verifies_ours_and_no_other() {
    let code = PAGE.split("```js\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let (secret, old) = (sign::new_secret(), sign::new_secret());
    let (id, body) =
        ("018f3b1c-0000-7000-8000-000000000000", "{\"type\":\"show_ended\",\"note\":\"\u{e4}\"}");
    let at = DateTime::from_timestamp(crate::base::Clock::system().now().timestamp(), 0).unwrap();
    let signature = sign::signatures(&[&secret, &old], id, at, body).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let ask = |secret: &str, at: i64, body: &str, wanted: bool| {
        let headers = serde_json::json!({
            "webhook-id": id, "webhook-timestamp": at.to_string(), "webhook-signature": signature,
        });
        let end = format!(
            "\nif (verify({secret:?}, {headers}, {}) !== {wanted}) throw new Error('wrong');\n",
            serde_json::to_string(body).unwrap()
        );
        let file = dir.path().join("verify.mjs");
        std::fs::write(&file, format!("{code}{end}")).unwrap();
        match Command::new("node").arg(&file).output() {
            Ok(done) => assert!(done.status.success(), "{wanted}: {}", String::from_utf8_lossy(&done.stderr)),
            Err(error) => {
                assert!(std::env::var_os("CI").is_none(), "{error}");
                eprintln!("SKIPPED: there is no node");
            }
        }
    };
    let now = at.timestamp();
    ask(&secret, now, body, true);
    ask(&old, now, body, true);
    ask(&sign::new_secret(), now, body, false);
    ask(&secret, now, "{}", false);
    ask(&secret, now - 1, body, false);
    ask(&secret, now - 600, body, false);
}
