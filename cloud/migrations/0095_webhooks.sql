-- Servers that an organisation has told of facts.
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  -- The kinds of facts, one space between each.
  events TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  -- Sealed. The one before signs along until `old_until_ms`.
  secret TEXT NOT NULL,
  old_secret TEXT,
  old_until_ms BIGINT,
  created_ms BIGINT NOT NULL,
  version BIGINT NOT NULL,
  -- Since when, and how often, every call failed; null and 0 after one that went well.
  failing_since_ms BIGINT,
  failures BIGINT NOT NULL DEFAULT 0,
  -- It is not called before.
  rest_until_ms BIGINT NOT NULL DEFAULT 0,
  -- It answered late or not at all: it is called by those who call such servers.
  slow BOOLEAN NOT NULL DEFAULT FALSE,
  -- Why it was switched off, when nobody did it by hand.
  off_reason TEXT,
  -- How many messages wait, and how many were not kept because too many did.
  waiting BIGINT NOT NULL DEFAULT 0,
  missed BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX webhooks_of_org ON webhooks (org_id, id);
CREATE INDEX webhooks_waiting ON webhooks (rest_until_ms) WHERE waiting > 0;

-- Messages to them. `body` is what is sent, the same each time.
CREATE TABLE webhook_deliveries (
  id TEXT PRIMARY KEY,
  webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  org_id TEXT NOT NULL,
  -- The fact's number; null for a test.
  seq BIGINT,
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  -- waiting, delivered or failed.
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  next_ms BIGINT NOT NULL,
  -- Of the newest try: the answer's status, or why there was none.
  status BIGINT,
  reason TEXT,
  created_ms BIGINT NOT NULL,
  tried_ms BIGINT,
  UNIQUE (webhook_id, seq)
);
CREATE INDEX webhook_deliveries_of_webhook ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_ms) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_ms);
