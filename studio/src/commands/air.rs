//! On air and off.

use tauri::State;

use crate::desk::Desk;
use crate::error::CommandError;

/// Opens the uplink and airs the show; `airChanged` tells the rest.
#[tauri::command]
#[specta::specta]
pub async fn go_live(desk: State<'_, Desk>) -> Result<(), CommandError> {
    desk.go_live().await
}

/// Ends the show.
#[tauri::command]
#[specta::specta]
pub async fn end_show(desk: State<'_, Desk>) -> Result<(), CommandError> {
    desk.end_show().await
}
