//! Lists of products between the cloud and files that the person chooses.

use std::path::PathBuf;

use tauri::{AppHandle, State};
use tauri_plugin_dialog::{DialogExt, FilePath};
use vitrine_protocol::Code;

use crate::desk::{ChosenList, CloudAnswer, Desk};
use crate::error::CommandError;

/// The system's file dialogue for a list of products; nothing when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn pick_list(app: AppHandle, desk: State<'_, Desk>) -> Result<Option<ChosenList>, CommandError> {
    let (tx, rx) = tokio::sync::oneshot::channel();
    app.dialog()
        .file()
        .add_filter("CSV, XML, JSON", &["csv", "xml", "rss", "atom", "json", "ndjson", "jsonl"])
        .pick_file(move |file| drop(tx.send(file)));
    match chosen(rx.await)? {
        Some(file) => desk.chose_list(file).await.map(Some),
        None => Ok(None),
    }
}

/// Sends the list that was chosen last; `kind` is its media type.
#[tauri::command]
#[specta::specta]
pub async fn send_list(
    desk: State<'_, Desk>,
    path: String,
    kind: String,
) -> Result<CloudAnswer, CommandError> {
    desk.send_list(path, kind).await
}

/// How much of the list that is on its way has gone out (bytes); nothing: none is.
#[tauri::command]
#[specta::specta]
pub async fn list_sent(desk: State<'_, Desk>) -> Result<Option<f64>, CommandError> {
    Ok(desk.list_sent().await)
}

/// Stops the list that is on its way.
#[tauri::command]
#[specta::specta]
pub async fn stop_list(desk: State<'_, Desk>) -> Result<(), CommandError> {
    desk.stop_list().await;
    Ok(())
}

/// Asks for a file, `name` suggested, and keeps there what a path of the cloud gives. The file's name; nothing when
/// cancelled.
#[tauri::command]
#[specta::specta]
pub async fn keep_from_cloud(
    app: AppHandle,
    desk: State<'_, Desk>,
    path: String,
    name: String,
) -> Result<Option<String>, CommandError> {
    let Some(file) = ask_where(&app, &name).await? else { return Ok(None) };
    desk.keep_from_cloud(path, file.clone()).await?;
    Ok(Some(name_of(&file)))
}

/// Asks for a file, `name` suggested, and keeps a text there. The file's name; nothing when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn keep_text(
    app: AppHandle,
    desk: State<'_, Desk>,
    text: String,
    name: String,
) -> Result<Option<String>, CommandError> {
    let Some(file) = ask_where(&app, &name).await? else { return Ok(None) };
    desk.keep_text(text, file.clone()).await?;
    Ok(Some(name_of(&file)))
}

async fn ask_where(app: &AppHandle, name: &str) -> Result<Option<PathBuf>, CommandError> {
    let (tx, rx) = tokio::sync::oneshot::channel();
    app.dialog().file().set_file_name(name).save_file(move |file| drop(tx.send(file)));
    chosen(rx.await)
}

fn chosen<E>(file: Result<Option<FilePath>, E>) -> Result<Option<PathBuf>, CommandError> {
    let file = file.map_err(|_| CommandError::new(Code::Internal, "The file dialogue closed by itself."))?;
    let file = file.map(FilePath::into_path).transpose();
    file.map_err(|_| CommandError::new(Code::InvalidRequest, "That is no file on this machine."))
}

fn name_of(file: &std::path::Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
