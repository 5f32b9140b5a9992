-- Every price of a variant: only ever added. It holds from `at_ms` until the next. `reduced`: the product says that it is a
-- reduction, by a higher price before it.
CREATE TABLE price_changes (
    id TEXT PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    variant_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    price_minor BIGINT NOT NULL,
    reduced BOOLEAN NOT NULL,
    at_ms BIGINT NOT NULL
);
CREATE INDEX price_changes_of_variant ON price_changes (product_id, variant_id, id);

-- What is sold already has its price at least since the newest fact: whatever changed it left one.
INSERT INTO price_changes (id, product_id, variant_id, currency, price_minor, reduced, at_ms)
SELECT v.id, v.product_id, v.id, p.currency, v.price_minor,
    CASE WHEN p.compare_at_minor > v.price_minor THEN TRUE ELSE FALSE END,
    (SELECT COALESCE(MAX(at_ms), 0) FROM events)
FROM variants v JOIN products p ON p.id = v.product_id;

-- The lowest price of the thirty days before the reduction that a variant is in began.
ALTER TABLE variant_stock ADD COLUMN prior_price_minor BIGINT;
