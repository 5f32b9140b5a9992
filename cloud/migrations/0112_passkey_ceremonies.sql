-- What waits for an authenticator, or for the page at which one is asked, and is taken once: `kind` is `link`, `registration` or
-- `sign_in`. The first two are a session's and end with it; `shown` is the SHA-256 of the stored hash of the password that was shown, so
-- that one that was changed meanwhile ends them too. A sign-in is nobody's until it is answered. `state` is what the answer is held
-- against.
CREATE TABLE passkey_ceremonies (
    token_hash TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    session_id TEXT REFERENCES sessions (id) ON DELETE CASCADE,
    shown TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    expires_ms BIGINT NOT NULL
);
CREATE INDEX passkey_ceremonies_of_session ON passkey_ceremonies (session_id);
CREATE INDEX passkey_ceremonies_of_user ON passkey_ceremonies (user_id);
CREATE INDEX passkey_ceremonies_by_expiry ON passkey_ceremonies (expires_ms);
