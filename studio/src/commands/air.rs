//! On air and off.

use tauri::{AppHandle, State};

use crate::desk::{Desk, FaultAction, FaultCode, QuitWay, TakeUpOffer};
use crate::error::CommandError;

/// Opens the uplink and airs the show; `airChanged` tells the rest. `take_over`: whoever else is on air is replaced.
#[tauri::command]
#[specta::specta]
pub async fn go_live(desk: State<'_, Desk>, take_over: bool) -> Result<(), CommandError> {
    desk.go_live(take_over).await
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

/// Quits, after what that means for the show on air. Fails, and stays, when the cloud did not end it.
#[tauri::command]
#[specta::specta]
pub async fn quit(app: AppHandle, desk: State<'_, Desk>, way: QuitWay) -> Result<(), CommandError> {
    desk.before_quit(way).await?;
    app.exit(0);
    Ok(())
}

/// Told whenever the page shows the question that closing the window asks.
#[derive(Default)]
pub struct CloseSeen(pub tokio::sync::Notify);

/// The page shows the question.
#[tauri::command]
#[specta::specta]
pub async fn close_seen(seen: State<'_, CloseSeen>) -> Result<(), CommandError> {
    seen.0.notify_waiters();
    Ok(())
}

/// A show that was on air when the studio went away.
#[tauri::command]
#[specta::specta]
pub async fn take_up_offer(desk: State<'_, Desk>) -> Result<Option<TakeUpOffer>, CommandError> {
    desk.take_up_offer().await
}

/// That show is not wanted back.
#[tauri::command]
#[specta::specta]
pub async fn decline_take_up(desk: State<'_, Desk>) -> Result<(), CommandError> {
    desk.decline_take_up().await
}
