-- What a member is. `role` keeps a word that every version knows, the nearest that may less; `rank` says what it really is, and
-- counts only while `role` is the word that stands for it: an older version may have changed that since.
ALTER TABLE members ADD COLUMN rank TEXT;
ALTER TABLE members ADD COLUMN role_id TEXT;

-- Roles that an organisation put together: words of permissions, a space between each.
CREATE TABLE org_roles (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    permissions TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (org_id, name)
);

-- Invitations that wait. `mail_hash` is of the token that was mailed and shows whose the address is; `copy_hash` is of the one
-- that the inviter can hand on, which shows nothing. Only SHA-256 is kept.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    role_id TEXT,
    mail_hash TEXT UNIQUE,
    copy_hash TEXT NOT NULL UNIQUE,
    invited_by TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    UNIQUE (org_id, email)
);
CREATE INDEX invitations_by_expiry ON invitations (expires_ms);
CREATE INDEX invitations_by_inviter ON invitations (invited_by);

-- Keys of shops' servers. `hint` is how the token begins, for people to tell keys apart.
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    permissions TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT,
    used_ms BIGINT,
    revoked_ms BIGINT
);
CREATE INDEX api_keys_of_org ON api_keys (org_id, id);

-- What an organisation chose, as JSON; absent fields are not set.
ALTER TABLE organizations ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE organizations ADD COLUMN settings_version BIGINT NOT NULL DEFAULT 1;
