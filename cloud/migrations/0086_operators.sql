-- People who run the cloud, since when. It counts while their address is confirmed.
ALTER TABLE users ADD COLUMN operator_ms BIGINT;

-- What the operator chose for the whole cloud, by name. `sign_up`: open, invitation or closed; open where nothing is.
CREATE TABLE platform (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- What operators did. `id` grows with time; `detail` is JSON.
CREATE TABLE operator_deeds (
    id TEXT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    org_id TEXT,
    detail TEXT NOT NULL
);
CREATE INDEX operator_deeds_of_org ON operator_deeds (org_id, id);
