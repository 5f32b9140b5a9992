-- What a message is the newest word on, until it is sent: what comes later of the same takes its place.
ALTER TABLE webhook_deliveries ADD COLUMN subject TEXT;
CREATE INDEX webhook_deliveries_unsent ON webhook_deliveries (webhook_id, event, subject)
  WHERE state = 'waiting' AND subject IS NOT NULL;
