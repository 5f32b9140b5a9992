-- Numbers are looked up within an organisation. A version that does not know the column has it filled in.
ALTER TABLE variants ADD COLUMN org_id TEXT;
UPDATE variants SET org_id = (SELECT p.org_id FROM products p WHERE p.id = variants.product_id);
CREATE TRIGGER variants_org AFTER INSERT ON variants WHEN NEW.org_id IS NULL
BEGIN
  UPDATE variants SET org_id = (SELECT p.org_id FROM products p WHERE p.id = NEW.product_id) WHERE id = NEW.id;
END;
CREATE INDEX variants_of_org_by_sku ON variants (org_id, LOWER(sku));

-- What a list calls variants, each with every variant that it stands for. `listed_variants` stays for the version before.
CREATE TABLE listed_names (
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    variant_id TEXT NOT NULL,
    PRIMARY KEY (org_id, source, name, variant_id)
);
CREATE INDEX listed_names_of_product ON listed_names (product_id);
INSERT INTO listed_names (org_id, source, name, product_id, variant_id)
SELECT org_id, source, name, product_id, variant_id FROM listed_variants WHERE variant_id IS NOT NULL;
INSERT INTO listed_names (org_id, source, name, product_id, variant_id)
SELECT DISTINCT i.org_id, i.source, v.sku, v.product_id, v.id
FROM imported_products i JOIN variants v ON v.product_id = i.product_id WHERE TRUE
ON CONFLICT DO NOTHING;
INSERT INTO listed_names (org_id, source, name, product_id, variant_id)
SELECT i.org_id, i.source, i.external_id, i.product_id, MIN(v.id)
FROM imported_products i JOIN variants v ON v.product_id = i.product_id
GROUP BY i.org_id, i.source, i.external_id, i.product_id HAVING COUNT(*) = 1
ON CONFLICT DO NOTHING;

-- When a list was asked for that was fetched, and moves of counts since then.
ALTER TABLE imports ADD COLUMN fetched_ms BIGINT;
CREATE INDEX stock_changes_by_time ON stock_changes (product_id, at_ms);

-- Files of pictures from before they were written down: from now on the table alone says who uses one.
INSERT INTO picture_files (org_id, name, product_id, looked_ms)
SELECT DISTINCT f.org_id, f.name, f.id, 0 FROM (
    SELECT p.org_id, p.id, p.image AS name FROM products p
    UNION SELECT p.org_id, p.id, json_extract(s.value, '$.jpeg') FROM products p, json_each(p.image_sizes) s
    UNION SELECT p.org_id, p.id, json_extract(s.value, '$.webp') FROM products p, json_each(p.image_sizes) s
    UNION SELECT p.org_id, p.id, json_extract(e.value, '$.name') FROM products p, json_each(p.pictures) e
    UNION SELECT p.org_id, p.id, json_extract(s.value, '$.jpeg')
        FROM products p, json_each(p.pictures) e, json_each(e.value, '$.sizes') s
    UNION SELECT p.org_id, p.id, json_extract(s.value, '$.webp')
        FROM products p, json_each(p.pictures) e, json_each(e.value, '$.sizes') s
) f WHERE f.name IS NOT NULL
ON CONFLICT DO NOTHING;
CREATE INDEX picture_files_of_org ON picture_files (org_id, looked_ms);
