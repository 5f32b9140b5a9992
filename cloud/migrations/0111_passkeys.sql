-- Passkeys (WebAuthn) with which people sign in: `credential_id` is what an authenticator calls one (base64url), `passkey` its public
-- key with the counter and the flags that were last seen. None of it is a secret.
CREATE TABLE passkeys (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    passkey TEXT NOT NULL,
    backed_up BOOLEAN NOT NULL,
    created_ms BIGINT NOT NULL,
    used_ms BIGINT
);
CREATE INDEX passkeys_of_user ON passkeys (user_id);
