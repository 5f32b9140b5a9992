-- What all nodes of this database share outside of it, by a mark that stands in both.
CREATE TABLE shared_marks (
    name TEXT PRIMARY KEY,
    mark TEXT NOT NULL
);
