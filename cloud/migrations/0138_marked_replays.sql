-- Whether something of a request stands: each transaction of whoever does it says so, beside its changes.
ALTER TABLE replays ADD COLUMN stands BOOLEAN NOT NULL DEFAULT FALSE;
