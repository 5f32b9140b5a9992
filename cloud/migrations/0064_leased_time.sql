-- Media time that is spoken for, in milliseconds: a new epoch begins behind all that earlier ones can have shown, whatever
-- the clock of its machine says.
ALTER TABLE show_leases ADD COLUMN head_end_ms BIGINT NOT NULL DEFAULT 0;
