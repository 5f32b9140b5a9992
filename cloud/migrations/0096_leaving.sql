-- Organisations that are to be deleted. Begun, it is not taken back; emptied, what told others of its shows goes last.
CREATE TABLE org_deletions (
  org_id TEXT PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
  asked_by TEXT NOT NULL,
  asked_ms BIGINT NOT NULL,
  due_ms BIGINT NOT NULL,
  begun_ms BIGINT,
  emptied_ms BIGINT
);
CREATE INDEX org_deletions_due ON org_deletions (due_ms);

-- Data that was taken out: `waiting` until the archive is there, then `ready` or `failed`.
CREATE TABLE org_exports (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  size_bytes BIGINT,
  created_ms BIGINT NOT NULL,
  ended_ms BIGINT
);
CREATE INDEX org_exports_of_org ON org_exports (org_id, id);
CREATE UNIQUE INDEX org_exports_running ON org_exports (org_id) WHERE state = 'waiting';
