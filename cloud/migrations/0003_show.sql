CREATE TABLE shows (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    cover_url TEXT,
    state TEXT NOT NULL,
    receiving BOOLEAN NOT NULL DEFAULT FALSE,
    auto_live BOOLEAN NOT NULL DEFAULT FALSE,
    scheduled_ms BIGINT,
    live_ms BIGINT,
    ended_ms BIGINT,
    interrupted_until_ms BIGINT,
    -- Zero of the show's media clock; set when the first publisher arrives, never changed.
    clock_epoch_ms BIGINT,
    transmission_epoch BIGINT NOT NULL DEFAULT 0,
    -- The publisher whose picture arrives, while `receiving`.
    publish_session TEXT,
    -- The transition that is in force: a `show` that no `clear` has followed.
    highlight_id TEXT,
    created_ms BIGINT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (org_id, id)
);
CREATE INDEX shows_by_state ON shows (state);

CREATE TABLE lineup_items (
    show_id TEXT NOT NULL REFERENCES shows (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    PRIMARY KEY (show_id, position)
);
CREATE INDEX lineup_items_of_target ON lineup_items (target_id);

-- Only the SHA-256 of a key is kept. A retired key opens nothing; what it opened goes on.
CREATE TABLE publish_keys (
    key_hash TEXT PRIMARY KEY,
    show_id TEXT NOT NULL REFERENCES shows (id) ON DELETE CASCADE,
    created_ms BIGINT NOT NULL,
    retired_ms BIGINT
);
CREATE INDEX publish_keys_of_show ON publish_keys (show_id);

CREATE TABLE publish_sessions (
    id TEXT PRIMARY KEY,
    show_id TEXT NOT NULL REFERENCES shows (id) ON DELETE CASCADE,
    remote TEXT NOT NULL,
    started_ms BIGINT NOT NULL,
    ended_ms BIGINT,
    -- Media time of RTMP time zero, once the first frame is on the clock.
    offset_ms BIGINT
);
CREATE INDEX publish_sessions_of_show ON publish_sessions (show_id);

-- Transitions of highlights; a pin's `show` and `clear` share the id.
CREATE TABLE highlights (
    show_id TEXT NOT NULL REFERENCES shows (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    action TEXT NOT NULL,
    media_time_ms BIGINT,
    at_ms BIGINT NOT NULL,
    card TEXT NOT NULL,
    PRIMARY KEY (id, action)
);
CREATE INDEX highlights_of_show ON highlights (show_id, at_ms);
