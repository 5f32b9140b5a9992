//! A demo that runs on this machine: read from its run file, used only to prefill.

use std::path::PathBuf;

use serde::Deserialize;
use vitrine_protocol::Role;

use super::view::{DemoHint, DemoSignIn};

#[derive(Deserialize)]
struct RunFile {
    pid: u32,
    cloud_url: String,
    #[serde(default)]
    show_id: Option<String>,
    sign_ins: Vec<SignIn>,
}

#[derive(Deserialize)]
struct SignIn {
    role: Role,
    email: String,
    password: String,
}

/// The running demo, if there is one.
pub fn running() -> Option<DemoHint> {
    let text = std::fs::read_to_string(path()?).ok()?;
    let run: RunFile = serde_json::from_str(&text).ok()?;
    // A run file that a crash left behind names nobody.
    if !crate::platform::may_run(run.pid) {
        return None;
    }
    let sign_ins = run.sign_ins.into_iter();
    Some(DemoHint {
        cloud_url: run.cloud_url,
        show_id: run.show_id,
        sign_ins: sign_ins
            .map(|one| DemoSignIn { role: one.role, email: one.email, password: one.password })
            .collect(),
    })
}

fn path() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("VITRINE_DEMO_RUN_FILE") {
        return Some(path.into());
    }
    let state = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state")))?;
    Some(state.join("vitrine/demo.json"))
}
