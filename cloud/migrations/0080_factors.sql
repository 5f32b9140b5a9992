-- A person's authenticator: `sealed` is the secret its codes are made of, `confirmed_ms` is null until its first code came, and
-- `last_step` is the time step of the last code that was taken, so that each is taken once.
CREATE TABLE totp_factors (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    sealed TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    confirmed_ms BIGINT,
    last_step BIGINT NOT NULL DEFAULT 0
);

-- What opens the account once each when the authenticator is lost. Only SHA-256 is kept.
CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

-- Sign-ins that showed the right password and wait for the second factor. `shown` is the SHA-256 of that password's stored hash: a
-- password that was changed meanwhile ends them.
CREATE TABLE sign_in_challenges (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    shown TEXT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX sign_in_challenges_of_user ON sign_in_challenges (user_id, expires_ms);
CREATE INDEX sign_in_challenges_by_expiry ON sign_in_challenges (expires_ms);

-- Registrations of one address stand in line: each holds the row of its address, by a number between 0 and 63 made of it.
CREATE TABLE registration_lines (
    line BIGINT PRIMARY KEY,
    turn BIGINT NOT NULL
);
INSERT INTO registration_lines (line, turn)
WITH RECURSIVE lines (line) AS (SELECT 0 UNION ALL SELECT line + 1 FROM lines WHERE line < 63)
SELECT line, 0 FROM lines;
