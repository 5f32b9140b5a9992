-- When a show is to be over, as its people plan it.
ALTER TABLE shows ADD COLUMN planned_end_ms BIGINT;
