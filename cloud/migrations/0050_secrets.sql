-- What each key of the key ring sealed once, by which a process notices that its keys are not this database's.
-- No key stands here. The number decides which of two first starts was first.
CREATE TABLE secret_keys (
    number BIGINT PRIMARY KEY,
    key_id TEXT NOT NULL UNIQUE,
    proof TEXT NOT NULL,
    since_ms BIGINT NOT NULL
);
