//! Picture and sound.

use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt;
use vitrine_protocol::Code;

use crate::desk::{Desk, Devices, LipView, LowerThirdChoice, PreviewEndpoint, Quality, SourceChoice};
use crate::error::CommandError;

/// What can be captured from.
#[tauri::command]
#[specta::specta]
pub async fn list_devices(desk: State<'_, Desk>) -> Result<Devices, CommandError> {
    desk.list_devices().await
}

/// Chooses the picture.
#[tauri::command]
#[specta::specta]
pub async fn set_source(desk: State<'_, Desk>, source: SourceChoice) -> Result<(), CommandError> {
    desk.set_source(source).await
}

/// Chooses the microphone; none sends silence.
#[tauri::command]
#[specta::specta]
pub async fn set_microphone(desk: State<'_, Desk>, id: Option<String>) -> Result<(), CommandError> {
    desk.set_microphone(id).await
}

/// Mutes the microphone.
#[tauri::command]
#[specta::specta]
pub async fn set_muted(desk: State<'_, Desk>, muted: bool) -> Result<(), CommandError> {
    desk.set_muted(muted).await
}

/// Chooses size and rate; refused on air.
#[tauri::command]
#[specta::specta]
pub async fn set_quality(desk: State<'_, Desk>, quality: Quality) -> Result<(), CommandError> {
    desk.set_quality(quality).await
}

/// Moves the microphone against the camera (milliseconds; later when positive).
#[tauri::command]
#[specta::specta]
pub async fn set_sound_offset(desk: State<'_, Desk>, ms: i32) -> Result<(), CommandError> {
    desk.set_sound_offset(ms).await
}

/// Measures for ten seconds how far picture and sound are apart; nothing: too few flashes or beeps came.
#[tauri::command]
#[specta::specta]
pub async fn measure_sound(desk: State<'_, Desk>) -> Result<Option<LipView>, CommandError> {
    desk.measure_sound().await
}

/// Chooses what the lower third shows.
#[tauri::command]
#[specta::specta]
pub async fn set_lower_third(desk: State<'_, Desk>, choice: LowerThirdChoice) -> Result<(), CommandError> {
    desk.set_lower_third(choice).await
}

/// Where the programme's picture can be watched.
#[tauri::command]
#[specta::specta]
pub async fn preview_endpoint(desk: State<'_, Desk>) -> Result<PreviewEndpoint, CommandError> {
    desk.preview_endpoint().await
}

/// The system's file dialogue; nothing when cancelled.
#[tauri::command]
#[specta::specta]
pub async fn pick_media_file(app: AppHandle) -> Result<Option<String>, CommandError> {
    let (tx, rx) = tokio::sync::oneshot::channel();
    app.dialog()
        .file()
        .add_filter("Video", &["mp4", "mov", "mkv", "webm", "m4v", "ts", "flv"])
        .pick_file(move |file| drop(tx.send(file)));
    let file =
        rx.await.map_err(|_| CommandError::new(Code::Internal, "The file dialogue closed by itself."))?;
    Ok(file.map(|file| file.to_string()))
}
