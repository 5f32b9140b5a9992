-- All pictures of a product as JSON, the first one included; NULL is that it has that one alone, or none. `image` and `image_sizes`
-- stay the first one's, where the version before reads and writes them: when they name another, that one took the first's place.
ALTER TABLE products ADD COLUMN pictures TEXT;
