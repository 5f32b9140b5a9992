CREATE TABLE products (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    url TEXT NOT NULL,
    -- The blob's name below `media/{org_id}/`.
    image TEXT,
    currency TEXT NOT NULL,
    compare_at_minor BIGINT,
    created_ms BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX products_of_org ON products (org_id, id);

-- What is sold: price and stock live here, a product has at least one.
CREATE TABLE variants (
    id TEXT PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    title TEXT NOT NULL,
    sku TEXT NOT NULL,
    price_minor BIGINT NOT NULL,
    stock BIGINT NOT NULL CHECK (stock >= 0)
);
CREATE INDEX variants_of_product ON variants (product_id, position);

CREATE TABLE coupons (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    percent_off BIGINT,
    amount_off_minor BIGINT,
    currency TEXT,
    created_ms BIGINT NOT NULL,
    UNIQUE (org_id, code)
);

-- An order keeps the words of its day, so it points at no product; a show that sold cannot be deleted.
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    show_id TEXT,
    viewer_id TEXT,
    currency TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    coupon_code TEXT,
    external_ref TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    UNIQUE (org_id, external_ref),
    FOREIGN KEY (org_id, show_id) REFERENCES shows (org_id, id)
);
CREATE INDEX orders_of_show ON orders (org_id, show_id, id);

CREATE TABLE order_lines (
    order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    product_id TEXT NOT NULL,
    variant_id TEXT NOT NULL,
    title TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    price_minor BIGINT NOT NULL,
    PRIMARY KEY (order_id, position)
);
