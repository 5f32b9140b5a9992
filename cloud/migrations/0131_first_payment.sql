-- Whether an organisation has paid before: what it takes by its first invoice holds once that one is paid. Who has a plan already
-- keeps it.
ALTER TABLE billing_accounts ADD COLUMN has_paid BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE billing_accounts SET has_paid = TRUE
WHERE state IN ('active', 'past_due')
    OR org_id IN (SELECT org_id FROM billing_invoices WHERE state = 'paid' AND total_minor > 0);

-- Customers of a payment provider whose organisations were deleted: what they subscribe to after all is ended.
CREATE TABLE billing_parted (
    customer TEXT PRIMARY KEY,
    parted_ms BIGINT NOT NULL
);
CREATE INDEX billing_parted_by_time ON billing_parted (parted_ms);
