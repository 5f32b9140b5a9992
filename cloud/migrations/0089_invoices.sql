-- What an organisation pays for where no provider takes the money, and the invoices that are written for it.
CREATE TABLE billing_records (
    org_id TEXT PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    -- JSON: plan and add-ons; and the same of the next period, where it differs. `ends` lets it end with the period.
    choice TEXT NOT NULL,
    next_choice TEXT,
    ends BOOLEAN NOT NULL DEFAULT FALSE,
    state TEXT NOT NULL,
    anchor_ms BIGINT NOT NULL,
    periods BIGINT NOT NULL,
    period_start_ms BIGINT NOT NULL,
    period_end_ms BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX billing_records_by_end ON billing_records (period_end_ms);

-- The last number that each seller gave to an invoice: they have no gaps.
CREATE TABLE billing_sellers (
    seller TEXT PRIMARY KEY,
    last_number BIGINT NOT NULL
);

-- Invoices are never deleted, even with their organisation: books are kept.
CREATE TABLE billing_invoices (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL,
    seller TEXT NOT NULL,
    number BIGINT NOT NULL,
    customer_name TEXT NOT NULL,
    -- open, paid or void.
    state TEXT NOT NULL,
    -- JSON: text, quantity, amount.
    lines TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    tax_note TEXT NOT NULL,
    period_start_ms BIGINT NOT NULL,
    period_end_ms BIGINT NOT NULL,
    issued_ms BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    closed_ms BIGINT,
    UNIQUE (seller, number)
);
CREATE INDEX billing_invoices_of_org ON billing_invoices (org_id, id);
