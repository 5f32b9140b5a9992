-- Somebody asked for this message just now (a test, or one sent anew): it goes before all others, and while the server rests.
ALTER TABLE webhook_deliveries ADD COLUMN by_hand BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX webhook_deliveries_by_hand ON webhook_deliveries (state, webhook_id, id) WHERE by_hand;
CREATE INDEX webhook_deliveries_next ON webhook_deliveries (webhook_id, attempts, id) WHERE state = 'waiting';
