-- Facts, numbered in the order of commits by a counter of one row.
CREATE TABLE event_counter (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
INSERT INTO event_counter (id, seq) VALUES (1, 0);

CREATE TABLE events (
    seq BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    org_id TEXT NOT NULL,
    show_id TEXT,
    actor TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX events_of_show ON events (show_id, seq);

-- How far each listener has come.
CREATE TABLE event_cursors (
    listener TEXT PRIMARY KEY,
    seq BIGINT NOT NULL
);

-- Facts that a listener failed on again and again, for people to see.
CREATE TABLE event_dead_letters (
    listener TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (listener, seq)
);
