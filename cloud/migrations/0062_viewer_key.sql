-- The key of viewers' tokens, sealed: the same for all nodes.
CREATE TABLE viewer_keys (
    name TEXT PRIMARY KEY,
    sealed TEXT NOT NULL
);
