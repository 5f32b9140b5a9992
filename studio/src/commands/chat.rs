//! The chat.

use tauri::State;

use crate::desk::Desk;
use crate::error::CommandError;

/// Says something as the shop.
#[tauri::command]
#[specta::specta]
pub async fn send_chat(desk: State<'_, Desk>, text: String) -> Result<(), CommandError> {
    desk.send_chat(text).await
}

/// Removes a message.
#[tauri::command]
#[specta::specta]
pub async fn delete_message(desk: State<'_, Desk>, message_id: String) -> Result<(), CommandError> {
    desk.delete_message(message_id).await
}

/// Bans a message's author.
#[tauri::command]
#[specta::specta]
pub async fn ban_author(
    desk: State<'_, Desk>,
    message_id: String,
    reason: Option<String>,
) -> Result<(), CommandError> {
    desk.ban_author(message_id, reason).await
}
