-- How many answers of a webhook in a row came at once: one that was slow is called with the quick ones again after several.
ALTER TABLE webhooks ADD COLUMN fast BIGINT NOT NULL DEFAULT 0;
