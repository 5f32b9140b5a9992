-- A list of products that was sent or fetched. Its file is in the folder of blobs until it is done; `taken` is how many products of
-- it were looked at, written with what they came to, so that whoever goes on after a crash begins behind them.
CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    format TEXT NOT NULL,
    -- JSON: currency, shop_url, stock.
    options TEXT NOT NULL,
    -- Where it is fetched from; none was sent.
    address TEXT,
    -- waiting, running, done or failed, with why.
    state TEXT NOT NULL,
    reason TEXT,
    taken BIGINT NOT NULL DEFAULT 0,
    -- JSON: what they came to.
    counts TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    started_ms BIGINT,
    ended_ms BIGINT
);
CREATE INDEX imports_of_org ON imports (org_id, id);

-- Why rows of it were not taken; the first thousand.
CREATE TABLE import_errors (
    import_id TEXT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    line BIGINT NOT NULL,
    field TEXT,
    sentence TEXT NOT NULL,
    PRIMARY KEY (import_id, number)
);

-- Which product a list's own name stands for, and what it said of it last (a hash): what is the same is not written again.
CREATE TABLE imported_products (
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    row_hash TEXT NOT NULL,
    PRIMARY KEY (org_id, source, external_id)
);
CREATE INDEX imported_products_of_product ON imported_products (product_id);
