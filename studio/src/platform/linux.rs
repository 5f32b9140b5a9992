//! Linux: logind keeps the machine awake, the desktop's screen saver keeps the screen unlocked.

use std::cell::Cell;
use std::time::{Duration, Instant};

use tauri::WebviewWindow;
use tokio::signal::unix::{SignalKind, signal};
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};
use zbus::Connection;
use zbus::zvariant::OwnedFd;

/// The system's services answer within this time or not at all.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// A page that dies again sooner is left alone.
const AGAIN_AFTER: Duration = Duration::from_secs(10);
const WHO: &str = "Vitrine";
const WHY: &str = "A show is live";

/// The machine stays awake, and its screen unlocked, while this value lives.
pub struct Awake {
    /// logind's lock: let go of when it is closed.
    _sleep: OwnedFd,
    /// The screen saver forgets who leaves the bus.
    _screen: Option<Connection>,
}

/// Keeps the machine from sleeping, from idling, and from heeding its closed lid.
///
/// # Errors
/// A sentence for people, when logind does not do it. A desktop without a screen saver is none.
pub async fn stay_awake() -> Result<Awake, String> {
    both(inhibit_sleep(), inhibit_screen_saver()).await
}

/// Asks both at once, each within its own time: a screen saver that hangs costs the lock of the login manager nothing.
async fn both(
    sleep: impl Future<Output = zbus::Result<OwnedFd>>,
    screen: impl Future<Output = Option<Connection>>,
) -> Result<Awake, String> {
    let (sleep, screen) =
        tokio::join!(tokio::time::timeout(ANSWER_WITHIN, sleep), tokio::time::timeout(ANSWER_WITHIN, screen));
    let sleep = sleep.map_err(|_| "the login manager does not answer".to_owned())?;
    let sleep = sleep.map_err(|error| format!("the login manager says: {error}"))?;
    if screen.is_err() {
        tracing::info!("the screen saver does not answer");
    }
    Ok(Awake { _sleep: sleep, _screen: screen.ok().flatten() })
}

async fn inhibit_sleep() -> zbus::Result<OwnedFd> {
    let bus = Connection::system().await?;
    let mut answer = inhibit(&bus, "sleep:idle:handle-lid-switch").await;
    // A system that lets nobody touch the lid may still grant the rest.
    if let Err(zbus::Error::MethodError(..)) = answer {
        answer = inhibit(&bus, "sleep:idle").await;
    }
    answer
}

/// <https://systemd.io/INHIBITOR_LOCKS/>
async fn inhibit(bus: &Connection, what: &str) -> zbus::Result<OwnedFd> {
    let manager = Some("org.freedesktop.login1.Manager");
    let lock = bus
        .call_method(
            Some("org.freedesktop.login1"),
            "/org/freedesktop/login1",
            manager,
            "Inhibit",
            &(what, WHO, WHY, "block"),
        )
        .await?;
    lock.body().deserialize()
}

/// <https://specifications.freedesktop.org/idle-inhibit-spec/latest/>
async fn inhibit_screen_saver() -> Option<Connection> {
    const NAME: &str = "org.freedesktop.ScreenSaver";
    let bus = Connection::session().await.ok()?;
    let asked =
        bus.call_method(Some(NAME), "/org/freedesktop/ScreenSaver", Some(NAME), "Inhibit", &(WHO, WHY));
    match asked.await {
        Ok(_) => Some(bus),
        Err(error) => {
            tracing::info!(%error, "no screen saver to hold back");
            None
        }
    }
}

/// Returns when the system, or somebody at a terminal, asks the program to end.
pub async fn asked_to_end() {
    let signals = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
    let mut waiting = Vec::new();
    for kind in signals {
        match signal(kind) {
            Ok(mut signal) => waiting.push(Box::pin(async move { signal.recv().await })),
            Err(error) => tracing::warn!(%error, "a signal of the system is not heard"),
        }
    }
    if waiting.is_empty() {
        return std::future::pending().await;
    }
    futures_util::future::select_all(waiting).await;
}

/// Whether a program with this process id may be running.
pub fn may_run(process: u32) -> bool {
    std::path::Path::new(&format!("/proc/{process}")).exists()
}

/// Called before there is a second thread or a window. Without a graphics card the toolkit and the page's engine would still get ready
/// to draw with one in software, and keep ten megabytes for it; the page is painted directly (see [`mind_page`]).
#[expect(unsafe_code, reason = "the environment of a program may be changed while nobody else can read it")]
pub fn before_all() {
    if has_graphics_card() {
        return;
    }
    // <https://docs.gtk.org/gtk3/running.html>, <https://webkitgtk.org/reference/webkit2gtk/stable/environment-variables.html>
    for (name, value) in [("GDK_GL", "disable"), ("WEBKIT_DISABLE_DMABUF_RENDERER", "1")] {
        if std::env::var_os(name).is_none() {
            // SAFETY: the program has one thread so far.
            unsafe { std::env::set_var(name, value) };
        }
    }
}

/// Loads the page again when its process dies: the show goes on without it, and the host needs the desk. Without a graphics
/// card, has it painted directly: composing its layers by software takes three times as much.
pub fn mind_page(window: &WebviewWindow) {
    let last = Cell::new(None::<Instant>);
    let minded = window.with_webview(move |page| {
        if !has_graphics_card()
            && let Some(settings) = page.inner().settings()
        {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
        page.inner().connect_web_process_terminated(move |page, reason| {
            let again = last.replace(Some(Instant::now())).is_some_and(|last| last.elapsed() < AGAIN_AFTER);
            tracing::error!(?reason, again, "the page's process died");
            if !again {
                page.reload();
            }
        });
    });
    if let Err(error) = minded {
        tracing::warn!(%error, "nobody minds the page");
    }
}

/// Whether something here can draw for us.
fn has_graphics_card() -> bool {
    let Ok(devices) = std::fs::read_dir("/dev/dri") else { return false };
    devices.flatten().any(|device| device.file_name().to_string_lossy().starts_with("renderD"))
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    fn lock() -> zbus::Result<OwnedFd> {
        let file: std::os::fd::OwnedFd = std::fs::File::open("/dev/null").unwrap().into();
        Ok(file.into())
    }

    #[tokio::test(start_paused = true)]
    async fn a_screen_saver_that_hangs_does_not_cost_the_lock_against_sleep() {
        assert!(both(ready(lock()), pending()).await.is_ok());
        // not even where the login manager takes nearly all of its time
        let slow = async {
            tokio::time::sleep(ANSWER_WITHIN - Duration::from_millis(1)).await;
            lock()
        };
        assert!(both(slow, pending()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_login_manager_that_hangs_is_told() {
        let told = both(pending(), ready(None)).await.err();
        assert_eq!(told.as_deref(), Some("the login manager does not answer"));
    }
}
