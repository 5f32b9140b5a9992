-- How a show's media is known to stand, by subject: `rung:480p`, `recording`. What is as it should be has no row. Facts
-- go on the timeline when they differ from this.
CREATE TABLE media_states (
    show_id TEXT NOT NULL REFERENCES shows (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (show_id, subject)
);
