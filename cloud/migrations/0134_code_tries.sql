-- Codes that were tried for a second factor, of each person and place: until when the next one waits. All nodes count together, and a
-- restart forgets nothing. `place` is the mark of a place where they have signed in, empty for all others, or `session` for who is
-- signed in.
CREATE TABLE code_tries (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    place TEXT NOT NULL,
    until_ms BIGINT NOT NULL,
    PRIMARY KEY (user_id, place)
);
CREATE INDEX code_tries_by_time ON code_tries (until_ms);

-- How often the links to exports of an organisation were made void, because somebody left who may have one.
ALTER TABLE org_exports ADD COLUMN links BIGINT NOT NULL DEFAULT 0;

-- What a person made is found when they leave.
CREATE INDEX api_keys_by_maker ON api_keys (org_id, created_by);
