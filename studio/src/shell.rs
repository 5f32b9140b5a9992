//! Everything that is Tauri: the window, its page, the start and the end.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tauri::{AppHandle, Manager, RunEvent, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};
use tracing_subscriber::EnvFilter;

use crate::commands::{self, CloseSeen};
use crate::desk::{CloseView, Closing, Desk, DeskEvent, QuitWay, Window, is_profile_name};
use crate::platform;

const USAGE: &str = "vitrine-studio [--profile NAME] [vitrine://open?cloud=URL]: the desktop studio. Each profile has its own sign-in.
  --profile NAME  1 to 32 letters, digits, '-' or '_'; 'default' without it
  vitrine://…     a link of a cloud's page: whoever is not signed in finds its address filled in
  --help          this text
  --version       the studio's version";

/// A page that lives shows a question within this time.
const PAGE_WITHIN: Duration = Duration::from_secs(3);

/// A command line that makes no sense.
const BAD_USAGE: u8 = 2;

/// What the command line asks for.
#[derive(Debug, PartialEq)]
enum Asked {
    Run { profile: String, link: Option<String> },
    Tell(String),
}

struct MainWindow(AppHandle);

impl Window for MainWindow {
    fn tell(&self, event: DeskEvent) {
        commands::forward(&self.0, event);
    }
}

/// Opens the studio and runs it until its window is closed; the program's exit status.
pub fn run() -> ExitCode {
    let (profile, link) = match asked(std::env::args().skip(1)) {
        Ok(Asked::Run { profile, link }) => (profile, link),
        Ok(Asked::Tell(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::from(BAD_USAGE);
        }
    };
    match open(profile, link) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn open(profile: String, link: Option<String>) -> anyhow::Result<()> {
    platform::before_all();
    vitrine_media::memory::give_back();
    let filter =
        EnvFilter::try_from_env("VITRINE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,vitrine=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    // One TLS for the whole program. An error means that it is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();

    let builder = commands::builder();
    let handler = builder.invoke_handler();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(handler)
        .setup(move |app| {
            builder.mount_events(app);
            let folder = app.path().app_config_dir().unwrap_or_else(|_| PathBuf::from("."));
            let window = Arc::new(MainWindow(app.handle().clone()));
            let desk = tauri::async_runtime::block_on(Desk::start(&profile, folder, window))?;
            if let Some(link) = &link {
                desk.follow_link(link);
            }
            app.manage(desk);
            app.manage(CloseSeen::default());
            let title = if profile == "default" { "Vitrine".into() } else { format!("Vitrine · {profile}") };
            let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title(title)
                .inner_size(1440.0, 900.0)
                .min_inner_size(1024.0, 640.0)
                .build()?;
            platform::mind_page(&window);
            tauri::async_runtime::spawn(end_when_asked(app.handle().clone()));
            Ok(())
        })
        .build(tauri::generate_context!())
        .context("the window could not be opened")?;
    app.run(|app, event| match event {
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. } => {
            api.prevent_close();
            tauri::async_runtime::spawn(close(app.clone()));
        }
        // The system's own "quit": no code of ours.
        RunEvent::ExitRequested { code: None, api, .. } => {
            api.prevent_exit();
            tauri::async_runtime::spawn(close(app.clone()));
        }
        _ => {}
    });
    Ok(())
}

/// Closes the studio, or has the window ask first when a show is on air.
async fn close(app: AppHandle) {
    let desk = app.state::<Desk>().inner().clone();
    match desk.closing().await {
        Closing::Free => leave(&app, &desk).await,
        Closing::Asks(view) => {
            if !ask_in_page(&app, view.clone()).await {
                ask_beside(
                    &app,
                    format!(
                        "“{}” is on air, and this window does not answer. The show stays open for a while, and the \
                         next start offers to take it up again.",
                        view.title
                    ),
                );
            }
        }
        // The page could only ask the same desk.
        Closing::Unknown => ask_beside(
            &app,
            "The studio is busy and does not say whether a show is on air. One that is stays open for a while, \
             and the next start offers to take it up again."
                .to_owned(),
        ),
    }
}

/// Has the page ask what is meant; says whether it does. A page that has died hears nothing.
async fn ask_in_page(app: &AppHandle, view: CloseView) -> bool {
    let seen = app.state::<CloseSeen>();
    let mut shown = std::pin::pin!(seen.0.notified());
    shown.as_mut().enable();
    app.get_webview_window("main").is_some()
        && commands::ask_to_close(app, view)
        && tokio::time::timeout(PAGE_WITHIN, shown).await.is_ok()
}

/// Asks in a dialogue of the system, beside a page that cannot.
fn ask_beside(app: &AppHandle, text: String) {
    let buttons = MessageDialogButtons::OkCancelCustom("Close the studio".into(), "Stay on air".into());
    let dialog = app
        .dialog()
        .message(text)
        .title("Close the studio?")
        .kind(MessageDialogKind::Warning)
        .buttons(buttons);
    let app = app.clone();
    dialog.show(move |close| {
        if close {
            tauri::async_runtime::spawn(async move {
                let desk = app.state::<Desk>().inner().clone();
                leave(&app, &desk).await;
            });
        }
    });
}

/// The system shuts down, or somebody ends the program: there is nobody to ask. The show stays open at the
/// cloud, and the next start offers to take it up again.
async fn end_when_asked(app: AppHandle) {
    platform::asked_to_end().await;
    let desk = app.state::<Desk>().inner().clone();
    leave(&app, &desk).await;
}

async fn leave(app: &AppHandle, desk: &Desk) {
    if let Err(error) = desk.before_quit(QuitWay::Leave).await {
        tracing::warn!(%error, "the uplink was not let go of");
    }
    app.exit(0);
}

/// Reads the command line; the error is a sentence that says what there is.
fn asked(mut words: impl Iterator<Item = String>) -> Result<Asked, String> {
    let (mut profile, mut link) = ("default".to_owned(), None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--profile" => profile = words.next().ok_or(format!("--profile needs a name.\n{USAGE}"))?,
            "--help" | "-h" => return Ok(Asked::Tell(USAGE.to_owned())),
            "--version" | "-V" => {
                return Ok(Asked::Tell(format!("vitrine-studio {}", env!("CARGO_PKG_VERSION"))));
            }
            // As the system hands over what a browser was told to open.
            other if other.starts_with("vitrine://") => link = Some(other.to_owned()),
            other => return Err(format!("The studio does not know '{other}'.\n{USAGE}")),
        }
    }
    if !is_profile_name(&profile) {
        return Err(format!("'{profile}' is no profile's name.\n{USAGE}"));
    }
    Ok(Asked::Run { profile, link })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Asked, String> {
        asked(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn a_profile_is_read_and_nonsense_is_refused_with_what_there_is() {
        let run = |profile: &str, link: Option<&str>| {
            Ok(Asked::Run { profile: profile.into(), link: link.map(str::to_owned) })
        };
        assert_eq!(read(&[]), run("default", None));
        assert_eq!(read(&["--profile", "moderator"]), run("moderator", None));
        let link = "vitrine://open?cloud=https%3A%2F%2Flive.example";
        assert_eq!(read(&[link]), run("default", Some(link)));
        for bad in [&["--profile"][..], &["--profile", "../x"], &["--fast"]] {
            assert!(read(bad).unwrap_err().contains("--profile NAME"), "{bad:?}");
        }
    }

    #[test]
    fn help_and_version_are_answers_not_errors() {
        assert_eq!(read(&["--help"]), Ok(Asked::Tell(USAGE.to_owned())));
        assert_eq!(read(&["-h"]), read(&["--help"]));
        let version = format!("vitrine-studio {}", env!("CARGO_PKG_VERSION"));
        assert_eq!(read(&["--version"]), Ok(Asked::Tell(version)));
    }
}
