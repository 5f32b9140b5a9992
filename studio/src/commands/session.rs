//! Who is signed in, and the lane to every other screen.

use tauri::State;

use crate::desk::{Bootstrap, CloudAnswer, CloudHeaders, Desk, RegisterRequest, Session};
use crate::error::CommandError;

/// What the window needs to start.
#[tauri::command]
#[specta::specta]
pub async fn bootstrap(desk: State<'_, Desk>) -> Result<Bootstrap, CommandError> {
    desk.bootstrap().await
}

/// Signs a person in.
#[tauri::command]
#[specta::specta]
pub async fn sign_in(
    desk: State<'_, Desk>,
    cloud_url: String,
    email: String,
    password: String,
    remember: bool,
) -> Result<Session, CommandError> {
    desk.sign_in(cloud_url, email, password, remember).await
}

/// Makes an account with its own organisation.
#[tauri::command]
#[specta::specta]
pub async fn register(desk: State<'_, Desk>, request: RegisterRequest) -> Result<Session, CommandError> {
    desk.register(request).await
}

/// Has a letter sent with which a new password is chosen.
#[tauri::command]
#[specta::specta]
pub async fn ask_new_password(
    desk: State<'_, Desk>,
    cloud_url: String,
    email: String,
) -> Result<(), CommandError> {
    desk.ask_new_password(cloud_url, email).await
}

/// Signs out and forgets the token.
#[tauri::command]
#[specta::specta]
pub async fn sign_out(desk: State<'_, Desk>) -> Result<(), CommandError> {
    desk.sign_out().await
}

/// Asks the cloud; the token is added here, paths are limited to `/v1/`.
#[tauri::command]
#[specta::specta]
pub async fn cloud_fetch(
    desk: State<'_, Desk>,
    method: String,
    path: String,
    body: Option<String>,
    headers: CloudHeaders,
) -> Result<CloudAnswer, CommandError> {
    desk.cloud_fetch(method, path, body, headers).await
}

/// Sends a picture to a path that takes one; `picture` is a data URL: `data:image/jpeg;base64,…`.
#[tauri::command]
#[specta::specta]
pub async fn cloud_put_picture(
    desk: State<'_, Desk>,
    path: String,
    picture: String,
    headers: CloudHeaders,
) -> Result<CloudAnswer, CommandError> {
    desk.cloud_put_picture(path, picture, headers).await
}
