-- What a line of an order was on the day: the variant's name and number, and what a platform called it, where the shop said that.
ALTER TABLE order_lines ADD COLUMN variant_title TEXT;
ALTER TABLE order_lines ADD COLUMN sku TEXT;
ALTER TABLE order_lines ADD COLUMN platform TEXT;
ALTER TABLE order_lines ADD COLUMN platform_id TEXT;
