//! Everything that is Tauri: the window, its page, the start and the end.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};
use tracing_subscriber::EnvFilter;

use crate::commands;
use crate::desk::{Desk, DeskEvent, Window, is_profile_name};

/// What the command line asks for.
struct Options {
    profile: String,
}

struct MainWindow(AppHandle);

impl Window for MainWindow {
    fn tell(&self, event: DeskEvent) {
        commands::forward(&self.0, event);
    }
}

/// Opens the studio and runs it until its window is closed.
///
/// # Errors
/// A bad option, or a part of the system that the window needs and cannot have.
pub fn run() -> anyhow::Result<()> {
    let options = options(std::env::args().skip(1))?;
    let filter =
        EnvFilter::try_from_env("VITRINE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,vitrine=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    // One TLS for the whole program. An error means that it is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();

    let builder = commands::builder();
    let handler = builder.invoke_handler();
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(handler)
        .setup(move |app| {
            builder.mount_events(app);
            let folder = app.path().app_config_dir().unwrap_or_else(|_| PathBuf::from("."));
            let window = Arc::new(MainWindow(app.handle().clone()));
            let desk = tauri::async_runtime::block_on(Desk::start(&options.profile, folder, window))?;
            app.manage(desk);
            let title = if options.profile == "default" {
                "Vitrine".into()
            } else {
                format!("Vitrine · {}", options.profile)
            };
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title(title)
                .inner_size(1440.0, 900.0)
                .min_inner_size(1024.0, 640.0)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
        .context("the window could not be opened")
}

fn options(mut words: impl Iterator<Item = String>) -> anyhow::Result<Options> {
    let mut profile = "default".to_owned();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--profile" => profile = words.next().context("--profile needs a name")?,
            "--help" | "-h" => bail!(
                "vitrine-studio [--profile NAME]: the desktop studio. Each profile has its own sign-in."
            ),
            other => bail!("the studio does not know '{other}'; it takes --profile NAME"),
        }
    }
    if !is_profile_name(&profile) {
        bail!("a profile's name is 1 to 32 letters, digits, '-' or '_'");
    }
    Ok(Options { profile })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> anyhow::Result<Options> {
        options(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn a_profile_is_read_and_nonsense_is_refused() {
        assert_eq!(read(&[]).unwrap().profile, "default");
        assert_eq!(read(&["--profile", "moderator"]).unwrap().profile, "moderator");
        for bad in [&["--profile"][..], &["--profile", "../x"], &["--fast"]] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
