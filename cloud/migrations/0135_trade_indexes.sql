-- What coupons were on screens in the days before a reduction.
CREATE INDEX coupon_showings_by_end ON coupon_showings (org_id, until_ms, id);
-- Which imports wait and run.
CREATE INDEX imports_by_state ON imports (state, org_id);
