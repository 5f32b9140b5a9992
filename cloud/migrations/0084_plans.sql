-- Plans of the operator, by key; one with the key of a built-in plan stands in its place. None is ever deleted: what is not
-- `offered` any more is kept by those who have it. `names` and `limits` are JSON; a limit that is absent does not hold.
CREATE TABLE plans (
    key TEXT PRIMARY KEY,
    names TEXT NOT NULL,
    limits TEXT NOT NULL,
    price_minor BIGINT,
    currency TEXT,
    offered BOOLEAN NOT NULL,
    version BIGINT NOT NULL
);

-- Which plan an organisation has; none here has the default one. `add_ons` is JSON: key and quantity. `next_plan` and
-- `next_add_ons` take their place at `next_ms`.
CREATE TABLE org_plans (
    org_id TEXT PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    plan TEXT NOT NULL,
    add_ons TEXT NOT NULL,
    -- active, past_due or cancelled.
    state TEXT NOT NULL,
    since_ms BIGINT NOT NULL,
    period_end_ms BIGINT,
    grace_until_ms BIGINT,
    next_plan TEXT,
    next_add_ons TEXT,
    next_ms BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX org_plans_by_next ON org_plans (next_ms);

-- An organisation that the operator suspended.
ALTER TABLE organizations ADD COLUMN suspended_ms BIGINT;
ALTER TABLE organizations ADD COLUMN suspended_reason TEXT;
