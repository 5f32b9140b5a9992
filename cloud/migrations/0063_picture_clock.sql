-- How far a publisher's pictures have run ahead of the wall clock since its session was put on the media clock: its quartz
-- is a little off, which makes seconds in an hour. What people do "now" belongs at wall time plus this.
ALTER TABLE publish_sessions ADD COLUMN drift_ms BIGINT NOT NULL DEFAULT 0;
