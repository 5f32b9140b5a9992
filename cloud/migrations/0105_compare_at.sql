-- What a variant cost before, in minor units, where it has a word of its own on that (`own_compare`): NULL is that it is not reduced.
-- Without one, what its product says counts.
ALTER TABLE variant_details ADD COLUMN compare_at_minor BIGINT;
ALTER TABLE variant_details ADD COLUMN own_compare BOOLEAN NOT NULL DEFAULT FALSE;
