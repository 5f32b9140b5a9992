-- Facts that a process did not know when it was a listener's turn to hear them: a later version wrote them. They wait for
-- one that does. `known` tells the facts that the process knew.
CREATE TABLE event_unknown (
    listener TEXT NOT NULL,
    seq BIGINT NOT NULL,
    known TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (listener, seq)
);
