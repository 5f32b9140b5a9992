-- Where lists of products are fetched from, again and again: one address for each source of an organisation.
CREATE TABLE import_addresses (
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    address TEXT NOT NULL,
    format TEXT NOT NULL,
    -- JSON: currency, shop_url, stock.
    options TEXT NOT NULL,
    every_minutes BIGINT NOT NULL,
    -- When it is fetched next.
    next_ms BIGINT NOT NULL,
    PRIMARY KEY (org_id, source)
);
CREATE INDEX import_addresses_due ON import_addresses (next_ms);
