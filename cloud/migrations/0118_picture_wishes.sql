-- The pictures that lists have for a product, as they said last: `wanted` is JSON. While `run_after_ms` is there, they are to be
-- fetched from then on.
CREATE TABLE picture_wishes (
    product_id TEXT PRIMARY KEY REFERENCES products (id) ON DELETE CASCADE,
    org_id TEXT NOT NULL,
    import_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    wanted TEXT NOT NULL,
    run_after_ms BIGINT,
    attempts BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    failed BIGINT NOT NULL
);
CREATE INDEX picture_wishes_waiting ON picture_wishes (org_id, run_after_ms) WHERE run_after_ms IS NOT NULL;
CREATE INDEX picture_wishes_of_import ON picture_wishes (import_id);
