-- Names that channels had before. Pages of shops still say them: until then they lead to the channel, and are nobody else's.
CREATE TABLE former_channels (
    slug TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    until_ms BIGINT NOT NULL
);
CREATE INDEX former_channels_by_org ON former_channels (org_id);
