-- Who took a product off the sale: `import` or `member`; null: it is sold.
ALTER TABLE products ADD COLUMN hidden TEXT;

-- Lists and totals of an organisation's orders.
CREATE INDEX orders_of_org ON orders (org_id, id);
-- What of a variant is held.
CREATE INDEX reservation_lines_of_variant ON reservation_lines (variant_id);

-- When a coupon was on the screens of a show, with its terms: a reduction for everybody. `until_ms` is null while it is.
CREATE TABLE coupon_showings (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    show_id TEXT NOT NULL,
    coupon_id TEXT NOT NULL,
    percent_off BIGINT,
    amount_off_minor BIGINT,
    currency TEXT,
    -- JSON: the products it is for; none: all.
    product_ids TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    until_ms BIGINT
);
CREATE INDEX coupon_showings_of_show ON coupon_showings (org_id, show_id, from_ms);

-- Files of pictures and the product that each came with. Rows stay when a product or an organisation goes: by them its files are
-- found. `looked_ms`: when somebody last saw that it is used.
CREATE TABLE picture_files (
    org_id TEXT NOT NULL,
    name TEXT NOT NULL,
    product_id TEXT NOT NULL,
    looked_ms BIGINT NOT NULL,
    PRIMARY KEY (org_id, name, product_id)
);
CREATE INDEX picture_files_by_look ON picture_files (looked_ms);
-- Whoever has the row of an organisation is alone in keeping or removing files of its pictures.
CREATE TABLE picture_turns (
    org_id TEXT PRIMARY KEY,
    turn BIGINT NOT NULL
);
