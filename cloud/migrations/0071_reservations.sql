-- Pieces that were taken out of stock for an order to come. A row lives until the order, the release or the end of its time:
-- whoever deletes it has it.
CREATE TABLE reservations (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    show_id TEXT,
    viewer_id TEXT,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX reservations_by_expiry ON reservations (expires_ms);

CREATE TABLE reservation_lines (
    reservation_id TEXT NOT NULL REFERENCES reservations (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    product_id TEXT NOT NULL,
    variant_id TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (reservation_id, position)
);
