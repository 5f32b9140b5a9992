-- Who gave the plan: operator, billing or owner; not said by versions before this. What an operator gave stays whatever is paid
-- for, until they take it back or an owner pays for another on purpose: then it `yields`.
ALTER TABLE org_plans ADD COLUMN source TEXT;
ALTER TABLE org_plans ADD COLUMN yields BOOLEAN NOT NULL DEFAULT FALSE;

-- What an add-on costs a month, by its key, as the operator says.
CREATE TABLE add_on_prices (
    key TEXT PRIMARY KEY,
    price_minor BIGINT NOT NULL,
    currency TEXT NOT NULL
);

-- How many subscriptions of an organisation live at its provider beside the one that counts.
ALTER TABLE billing_accounts ADD COLUMN others BIGINT NOT NULL DEFAULT 0;
CREATE INDEX billing_accounts_by_others ON billing_accounts (org_id) WHERE others > 0;
