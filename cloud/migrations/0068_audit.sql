-- What people and keys of an organisation did is read newest first.
-- On Postgres the index holds up writes of facts while it is built: seconds for some million facts.
CREATE INDEX events_of_org ON events (org_id, seq);
