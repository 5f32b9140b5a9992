//! Windows: a thread's execution state keeps the machine awake for as long as the thread lives.

use std::sync::mpsc;

use windows_sys::Win32::System::Power::{
    ES_CONTINUOUS, ES_DISPLAY_REQUIRED, ES_SYSTEM_REQUIRED, EXECUTION_STATE, SetThreadExecutionState,
};

/// The machine stays awake, and its screen on, while this value lives.
pub struct Awake {
    /// The thread ends when this is dropped.
    _hold: mpsc::Sender<()>,
}

/// Keeps the machine from sleeping and its display on.
///
/// # Errors
/// A sentence for people.
pub async fn stay_awake() -> Result<Awake, String> {
    let (hold, held) = mpsc::channel::<()>();
    let (tell, told) = tokio::sync::oneshot::channel();
    let watch = move || {
        let awake = set(ES_CONTINUOUS | ES_SYSTEM_REQUIRED | ES_DISPLAY_REQUIRED);
        let _ = tell.send(awake);
        // Nothing is ever sent: this returns once `hold` is dropped.
        let _ = held.recv();
        set(ES_CONTINUOUS);
    };
    let thread = std::thread::Builder::new().name("awake".to_owned()).spawn(watch);
    thread.map_err(|error| error.to_string())?;
    match told.await {
        Ok(true) => Ok(Awake { _hold: hold }),
        Ok(false) | Err(_) => Err("Windows does not keep this machine awake".to_owned()),
    }
}

#[expect(unsafe_code, reason = "a call of the system that takes and gives plain numbers")]
fn set(state: EXECUTION_STATE) -> bool {
    // SAFETY: no pointer is passed, and every combination of these flags is allowed.
    unsafe { SetThreadExecutionState(state) != 0 }
}

/// Returns when somebody at a terminal asks the program to end.
pub async fn asked_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Whether a program with this process id may be running: always, since asking would need more than it is worth.
pub fn may_run(_process: u32) -> bool {
    true
}

/// The system's own web view shows what becomes of its page.
pub fn mind_page(_window: &tauri::WebviewWindow) {}

/// Called before there is a second thread or a window: nothing to do here.
pub fn before_all() {}
