-- Since when a product says what somebody wrote here, and not what its list said last.
ALTER TABLE products ADD COLUMN edited_ms BIGINT;
