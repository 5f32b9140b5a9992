-- JSON: what was asked for the present period, part by part, as its invoice has it. Prices of plans change meanwhile.
ALTER TABLE billing_records ADD COLUMN priced TEXT;

-- Checkouts of an organisation are numbered as they begin: of two at once only the later one stays open.
ALTER TABLE billing_accounts ADD COLUMN checkout_turn BIGINT NOT NULL DEFAULT 0;
-- When the one that was opened last was: it is looked after until it is over, whether anybody tells of it or not.
ALTER TABLE billing_accounts ADD COLUMN checkout_ms BIGINT;

-- For whoever runs the cloud: invoices of all organisations.
CREATE INDEX billing_invoices_by_state ON billing_invoices (state, id);
