-- Since when an organisation is being deleted: from then on nothing of it goes on air.
ALTER TABLE organizations ADD COLUMN leaving_ms BIGINT;

-- Names of channels that were public and whose organisation is gone: pages may still show them, so that for a time nobody has them
-- but one of its owners.
CREATE TABLE kept_names (
    slug TEXT NOT NULL,
    owner TEXT NOT NULL,
    until_ms BIGINT NOT NULL,
    PRIMARY KEY (slug, owner)
);
