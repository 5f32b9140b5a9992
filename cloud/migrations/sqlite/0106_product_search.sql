-- Products are found by how their titles, and the numbers of their variants, begin.
CREATE INDEX products_by_title ON products (org_id, LOWER(title));
CREATE INDEX variants_by_sku ON variants (LOWER(sku));
