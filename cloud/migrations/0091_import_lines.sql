-- Whoever has the row of an organisation is alone in its line of imports.
CREATE TABLE import_turns (
    org_id TEXT PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    turn BIGINT NOT NULL
);
-- Somebody said that what a whole list leaves out is to leave the sale, however much it is.
ALTER TABLE imports ADD COLUMN confirmed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX imports_under_way ON imports (org_id, source, state);
-- The last whole list that named it.
ALTER TABLE imported_products ADD COLUMN seen_import TEXT;
