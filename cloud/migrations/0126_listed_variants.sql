-- What a list calls a variant, so that orders can name it so; none where the name stands for several. Orders name it by its number, too.
CREATE TABLE listed_variants (
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    variant_id TEXT,
    PRIMARY KEY (org_id, source, name)
);
CREATE INDEX listed_variants_of_product ON listed_variants (product_id);

-- Of lists that came before: the numbers, and the names of products with one variant.
INSERT INTO listed_variants (org_id, source, name, product_id, variant_id)
SELECT i.org_id, i.source, v.sku, MIN(v.product_id), CASE WHEN COUNT(DISTINCT v.id) = 1 THEN MIN(v.id) END
FROM imported_products i JOIN variants v ON v.product_id = i.product_id
GROUP BY i.org_id, i.source, v.sku;
INSERT INTO listed_variants (org_id, source, name, product_id, variant_id)
SELECT i.org_id, i.source, i.external_id, i.product_id, MIN(v.id)
FROM imported_products i JOIN variants v ON v.product_id = i.product_id
GROUP BY i.org_id, i.source, i.external_id, i.product_id HAVING COUNT(*) = 1
ON CONFLICT (org_id, source, name) DO NOTHING;
