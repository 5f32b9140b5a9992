-- How requests with an `Idempotency-Key` were answered, for a day. `id` is the SHA-256 of who asked for what under which
-- key, `request` that of what was sent. While `status` is NULL one process works on it, until its claim runs out; `kept`
-- says what became of the answer's body.
CREATE TABLE replays (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    claim TEXT NOT NULL,
    claimed_until_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    status BIGINT,
    kept TEXT,
    headers TEXT,
    body TEXT
);
CREATE INDEX replays_by_expiry ON replays (expires_ms);
