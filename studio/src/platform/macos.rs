//! macOS: `caffeinate`, which every system has, holds the power assertions; it ends with us.

use std::process::Stdio;

use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

/// The machine stays awake, and its screen unlocked, while this value lives.
pub struct Awake {
    _caffeinate: Child,
}

/// Keeps the machine from sleeping and its display on.
///
/// # Errors
/// A sentence for people.
pub async fn stay_awake() -> Result<Awake, String> {
    // `-w`: should the studio be killed, the machine may sleep again.
    let started = Command::new("/usr/bin/caffeinate")
        .args(["-d", "-i", "-m", "-s", "-w", &std::process::id().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    started.map(|child| Awake { _caffeinate: child }).map_err(|error| format!("caffeinate: {error}"))
}

/// Returns when the system, or somebody at a terminal, asks the program to end.
pub async fn asked_to_end() {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
        return std::future::pending().await;
    };
    tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
}

/// Whether a program with this process id may be running: always, since asking would need more than it is worth.
pub fn may_run(_process: u32) -> bool {
    true
}

/// The system's own web view shows what becomes of its page.
pub fn mind_page(_window: &tauri::WebviewWindow) {}

/// Called before there is a second thread or a window: nothing to do here.
pub fn before_all() {}
