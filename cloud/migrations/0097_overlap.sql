-- What versions that overlap leave each other.
-- Grows whenever a version that knows ranks gives a member a role: see 0098.
ALTER TABLE members ADD COLUMN standing BIGINT NOT NULL DEFAULT 0;
-- A rank that an earlier version has written a role over since counts no more.
UPDATE members SET rank = NULL, role_id = NULL
WHERE rank IS NOT NULL
  AND role <> CASE rank WHEN 'owner' THEN 'owner' WHEN 'admin' THEN 'host' WHEN 'host' THEN 'host' ELSE 'moderator' END;

-- Facts that were set aside: how often one was tried since somebody knows it, and when it is tried next. `known` names all those
-- that did not know it, a space between each.
ALTER TABLE event_unknown ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE event_unknown ADD COLUMN due_ms BIGINT NOT NULL DEFAULT 0;

-- Whose a kept answer is, hashed: nobody keeps any number of them.
ALTER TABLE replays ADD COLUMN caller TEXT;
CREATE INDEX replays_of_caller ON replays (caller);

-- What people and keys did, without orders and stock, which are many more. The same words as in the query.
CREATE INDEX events_of_deeds ON events (org_id, seq)
WHERE body NOT LIKE '{"kind":"order%' AND body NOT LIKE '{"kind":"stock_%'
  AND (actor LIKE 'user:%' OR actor LIKE 'key:%' OR actor IN ('service:register', 'service:invitation', 'service:operator'));
