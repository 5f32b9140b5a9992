-- An address belongs to an account once mail to it was shown to arrive there. Until then the account says that it is its own
-- (`claimed_email`), as others may, and `email` holds a word that is no address: `claim:` and the account's id. Accounts that
-- were made before keep theirs. The version before this one shows that word in the place of the address, and loses nothing.
ALTER TABLE users ADD COLUMN claimed_email TEXT;
CREATE INDEX users_by_claim ON users (claimed_email, created_ms);
ALTER TABLE users ADD COLUMN locale TEXT NOT NULL DEFAULT 'en';

ALTER TABLE sessions ADD COLUMN used_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN network TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_of_user ON sessions (user_id);

-- Where a person has signed in: `mark` is the SHA-256 of a device's word, or a network. Strangers' tries hold nobody up there.
CREATE TABLE known_places (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    mark TEXT NOT NULL,
    used_ms BIGINT NOT NULL,
    PRIMARY KEY (user_id, mark)
);

-- Links that were mailed; each opens one thing, once. Only the SHA-256 of its token is kept.
CREATE TABLE mailed_links (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    email TEXT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX mailed_links_of_user ON mailed_links (user_id, purpose);
CREATE INDEX mailed_links_by_expiry ON mailed_links (expires_ms);
