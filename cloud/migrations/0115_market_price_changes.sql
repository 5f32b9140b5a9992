-- The prices that variants had in other currencies and in single countries, append-only. Apart from `price_changes`, of which
-- versions before take the newest row for the base price.
CREATE TABLE market_price_changes (
    id TEXT PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    variant_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    market TEXT NOT NULL,
    price_minor BIGINT NOT NULL,
    reduced BOOLEAN NOT NULL,
    -- From then on there was none.
    ended BOOLEAN NOT NULL,
    at_ms BIGINT NOT NULL
);
CREATE INDEX market_price_changes_of_variant ON market_price_changes (product_id, variant_id, id);
