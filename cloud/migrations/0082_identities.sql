-- Accounts elsewhere with which people sign in (OpenID Connect): `issuer` and `subject` name one for good, `email` is what the
-- issuer called it by when it was linked.
CREATE TABLE identities (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    email TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    UNIQUE (issuer, subject)
);
CREATE INDEX identities_of_user ON identities (user_id);

-- Whose password nobody knows: the account was made by signing in elsewhere, and none was chosen since.
ALTER TABLE users ADD COLUMN passwordless BOOLEAN NOT NULL DEFAULT FALSE;
