-- A studio asks that somebody signs it in in a browser. `state` is waiting, approved or refused; a row whose session was taken is
-- gone. `proof_hash` is of what the browser's page holds once the person has shown who they are, `shown` the SHA-256 of the
-- stored hash of the password they have: one that is changed meanwhile ends it.
CREATE TABLE sign_in_requests (
    id TEXT PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    code TEXT NOT NULL,
    device_name TEXT NOT NULL,
    network TEXT NOT NULL,
    agent TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    proof_hash TEXT,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    shown TEXT,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX sign_in_requests_by_expiry ON sign_in_requests (expires_ms);
