-- Bytes of pictures that count against a plan: each name once. What was kept before this is not counted.
CREATE TABLE counted_blobs (
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (org_id, name)
);
CREATE TABLE blob_use (
    org_id TEXT PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    bytes BIGINT NOT NULL
);

-- What an organisation used in a month (`2026-11`, UTC), counted from facts.
CREATE TABLE org_usage (
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    month TEXT NOT NULL,
    shows BIGINT NOT NULL,
    on_air_ms BIGINT NOT NULL,
    peak_viewers BIGINT NOT NULL,
    orders BIGINT NOT NULL,
    PRIMARY KEY (org_id, month)
);

-- Shows of which is known since when they are on air. A show is metered once, however often its facts are heard.
CREATE TABLE metered_shows (
    show_id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    live_ms BIGINT NOT NULL,
    ended_ms BIGINT
);

-- Shows of an organisation by when they were made and aired.
CREATE INDEX shows_of_org_by_live ON shows (org_id, live_ms);
