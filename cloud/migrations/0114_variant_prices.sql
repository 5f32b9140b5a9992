-- What a variant costs in other currencies, and in single countries: '' as a market is everywhere. The base price stays in `variants`.
CREATE TABLE variant_prices (
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    variant_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    market TEXT NOT NULL,
    price_minor BIGINT NOT NULL,
    compare_at_minor BIGINT,
    -- The lowest price of the thirty days before its reduction began, in that currency and market.
    prior_price_minor BIGINT,
    PRIMARY KEY (product_id, variant_id, currency, market)
);
