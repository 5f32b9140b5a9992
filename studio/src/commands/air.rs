//! On air and off.

use tauri::State;

use crate::desk::{Desk, FaultAction, FaultCode};
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

/// Stops sending at once, or stops trying to; the show stays open at the cloud.
#[tauri::command]
#[specta::specta]
pub async fn cancel_air(desk: State<'_, Desk>) -> Result<(), CommandError> {
    desk.cancel_air().await
}

/// Presses a fault's button.
#[tauri::command]
#[specta::specta]
pub async fn act_on_fault(
    desk: State<'_, Desk>,
    code: FaultCode,
    action: FaultAction,
) -> Result<(), CommandError> {
    desk.act_on_fault(code, action).await
}
