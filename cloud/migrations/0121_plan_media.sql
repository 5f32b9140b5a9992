-- The height that a show's largest picture may have, fixed when its publisher was let in first; none is without limit.
ALTER TABLE shows ADD COLUMN ladder_top BIGINT;

-- Days for which an organisation's recordings are kept, as its plan has them, and how many they were before `since_ms`: for a
-- while after they became fewer, the longer time still holds.
CREATE TABLE recording_terms (
    org_id TEXT PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    -- None is without limit.
    days BIGINT,
    before_days BIGINT,
    since_ms BIGINT
);

-- How many watch an organisation's shows through each process, as it said last.
CREATE TABLE watching (
    serve TEXT NOT NULL,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    viewers BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (serve, org_id)
);
CREATE INDEX watching_of_org ON watching (org_id);
