//! The chat's rows: messages and bans. One text for both databases.

use chrono::{DateTime, Utc};
use vitrine_protocol::rtm::{Author, AuthorRole, ChatMessage};
use vitrine_protocol::{BanId, MessageId, OrgId, ShowId, UserId, ViewerId};

use super::model::{Ban, BanSignals, Line, ModeratedMessage, Signals};
use crate::base::{from_ms, to_ms};
use crate::db::{Db, DbError, Tx};
use crate::on;

/// A message's columns, in the order of [`MessageRow`].
type MessageRow = (String, i64, String, String, String, String, Option<i64>);
/// A ban's columns, in the order of the `SELECT`s below.
type BanRow = (String, String, String, Option<String>, Option<String>, i64);

/// The message that the author already said under the line's mark, removed or not.
pub(super) async fn said(tx: &mut Tx, line: &Line) -> Result<Option<MessageId>, DbError> {
    let Some(mark) = line.mark else { return Ok(None) };
    Ok(on!(tx, c => sqlx::query_scalar(
        "SELECT id FROM chat_messages WHERE show_id = $1 AND author_id = $2 AND mark = $3"
    ).bind(line.show).bind(&line.message.author.id).bind(mark.to_string()).fetch_optional(c).await)?)
}

/// Writes a message and gives its id; under a mark that is taken, the id of the message that is there.
pub(super) async fn insert(tx: &mut Tx, line: &Line) -> Result<MessageId, DbError> {
    let Line { org, show, message, signals, mark } = line;
    let mark = mark.map(|mark| mark.to_string());
    let viewer = signals.as_ref().map(|s| s.viewer.to_string());
    let nickname = signals.as_ref().and_then(|s| s.nickname.clone());
    let network = signals.as_ref().and_then(|s| s.network.clone());
    let written = on!(tx, c => sqlx::query(
        "INSERT INTO chat_messages (id, org_id, show_id, at_ms, author_id, author_name, author_role, body,
            viewer_id, nickname_key, network_hash, mark)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING"
    )
        .bind(message.id).bind(*org).bind(*show).bind(to_ms(message.at))
        .bind(&message.author.id).bind(&message.author.name).bind(role_word(message.author.role))
        .bind(&message.text).bind(viewer).bind(nickname).bind(network).bind(mark)
        .execute(c).await.map(|done| done.rows_affected()))?;
    if written > 0 {
        return Ok(message.id);
    }
    // Another process was faster, or this very row was committed and only the answer was lost.
    Ok(said(tx, line).await?.unwrap_or(message.id))
}

/// The last `limit` messages before `before`, newest first; with removed ones for moderators.
pub(super) async fn page(
    db: &Db,
    org: OrgId,
    show: ShowId,
    before: Option<MessageId>,
    removed_too: bool,
    limit: i64,
) -> Result<Vec<ModeratedMessage>, DbError> {
    // Ids sort by time, and `g` sorts after every hexadecimal digit in any collation.
    let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<MessageRow> = on!(db, c => sqlx::query_as(
        "SELECT id, at_ms, author_id, author_name, author_role, body, removed_at_ms FROM chat_messages
         WHERE org_id = $1 AND show_id = $2 AND id < $3 AND (removed_at_ms IS NULL OR $4)
         ORDER BY id DESC LIMIT $5"
    ).bind(org).bind(show).bind(before).bind(removed_too).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(message).collect()
}

/// The last `limit` messages of one author that stand, oldest first.
pub(super) async fn newest_of(
    db: &Db,
    org: OrgId,
    show: ShowId,
    author: &str,
    limit: i64,
) -> Result<Vec<ChatMessage>, DbError> {
    let rows: Vec<MessageRow> = on!(db, c => sqlx::query_as(
        "SELECT id, at_ms, author_id, author_name, author_role, body, removed_at_ms FROM chat_messages
         WHERE org_id = $1 AND show_id = $2 AND author_id = $3 AND removed_at_ms IS NULL
         ORDER BY id DESC LIMIT $4"
    ).bind(org).bind(show).bind(author).bind(limit).fetch_all(c).await)?;
    rows.into_iter().rev().map(|row| Ok(message(row)?.message)).collect()
}

/// Marks a message as removed. `None`: there is no such message; `Some(false)`: it was already.
pub(super) async fn remove(
    tx: &mut Tx,
    org: OrgId,
    show: ShowId,
    id: MessageId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Option<bool>, DbError> {
    let changed = on!(tx, c => sqlx::query(
        "UPDATE chat_messages SET removed_at_ms = $4, removed_by = $5
         WHERE org_id = $1 AND show_id = $2 AND id = $3 AND removed_at_ms IS NULL"
    ).bind(org).bind(show).bind(id).bind(to_ms(now)).bind(by).execute(c).await.map(|d| d.rows_affected()))?;
    if changed > 0 {
        return Ok(Some(true));
    }
    Ok(author_of(tx, org, show, id).await?.map(|_| false))
}

/// Marks everything a viewer said in the show as removed by a ban.
pub(super) async fn remove_all_of(
    tx: &mut Tx,
    org: OrgId,
    show: ShowId,
    author: &str,
    ban: &Ban,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE chat_messages SET removed_at_ms = $4, removed_by = $5, removed_ban = $6
         WHERE org_id = $1 AND show_id = $2 AND author_id = $3 AND removed_at_ms IS NULL"
    )
        .bind(org).bind(show).bind(author).bind(to_ms(now)).bind(by).bind(ban.id)
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Brings back everything that a ban removed.
pub(super) async fn restore(tx: &mut Tx, org: OrgId, show: ShowId, ban: BanId) -> Result<(), DbError> {
    on!(tx, c => sqlx::query(
        "UPDATE chat_messages SET removed_at_ms = NULL, removed_by = NULL, removed_ban = NULL
         WHERE org_id = $1 AND show_id = $2 AND removed_ban = $3"
    ).bind(org).bind(show).bind(ban).execute(c).await.map(drop))?;
    Ok(())
}

/// Who wrote a message: the author, and what a ban can hold on to (`None` for a member).
pub(super) async fn author_of(
    tx: &mut Tx,
    org: OrgId,
    show: ShowId,
    id: MessageId,
) -> Result<Option<(Author, Option<Signals>)>, DbError> {
    type Row = (String, String, String, Option<String>, Option<String>, Option<String>);
    let row: Option<Row> = on!(tx, c => sqlx::query_as(
        "SELECT author_id, author_name, author_role, viewer_id, nickname_key, network_hash FROM chat_messages
         WHERE org_id = $1 AND show_id = $2 AND id = $3"
    ).bind(org).bind(show).bind(id).fetch_optional(c).await)?;
    let Some((author_id, name, role, viewer, nickname, network)) = row else { return Ok(None) };
    let author = Author { id: author_id, name, role: role_of(&role) };
    let signals = match viewer {
        Some(viewer) => Some(Signals { viewer: viewer.parse()?, nickname, network }),
        None => None,
    };
    Ok(Some((author, signals)))
}

/// Writes a ban; a running one of the same viewer stays as it is and is returned.
pub(super) async fn ban(
    tx: &mut Tx,
    org: OrgId,
    show: ShowId,
    ban: &Ban,
    signals: &Signals,
) -> Result<Ban, DbError> {
    let running: Option<BanRow> = on!(tx, c => sqlx::query_as(
        "SELECT id, viewer_id, nickname, reason, created_by, created_at_ms FROM chat_bans
         WHERE org_id = $1 AND show_id = $2 AND viewer_id = $3 AND lifted_at_ms IS NULL"
    ).bind(org).bind(show).bind(signals.viewer).fetch_optional(c).await)?;
    if let Some(row) = running {
        return ban_of(row);
    }
    on!(tx, c => sqlx::query(
        "INSERT INTO chat_bans (id, org_id, show_id, viewer_id, nickname, nickname_key, network_hash, reason,
            created_by, created_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    )
        .bind(ban.id).bind(org).bind(show).bind(signals.viewer).bind(&ban.nickname)
        .bind(&signals.nickname).bind(&signals.network).bind(&ban.reason)
        .bind(ban.created_by).bind(to_ms(ban.created_at))
        .execute(c).await.map(drop))?;
    Ok(ban.clone())
}

/// A message, removed or not.
pub(super) async fn find(
    db: &Db,
    org: OrgId,
    show: ShowId,
    id: MessageId,
) -> Result<Option<ModeratedMessage>, DbError> {
    let row: Option<MessageRow> = on!(db, c => sqlx::query_as(
        "SELECT id, at_ms, author_id, author_name, author_role, body, removed_at_ms FROM chat_messages
         WHERE org_id = $1 AND show_id = $2 AND id = $3"
    ).bind(org).bind(show).bind(id).fetch_optional(c).await)?;
    row.map(message).transpose()
}

/// The running bans of a show before the ban `after`, newest first.
pub(super) async fn bans(
    db: &Db,
    org: OrgId,
    show: ShowId,
    after: Option<BanId>,
    limit: i64,
) -> Result<Vec<Ban>, DbError> {
    let before = after.map_or_else(|| "g".to_owned(), |id| id.to_string());
    let rows: Vec<BanRow> = on!(db, c => sqlx::query_as(
        "SELECT id, viewer_id, nickname, reason, created_by, created_at_ms FROM chat_bans
         WHERE org_id = $1 AND show_id = $2 AND id < $3 AND lifted_at_ms IS NULL ORDER BY id DESC LIMIT $4"
    ).bind(org).bind(show).bind(&before).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(ban_of).collect()
}

pub(super) async fn running_ban(
    db: &Db,
    org: OrgId,
    show: ShowId,
    id: BanId,
) -> Result<Option<Ban>, DbError> {
    let row: Option<BanRow> = on!(db, c => sqlx::query_as(
        "SELECT id, viewer_id, nickname, reason, created_by, created_at_ms FROM chat_bans
         WHERE org_id = $1 AND show_id = $2 AND id = $3 AND lifted_at_ms IS NULL"
    ).bind(org).bind(show).bind(id).fetch_optional(c).await)?;
    row.map(ban_of).transpose()
}

/// Ends a ban and names whom it was for. `None`: there is no such running ban.
pub(super) async fn lift(
    tx: &mut Tx,
    org: OrgId,
    show: ShowId,
    id: BanId,
    now: DateTime<Utc>,
) -> Result<Option<String>, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "UPDATE chat_bans SET lifted_at_ms = $4
         WHERE org_id = $1 AND show_id = $2 AND id = $3 AND lifted_at_ms IS NULL RETURNING viewer_id"
    ).bind(org).bind(show).bind(id).bind(to_ms(now)).fetch_optional(c).await)?)
}

/// Whether a running ban of the show covers `who`.
pub(super) async fn is_banned(tx: &mut Tx, show: ShowId, who: &Signals) -> Result<bool, DbError> {
    type Row = (ViewerId, Option<String>, Option<String>, i64);
    let rows: Vec<Row> = on!(tx, c => sqlx::query_as(
        "SELECT viewer_id, nickname_key, network_hash, created_at_ms FROM chat_bans
         WHERE show_id = $1 AND lifted_at_ms IS NULL
           AND (viewer_id = $2 OR nickname_key = $3 OR network_hash = $4)"
    ).bind(show).bind(who.viewer).bind(&who.nickname).bind(&who.network).fetch_all(c).await)?;
    Ok(rows.into_iter().any(|(viewer, nickname, network, created_at)| {
        let signals = Signals { viewer, nickname, network };
        BanSignals { signals, created_at: from_ms(created_at) }.covers(who)
    }))
}

fn message(row: MessageRow) -> Result<ModeratedMessage, DbError> {
    let (id, at_ms, author_id, name, role, text, removed_at) = row;
    let author = Author { id: author_id, name, role: role_of(&role) };
    let message = ChatMessage { id: id.parse()?, at: from_ms(at_ms), author, text };
    Ok(ModeratedMessage { message, removed_at: removed_at.map(from_ms) })
}

fn ban_of(row: BanRow) -> Result<Ban, DbError> {
    let (id, author, nickname, reason, created_by, created_at) = row;
    let created_by = created_by.map(|by| by.parse()).transpose()?;
    Ok(Ban { id: id.parse()?, author, nickname, reason, created_by, created_at: from_ms(created_at) })
}

fn role_word(role: AuthorRole) -> &'static str {
    match role {
        AuthorRole::Viewer => "viewer",
        AuthorRole::Host => "host",
        AuthorRole::Moderator => "moderator",
    }
}

/// One that a later version wrote counts as a viewer: their words are read, and nothing is believed of them.
fn role_of(word: &str) -> AuthorRole {
    let known = [AuthorRole::Viewer, AuthorRole::Host, AuthorRole::Moderator];
    known.into_iter().find(|role| role_word(*role) == word).unwrap_or(AuthorRole::Viewer)
}

/// The sealed key of viewers' tokens.
pub(super) async fn viewer_key(db: &Db, name: &str) -> Result<Option<String>, DbError> {
    Ok(on!(db, c => sqlx::query_scalar("SELECT sealed FROM viewer_keys WHERE name = $1")
        .bind(name).fetch_optional(c).await)?)
}

/// Keeps a sealed key unless there is one; gives the one that stands.
pub(super) async fn keep_viewer_key(tx: &mut Tx, name: &str, sealed: &str) -> Result<String, DbError> {
    Ok(on!(tx, c => sqlx::query_scalar(
        "INSERT INTO viewer_keys (name, sealed) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET sealed = viewer_keys.sealed RETURNING sealed"
    ).bind(name).bind(sealed).fetch_one(c).await)?)
}

/// Replaces a sealed key that still is as it was.
pub(super) async fn change_viewer_key(tx: &mut Tx, name: &str, old: &str, new: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE viewer_keys SET sealed = $3 WHERE name = $1 AND sealed = $2")
        .bind(name).bind(old).bind(new).execute(c).await.map(drop))?;
    Ok(())
}
