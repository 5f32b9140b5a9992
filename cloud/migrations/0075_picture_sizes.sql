-- The sizes that a product's picture is kept in: a JSON list of {width, height, jpeg, webp}, the last two being names among the
-- organisation's pictures. It belongs to the picture that it names; a version that does not know it sets another one without it.
ALTER TABLE products ADD COLUMN image_sizes TEXT;
