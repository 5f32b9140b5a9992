-- A number of the shop is unique for its source. `external_ref` stays unique in the organisation, as the version before wants
-- it: for the source `shop` it is the shop's number; for others it is made unique, and `source_ref` is the shop's number.
ALTER TABLE orders ADD COLUMN source TEXT NOT NULL DEFAULT 'shop';
ALTER TABLE orders ADD COLUMN source_ref TEXT;
-- SHA-256 of what the shop sent; null: recorded by the version before.
ALTER TABLE orders ADD COLUMN body_hash TEXT;
ALTER TABLE orders ADD COLUMN shipping_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN tax_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN refunded_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN cancelled_ms BIGINT;
CREATE UNIQUE INDEX orders_by_source ON orders (org_id, source_ref, source);

-- How many pieces of a line were sold beyond the stock.
ALTER TABLE order_lines ADD COLUMN oversold BIGINT NOT NULL DEFAULT 0;

-- What an order wants somebody to look at.
CREATE TABLE order_flags (
    order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    org_id TEXT NOT NULL,
    flag TEXT NOT NULL,
    PRIMARY KEY (order_id, flag)
);
CREATE INDEX orders_by_flag ON order_flags (org_id, flag, order_id);

-- Cancellations and refunds: only ever added. `lines` is JSON: what went back into stock.
CREATE TABLE order_changes (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    external_ref TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    reason TEXT NOT NULL,
    lines TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    UNIQUE (order_id, external_ref)
);

-- What a variant has beside its count: pieces sold that are not there, and whether it is sold all the same. Without a row,
-- none and no. Apart from `variants`, whose rows the version before writes anew with each change of a product.
CREATE TABLE variant_stock (
    variant_id TEXT PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    owed BIGINT NOT NULL,
    sell_when_empty BOOLEAN NOT NULL
);
CREATE INDEX variant_stock_of_product ON variant_stock (product_id);

-- Every move of a count: only ever added. `balance` is the count after it, less what is owed.
CREATE TABLE stock_changes (
    id TEXT PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    variant_id TEXT NOT NULL,
    delta BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    order_id TEXT,
    actor TEXT NOT NULL,
    at_ms BIGINT NOT NULL
);
CREATE INDEX stock_changes_of_variant ON stock_changes (product_id, variant_id, id);
