-- The site that a sign-in by passkey was asked for from, as of studios that ask: so many wait of each. Those of before have none, and are
-- over in minutes.
ALTER TABLE passkey_ceremonies ADD COLUMN site TEXT NOT NULL DEFAULT '';
CREATE INDEX passkey_ceremonies_of_site ON passkey_ceremonies (site, expires_ms) WHERE session_id IS NULL;
-- What a person said yes to ends with their other sessions.
CREATE INDEX sign_in_requests_of_user ON sign_in_requests (user_id);
