ALTER TABLE coupons ADD COLUMN free_shipping BOOLEAN NOT NULL DEFAULT FALSE;
-- How often it may be used, in all and by one shopper; null: as often as one likes.
ALTER TABLE coupons ADD COLUMN quota BIGINT;
ALTER TABLE coupons ADD COLUMN per_shopper BIGINT;
ALTER TABLE coupons ADD COLUMN used BIGINT NOT NULL DEFAULT 0;
ALTER TABLE coupons ADD COLUMN valid_from_ms BIGINT;
ALTER TABLE coupons ADD COLUMN valid_until_ms BIGINT;
ALTER TABLE coupons ADD COLUMN ended_ms BIGINT;
-- JSON: the products it is for; none: all.
ALTER TABLE coupons ADD COLUMN product_ids TEXT NOT NULL DEFAULT '[]';
ALTER TABLE coupons ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- Who used a coupon: `shopper` is a SHA-256, which tells shoppers apart and names none.
CREATE TABLE coupon_uses (
    order_id TEXT PRIMARY KEY REFERENCES orders (id) ON DELETE CASCADE,
    coupon_id TEXT NOT NULL REFERENCES coupons (id) ON DELETE CASCADE,
    shopper TEXT NOT NULL
);
CREATE INDEX coupon_uses_by_shopper ON coupon_uses (coupon_id, shopper);
