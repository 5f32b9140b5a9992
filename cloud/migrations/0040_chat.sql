-- What was said in the chat of a show. Removed messages stay for the moderators.
CREATE TABLE chat_messages (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL,
    show_id TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    author_id TEXT NOT NULL,
    author_name TEXT NOT NULL,
    author_role TEXT NOT NULL,
    body TEXT NOT NULL,
    viewer_id TEXT,
    nickname_key TEXT,
    network_hash TEXT,
    removed_at_ms BIGINT,
    removed_by TEXT
);
CREATE INDEX chat_messages_of_show ON chat_messages (show_id, id);
CREATE INDEX chat_messages_of_author ON chat_messages (show_id, author_id);

-- Viewers who may no longer speak in a show, by everything they are known by.
CREATE TABLE chat_bans (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL,
    show_id TEXT NOT NULL,
    viewer_id TEXT NOT NULL,
    nickname TEXT NOT NULL,
    nickname_key TEXT,
    network_hash TEXT,
    reason TEXT,
    created_by TEXT,
    created_at_ms BIGINT NOT NULL,
    lifted_at_ms BIGINT
);
CREATE INDEX chat_bans_of_show ON chat_bans (show_id);
