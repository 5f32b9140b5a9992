-- What tells a product's variants apart, in the order in which people are asked (JSON: names), and what it is found by (JSON: words).
ALTER TABLE products ADD COLUMN option_names TEXT NOT NULL DEFAULT '[]';
ALTER TABLE products ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
CREATE TABLE product_tags (
    org_id TEXT NOT NULL,
    tag TEXT NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    PRIMARY KEY (org_id, tag, product_id)
);
CREATE INDEX product_tags_of_product ON product_tags (product_id);

-- A variant's options (JSON: name and value) and what platforms call it (JSON: platform and id). Apart from `variants`, whose rows
-- the version before writes anew with each change of a product.
CREATE TABLE variant_details (
    variant_id TEXT PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    options TEXT NOT NULL,
    external_ids TEXT NOT NULL
);
CREATE INDEX variant_details_of_product ON variant_details (product_id);
CREATE TABLE external_ids (
    org_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    external_id TEXT NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    variant_id TEXT NOT NULL,
    PRIMARY KEY (org_id, platform, external_id)
);
CREATE INDEX external_ids_of_product ON external_ids (product_id);
