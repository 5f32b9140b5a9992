//! SQL of how a show's media is known to stand. Each function says whether that is new.

use vitrine_protocol::ShowId;

use crate::db::{Db, DbError, Tx};
use crate::on;

/// How the subjects of rungs begin.
const RUNG: &str = "rung:";
/// The state of a rung that viewers can choose.
const UP: &str = "up";

/// The show's transmission is in this state now, or there is none; no rung of one before is up any more.
pub(in crate::show) async fn transmission(
    tx: &mut Tx,
    show: ShowId,
    state: Option<&str>,
) -> Result<bool, DbError> {
    let new = change(tx, show, "transmission", state).await?;
    if new {
        // Why others are not up stays known: the next transmission says so again.
        on!(tx, c => sqlx::query(
            "DELETE FROM media_states WHERE show_id = $1 AND subject LIKE $2 AND state = $3"
        ).bind(show).bind(format!("{RUNG}%")).bind(UP).execute(c).await.map(drop))?;
    }
    Ok(new)
}

/// Viewers can choose this rung.
pub(in crate::show) async fn rung_up(tx: &mut Tx, show: ShowId, name: &str) -> Result<bool, DbError> {
    change(tx, show, &format!("{RUNG}{name}"), Some(UP)).await
}

/// Viewers cannot choose this rung, and why.
pub(in crate::show) async fn rung_down(
    tx: &mut Tx,
    show: ShowId,
    name: &str,
    reason: &str,
) -> Result<bool, DbError> {
    change(tx, show, &format!("{RUNG}{name}"), Some(&format!("down: {reason}"))).await
}

/// The names of those that they can choose.
pub(in crate::show) async fn rungs(db: &Db, show: ShowId) -> Result<Vec<String>, DbError> {
    let subjects: Vec<String> = on!(db, c => sqlx::query_scalar(
        "SELECT subject FROM media_states WHERE show_id = $1 AND subject LIKE $2 AND state = $3 ORDER BY subject"
    ).bind(show).bind(format!("{RUNG}%")).bind(UP).fetch_all(c).await)?;
    Ok(subjects.iter().filter_map(|subject| subject.strip_prefix(RUNG)).map(str::to_owned).collect())
}

/// Whether the encoded rungs have every second picture only.
pub(in crate::show) async fn half_rate(tx: &mut Tx, show: ShowId, on: bool) -> Result<bool, DbError> {
    change(tx, show, "half_rate", on.then_some("on")).await
}

/// Whether the show is recorded: why not, if it is not.
pub(in crate::show) async fn recording(
    tx: &mut Tx,
    show: ShowId,
    stopped: Option<&str>,
) -> Result<bool, DbError> {
    change(tx, show, "recording", stopped).await
}

/// Whether what players see would survive a crash: why not, if it would not.
pub(in crate::show) async fn journal(
    tx: &mut Tx,
    show: ShowId,
    stopped: Option<&str>,
) -> Result<bool, DbError> {
    change(tx, show, "journal", stopped).await
}

/// What the publisher sends, in words.
pub(in crate::show) async fn source(tx: &mut Tx, show: ShowId, text: &str) -> Result<bool, DbError> {
    change(tx, show, "source", Some(text)).await
}

/// Keeps the state of one subject; false when it was known. `None` is how things should be, and how they are until something
/// else is said.
async fn change(tx: &mut Tx, show: ShowId, subject: &str, state: Option<&str>) -> Result<bool, DbError> {
    let changed = match state {
        Some(state) => on!(tx, c => sqlx::query(
            "INSERT INTO media_states (show_id, subject, state) VALUES ($1, $2, $3)
             ON CONFLICT (show_id, subject) DO UPDATE SET state = excluded.state
             WHERE media_states.state <> excluded.state"
        ).bind(show).bind(subject).bind(state).execute(c).await.map(|done| done.rows_affected()))?,
        None => on!(tx, c => sqlx::query("DELETE FROM media_states WHERE show_id = $1 AND subject = $2")
            .bind(show).bind(subject).execute(c).await.map(|done| done.rows_affected()))?,
    };
    Ok(changed == 1)
}
