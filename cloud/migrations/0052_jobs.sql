-- Work that must happen once, later, or again, and timers (kind `timer`), which come round for ever.
-- A job that is done leaves no row. One that failed for good stays, with `dead_ms` and the last reason.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- What the work is about: a second job of the same kind and key is not taken while the first stands here.
    key TEXT NOT NULL,
    org_id TEXT REFERENCES organizations (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    run_after_ms BIGINT NOT NULL,
    -- How often it was claimed; a worker that died with it counts.
    attempts BIGINT NOT NULL DEFAULT 0,
    -- Who holds it, a new name with each claim, and until when; another may take it then.
    claim TEXT,
    claimed_until_ms BIGINT NOT NULL DEFAULT 0,
    reason TEXT,
    dead_ms BIGINT,
    UNIQUE (kind, key)
);
CREATE INDEX jobs_due ON jobs (kind, run_after_ms) WHERE dead_ms IS NULL;
CREATE INDEX jobs_claimed ON jobs (claim) WHERE claim IS NOT NULL;
CREATE INDEX jobs_dead ON jobs (org_id, id) WHERE dead_ms IS NOT NULL;
