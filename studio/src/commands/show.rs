//! The open show.

use tauri::State;
use vitrine_protocol::HighlightTarget;

use crate::desk::{Desk, DeskSnapshot};
use crate::error::CommandError;

/// Starts preview, chat and counters of one show.
#[tauri::command]
#[specta::specta]
pub async fn open_show(desk: State<'_, Desk>, org_id: String, show_id: String) -> Result<(), CommandError> {
    desk.open_show(org_id, show_id).await
}

/// Leaves the show; refused on air.
#[tauri::command]
#[specta::specta]
pub async fn close_show(desk: State<'_, Desk>) -> Result<(), CommandError> {
    desk.close_show().await
}

/// Everything at once.
#[tauri::command]
#[specta::specta]
pub async fn snapshot(desk: State<'_, Desk>) -> Result<DeskSnapshot, CommandError> {
    desk.snapshot().await
}

/// Pins a product or coupon at the frame on screen.
#[tauri::command]
#[specta::specta]
pub async fn pin(desk: State<'_, Desk>, target: HighlightTarget) -> Result<(), CommandError> {
    desk.pin(target).await
}

/// Takes the pin off.
#[tauri::command]
#[specta::specta]
pub async fn unpin(desk: State<'_, Desk>) -> Result<(), CommandError> {
    desk.unpin().await
}
