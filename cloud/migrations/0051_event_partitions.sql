-- Facts are numbered by one counter for each of 16 partitions, so that organisations do not wait for each other's
-- commits. The partition is the last hexadecimal digit of the organisation's id (0 to 15; ids are random there).
-- Numbers of partition p are those that leave the rest p when divided by 16: they stay unique over all partitions.
--
-- What was written before, and what a version before this one still writes on Postgres until it ends, has no
-- partition and keeps the old counter (`event_counter`, left as it is for that version). Those numbers lie below
-- every new one, with room for a million facts. Every listener hears them first and exactly as before.
-- While both versions write (SQLite: never, one process holds the file):
--   holds      no fact is lost, numbered twice or left unheard by this version's listeners; timelines show all;
--   holds not  facts that both versions write of one organisation in that time are ordered by version, not by
--              commit; and live pages of the older version may learn of this version's facts late or by reload.
-- On Postgres the index holds up writes of facts while it is built: seconds for some million facts.
CREATE TABLE event_counters (
    partition BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL
);
INSERT INTO event_counters (partition, seq) VALUES
    (0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7),
    (8, 8), (9, 9), (10, 10), (11, 11), (12, 12), (13, 13), (14, 14), (15, 15);
UPDATE event_counters SET seq = seq + (SELECT (old.seq / 1048576 + 2) * 1048576 FROM event_counter old)
WHERE EXISTS (SELECT 1 FROM event_counter old WHERE old.seq > 0);

ALTER TABLE events ADD COLUMN partition BIGINT;
CREATE INDEX events_of_partition ON events (partition, seq);

-- How far each listener has come in each partition; -1 stands for the facts without one.
CREATE TABLE event_partition_cursors (
    listener TEXT NOT NULL,
    partition BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (listener, partition)
);
INSERT INTO event_partition_cursors (listener, partition, seq) SELECT listener, -1, seq FROM event_cursors;
INSERT INTO event_partition_cursors (listener, partition, seq)
SELECT cursor.listener, counter.partition, counter.seq FROM event_cursors cursor CROSS JOIN event_counters counter;

-- Set when a person wants the listener to try the fact again.
ALTER TABLE event_dead_letters ADD COLUMN replay_ms BIGINT;
