-- Which customer of its payment provider an organisation is, and how its subscription stood when it was looked up last.
CREATE TABLE billing_accounts (
    org_id TEXT PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    -- invoice or stripe.
    provider TEXT NOT NULL,
    -- The provider's names for the organisation, and for the checkout that was opened last.
    customer TEXT NOT NULL UNIQUE,
    checkout TEXT,
    -- JSON: state, choice, period, next amount, grace, what is to come.
    subscribed TEXT NOT NULL,
    -- Out of that, for those who look for what is due: none, active, past_due or cancelled.
    state TEXT NOT NULL,
    grace_until_ms BIGINT,
    -- Whether the organisation's people were told that the grace is over.
    told_over BOOLEAN NOT NULL DEFAULT FALSE,
    -- Looks at the provider are numbered as they begin, and one that began before the last that was written is not written.
    asked BIGINT NOT NULL DEFAULT 0,
    written BIGINT NOT NULL DEFAULT 0,
    -- When the provider is asked again though nobody told anything: a webhook may be lost.
    look_ms BIGINT
);
CREATE INDEX billing_accounts_by_look ON billing_accounts (look_ms);
CREATE INDEX billing_accounts_by_grace ON billing_accounts (grace_until_ms);

-- Webhooks of payment providers, each once. What they say of an object is not kept: that is looked up.
CREATE TABLE billing_webhooks (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    customer TEXT,
    created_ms BIGINT NOT NULL,
    received_ms BIGINT NOT NULL,
    -- waiting, done or dead.
    state TEXT NOT NULL,
    reason TEXT
);
CREATE INDEX billing_webhooks_by_state ON billing_webhooks (state, received_ms);
