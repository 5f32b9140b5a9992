-- Who looks after a show's media. The row stays when nobody does: its numbers must never go back.
CREATE TABLE show_leases (
    show_id TEXT PRIMARY KEY REFERENCES shows (id) ON DELETE CASCADE,
    -- The owner: a node, its boot, and one run of `serve` there.
    node TEXT NOT NULL,
    boot TEXT NOT NULL,
    serve TEXT NOT NULL,
    -- Where it takes publishers that reached another node: host:port.
    rtmp TEXT NOT NULL,
    -- Grows with each owner; every write of an owner names it.
    fence BIGINT NOT NULL,
    -- Grows while the owner lives. Who sees it stand still for long enough may take the show over.
    beat BIGINT NOT NULL,
    -- The owner has let go: anybody may take it at once.
    released BOOLEAN NOT NULL DEFAULT FALSE,
    -- For people who look at the table. Clocks of two machines differ, so this decides nothing.
    expires_ms BIGINT NOT NULL,
    -- The newest transmission; epoch 0 when there was none.
    epoch BIGINT NOT NULL DEFAULT 0,
    -- The node and boot whose disk holds its journal.
    home TEXT NOT NULL DEFAULT '',
    first_msn BIGINT NOT NULL DEFAULT 0,
    -- Its process; without a token's hash it is gone.
    handle TEXT,
    token_hash TEXT NOT NULL DEFAULT '',
    origin TEXT,
    origin_token TEXT NOT NULL DEFAULT '',
    -- End of the block of media sequence numbers that are spoken for, and so of discontinuity sequence numbers:
    -- each discontinuity begins a segment, and both counts of an epoch begin at the same number.
    msn_end BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX show_leases_held ON show_leases (show_id) WHERE NOT released OR token_hash <> '';

-- The newest owner that has reported about the show's media. What an older one still has to say is not heard.
ALTER TABLE shows ADD COLUMN media_fence BIGINT NOT NULL DEFAULT 0;
