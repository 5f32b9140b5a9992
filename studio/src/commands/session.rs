//! Who is signed in, and the lane to every other screen.

use tauri::State;

use crate::desk::{Bootstrap, BrowserSignIn, CloudAnswer, CloudHeaders, Desk, RegisterRequest, Session};
use crate::error::CommandError;
use crate::platform;

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

/// Goes on with a sign-in that was refused with `second_factor_required`: with the authenticator's code, or a
/// recovery code.
#[tauri::command]
#[specta::specta]
pub async fn answer_second_factor(
    desk: State<'_, Desk>,
    code: Option<String>,
    recovery_code: Option<String>,
) -> Result<Session, CommandError> {
    desk.answer_second_factor(code, recovery_code).await
}

/// Asks for a sign-in in the system's browser, and opens its page there.
#[tauri::command]
#[specta::specta]
pub async fn begin_browser_sign_in(
    desk: State<'_, Desk>,
    cloud_url: String,
    remember: bool,
) -> Result<BrowserSignIn, CommandError> {
    let begun = desk.begin_browser_sign_in(cloud_url, platform::device_name(), remember).await?;
    let opened = platform::open_page(&begun.url);
    Ok(BrowserSignIn { opened, ..begun })
}

/// Opens that page again; says whether there is a browser for it.
#[tauri::command]
#[specta::specta]
pub async fn open_sign_in_page(desk: State<'_, Desk>) -> Result<bool, CommandError> {
    Ok(platform::open_page(&desk.sign_in_page().await?))
}

/// Opens a page about the account, as the cloud named it; says whether there is a browser for it.
#[tauri::command]
#[specta::specta]
pub async fn open_account_page(desk: State<'_, Desk>, url: String) -> Result<bool, CommandError> {
    Ok(platform::open_page(&desk.account_page(&url)?))
}

/// Waits until somebody has signed this studio in in the browser.
#[tauri::command]
#[specta::specta]
pub async fn await_browser_sign_in(desk: State<'_, Desk>) -> Result<Session, CommandError> {
    desk.await_browser_sign_in().await
}

/// Waits no longer for that.
#[tauri::command]
#[specta::specta]
pub async fn cancel_browser_sign_in(desk: State<'_, Desk>) -> Result<(), CommandError> {
    desk.cancel_browser_sign_in().await;
    Ok(())
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
